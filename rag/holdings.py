"""What the library holds: papers page by page, one with its past, and how whole the corpus is.

A feed that lists papers on working days is expected to have listed some on every working day between its first and its
last: a day without is a gap, and a day with far fewer than usual is incomplete. Neither is proof that something is
missing (holidays are no gap in the feed), so both are told and nothing is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from rag.catalogue import Catalogue, answers, feeds, holdings, indexing, papers
from rag.errors import NotFound
from rag.models import Answer, Contract, Outcome, Paper, Quote, Scope

_FEW_DAYS = 5
"""Below so many listed days nobody can say what is usual."""
_INCOMPLETE = 1 / 3
"""A day with less than this part of the feed's median is incomplete."""
_SATURDAY = 5
_DAY = timedelta(days=1)


class PaperRevision(Contract):
    """An earlier text of a paper, as it stood until a newer one took its place."""

    revision: int
    written: str
    title: str
    abstract: str


class RawText(Contract):
    """A paper's text as its source gave it, and the names of the operations that cleaned it."""

    title: str
    abstract: str
    cleaning: tuple[str, ...] = ()


class PaperDetail(Paper):
    """A paper with its earlier revisions, oldest first; `raw` where it was asked for."""

    revisions: tuple[PaperRevision, ...] = ()
    raw: RawText | None = None


class PaperPage(Contract):
    """Some papers in the order in which they came; `next_cursor` is None on the last page."""

    papers: tuple[Paper, ...] = ()
    next_cursor: str | None = None


class CitingAnswer(Contract):
    """An answer that cites a paper: what was asked, and what it quotes of the paper."""

    id: str
    question: str
    outcome: Outcome
    created: str
    conversation_id: str | None = None
    quotes: tuple[Quote, ...] = ()


class CitingPage(Contract):
    """Some answers that cite a paper, newest first; `next_cursor` is None on the last page."""

    answers: tuple[CitingAnswer, ...] = ()
    next_cursor: str | None = None


class FeedDay(Contract):
    """How many papers a feed listed on a day."""

    feed: str
    day: str
    papers: int


class FeedGap(Contract):
    """Working days in a row, from `since` to `until`, on which a feed listed nothing; `days` is how many."""

    feed: str
    since: str
    until: str
    days: int


class CorpusHealth(Contract):
    """How whole the corpus is. `pending` papers are stored and not yet found by search."""

    papers: int
    pending: int
    catalogue_revision: int
    index_identity: str | None
    days: tuple[FeedDay, ...] = ()
    gaps: tuple[FeedGap, ...] = ()
    incomplete: tuple[FeedDay, ...] = ()


async def page_of(
    catalogue: Catalogue, *, after: str | None, limit: int, scope: Scope | None, words: str | None
) -> PaperPage:
    """Up to `limit` papers of a scope; `words` must all stand in the title."""
    found, cursor = await catalogue.read(
        papers.page, after=after, limit=limit, scope=scope, words=(words or "").split()
    )
    return PaperPage(papers=tuple(found), next_cursor=cursor)


async def detail_of(catalogue: Catalogue, paper: Paper, *, raw: bool) -> PaperDetail:
    """A paper with its past; with `raw`, as its source gave it too."""
    earlier = await catalogue.read(holdings.revisions, paper.id)
    given = await catalogue.read(holdings.raw, paper.id) if raw else None
    if raw and given is None:
        raise NotFound(f"The paper {paper.id!r} was deleted a moment ago.")
    return PaperDetail(
        **{name: getattr(paper, name) for name in Paper.model_fields},
        revisions=tuple(PaperRevision(**each._asdict()) for each in earlier),
        raw=None
        if given is None
        else RawText(title=given.title, abstract=given.abstract, cleaning=tuple(given.cleaning)),
    )


async def citing(catalogue: Catalogue, paper: Paper, *, after: str | None, limit: int) -> CitingPage:
    """Up to `limit` answers that cite a paper."""
    found, cursor = await catalogue.read(answers.citing, paper.id, after=after, limit=limit)
    return CitingPage(answers=tuple(_citing(answer, paper) for answer in found), next_cursor=cursor)


def _citing(answer: Answer, paper: Paper) -> CitingAnswer:
    return CitingAnswer(
        id=answer.id,
        question=answer.question,
        outcome=answer.outcome,
        created=answer.provenance.created,
        conversation_id=answer.conversation_id,
        quotes=tuple(quote for cited in answer.citations if cited.paper_id == paper.id for quote in cited.quotes),
    )


async def corpus_health(catalogue: Catalogue) -> CorpusHealth:
    """How whole the corpus is, as far as the catalogue knows."""
    days = [FeedDay(**day._asdict()) for day in await catalogue.read(holdings.listed_days)]
    by_feed: dict[str, list[FeedDay]] = {}
    for day in days:
        by_feed.setdefault(day.feed, []).append(day)
    return CorpusHealth(
        papers=await catalogue.read(papers.count),
        pending=await catalogue.read(indexing.pending_count),
        catalogue_revision=await catalogue.read(papers.catalogue_revision),
        index_identity=await catalogue.read(indexing.index_identity),
        days=tuple(days),
        gaps=tuple(gap for listed in by_feed.values() for gap in gaps(listed)),
        incomplete=tuple(day for listed in by_feed.values() for day in incomplete(listed)),
    )


def gaps(listed: Sequence[FeedDay]) -> Iterable[FeedGap]:
    """The working days between the first and the last of one feed's days on which it listed nothing, run by run."""
    for before, after in pairwise(date.fromisoformat(day.day) for day in listed):
        first, last = before + _DAY, after - _DAY
        while first <= last and first.weekday() >= _SATURDAY:
            first += _DAY
        while last >= first and last.weekday() >= _SATURDAY:
            last -= _DAY
        if first <= last:
            yield FeedGap(
                feed=listed[0].feed, since=first.isoformat(), until=last.isoformat(), days=_working_days(first, last)
            )


def _working_days(first: date, last: date) -> int:
    """How many days from Monday to Friday there are from one to another, both counted."""
    weeks, rest = divmod((last - first).days + 1, 7)
    return 5 * weeks + sum((first + number * _DAY).weekday() < _SATURDAY for number in range(rest))


def incomplete(listed: Sequence[FeedDay]) -> Iterable[FeedDay]:
    """The working days of one feed with far fewer papers than are usual for it."""
    working = [day for day in listed if date.fromisoformat(day.day).weekday() < _SATURDAY]
    if len(working) < _FEW_DAYS:
        return
    usual = median(day.papers for day in working)
    yield from (day for day in working if day.papers < usual * _INCOMPLETE)


async def feed_state(catalogue: Catalogue) -> feeds.FeedState:
    """How the feed of briefs stands, without reading any; its identifier is made at the first call."""
    state = await catalogue.read(feeds.state)
    if state is None:
        await catalogue.write(feeds.begin)
        state = await catalogue.read(feeds.state)
    assert state is not None
    return state
