"""Example questions for somebody who sees a library for the first time: made of its papers, and answered by them.

A question is made by rule (a system's figure, how a system works, which papers share a phrase) and kept only when the
library answers it, for an example that finds nothing teaches the wrong thing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rag.ask import Desk, answered
from rag.catalogue import papers
from rag.models import Answer, Paper, Scope
from rag.text.asked import FUNCTION_WORDS
from rag.text.names import system_of

__all__ = ["candidates", "examples"]

_READ = 120  # papers that questions are made of
_TRIED = 5  # questions of a kind that are tried
_TOPIC = 0.1  # of the papers, at most so many share a topic
_SURE = 0.5  # the confidence of an answer that is worth showing

# What a sentence about a system says, and the question that asks for it.
_FIGURES = (
    (re.compile(r"\bspeed-?ups?\b|\bfaster\b", re.I), "How much faster is {}?"),
    (re.compile(r"\bparameters?\b", re.I), "How many parameters does {} have?"),
    (re.compile(r"\bmemory\b", re.I), "How much memory does {} save?"),
    (re.compile(r"\baccuracy\b|\bF1\b", re.I), "What accuracy does {} reach?"),
)
_FIGURE = re.compile(r"\d")
_SENTENCE = re.compile(r"[^.!?]+(?:[.!?](?!\s|$)[^.!?]*)*")
_WORDS = re.compile(r"[A-Za-z][A-Za-z-]+")
_IN_A_TITLE = re.compile(r"[:?!,;]|\s--\s")
_EMPTY = frozenset(("a", "an", "novel", "new", "towards", "toward", "via", "using", "based", "study", "approach"))


async def examples(desk: Desk) -> tuple[str, ...]:
    """Up to three questions, one of each kind where there are some. Answers to them are not kept."""
    stored, _ = await desk.catalogue.read(papers.page, limit=_READ)
    found: list[str] = []
    cited: set[str] = set()
    for kind in candidates(stored):
        for question, paper_id in list(kind)[:_TRIED]:
            answer = await answered(question, scope=Scope(), desk=desk, mode="extractive")
            if paper_id not in cited and _worth_showing(answer, paper_id):
                found.append(question)
                cited |= {citation.paper_id for citation in answer.citations}
                break
    return tuple(found)


def _worth_showing(answer: Answer, paper_id: str | None) -> bool:
    """Whether it is an answer, without reservations, and from the paper that the question was made of."""
    if answer.outcome != "answered" or answer.confidence < _SURE or answer.notes:
        return False
    cited = [citation.paper_id for citation in answer.citations]
    return len(cited) > 1 if paper_id is None else cited[:1] == [paper_id]


def candidates(stored: Sequence[Paper]) -> tuple[Iterable[tuple[str, str | None]], ...]:
    """Questions with the paper that should answer, by kind; the paper is None where several should."""
    named = [(paper, name) for paper in stored if (name := system_of(paper.title, paper.abstract))]
    return _figures(named), _surveys(stored), _methods(named)


def _figures(named: Sequence[tuple[Paper, str]]) -> Iterator[tuple[str, str | None]]:
    for pattern, question in _FIGURES:
        for paper, name in named:
            if any(_tells(sentence, name, pattern) for sentence in _SENTENCE.findall(paper.abstract)):
                yield question.format(name), paper.id


def _tells(sentence: str, name: str, pattern: re.Pattern[str]) -> bool:
    return name in sentence and bool(pattern.search(sentence) and _FIGURE.search(sentence.replace(name, "")))


def _methods(named: Sequence[tuple[Paper, str]]) -> Iterator[tuple[str, str | None]]:
    # From the other end, so that the three examples do not speak of the same paper.
    for paper, name in reversed(named):
        yield f"How does {name} work?", paper.id


def _surveys(stored: Sequence[Paper]) -> Iterator[tuple[str, str | None]]:
    """By pairs of words that several titles share and few enough that they are a topic, the most shared first."""
    shared: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for paper in stored:
        pairs = {pair: ends for part in _IN_A_TITLE.split(paper.title) for pair, ends in _pairs(part)}
        shared.update(pairs.keys())
        whole.update(pair for pair, ends in pairs.items() if ends)
    for pair, count in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        # A pair that mostly goes on is half a phrase: "large language".
        if 1 < count <= max(2, len(stored) * _TOPIC) and whole[pair] * 2 > count:
            yield f"Which papers are about {pair}?", None


def _pairs(part: str) -> Iterator[tuple[str, bool]]:
    """Pairs of neighbouring words with content, and whether the next word has none."""
    words = _WORDS.findall(part)
    content = [word.lower() not in FUNCTION_WORDS | _EMPTY for word in words]
    for at in range(len(words) - 1):
        if content[at] and content[at + 1]:
            yield " ".join(map(_small, words[at : at + 2])), not any(content[at + 2 : at + 3])


def _small(word: str) -> str:
    """The word as it stands within a sentence: only names keep their capitals."""
    return word.lower() if all(part.istitle() or part.islower() for part in word.split("-")) else word
