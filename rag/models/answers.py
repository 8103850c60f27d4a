"""An answer, every sentence with the spans that show it, and what a listener hears while it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from rag.models.contract import Contract


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
    rewrite_prompt: str | None = None
    rewrite_sha256: str | None = None
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


class Conversation(Contract):
    """A conversation, or a page of it: `turns` are those from the number `first` on, of `total`; turns count from 1."""

    id: str
    created: str
    updated: str
    total: int
    first: int
    turns: tuple[Answer, ...] = ()


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
