"""Planning a brief: which papers, in which themes, and what changed. What is decided here is kept with the brief.

scope -> papers that are about the topic -> without those reported before -> tags -> themes -> room for each
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.brief.changes import EARLIER, changes
from rag.brief.group import Member, Theme, themes
from rag.brief.plan import Plan, PlannedPaper, PlannedTheme
from rag.brief.request import BriefRequest, days_of, week_of, windows_before
from rag.brief.select import Candidate, about, quiet, ranked, votes_of
from rag.brief.tags import Vocabulary, carried, choose, spoken_of
from rag.catalogue import Catalogue, briefs, facts, indexing, papers, tagging
from rag.embedding import Embedder
from rag.models import BriefNote, BriefPaper, Changes, LeftOut, Paper, QuietPaper, Scope, Window
from rag.question import understand
from rag.retrieve import Retriever

TOPIC_PAPERS = 150
"""Papers of a topic that are judged: several times as many as a brief can report."""
_BACKGROUND = 200  # papers against whose nearness to the topic that of the hits is seen
_POOL = 2_000  # tagged papers that new ones are compared with
_LEAST_THEMES = 3  # themes of a week that are told at least
_OF_A_THEME = 2.6  # papers of a theme that are told on average
_FULL_WORDS = 44  # what two sentences, or one made of two, take
_NAMED = 20  # papers without a sentence that are named
_MORE = 6  # … and those of one theme
_MEASURES = re.compile(r"\d(?:[\d.,]*)\s?(?:%|x\b|times\b|points\b|-?fold\b)")
_SEVERAL = re.compile(r",? and |, ")

Tags = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sources:
    """What planning reads: the catalogue, the search, and the vocabulary of topics."""

    catalogue: Catalogue
    retriever: Retriever
    embedder: Embedder
    vocabulary: Vocabulary


async def planned(request: BriefRequest, sources: Sources) -> tuple[Plan, dict[str, Paper]]:
    """The plan of a brief, and the papers that it reports."""
    request = await _with_window(request, sources)
    found, tags, searched = await _found(request.topic, request.scope, sources)
    reported = await sources.catalogue.read(briefs.reported_before, request.series, request.window.until)
    fresh = (
        found if request.constraints.repeat else [c for c in found if c.paper.revision > reported.get(c.paper.id, 0)]
    )
    seen = [c.paper.id for c in found if c not in fresh]
    changed = await _changes(request, found, tags, seen, sources)
    order = ranked(fresh, request.constraints.popularity)
    vectors = await _vectors([c.paper for c in order], sources)
    preferred = frozenset(spoken_of(sources.vocabulary, request.topic or "", ""))
    grouped = await asyncio.to_thread(_grouped, order, tags, vectors, preferred)
    calm = quiet(fresh, request.constraints.quiet)
    chosen = _chosen(request, grouped, order, [c.paper.id for c in calm])
    plan = _plan(request, order, grouped, chosen, calm, changed, len(found), searched)
    revision = await sources.catalogue.read(facts.catalogue_revision)
    plan = plan.model_copy(
        update={
            "catalogue_revision": revision,
            "embedding": sources.embedder.identity,
            "topics_sha256": sources.vocabulary.sha256,
        }
    )
    return plan, {c.paper.id: c.paper for c in order}


async def _with_window(request: BriefRequest, sources: Sources) -> BriefRequest:
    """A request for nothing in particular is one for the newest week of listings."""
    if request.topic is not None or request.window != Window():
        return request
    _, last = await sources.catalogue.read(papers.days)
    if last is None:
        return request
    week = week_of(last)
    since, until = days_of(week)
    return replace(request, week=week, window=Window(since=since, until=until))


async def _found(topic: str | None, scope: Scope, sources: Sources) -> tuple[list[Candidate], dict[str, Tags], int]:
    """The papers in scope that are about the topic, all where there is none; their tags; how many were looked at."""
    votes = {"since": scope.since, "until": scope.until}
    if topic is None:
        every = await sources.catalogue.read(papers.inside, scope)
        tags = await tagged(every, sources)
        return [_listed(paper, tags[paper.id], **votes) for paper in every], tags, len(every)
    searched = await sources.catalogue.read(papers.count, scope)
    # "A, B and C" names three things, each of which is enough.
    question = understand(f"papers on {_SEVERAL.sub(' or ', topic)}")
    retrieved = await sources.retriever.evidence(question, scope=scope, limit=TOPIC_PAPERS)
    tags = await tagged([paper for paper, _ in retrieved.papers], sources)
    spoken = spoken_of(sources.vocabulary, topic, "")
    hits = [paper for paper, _ in retrieved.papers]
    seen = any(word.seen for word in retrieved.words)
    unseen = frozenset(word.text for word in retrieved.words if not word.seen) if seen else frozenset()
    counted = {paper.id: votes_of(paper, **votes) for paper in hits}
    far = await _background(question.text, scope, sources) if searched > TOPIC_PAPERS else ()
    found = await asyncio.to_thread(
        about, hits, retrieved.evidence, tags, spoken, votes=counted, background=far, unseen=unseen
    )
    return found, tags, searched


async def _background(topic: str, scope: Scope, sources: Sources) -> list[float]:
    """How near papers at large are to the topic: the cosine of the best passage of every so-manieth paper in scope."""
    names = await sources.catalogue.read(papers.ids_in_scope, scope)
    step = max(1, len(names) // _BACKGROUND)
    rows = await sources.catalogue.read(indexing.vectors, names[::step][:_BACKGROUND])
    vector = await sources.embedder.embed_query(topic)
    size = len(vector)
    return [
        float((np.frombuffer(blob, "<f2").astype(np.float32).reshape(-1, size) @ vector).max())
        for _, _, spans, blob in sorted(rows)
        if spans
    ]


def _listed(paper: Paper, tags: Tags, since: str | None, until: str | None) -> Candidate:
    """A paper that is in because it was listed: relevant as it speaks clearly of a topic, and as it measures."""
    clear = max(tags.values(), default=0.0)
    measures = min(1.0, len(_MEASURES.findall(paper.abstract)) / 3)
    return Candidate(paper, round(0.3 + 0.4 * min(1.0, clear) + 0.3 * measures, 4), votes_of(paper, since, until))


async def tagged(every: Sequence[Paper], sources: Sources) -> dict[str, Tags]:
    """The topic tags of papers with their strength; papers that were not looked at yet are, and keep what they got."""
    known = await sources.catalogue.read(tagging.known, [paper.id for paper in every])
    current = {name: tagged.given for name, tagged in known.items() if tagged.vocabulary == sources.vocabulary.sha256}
    new = [paper for paper in every if paper.id not in current or known[paper.id].revision != paper.revision]
    given: dict[str, Tags] = dict(current)
    if new:
        given |= await _tag(new, sources)
    # What a person or the source put on a paper counts fully, and comes first.
    own = {
        paper.id: {tag: 1.0 for tag in paper.tags if tag not in known.get(paper.id, _NOTHING).given} for paper in every
    }
    hidden = {name: tagged.refused for name, tagged in known.items()}
    return {
        paper.id: own[paper.id]
        | {tag: s for tag, s in given.get(paper.id, {}).items() if tag not in hidden.get(paper.id, ())}
        for paper in every
    }


_NOTHING = tagging.Tagged(0, "", {}, frozenset())


async def _tag(new: Sequence[Paper], sources: Sources) -> dict[str, Tags]:
    """Tags for new papers: from their text, from what similar tagged papers carry, and from what is common."""
    vocabulary = sources.vocabulary
    text = await asyncio.to_thread(lambda: [spoken_of(vocabulary, paper.title, paper.abstract) for paper in new])
    first = {paper.id: dict(choose(spoken, {}, {})) for paper, spoken in zip(new, text, strict=True)}
    pool = await sources.catalogue.read(tagging.pool, _POOL)
    stored = await sources.catalogue.read(tagging.known, [name for name in pool if name not in first])
    carriers: dict[str, Tags] = {name: tagged.given for name, tagged in stored.items()}
    # The new ones are each other's neighbours too, by what their texts say.
    carriers |= {name: tags for name, tags in first.items() if tags and len(carriers) < _POOL}
    names = sorted(carriers)
    vectors = await _by_name([*first, *names], sources)
    near = await asyncio.to_thread(
        carried,
        np.stack([vectors[name] for name in first]),
        np.stack([vectors[name] for name in names]) if names else np.zeros((0, sources.embedder.dimension), np.float32),
        [carriers[name] for name in names],
    )
    common = Counter(tag for tags in carriers.values() for tag in tags)
    made = {
        paper.id: dict(choose(spoken, neighbours, common))
        for paper, spoken, neighbours in zip(new, text, near, strict=True)
    }
    given = [(paper.id, paper.revision, made[paper.id]) for paper in new]
    await sources.catalogue.write(tagging.give, vocabulary.sha256, given)
    return dict(made)


async def _by_name(names: Sequence[str], sources: Sources) -> dict[str, NDArray[np.float32]]:
    """A unit vector for each paper, the mean of its passages'; zeros where none is stored yet."""
    wanted = list(dict.fromkeys(names))
    rows = await sources.catalogue.read(indexing.vectors, wanted)
    size = sources.embedder.dimension
    made = {name: np.zeros(size, np.float32) for name in wanted}
    for name, _, spans, blob in rows:
        if spans:
            mean = np.frombuffer(blob, "<f2").astype(np.float32).reshape(len(spans), size).mean(axis=0)
            norm = float(np.linalg.norm(mean))
            made[name] = mean / norm if norm else mean
    return made


