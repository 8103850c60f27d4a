"""Which papers a brief reports: those about the topic, ordered by relevance and, kept apart from it, by votes. Pure.

A paper is in because a sentence of its own work speaks of the topic, because it has the topic's words and is near to
it, or because it carries the topic's tag; how much each weighs was fitted by logistic regression on topics kept apart
from those that are reported (docs/evaluation.md).
Relevance and popularity stay two figures: a knob mixes them for the order, and papers that are relevant and have few
votes are called so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.compose import cues
from rag.evidence import Evidence
from rag.models import Paper

SURE = 0.45
"""Probability from which a paper is about the topic whatever else there is."""
ENOUGH = 0.1
"""… and the least that will do where no paper is much more so: within `_BESIDE` log odds of the best."""
_BESIDE = 2.5
_BIAS, _NEAR, _ALIKE, _SENTENCE, _PAPER, _TAG = -6.42, 0.9, 0.35, 2.18, 2.53, 4.46
_NO_TAG, _NOT_SPOKEN = -0.71, -1.93
_FEW = 0.34  # share of the largest number of votes up to which a paper counts as having few
_RELEVANT = 0.5  # relevance from which a paper with few votes is called quietly important


@dataclass(frozen=True, slots=True)
class Candidate:
    """A paper that is about the topic: its relevance in [0, 1], its votes (None where unknown), the sentence why."""

    paper: Paper
    relevance: float
    votes: int | None
    why: tuple[int, int] | None = None


def votes_of(paper: Paper, since: str | None, until: str | None) -> int | None:
    """The most votes that a listing in the window gave; None where none is known."""
    known = [
        listing.upvotes
        for listing in paper.listings
        if listing.upvotes is not None and (since or "") <= listing.day <= (until or "9999")
    ]
    return max(known, default=None)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near papers are to a topic by their vectors, in spreads from the mean of papers at large.

    `topic` is that of the paper's best passage and the topic, `best` that of the paper and those nearest to the topic.
    """

    topic: float = 0.0
    best: float = 0.0


@dataclass(frozen=True, slots=True)
class Sought:
    """What was found for a topic, or for one of the things that it names.

    `near` is by paper; `asked` are the tags that it asks for, with how much of it each stands for, in [0, 1]. `unseen`
    are words that no paper has: a likeness to one of them alone, maybe misspelt, makes no paper relevant.
    """

    evidence: Mapping[str, Sequence[Evidence]]
    near: Mapping[str, Nearness]
    asked: Mapping[str, float]
    unseen: frozenset[str] = frozenset()


def about(
    papers: Sequence[Paper],
    sought: Sequence[Sought],
    tags: Mapping[str, Mapping[str, float]],
    *,
    votes: Mapping[str, int | None],
    speaks: Callable[[Paper], AbstractSet[str]],
) -> list[Candidate]:
    """The papers that are about a topic, most relevant first.

    `sought` are the topic as a whole and the things that it names: a paper is as relevant as it is to the best of them.
    `tags` are those of each paper by identifier, with their strength. `speaks` gives every tag that a paper's text
    speaks of, be it in passing: it is asked only where it decides.
    """
    found, totals = [], {}
    for paper in papers:
        total, why = -math.inf, None
        for one in sought:
            mine = one.evidence.get(paper.id, ())
            if not mine:
                continue
            own = [e for e in mine if not cues.is_background(e) and not (e.has and e.has <= one.unseen)]
            has = [e for e in mine if not (e.paper_has and e.paper_has <= one.unseen)]
            speaking = _total(has, own, one.near.get(paper.id, Nearness()), tags.get(paper.id, {}), one.asked)
            if one.asked and speaking > _LEAST and one.asked.keys().isdisjoint(speaks(paper)):
                speaking += _NOT_SPOKEN
            if speaking > total:
                best = max(own, key=lambda e: (e.relevance, -e.start), default=None)
                total, why = speaking, (best.start, best.end) if best is not None else None
        totals[paper.id] = total
        found.append(Candidate(paper, round(_probability(total), 4), votes.get(paper.id), why))
    found.sort(key=lambda c: (-c.relevance, c.paper.id))
    beside = _probability(totals[found[0].paper.id] - _BESIDE) if found else ENOUGH
    return [one for one in found if one.relevance >= max(ENOUGH, min(SURE, beside))]


