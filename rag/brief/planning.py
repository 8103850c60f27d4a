"""Planning a brief: which papers, in which themes, and what changed. What is decided here is kept with the brief.

scope -> papers that are about the topic -> without those reported before -> tags -> themes -> room for each
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rag.brief.changes import EARLIER, changes, histories
from rag.brief.group import Member, Theme, themes
from rag.brief.news import unexpected
from rag.brief.parts import parts_of
from rag.brief.plan import Plan
from rag.brief.request import BriefRequest, days_of, week_of, windows_before
from rag.brief.room import chosen_places, plan_of
from rag.brief.select import Candidate, Nearness, Sought, about, nearness, quiet, ranked, votes_of
from rag.brief.tagging import Sources, Tags, by_name, tagged, unit_mean
from rag.catalogue import briefs, facts, indexing, papers
from rag.models import Changes, Paper, Scope, Window
from rag.question import understand
from rag.retrieve import Evidence, Retrieved
from rag.text.topics import Vocabulary, asked_of, spoken_of, stands_for, stems_of

TOPIC_PAPERS = 150
"""Papers of a topic that are judged: several times as many as a brief can report."""
_BACKGROUND = 200  # papers against whose nearness to the topic that of the hits is seen
_MEASURES = re.compile(r"\d(?:[\d.,]*)\s?(?:%|x\b|times\b|points\b|-?fold\b)")


async def planned(request: BriefRequest, sources: Sources) -> tuple[Plan, dict[str, Paper]]:
    """The plan of a brief, and the papers that it reports."""
    request = await _with_window(request, sources)
    found, tags, searched = await _found(request.topic, request.scope, sources)
    reported = await sources.catalogue.read(briefs.reported_before, request.series, request.window.until)
    fresh = (
        found if request.constraints.repeat else [c for c in found if c.paper.revision > reported.get(c.paper.id, 0)]
    )
    new = {c.paper.id for c in fresh}
    seen = [c.paper.id for c in found if c.paper.id not in new]
    changed = await _changes(request, found, tags, seen, sources)
    order = ranked(fresh, request.constraints.popularity)
    vectors = await _vectors([c.paper for c in order], sources)
    preferred = frozenset(asked_of(sources.vocabulary, request.topic or ""))
    grouped = await asyncio.to_thread(_grouped, order, tags, vectors, preferred)
    calm = quiet(fresh, request.constraints.quiet)
    chosen = chosen_places(request, grouped, order, [c.paper.id for c in calm])
    plan = plan_of(request, order, grouped, chosen, calm, changed, len(found), searched)
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
    at_large = scope if searched > TOPIC_PAPERS else None
    hits: dict[str, Paper] = {}
    sought = []
    for text in (topic, *parts_of(topic)):
        retrieved = await sources.retriever.evidence(understand(f"papers on {text}"), scope=scope, limit=TOPIC_PAPERS)
        hits |= {paper.id: paper for paper, _ in retrieved.papers}
        near = await _nearness(text, [paper.id for paper, _ in retrieved.papers], at_large, sources)
        sought.append(_sought(text, retrieved, near, sources.vocabulary))
    tags = await tagged(list(hits.values()), sources)
    counted = {name: votes_of(paper, **votes) for name, paper in hits.items()}

    def speaks(paper: Paper) -> AbstractSet[str]:
        return spoken_of(sources.vocabulary, paper.title, paper.abstract).keys()

    found = await asyncio.to_thread(about, list(hits.values()), sought, tags, votes=counted, speaks=speaks)
    return found, tags, searched


def _sought(text: str, retrieved: Retrieved, near: Mapping[str, Nearness], vocabulary: Vocabulary) -> Sought:
    words = retrieved.words
    sentences: dict[str, list[Evidence]] = {}
    for one in retrieved.evidence:
        sentences.setdefault(one.paper.id, []).append(one)
    unseen = frozenset(word.text for word in words if not word.seen)
    return Sought(
        sentences,
        near,
        stands_for(asked_of(vocabulary, text), [(stems_of(word.text), word.weight) for word in words if word.weight]),
        unseen if len(unseen) < len(words) else frozenset(),
    )


async def _nearness(topic: str, hits: Sequence[str], at_large: Scope | None, sources: Sources) -> dict[str, Nearness]:
    """How near hits are to a topic; with a scope, against every so-manieth paper in it, else against one another."""
    large: list[str] = []
    if at_large is not None:
        names = await sources.catalogue.read(papers.ids_in_scope, at_large)
        large = list(names[:: max(1, len(names) // _BACKGROUND)][:_BACKGROUND])
    rows = await sources.catalogue.read(indexing.vectors, list(dict.fromkeys([*hits, *large])))
    vector = await sources.embedder.embed_query(topic)
    size = len(vector)
    passages = {
        name: np.frombuffer(blob, "<f2").astype(np.float32).reshape(-1, size) for name, _, spans, blob in rows if spans
    }
    cosines = {name: float((mine @ vector).max()) for name, mine in sorted(passages.items())}
    means = {name: unit_mean(mine) for name, mine in passages.items()}
    return nearness(cosines, means, [name for name in large if name in passages])


def _listed(paper: Paper, tags: Tags, since: str | None, until: str | None) -> Candidate:
    """A paper that is in because it was listed: relevant as it speaks clearly of a topic, as it measures,
    and a little as something in it is not what was thought."""
    clear = max(tags.values(), default=0.0)
    measures = min(1.0, len(_MEASURES.findall(paper.abstract)) / 3)
    relevance = 0.3 + 0.4 * min(1.0, clear) + 0.3 * (0.8 * measures + 0.2 * unexpected(paper.abstract))
    return Candidate(paper, round(relevance, 4), votes_of(paper, since, until))


async def _vectors(every: Sequence[Paper], sources: Sources) -> NDArray[np.float32]:
    if not every:
        return np.zeros((0, sources.embedder.dimension), np.float32)
    found = await by_name([paper.id for paper in every], sources)
    return np.stack([found[paper.id] for paper in every])


def _grouped(
    order: Sequence[Candidate], tags: Mapping[str, Tags], vectors: NDArray[np.float32], preferred: frozenset[str]
) -> list[Theme]:
    members = [Member(c.paper.id, tags[c.paper.id], f"{c.paper.title} {c.paper.abstract}") for c in order]
    return themes(members, vectors, preferred) if members else []


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
    now = Counter(_names(tags, found))
    changed = changes(now, len(found), counts, sizes, compared_with=span, seen_before=seen)
    past = histories(now, counts, sizes)
    return changed.model_copy(update={"histories": past, "windows": (*before[::-1], request.window) if past else ()})


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
