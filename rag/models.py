"""The words that the whole house shares, as frozen values without behaviour.

Objects that other programs see (`Paper`, `Answer`, `IngestReport`, …) are pydantic models whose JSON is fixed by
docs/contracts.md; objects that stay inside are dataclasses. Offsets count Unicode code points, start inclusive, end
exclusive: `abstract[start:end] == quote`, always.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

# --------------------------------------------------------------------------------------------- inside the house


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


# ------------------------------------------------------------------------------------------------ what others see


class Contract(BaseModel):
    """Base of the objects that cross a door: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class Quote(Contract):
    """A span of an abstract: `abstract[start:end] == quote`."""

    start: int
    end: int
    quote: str


class SentenceEvidence(Contract):
    citation: int
    start: int
    end: int
    quote: str


Support = Literal["verbatim", "close", "weak"]
Outcome = Literal["answered", "partial", "insufficient_evidence", "out_of_scope"]
NoteKind = Literal[
    "premise_conflict",
    "figure_not_given",
    "conflicting_papers",
    "injection_ignored",
    "truncated",
    "model_unavailable",
]
DropReason = Literal[
    "unsupported",
    "number_not_in_evidence",
    "unit",
    "name_not_in_evidence",
    "negation",
    "direction",
    "attribution",
    "unknown_citation",
]


class AnswerSentence(Contract):
    text: str
    subject: str | None = None
    citations: tuple[int, ...]
    support: Support
    corrected_citation: bool = False
    replaced_wording: bool = False
    evidence: tuple[SentenceEvidence, ...]


class Citation(Contract):
    n: int
    paper_id: str
    title: str
    url: str | None = None
    published: str | None = None
    quotes: tuple[Quote, ...]


class Note(Contract):
    kind: NoteKind
    detail: str


class Dropped(Contract):
    text: str
    reason: DropReason
    detail: str


class Nearest(Contract):
    paper_id: str
    title: str
    score: float


class Window(Contract):
    since: str | None = None
    until: str | None = None


class Coverage(Contract):
    papers_searched: int
    window: Window = Window()
    abstracts_only: Literal[True] = True
    incomplete_days: tuple[str, ...] = ()


class Provenance(Contract):
    mode: Literal["extractive", "generative"]
    model: str | None = None
    prompt: str | None = None
    prompt_sha256: str | None = None
    embedding: str
    calibration: str | None = None
    catalogue_revision: int
    version: str
    created: str


class Latency(Contract):
    """Milliseconds by stage."""

    retrieve: float = 0.0
    compose: float = 0.0
    ground: float = 0.0
    total: float = 0.0


class Usage(Contract):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    latency_ms: Latency = Latency()


class Answer(Contract):
    """The answer to a question, every sentence with the spans that show it."""

    id: str
    question: str
    standalone_question: str
    conversation_id: str | None = None
    outcome: Outcome
    text: str
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    notes: tuple[Note, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    confidence: Annotated[float, Field(ge=0.0, le=1.0)]
    coverage: Coverage
    provenance: Provenance
    usage: Usage = Usage()


# ------------------------------------------------------------------------------------------- an answer on its way


class Status(Contract):
    """What is being done for a question just now."""

    stage: Literal["understanding", "searching", "writing"]


AskEvent = Status | AnswerSentence | Citation | Note
"""What a listener is told while an answer is being made, each as soon as it is certain.

Sentences come in the order of the final Answer, once they are grounded. A citation comes before the first sentence that
cites it, with its final number; told again with the same number it has more quotes. Nothing told is ever taken back.
"""

Listener = Callable[[AskEvent], None]
"""Called on the event loop, so it must be quick; what it raises ends the asking."""


# --------------------------------------------------------------------------------------------------- long work


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come: `done` of `total` (None where unknown) in the named stage."""

    stage: str
    done: int
    total: int | None = None
