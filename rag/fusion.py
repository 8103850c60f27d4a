"""Fusing two legs into one ranking. Pure.

A convex combination of the two scores, each scaled by its theoretical minimum and the best score found (Bruch, Gai &
Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval": a known minimum beats the pool's own, and both beat
ranks). Scaling so does not depend on how deep the pools are, and a paper that is not in a leg's pool is given the score
of that pool's end, the most it can have: together they let a shallow, cheap pool do what a deep one did. What was tried
and chosen: docs/decisions/0008-search.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

Key = tuple[str, int]  # paper_id, revision

DENSE_WEIGHT = 0.6


@dataclass(frozen=True, slots=True)
class Fused:
    """A paper's place in the fused ranking. `passage` is the number of its best passage, None if only lexical.

    `score` is in [0, 1]; `dense` is a cosine, `lexical` a BM25 score; ranks count papers from 1.
    """

    paper_id: str
    revision: int
    score: float
    passage: int | None = None
    dense: float | None = None
    lexical: float | None = None
    dense_rank: int | None = None
    lexical_rank: int | None = None


def best_passages(passages: Iterable[tuple[Key, int, float]]) -> dict[Key, tuple[int, float]]:
    """Each paper's best passage and its score, from (paper, number, score) in falling order of score."""
    best: dict[Key, tuple[int, float]] = {}
    for key, number, score in passages:
        if key not in best:
            best[key] = (number, score)
    return best


def fuse(
    dense: dict[Key, tuple[int, float]],
    lexical: Sequence[tuple[Key, float]],
    *,
    dense_floor: float = 0.0,
    weight: float = DENSE_WEIGHT,
) -> Iterator[Fused]:
    """All papers of both legs, best first, made as they are asked for; ties in the order of identifiers.

    `dense` maps papers to their best passage and its cosine, `lexical` lists papers with BM25 scores, both in falling
    order. `dense_floor` is the lowest cosine that the dense pool reached: what a paper outside it can have at most.
    `weight` is the dense leg's share, 0 to 1.
    """
    best_cosine = max((cosine for _, cosine in dense.values()), default=0.0)
    best_lexical = max((score for _, score in lexical), default=0.0)
    # Each score as a share of the best one, 0 being the least that either leg's score means.
    dense_unit = weight / best_cosine if best_cosine > 0 else 0.0
    lexical_unit = (1 - weight) / best_lexical if best_lexical > 0 else 0.0
    absent = min(max(dense_floor, 0.0) * dense_unit, weight)
    dense_at = {key: place for place, key in enumerate(dense)}
    lexical_at = {key: place for place, (key, _) in enumerate(lexical)}
    scores = {key: max(cosine, 0.0) * dense_unit for key, (_, cosine) in dense.items()}
    for key, bm25 in lexical:
        scores[key] = scores.get(key, absent) + max(bm25, 0.0) * lexical_unit
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return (
        _fused(min(score, 1.0), key, dense_at.get(key), lexical_at.get(key), dense, lexical) for key, score in ranked
    )


def _fused(
    score: float,
    key: Key,
    d: int | None,
    x: int | None,
    dense: dict[Key, tuple[int, float]],
    lexical: Sequence[tuple[Key, float]],
) -> Fused:
    number, cosine = dense[key] if d is not None else (None, None)
    return Fused(
        paper_id=key[0],
        revision=key[1],
        score=score,
        passage=number,
        dense=cosine,
        lexical=lexical[x][1] if x is not None else None,
        dense_rank=None if d is None else d + 1,
        lexical_rank=None if x is None else x + 1,
    )
