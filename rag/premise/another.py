"""What another stored paper has and the named one has not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.analysis import Word, analysed
from rag.compose.cues import is_background
from rag.premise.direction import points
from rag.premise.doubt import By, Doubt
from rag.premise.matter import FRAME, Matter, meets, share, system_keys
from rag.retrieve import Evidence
from rag.text.everyday import everyday
from rag.text.kin import ordinary

# What a system is run on or set against is not taken for its own.
_BESIDE = re.compile(
    r"\b(?:on|than|against|versus|vs\.?|over|compared (?:to|with)|to|like|into|for|in|and|unlike|beats?|"
    r"outperforms?|or)\s+(?:the |a |an |both )?(?:\w+\s)?$",
    re.IGNORECASE,
)
_GAP = re.compile(r"[\s-]+(?:(?:of|in|the|a)\s+)?")


def of_another(about: Matter, evidence: Sequence[Evidence]) -> Iterator[Doubt]:
    """Each sentence of another paper's own work with a phrase of the claim that the named paper has nothing of."""
    if not about.named:
        return
    ours = about.told[0].evidence.paper.id
    others = [e for e in evidence if e.paper.id != ours and not e.own and not is_background(e)]
    theirs = frozenset[str]().union(*(system_keys(e.paper.title, e.paper.abstract) for e in others))
    for phrase in _phrases(about):
        start = phrase[0].start
        if _BESIDE.search(about.claim.text[:start]):
            continue
        if any(w.stems & theirs for w in phrase):
            continue
        strange = [w for w in phrase if meets(w, about.everything) < 1]
        telling = [w for w in strange if not (everyday(w.text) or ordinary(w.text))]
        if not telling or len(strange) * 2 < len(phrase):
            continue
        for other in others:
            said = analysed(other.text)
            if all(meets(w, said.keys) == 1 for w in phrase) and _together(phrase, said.text):
                papers = {e.paper.id for e in others if all(meets(w, analysed(e.text).keys) == 1 for w in phrase)}
                rest = [w for w in about.topic if w not in phrase]
                yield Doubt(
                    about.claim,
                    By.ANOTHER,
                    other,
                    len(strange) / (1 + len(strange)),
                    share(rest, said.keys),
                    1 - 1 / len(papers),
                    " ".join(w.text for w in phrase),
                )


def _phrases(about: Matter) -> list[tuple[Word, ...]]:
    """Two or more content words of the claim in a row, the longest first, and single words written like names."""
    text = about.said.text
    rows: list[list[Word]] = []
    for word in (w for w in about.said.words if w.content and w.key not in FRAME and not points(w.text)):
        if word.stems & about.system:
            rows.append([])
            continue
        last = rows[-1][-1] if rows and rows[-1] else None
        if last is not None and _GAP.fullmatch(text, last.start + len(last.text), word.start):
            rows[-1].append(word)
        else:
            rows.append([word])
    found = [
        tuple(row[first : first + length])
        for row in rows
        for length in range(min(len(row), 5), 1, -1)
        for first in range(len(row) - length + 1)
    ]
    return found


def _together(phrase: Sequence[Word], text: str) -> bool:
    """Whether the words of a phrase stand within a few words of each other."""
    places = [
        place
        for place, word in enumerate(w for w in analysed(text).words if w.content)
        for w in phrase
        if word.stems & w.stems
    ]
    return bool(places) and max(places) - min(places) <= len(phrase) + 2
