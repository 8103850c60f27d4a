"""A brief's plan: everything that was decided before a word was written. It is kept, and the brief is rebuilt from it.

What is in it is not looked up again: a paper's revision, its votes, its address, the themes, the changes. So a rebuild
gives the same brief whatever was ingested since.
"""

from __future__ import annotations

from rag.models import (
    BriefConstraints,
    BriefNote,
    BriefPaper,
    Changes,
    Contract,
    FurtherTheme,
    LeftOut,
    Paper,
    QuietPaper,
    Window,
)
from rag.text.names import system_of


class PlannedPaper(Contract):
    """A paper that is to be reported, at a revision; `rank` order is that of the plan."""

    paper_id: str
    revision: int
    title: str
    url: str | None = None
    published: str | None = None
    name: str | None = None

    @property
    def named(self) -> BriefPaper:
        """The paper as it is named without a sentence."""
        return BriefPaper(paper_id=self.paper_id, title=self.title, url=self.url, name=self.name)


class PlannedTheme(Contract):
    """A theme with its papers, best first, and those for which there is no room."""

    tag: str | None
    heading: str
    paper_ids: tuple[str, ...]
    more: tuple[BriefPaper, ...] = ()
    more_count: int = 0


class Plan(Contract):
    """What a brief will report and how it is grouped. `papers` are in their order of rank, best first."""

    topic: str | None = None
    week: str | None = None
    window: Window
    constraints: BriefConstraints
    papers: tuple[PlannedPaper, ...] = ()
    themes: tuple[PlannedTheme, ...] = ()
    further: tuple[FurtherTheme, ...] = ()
    quiet: tuple[QuietPaper, ...] = ()
    changes: Changes = Changes()
    notes: tuple[BriefNote, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0
    papers_searched: int = 0
    papers_found: int = 0
    catalogue_revision: int = 0
    embedding: str = ""
    topics_sha256: str = ""


def named(paper: Paper) -> BriefPaper:
    """A paper as it is named without a sentence: its title, its address, and what its system is called."""
    return BriefPaper(paper_id=paper.id, title=paper.title, url=paper.url, name=system_of(paper.title, paper.abstract))
