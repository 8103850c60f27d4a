"""Answers and briefs made ready for pages that need no script: each cited abstract in pieces, marked or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from rag.catalogue import feeds, papers
from rag.errors import NotFound
from rag.library import Library
from rag.models import Answer, AnswerSentence, BriefFigure, Briefing, Citation, Quote


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A cited paper: its abstract in pieces, as it stands or as it stood in the revision that was quoted."""

    citation: Citation
    pieces: tuple[Piece, ...]
    """Empty where no abstract is stored that says what was quoted."""
    revision: int | None
    """The earlier revision that the pieces are of; None for the current one."""
    gone: bool
    """Whether the paper is stored no more."""


@dataclass(frozen=True, slots=True)
class Sourced:
    """Sentences with the sources that they cite."""

    sources: tuple[Source, ...]

    def spans(self, sentence: AnswerSentence, n: int) -> str:
        """The spans of a citation in a sentence as JSON, for the script that opens abstracts."""
        return json.dumps([piece.model_dump() for piece in sentence.evidence if piece.citation == n])

    def citation(self, n: int) -> Citation:
        """The citation with this number."""
        return next(source.citation for source in self.sources if source.citation.n == n)


@dataclass(frozen=True, slots=True)
class Shown(Sourced):
    """An answer and its sources."""

    answer: Answer


Beside = tuple[str, str]
"""Another brief of the series: its identifier and its title."""


@dataclass(frozen=True, slots=True)
class ShownBrief(Sourced):
    """A brief and its sources, and the briefs before and after it."""

    brief: Briefing
    before: Beside | None
    after: Beside | None

    @property
    def sentences(self) -> tuple[AnswerSentence, ...]:
        """All that it says."""
        sections = (sentence for section in self.brief.sections for sentence in section.sentences)
        return (*self.brief.summary, *sections)

    def cited(self, paper_id: str) -> Citation | None:
        """The citation of a paper; None where no sentence cites it."""
        return next((source.citation for source in self.sources if source.citation.paper_id == paper_id), None)

    def span(self, figure: BriefFigure) -> str:
        """The span of a figure as JSON, for the script that opens abstracts."""
        return json.dumps([{"start": figure.start, "end": figure.end, "quote": figure.quote}])


async def answer_page(answer_id: str, library: Library) -> Shown | None:
    """An answer with its sources; None where there is no such answer."""
    try:
        answer = await library.answer(answer_id)
    except NotFound:
        return None
    return Shown(await _sources(answer.citations, library), answer)


async def brief_page(brief_id: str, library: Library) -> ShownBrief | None:
    """A brief with its sources; None where there is no such brief."""
    try:
        brief = await library.briefing(brief_id)
    except NotFound:
        return None
    before, after = await library.catalogue.read(feeds.beside, brief_id)
    return ShownBrief(await _sources(brief.citations, library), brief, before, after)


async def _sources(citations: Sequence[Citation], library: Library) -> tuple[Source, ...]:
    """The cited papers; of one whose abstract says something else today, the revision that was quoted."""
    stored = await library.catalogue.read(papers.get_many, [citation.paper_id for citation in citations])
    sources = []
    for citation in citations:
        paper = stored.get(citation.paper_id)
        if paper is None:
            sources.append(Source(citation, (), None, gone=True))
        elif _agree(paper.abstract, citation.quotes):
            sources.append(Source(citation, pieces(paper.abstract, citation.quotes), None, gone=False))
        else:
            sources.append(await _earlier(citation, library))
    return tuple(sources)


async def _earlier(citation: Citation, library: Library) -> Source:
    try:
        paper = await library.paper_detail(citation.paper_id)
    except NotFound:  # deleted this very moment
        return Source(citation, (), None, gone=True)
    for earlier in reversed(paper.revisions):
        if _agree(earlier.abstract, citation.quotes):
            return Source(citation, pieces(earlier.abstract, citation.quotes), earlier.revision, gone=False)
    return Source(citation, (), None, gone=False)


def _agree(text: str, quotes: Sequence[Quote]) -> bool:
    return all(text[quote.start : quote.end] == quote.quote for quote in quotes)


def pieces(text: str, quotes: Sequence[Quote]) -> tuple[Piece, ...]:
    """The text in pieces, in order; quotes may overlap, and their union is marked."""
    cut: list[Piece] = []
    done = 0
    for start, end in sorted((quote.start, quote.end) for quote in quotes):
        if end <= done:
            continue
        begin = max(start, done)
        if begin > done:
            cut.append(Piece(text[done:begin], marked=False))
        if cut and cut[-1].marked:
            cut[-1] = Piece(cut[-1].text + text[begin:end], marked=True)
        else:
            cut.append(Piece(text[begin:end], marked=True))
        done = end
    if done < len(text):
        cut.append(Piece(text[done:], marked=False))
    return tuple(cut)