async def _vectors(every: Sequence[Paper], sources: Sources) -> NDArray[np.float32]:
    if not every:
        return np.zeros((0, sources.embedder.dimension), np.float32)
    found = await _by_name([paper.id for paper in every], sources)
    return np.stack([found[paper.id] for paper in every])


def _grouped(
    order: Sequence[Candidate], tags: Mapping[str, Tags], vectors: NDArray[np.float32], preferred: frozenset[str]
) -> list[Theme]:
    members = [Member(c.paper.id, tags[c.paper.id], f"{c.paper.title} {c.paper.abstract}") for c in order]
    return themes(members, vectors, preferred) if members else []


def _chosen(
    request: BriefRequest, grouped: Sequence[Theme], order: Sequence[Candidate], calm: Sequence[str]
) -> set[int]:
    """The places of the papers that get a sentence. All of a topic's, as far as there is room; of a week its larger
    themes, and of each paper what it is and what came of it."""
    most = request.constraints.max_papers
    if request.topic is not None:
        return _room(grouped, order, most, calm)
    most = min(most, max(1, request.constraints.max_words // _FULL_WORDS))
    return _room(grouped[: max(_LEAST_THEMES, round(most / _OF_A_THEME))], order, most, calm)


def _room(grouped: Sequence[Theme], order: Sequence[Candidate], most: int, calm: Sequence[str]) -> set[int]:
    """The places of the papers that get a sentence: the best of each theme in turn, a large theme more often."""
    left = {theme: [place for place in theme.places if order[place].paper.id not in calm] for theme in grouped}
    chosen = {place for place, candidate in enumerate(order) if candidate.paper.id in calm}
    given: Counter[Theme] = Counter()
    while len(chosen) < most and any(left.values()):
        # The theme that is furthest behind its share; shares grow with the square root, so that small themes show.
        theme = min(
            (theme for theme in grouped if left[theme]),
            key=lambda theme: ((given[theme] + 1) / len(theme.places) ** 0.5, grouped.index(theme)),
        )
        chosen.add(left[theme].pop(0))
        given[theme] += 1
    return chosen


def _plan(
    request: BriefRequest,
    order: Sequence[Candidate],
    grouped: Sequence[Theme],
    chosen: set[int],
    calm: Sequence[Candidate],
    changed: Changes,
    found: int,
    searched: int,
) -> Plan:
    shown, out = [], []
    for theme in grouped:
        mine = [place for place in theme.places if place in chosen]
        more = [place for place in theme.places if place not in chosen]
        # What there is no room for is named beside its theme, a few of it; the rest only counts.
        named = more[:_MORE] if mine else []
        out += [place for place in more if place not in named]
        if mine:
            shown.append(
                PlannedTheme(
                    tag=theme.tag,
                    heading=_heading(theme, request.topic),
                    paper_ids=tuple(order[place].paper.id for place in mine),
                    more=tuple(BriefPaper(paper_id=order[p].paper.id, title=order[p].paper.title) for p in named),
                )
            )
    by_rank = sorted(chosen)
    return Plan(
        topic=request.topic,
        week=request.week,
        window=request.window,
        constraints=request.constraints,
        papers=tuple(_planned(order[place].paper) for place in _interleaved(by_rank, grouped)),
        themes=tuple(shown),
        quiet=tuple(
            QuietPaper(paper_id=c.paper.id, title=c.paper.title, upvotes=c.votes or 0, relevance=c.relevance)
            for c in calm
        ),
        changes=changed,
        notes=_notes(request, found, len(order), changed, searched),
        left_out=tuple(
            LeftOut(paper_id=order[p].paper.id, title=order[p].paper.title, reason="no room") for p in out[:_NAMED]
        ),
        left_out_count=len(order) - len(chosen),
        papers_searched=searched,
        papers_found=found,
    )


def _interleaved(places: Sequence[int], grouped: Sequence[Theme]) -> list[int]:
    """Places by rank within their theme first: the best of every theme before the second of any."""
    rank: dict[int, int] = {}
    for theme in grouped:
        mine = [place for place in theme.places if place in set(places)]
        rank |= {place: number for number, place in enumerate(mine)}
    return sorted(places, key=lambda place: (rank[place], place))


def _planned(paper: Paper) -> PlannedPaper:
    return PlannedPaper(
        paper_id=paper.id, revision=paper.revision, title=paper.title, url=paper.url, published=paper.published
    )


def _heading(theme: Theme, topic: str | None) -> str:
    if theme.tag is None and topic is not None:
        return topic[:1].upper() + topic[1:]
    return theme.heading


def _notes(request: BriefRequest, found: int, fresh: int, changed: Changes, searched: int) -> tuple[BriefNote, ...]:
    notes = []
    where = f"{searched:,} paper{'' if searched == 1 else 's'}"
    if not searched:
        notes.append(BriefNote(kind="nothing_found", detail="No paper was listed in this window."))
    elif not found:
        about_it = f" on {request.topic}" if request.topic else ""
        notes.append(BriefNote(kind="nothing_found", detail=f"None of the {where} that were looked at is{about_it}."))
    elif not fresh:
        notes.append(
            BriefNote(
                kind="nothing_new", detail="Every paper that fits was reported before, and none has changed since."
            )
        )
    bounded = request.window.since is not None and request.window.until is not None
    if found and bounded and changed.compared_with is None:
        detail = "No paper was listed in the weeks before, so there is nothing to compare with."
        notes.append(BriefNote(kind="no_earlier_week", detail=detail))
    return tuple(notes)


async def _changes(
    request: BriefRequest,
    found: Sequence[Candidate],
    tags: Mapping[str, Tags],
    seen: Sequence[str],
    sources: Sources,
) -> Changes:
    """New, rising and fading topics against the windows of the same length before this one."""
    before = windows_before(request.window, EARLIER)
    if not before:
        return Changes(seen_before=tuple(seen))
    span = Window(since=before[-1].since, until=before[0].until)
    scope = request.scope.model_copy(update={"since": span.since, "until": span.until})
    earlier, their_tags, _ = await _found(request.topic, scope, sources)
    counts = [Counter(_names(their_tags, _listed_in(earlier, window))) for window in before]
    sizes = [len(_listed_in(earlier, window)) for window in before]
    return changes(Counter(_names(tags, found)), len(found), counts, sizes, compared_with=span, seen_before=seen)


def _names(tags: Mapping[str, Tags], candidates: Sequence[Candidate]) -> list[str]:
    return [tag for candidate in candidates for tag in tags[candidate.paper.id]]


def _listed_in(candidates: Sequence[Candidate], window: Window) -> list[Candidate]:
    """Those that a feed listed in the window; a paper that was never listed counts in the last one that holds it."""
    since, until = window.since or "", window.until or "9999"
    return [
        c
        for c in candidates
        if any(since <= listing.day <= until for listing in c.paper.listings)
        or (not c.paper.listings and since <= (c.paper.published or "") <= until)
    ]
