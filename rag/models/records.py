"""What stays inside the house: papers on their way in, pieces of text, how far long work has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listing:
    """A paper stood on a feed's page on a day. `day` is ISO `YYYY-MM-DD`; `upvotes` is None where unknown."""

    feed: str
    day: str
    upvotes: int | None = None


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """One paper as a source gave it: text raw and uncleaned, `identifier` None where the source gives none.

    `record` is the 1-based number of the record in its source, for error messages. `published` is `YYYY-MM-DD`,
    `YYYY-MM`, `YYYY` or None and never a listing day.
    """

    record: int
    title: str
    abstract: str
    identifier: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None
    url: str | None = None
    source: str = ""
    listings: tuple[Listing, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """A record that was not loaded, and why, in a sentence a person can act on."""

    record: int
    reason: str


@dataclass(frozen=True, slots=True)
class CleanPaper:
    """A paper ready for the catalogue: text cleaned, raw text beside it, `cleaning` the operations that changed it."""

    paper_id: str
    title: str
    abstract: str
    raw_title: str
    raw_abstract: str
    cleaning: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: str | None = None
    url: str | None = None
    source: str = ""
    listings: tuple[Listing, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a text with its offsets: `text == source[start:end]`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """What is indexed: a window of sentences of one revision of one abstract.

    `passage_id` is `<paper_id>@<revision>#<n>`; `text == abstract[start:end]`.
    """

    passage_id: str
    paper_id: str
    revision: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come: `done` of `total` (None where unknown) in the named stage."""

    stage: str
    done: int
    total: int | None = None