def _probability(log_odds: float) -> float:
    return 1 / (1 + math.exp(min(-log_odds, 60.0)))


_LEAST = math.log(ENOUGH / (1 - ENOUGH))


def _total(
    every: Sequence[Evidence],
    own: Sequence[Evidence],
    near: Nearness,
    tags: Mapping[str, float],
    asked: Mapping[str, float],
) -> float:
    """What speaks for a paper, as log odds."""
    carried = [tags[tag] * share for tag, share in asked.items() if tag in tags]
    return (
        _BIAS
        + _NEAR * near.topic
        + _ALIKE * near.best
        + _SENTENCE * max((e.coverage for e in own), default=0.0)
        + _PAPER * max((e.paper_coverage for e in every), default=0.0)
        + _TAG * max(carried, default=0.0)
        + (_NO_TAG if asked and not carried else 0.0)
    )


def nearness(
    topic: Mapping[str, float], vectors: Mapping[str, NDArray[np.float32]], large: Sequence[str]
) -> dict[str, Nearness]:
    """How near papers are to a topic, from `topic`, the cosine of each paper's best passage, and unit vectors.

    `large` names the papers at large, against whose mean and spread it is seen; all are measured where it is empty.
    """
    best = sorted(topic, key=lambda name: (-topic[name], name))[:_NEAREST]
    if not best:
        return {}
    centre = np.sum([vectors[name] for name in best], axis=0)
    norm = float(np.linalg.norm(centre)) or 1.0
    alike = {name: float(vectors[name] @ centre) / norm for name in topic}
    at_large = list(large) or list(topic)
    mean, spread = _mean_and_spread([topic[name] for name in at_large])
    alike_mean, alike_spread = _mean_and_spread([alike[name] for name in at_large])
    return {name: Nearness((topic[name] - mean) / spread, (alike[name] - alike_mean) / alike_spread) for name in topic}


_NEAREST = 3  # papers nearest to the topic, to which others are compared


def _mean_and_spread(values: Sequence[float]) -> tuple[float, float]:
    mean = sum(values) / len(values) if values else 0.0
    variance = sum((value - mean) ** 2 for value in values) / len(values) if values else 0.0
    return mean, math.sqrt(variance) or 1.0


def ranked(candidates: Sequence[Candidate], popularity: float) -> list[Candidate]:
    """By relevance and votes, mixed by the knob: 0 knows no votes, 1 nothing else. Unknown votes count as none."""
    most = math.log1p(max((c.votes or 0 for c in candidates), default=0))

    def rank(candidate: Candidate) -> tuple[float, str]:
        popular = math.log1p(candidate.votes or 0) / most if most else 0.0
        mixed = (1 - popularity) * candidate.relevance + popularity * popular
        return -round(mixed, 6), candidate.paper.id

    return sorted(candidates, key=rank)


def quiet(candidates: Sequence[Candidate], most: int) -> list[Candidate]:
    """Up to `most` papers that are relevant and have few votes, the most relevant first; none where votes are unknown.

    Few is up to a third of the largest number, and not more than the middle paper has.
    """
    counts = sorted(c.votes for c in candidates if c.votes is not None)
    if not most or len(counts) < 3 or not counts[-1]:
        return []
    few = min(_FEW * counts[-1], counts[len(counts) // 2])
    able = [c for c in candidates if c.votes is not None and c.votes <= few and c.relevance >= _RELEVANT]
    return sorted(able, key=lambda c: (-c.relevance, c.votes or 0, c.paper.id))[:most]
