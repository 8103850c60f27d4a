"""Papers as others see them: stored, in scope, found, loaded."""

from __future__ import annotations

from rag.models.contract import Contract


class PaperListing(Contract):
    feed: str
    day: str
    upvotes: int | None = None


class Paper(Contract):
    """A stored paper at its current revision."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    published: str | None = None
    url: str | None = None
    source: str = ""
    listings: tuple[PaperListing, ...] = ()
    revision: int = 1
    tags: tuple[str, ...] = ()


class Scope(Contract):
    """Which papers may be searched. Empty fields do not restrict; given ones must all hold."""

    paper_ids: tuple[str, ...] = ()
    brief_id: str | None = None
    since: str | None = None
    until: str | None = None
    tags: tuple[str, ...] = ()

    @property
    def everything(self) -> bool:
        """True when nothing is restricted."""
        return self == Scope()


class RefusedItem(Contract):
    record: int
    reason: str


class IngestReport(Contract):
    """What became of the records of one ingest. `read` counts all of them, refused ones too."""

    read: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: tuple[RefusedItem, ...] = ()


class HitPassage(Contract):
    start: int
    end: int
    text: str


class Explanation(Contract):
    """Where a hit stood in each leg (ranks from 1, None when the leg did not find it) and its raw scores."""

    dense_rank: int | None = None
    lexical_rank: int | None = None
    dense: float | None = None
    lexical: float | None = None


class Hit(Contract):
    """A paper that a query found, with its best passage. `score` is the fused score in [0, 1], more is better."""

    paper: Paper
    score: float
    passage: HitPassage
    explain: Explanation | None = None


class SearchReport(Contract):
    hits: tuple[Hit, ...] = ()
