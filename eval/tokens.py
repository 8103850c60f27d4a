"""How well passages that were retrieved cover what was to be found, token by token. Pure.

The measures are those of B. Smith and A. Troynikov, "Evaluating Chunking Strategies for Retrieval" (Chroma, 2024). A
token is relevant when a gold quote holds it. With R the relevant tokens, T all tokens of the retrieved passages, where
passages that overlap bring theirs again, and F the relevant tokens that some passage holds, each counted once:

    recall = |F| / |R|     precision = |F| / |T|     IoU = |F| / (|R| + |T| - |F|)

Tokens are words and signs here, not those of a model, so that a figure does not depend on one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"\w+|[^\w\s]")

Token = tuple[str, int]
"""A token: its paper's identifier and the place where it begins."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch `[start, end)` of a paper's abstract: a passage, or a gold quote."""

    paper_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cover:
    """How one question's relevant tokens were found, each in [0, 1]."""

    recall: float
    precision: float
    iou: float


class Tokens:
    """The tokens of abstracts, each text taken apart once."""

    def __init__(self, abstracts: dict[str, str]) -> None:
        self._spans = {paper: [found.span() for found in _TOKEN.finditer(text)] for paper, text in abstracts.items()}

    def inside(self, span: Span) -> list[Token]:
        """The tokens that stand wholly in a span."""
        spans = self._spans[span.paper_id]
        return [(span.paper_id, start) for start, end in spans if span.start <= start and end <= span.end]


def cover(tokens: Tokens, retrieved: Sequence[Span], relevant: Iterable[Span]) -> Cover:
    """Recall, precision and IoU of retrieved passages. Raises ValueError when nothing is relevant."""
    wanted = {token for span in relevant for token in tokens.inside(span)}
    if not wanted:
        raise ValueError("a question without relevant tokens has no recall")
    brought = [token for span in retrieved for token in tokens.inside(span)]
    found = len(wanted.intersection(brought))
    return Cover(
        recall=found / len(wanted),
        precision=found / len(brought) if brought else 0.0,
        iou=found / (len(wanted) + len(brought) - found),
    )


def precision_omega(tokens: Tokens, passages: Iterable[Span], relevant: Sequence[Span]) -> float:
    """The precision of retrieving every passage that holds a relevant token, and no other: what windows can reach.

    Called precision-omega in the same report. Raises ValueError when nothing is relevant.
    """
    wanted = {token for span in relevant for token in tokens.inside(span)}
    needed = [passage for passage in passages if not wanted.isdisjoint(tokens.inside(passage))]
    return cover(tokens, needed, relevant).precision
