"""Which papers a brief reports: those about the topic, ordered by relevance and, kept apart from it, by votes. Pure.

A paper is in because a sentence of its own work speaks of the topic, or because it carries the topic's tag; how much
each weighs was fitted by logistic regression on topics kept apart from those that are reported (docs/evaluation.md).
Relevance and popularity stay two figures: a knob mixes them for the order, and papers that are relevant and have few
votes are called so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.compose import cues
from rag.evidence import Evidence
from rag.models import Paper

ENOUGH = 0.33
"""Probability from which a paper is about the topic."""
BESIDE = 0.35
"""… and the least beside the best paper."""
_BIAS, _COSINE, _OWN, _TAG, _TOP_TAG, _NO_TAG = -4.92, 0.81, 4.39, 4.16, 1.56, -2.1
_TOP = 5  # best hits whose tags say what the topic is about
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


def about(
    papers: Sequence[Paper],
    evidence: Sequence[Evidence],
    tags: Mapping[str, Mapping[str, float]],
    spoken: Mapping[str, float],
    *,
    votes: Mapping[str, int | None],
    background: Sequence[float] = (),
    unseen: frozenset[str] = frozenset(),
) -> list[Candidate]:
    """The papers that are about a topic, most relevant first.

    `papers` are hits, best first; `tags` those of each paper by identifier, and `spoken` those that the topic itself
    speaks of, both with strengths in [0, 1]. `background` are cosines of the topic and papers at large, each of its
    best passage: against them is seen how near a hit is. Without, the hits are taken for the papers at large.
    `unseen` are words of the topic that no paper has: a likeness to one of them alone, maybe misspelt, makes no paper
    relevant.
    """
    sentences: dict[str, list[Evidence]] = {}
    for e in evidence:
        sentences.setdefault(e.paper.id, []).append(e)
    cosines = {paper.id: max((e.cosine for e in sentences.get(paper.id, ())), default=0.0) for paper in papers}
    mean, spread = _mean_and_spread(background or list(cosines.values()))
    top = [tags.get(paper.id, {}) for paper in papers[:_TOP]]
    strongest = max(spoken.values(), default=1.0)
    found = []
    for paper in papers:
        own = [e for e in sentences.get(paper.id, ()) if not cues.is_background(e) and not (e.has and e.has <= unseen)]
        mine = tags.get(paper.id, {})
        tag = max((mine.get(t, 0.0) * strength / strongest for t, strength in spoken.items()), default=0.0)
        shared = max((s * sum(t in other for other in top) / _TOP for t, s in mine.items()), default=0.0)
        total = (
            _BIAS
            + _COSINE * (cosines[paper.id] - mean) / spread
            + _OWN * max((e.coverage for e in own), default=0.0)
            + _TAG * tag
            + _TOP_TAG * shared
            + (_NO_TAG if spoken and not tag else 0.0)
        )
        best = max(own, key=lambda e: (e.relevance, -e.start), default=None)
        why = (best.start, best.end) if best is not None else None
        found.append(Candidate(paper, round(1 / (1 + math.exp(-total)), 4), votes.get(paper.id), why))
    found.sort(key=lambda c: (-c.relevance, c.paper.id))
    floor = max(ENOUGH, BESIDE * found[0].relevance) if found else ENOUGH
    return [candidate for candidate in found if candidate.relevance >= floor]


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
