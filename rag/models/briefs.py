"""A brief and what it is asked for, as other programs see them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from rag.models.answers import AnswerSentence, Citation, Coverage, Dropped, Provenance, Usage, Window
from rag.models.contract import Contract

BriefNoteKind = Literal[
    "nothing_found",
    "nothing_new",
    "no_earlier_week",
    "left_out",
    "conflicting_papers",
    "injection_ignored",
    "model_unavailable",
    "truncated",
]


class BriefConstraints(Contract):
    """How a brief is made.

    `popularity` weighs votes against relevance when papers are ranked: 0 knows no votes, 1 nothing else. `quiet` is how
    many relevant papers with few votes are taken in besides. `repeat` reports what an earlier brief of the same series
    reported. A brief stays near `max_words`, whatever the number of papers.
    """

    max_papers: Annotated[int, Field(ge=1, le=100)] = 24
    max_words: Annotated[int, Field(ge=60, le=5_000)] = 700
    popularity: Annotated[float, Field(ge=0.0, le=1.0)] = 0.25
    quiet: Annotated[int, Field(ge=0, le=10)] = 3
    tags: tuple[str, ...] = ()
    paper_ids: tuple[str, ...] = ()
    repeat: StrictBool = False


class BriefPaper(Contract):
    """A paper that is named without a sentence: `url` is its address, `name` what its system is called, where known."""

    paper_id: str
    title: str
    url: str | None = None
    name: str | None = None


class QuietPaper(Contract):
    """A paper that is relevant and has few votes. `relevance` is in [0, 1]."""

    paper_id: str
    title: str
    upvotes: int
    relevance: float


class BriefSection(Contract):
    """A theme, or what papers say against each other. `topic` is the tag that its papers share, None for the rest.

    `paper_ids` are its papers that the brief tells: those that its sentences are about, in their order, then those told
    `also`, in the summary or the table of figures. `more` are those of the theme for which there was no room,
    `more_count` how many they are where not all are named.
    """

    heading: str
    topic: str | None = None
    kind: Literal["theme", "differences"] = "theme"
    sentences: tuple[AnswerSentence, ...] = ()
    paper_ids: tuple[str, ...] = ()
    also: tuple[BriefPaper, ...] = ()
    more: tuple[BriefPaper, ...] = ()
    more_count: int = 0

    @property
    def papers(self) -> int:
        """How many papers the theme has."""
        return len(self.paper_ids) + max(self.more_count, len(self.more))


class FurtherTheme(Contract):
    """A theme of which no paper has a sentence: `count` papers, the first of them named."""

    heading: str
    topic: str | None = None
    papers: tuple[BriefPaper, ...] = ()
    count: int = 0


class BriefFigure(Contract):
    """A headline figure: `value` is what stands in `quote`, and `abstract[start:end] == quote`.

    `subject` is what it is a figure of: the system's name, else the paper's title. `quantity` are words of the quote,
    with `…` in the figure's place.
    """

    paper_id: str
    quantity: str
    value: str
    quote: str
    start: int
    end: int
    subject: str | None = None


class TopicCount(Contract):
    """How many papers a topic had in this window, and a window of the same length before it, on average."""

    topic: str
    papers: int
    before: float


class TopicHistory(Contract):
    """How many papers a topic had in each window of `Changes.windows`; None where no paper at all was listed."""

    topic: str
    papers: tuple[int | None, ...]


class Changes(Contract):
    """What is different from before: topics by name, and papers by identifier that were reported already.

    `compared_with` is the time that was compared, None where no paper was listed before. `histories` are the most
    common topics over `windows`, the earliest first and the brief's own last; both are empty where nothing is known.
    """

    new_topics: tuple[str, ...] = ()
    rising: tuple[str, ...] = ()
    fading: tuple[str, ...] = ()
    seen_before: tuple[str, ...] = ()
    counts: tuple[TopicCount, ...] = ()
    compared_with: Window | None = None
    windows: tuple[Window, ...] = ()
    histories: tuple[TopicHistory, ...] = ()


class BriefNote(Contract):
    kind: BriefNoteKind
    detail: str


class LeftOut(Contract):
    paper_id: str
    title: str
    reason: str


class BriefCoverage(Coverage):
    """What was looked through: `papers_found` fit the topic, `papers_reported` are told.

    Told is what has a sentence or a row of the table of figures. `left_out` names the first of those that fit and are
    not told; `left_out_count` counts them all.
    """

    papers_found: int = 0
    papers_reported: int = 0
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0


class ReportedPaper(Contract):
    """A paper of a brief at the revision that it was read at."""

    paper_id: str
    revision: int


class BriefProvenance(Provenance):
    """Also the digest of each prompt that was used, by name, and of the vocabulary of topics."""

    prompts: dict[str, str] = Field(default_factory=dict)
    topics_sha256: str | None = None


class Briefing(Contract):
    """A brief, every sentence with the spans that show it. It never changes; a later one is another brief."""

    id: str
    topic: str | None = None
    week: str | None = None
    window: Window
    title: str
    summary: tuple[AnswerSentence, ...] = ()
    sections: tuple[BriefSection, ...] = ()
    further: tuple[FurtherTheme, ...] = ()
    figures: tuple[BriefFigure, ...] = ()
    quietly_important: tuple[QuietPaper, ...] = ()
    changes: Changes = Changes()
    citations: tuple[Citation, ...] = ()
    notes: tuple[BriefNote, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    papers: tuple[ReportedPaper, ...] = ()
    constraints: BriefConstraints = BriefConstraints()
    coverage: BriefCoverage
    provenance: BriefProvenance
    usage: Usage = Usage()

    @property
    def empty(self) -> bool:
        """True when there was nothing to report."""
        return not self.sections


class BriefListing(Contract):
    """A brief in the list of briefs."""

    id: str
    topic: str | None = None
    week: str | None = None
    window: Window
    title: str
    papers: int
    created: str


class BriefPage(Contract):
    """A page of the list of briefs, the newest first; `next` is the cursor of the page after it, None at the end."""

    briefs: tuple[BriefListing, ...] = ()
    next: str | None = None
