"""The words that the whole house shares, as frozen values without behaviour.

Objects that other programs see (`Paper`, `Answer`, `IngestReport`, …) are pydantic models whose JSON is fixed by
docs/contracts.md; objects that stay inside are dataclasses (`rag.models.records`). Offsets count Unicode code points,
start inclusive, end exclusive: `abstract[start:end] == quote`, always.
"""

from __future__ import annotations

from rag.models.answers import (
    Answer,
    AnswerSentence,
    AskEvent,
    Citation,
    Conversation,
    Coverage,
    Dropped,
    DropReason,
    Latency,
    Listener,
    Nearest,
    Note,
    NoteKind,
    Outcome,
    Provenance,
    Quote,
    SentenceEvidence,
    Status,
    Support,
    Usage,
    Window,
)
from rag.models.contract import (
    Contract,
)
from rag.models.jobs import (
    Job,
    JobProgress,
    JobState,
)
from rag.models.papers import (
    Explanation,
    Hit,
    HitPassage,
    IngestReport,
    Paper,
    PaperListing,
    RefusedItem,
    Scope,
    SearchReport,
)
from rag.models.records import (
    CleanPaper,
    Listing,
    PaperRecord,
    Passage,
    Progress,
    RefusedRecord,
    Sentence,
)

__all__ = [
    "Answer",
    "AnswerSentence",
    "AskEvent",
    "Citation",
    "CleanPaper",
    "Contract",
    "Conversation",
    "Coverage",
    "DropReason",
    "Dropped",
    "Explanation",
    "Hit",
    "HitPassage",
    "IngestReport",
    "Job",
    "JobProgress",
    "JobState",
    "Latency",
    "Listener",
    "Listing",
    "Nearest",
    "Note",
    "NoteKind",
    "Outcome",
    "Paper",
    "PaperListing",
    "PaperRecord",
    "Passage",
    "Progress",
    "Provenance",
    "Quote",
    "RefusedItem",
    "RefusedRecord",
    "Scope",
    "SearchReport",
    "Sentence",
    "SentenceEvidence",
    "Status",
    "Support",
    "Usage",
    "Window",
]
