"""Composing without a model: the sentences that answer best, as they stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.models import Paper
from rag.retrieve import Evidence

MAX_SENTENCES = 3
_NEARLY_AS_GOOD = 0.8  # a further sentence has to be this relevant, relative to the best
_FLOOR = 0.42  # relevance below which a sentence answers nothing
_COVERAGE_FLOOR = 0.34
_ALIKE = 0.6  # share of words from which two sentences say the same

_OPENS_WITHOUT_NAME = re.compile(
    r"(?:It|Its|They|Their|We|Our|This|These|The (?:proposed|resulting|method|model|approach|system|framework))\b|"
    r"(?:[\w-]+,? ){1,6}(?:we|our|it|its|they|their|the (?:method|model|approach|system|framework))\b",
)
_SYSTEM = re.compile(r"^([^\s:][^:]{0,48}?)\s*:\s")


def choose(evidence: Sequence[Evidence]) -> list[Evidence]:
    """One to three sentences that answer, in the order to read them; none when the evidence is below the floor.

    `evidence` comes most relevant first. Sentences of the paper that answers best come first, each paper's in the
    order of its abstract.
    """
    chosen: list[Evidence] = []
    for candidate in evidence:
        if candidate.relevance < _FLOOR or candidate.coverage < _COVERAGE_FLOOR:
            break
        if chosen and candidate.relevance < _NEARLY_AS_GOOD * chosen[0].relevance:
            break
        if not any(_alike(candidate.text, other.text) for other in chosen):
            chosen.append(candidate)
        if len(chosen) == MAX_SENTENCES:
            break
    papers = list(dict.fromkeys(sentence.paper.id for sentence in chosen))
    return sorted(chosen, key=lambda sentence: (papers.index(sentence.paper.id), sentence.start))


def subject(paper: Paper, sentence: str) -> str | None:
    """The name of the paper's system, where the sentence speaks of it without naming it; None where none is needed."""
    named = _SYSTEM.match(paper.title)
    if named is None or named[1].casefold() in sentence.casefold() or not _OPENS_WITHOUT_NAME.match(sentence):
        return None
    return named[1]


def _alike(one: str, other: str) -> bool:
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) / max(1, min(len(a), len(b))) > _ALIKE
