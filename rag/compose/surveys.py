"""Surveys: which of the papers found belong to what was asked, and the sentence that says why. Pure.

A paper belongs by a logistic regression over seven traits, each seen beside the other papers found: how far a wide
question is from all abstracts says nothing, how far one paper stands behind the best says much. The weights were fitted
by `python -m eval.surveys` on surveys of several authors and on the topics of briefs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from operator import attrgetter
from statistics import fmean, pstdev

from rag.compose import cues
from rag.compose.fit import FLOOR, as_seen_by, fit
from rag.question import Question
from rag.retrieve import Evidence

MAX_SURVEY = 12
_BELONGS = 0.2  # probability from which a paper belongs
_BESIDE = 0.5  # … or so much of the best one's, where none is as probable


@dataclass(frozen=True, slots=True)
class Traits:
    """What speaks for a paper, beside the others found; all but `nearer` in [0, 1].

    `relevance`, `coverage`, `paper_coverage` and `asks` are those of its best sentence (see `Evidence`) over the best
    of any paper, `topic` the same of how much it speaks of the topics asked for. `nearer` is by how many standard
    deviations its best cosine is above the mean. `no_topic` is 1 where others speak of such a topic and it does not.
    """

    relevance: float
    coverage: float
    paper_coverage: float
    asks: float
    nearer: float
    topic: float
    no_topic: float


_LEAST_SPREAD = 1e-3
_BIAS = -6.6
_WEIGHTS = Traits(1.76, 1.51, 1.68, 0.72, 0.59, 3.54, -1.85)


def by_paper(question: Question, evidence: Iterable[Evidence]) -> dict[str, list[Evidence]]:
    """The sentences of each paper, each as seen by the alternative ("images or video") that it speaks of most."""
    papers: dict[str, list[Evidence]] = {}
    for e in evidence:
        parts = (as_seen_by(part, place, e) for place, part in enumerate(question.parts))
        papers.setdefault(e.paper.id, []).append(max([e, *parts], key=lambda s: s.relevance))
    return papers


def traits(papers: Mapping[str, Sequence[Evidence]]) -> dict[str, Traits]:
    """The traits of papers, from the sentences of each."""
    cosines = _best(papers, attrgetter("cosine"))
    mean, spread = fmean(cosines.values()) if cosines else 0.0, pstdev(cosines.values()) if cosines else 0.0
    names = ("relevance", "coverage", "paper_coverage", "asks", "topic")
    shares = (_beside_best(_best(papers, attrgetter(name))) for name in names)
    relevance, coverage, paper_coverage, asks, topic = shares
    asked = any(topic.values())
    return {
        paper: Traits(
            relevance[paper],
            coverage[paper],
            paper_coverage[paper],
            asks[paper],
            (cosines[paper] - mean) / (spread + _LEAST_SPREAD),
            topic[paper],
            float(asked and not topic[paper]),
        )
        for paper in papers
    }


def _best(papers: Mapping[str, Sequence[Evidence]], value: Callable[[Evidence], float]) -> dict[str, float]:
    return {paper: max(map(value, said)) for paper, said in papers.items()}


def _beside_best(values: Mapping[str, float]) -> dict[str, float]:
    most = max(values.values(), default=0.0)
    return {paper: value / most if most else 0.0 for paper, value in values.items()}


def probability(of: Traits) -> float:
    """The probability that a paper with these traits belongs, in (0, 1)."""
    score = _BIAS + sum(weight * value for weight, value in zip(astuple(_WEIGHTS), astuple(of), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def belonging(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """A sentence of each paper that belongs, the most probable paper first."""
    papers = by_paper(question, evidence)
    belongs = {paper: probability(one) for paper, one in traits(papers).items()}
    if cues.asks_for_new(question.text):
        papers = {paper: new for paper, said in papers.items() if (new := [e for e in said if _brings(e)])}
    ranked = chosen({paper: belongs[paper] for paper in papers})
    return [_line(question, papers[paper]) for paper in (ranked[:1] if cues.asks_for_one(question.text) else ranked)]


def chosen(belongs: Mapping[str, float]) -> list[str]:
    """The papers that belong, by their probability, the most probable first; the first one always does."""
    ranked = sorted(belongs, key=lambda paper: (-belongs[paper], paper))
    enough = min(_BELONGS, _BESIDE * belongs[ranked[0]]) if ranked else 0.0
    return [paper for paper in ranked if belongs[paper] >= enough][:MAX_SURVEY]


def speaks_of_it(shown: Sequence[Evidence]) -> bool:
    """Whether any of the lines speaks of the question at all."""
    return any(e.relevance >= FLOOR for e in shown)


def _brings(evidence: Evidence) -> bool:
    """Whether the sentence introduces what is asked for as the paper's own."""
    return bool(evidence.has) and cues.INTRODUCES.search(evidence.text) is not None and not cues.is_background(evidence)


def _line(question: Question, said: Sequence[Evidence]) -> Evidence:
    """The sentence that stands for a paper in a survey: on its own work, if one is."""
    work = [e for e in said if not cues.is_background(e)]
    return max(work or said, key=lambda e: (fit(question, e), -e.start))
