"""What came of asking: the answer to each gold question, with what led to it. Frozen values; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from eval.gold import Asked, GoldQuestion
from rag.errors import InputError
from rag.models import Answer, Paper
from rag.text.clean import normalised_title


@dataclass(frozen=True, slots=True)
class Understood:
    """How the question was read; `parts` are the texts of what it falls into."""

    kind: str
    names: tuple[str, ...]
    content: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A sentence of the evidence: `text == abstract[start:end]`. All three figures are in [0, 1]."""

    paper_id: str
    start: int
    end: int
    text: str
    relevance: float
    coverage: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Trace:
    """What the answer was made from: the papers of `search` and of the evidence, best first, and its sentences."""

    understood: Understood
    searched: tuple[str, ...]
    papers: tuple[tuple[str, float], ...]
    evidence: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to one question or turn. `answer` is None where asking raised `error`; `wall_ms` is what it took."""

    asked: Asked
    answer: Answer | None
    trace: Trace | None
    error: str | None = None
    wall_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Session:
    """A gold question with its replies, one for each turn."""

    gold: GoldQuestion
    replies: tuple[Reply, ...]


class Corpus:
    """The stored papers, by identifier and by title."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self.papers: Mapping[str, Paper] = {paper.id: paper for paper in papers}
        self._by_title = {normalised_title(paper.title): paper.id for paper in self.papers.values()}

    def id_of(self, title: str) -> str:
        """The identifier of the paper with this title. Raises InputError where there is none."""
        found = self._by_title.get(normalised_title(title))
        if found is None:
            raise InputError(
                f"A gold question names the paper {title!r}, and the corpus has none.",
                hint="Name the papers that the questions are about with --corpus.",
            )
        return found

    def ids_of(self, titles: Iterable[str]) -> frozenset[str]:
        """The identifiers of papers by their titles. Raises InputError."""
        return frozenset(map(self.id_of, titles))
