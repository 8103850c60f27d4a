"""Hybrid search over the real Chroma, tantivy and catalogue, and who is never shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from contract.papers import ABSTRACTS, DAYS, HashingEmbedder, made_up, name_of, record, records, settings

from rag.catalogue import indexing
from rag.index import IndexedPaper
from rag.ingest import ingest, remove_stale
from rag.library import Library, open_library
from rag.models import Hit, Paper, Scope
from rag.passages import passage_id, windows

pytestmark = pytest.mark.anyio

EVERYTHING = Scope(paper_ids=tuple(ABSTRACTS))


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Library]:
    """The invented papers, indexed."""
    async with open_library(settings(tmp_path / "data"), embedder=HashingEmbedder()) as opened:
        await opened.ingest(records())
        yield opened


async def hits(library: Library, query: str, scope: Scope | None = None, top_k: int = 50) -> dict[str, Hit]:
    """What a query finds, explained, by paper; checked for what holds of any search."""
    found = (await library.search(query, scope=scope, top_k=top_k, explain=True)).hits
    assert len({hit.paper.id for hit in found}) == len(found), "one hit a paper"
    assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)
    for hit in found:
        passage = hit.passage
        assert passage.text == hit.paper.abstract[passage.start : passage.end] != ""
        assert 0.0 <= hit.score <= 1.0
        assert hit.paper == await library.paper(hit.paper.id), "as it stands in the catalogue"
    for leg in ("dense_rank", "lexical_rank"):
        ranks = sorted(rank for hit in found if (rank := getattr(hit.explain, leg)) is not None)
        assert len(set(ranks)) == len(ranks)
    return {hit.paper.id: hit for hit in found}


async def put_without_marking(library: Library, paper: Paper, revision: int | None = None) -> None:
    """A paper as a crash leaves it: in both indexes, and not marked in the catalogue."""
    spans = tuple(windows(paper.abstract))
    vectors = await library.embedder.embed_passages([paper.abstract[start:end] for start, end in spans])
    as_indexed = paper if revision is None else paper.model_copy(update={"revision": revision})
    await library.index.put([IndexedPaper(as_indexed, spans, vectors)])


@pytest.mark.parametrize(
    ("query", "paper_id"),
    [
        ("PC2 point clouds", "2401.00004"),
        ("PC^2", "2401.00004"),
        ("C++", "2401.00003"),
        ("SpecDict++", "2401.00009"),
        ("BERT_BASE weather", "2401.00007"),
        ("marmot experts", "2401.00006"),
        ("kites in telephone videos", "2401.00011"),
    ],
)
async def test_the_paper_that_was_meant_comes_first(library: Library, query: str, paper_id: str) -> None:
    assert next(iter(await hits(library, query))) == paper_id


async def test_the_best_passage_is_the_one_that_is_near_the_query(library: Library) -> None:
    (hit,) = (await hits(library, "steep sea bed failures cluster draws 0.9 W", top_k=1)).values()
    assert hit.passage.text.endswith("Failures cluster where the sea bed is steep.")


async def test_explained_hits_say_where_they_stood(library: Library) -> None:
    found = await hits(library, "federated tablets")
    first = found["2401.00008"]
    assert first.explain is not None
    assert (first.explain.dense_rank, first.explain.lexical_rank) == (1, 1)
    assert first.score == 1.0
    assert all(hit.explain and hit.explain.dense_rank for hit in found.values()), "the pool holds all of so few"
    assert any(hit.explain and hit.explain.lexical is None for hit in found.values())
    unexplained = (await library.search("federated tablets")).hits
    assert [hit.explain for hit in unexplained] == [None] * len(unexplained)


async def test_scopes_of_papers_days_and_tags(library: Library) -> None:
    assert set(await hits(library, "kites", EVERYTHING)) == set(ABSTRACTS)
    two = Scope(paper_ids=("2401.00002", "2401.00005", "unknown"))
    assert set(await hits(library, "kites", two)) == {"2401.00002", "2401.00005"}
    listed = {hit.paper.id: hit.paper.listings[0].day for hit in (await hits(library, "kites")).values()}
    middle = await hits(library, "kites", Scope(since=DAYS[1], until=DAYS[1]))
    assert set(middle) == {paper_id for paper_id, day in listed.items() if day == DAYS[1]}
    assert len(middle) == 4
    assert set(await hits(library, "kites", Scope(since="2024-03-12"))) == {
        paper_id for paper_id, day in listed.items() if day == DAYS[2]
    }
    odd = await hits(library, "kites", Scope(tags=("odd", "unpaired")))
    assert set(odd) == set(list(ABSTRACTS)[::2])
    assert await hits(library, "kites", Scope(tags=("odd", "even"))) == {}
    assert await hits(library, "kites", Scope(since="2031-01-01")) == {}
    both = await hits(library, "kites", Scope(tags=("odd",), since=DAYS[1], until=DAYS[1]))
    assert set(both) == set(odd) & set(middle)


@pytest.mark.parametrize("query", ["kites", "C++ remarks", "a network that forgets", "41%", "zygomorphic"])
async def test_in_a_scope_of_everything_the_scores_are_those_of_no_scope(library: Library, query: str) -> None:
    """One path asks Chroma, the other multiplies the catalogue's vectors: they must not disagree."""
    everywhere, inside = await hits(library, query), await hits(library, query, EVERYTHING)
    assert list(everywhere) == list(inside)
    for paper_id, hit in everywhere.items():
        other = inside[paper_id]
        assert hit.score == pytest.approx(other.score, abs=1e-3)
        assert hit.passage == other.passage
        assert hit.explain is not None
        assert other.explain is not None
        assert hit.explain.dense == pytest.approx(other.explain.dense, abs=1e-3)
        assert hit.explain.lexical == pytest.approx(other.explain.lexical)


async def test_more_hits_than_a_pool_holds(library: Library) -> None:
    await library.ingest(made_up(n) for n in range(330))
    assert len(await hits(library, "alpaca", top_k=400)) >= 330
    scope = Scope(paper_ids=tuple(f"2402.{n:05d}" for n in range(330)))
    inside = await hits(library, "alpaca", scope, top_k=330)
    assert len(inside) == 330
    assert all(hit.explain and hit.explain.dense_rank for hit in inside.values()), "a scope is scored exactly"


async def test_a_large_scope_is_searched_as_a_part_of_everything(library: Library) -> None:
    """Beyond the exact limit the vectors come from Chroma; identifiers that are not there cost nothing."""
    vector = await library.embedder.embed_query("kites")
    among = ["2401.00011", "2401.00002", *(f"none.{n}" for n in range(6_000))]
    found = await library.index.search("kites", vector, limit=10, among=among)
    assert [hit.paper_id for hit in found] == ["2401.00011", "2401.00002"]


async def test_no_hits_for_no_papers(tmp_path: Path) -> None:
    async with open_library(settings(tmp_path / "data"), embedder=HashingEmbedder()) as library:
        assert (await library.search("kites")).hits == ()
        assert (await library.search("kites", scope=EVERYTHING)).hits == ()
        assert (await library.search("kites", top_k=0)).hits == ()


async def test_a_changed_paper_is_found_by_its_new_text_only(library: Library) -> None:
    old = await hits(library, "federated tablets")
    assert next(iter(old)) == "2401.00008"
    text = "Ovens in bakeries drift. We calibrate a sourdough oven with a camera. Loaves rise 12% higher."
    report = await library.ingest([record("2401.00008", 8, title="Baking by Eye", abstract=text)])
    assert (report.updated, report.added) == (1, 0)
    for scope in (None, EVERYTHING):
        found = await hits(library, "sourdough oven", scope)
        assert next(iter(found)) == "2401.00008"
        assert found["2401.00008"].paper.revision == 2
        gone = (await hits(library, "federated tablets", scope))["2401.00008"]
        assert gone.explain is not None
        assert gone.explain.lexical is None
        assert "tablet" not in gone.passage.text
    assert await library.vectors.present([passage_id("2401.00008", 1, n) for n in range(3)]) == set()


async def test_deleted_papers_never_show(library: Library) -> None:
    before = await hits(library, "kites", EVERYTHING)
    await library.delete("2401.00011")
    for scope in (None, EVERYTHING, Scope(paper_ids=("2401.00011",))):
        assert "2401.00011" not in await hits(library, "kites wind fields", scope)
    assert len(before) == 12
    assert await library.vectors.present([passage_id("2401.00011", 1, n) for n in range(3)]) == set()
    assert "2401.00011" not in await library.lexical.revisions()
    await library.ingest([record("2401.00011", 11)])
    assert (await hits(library, "kites wind fields"))["2401.00011"].paper.revision == 2


async def test_a_paper_that_stands_in_the_indexes_and_is_not_marked_never_shows(library: Library) -> None:
    for paper in (
        Paper(id="unheard.of", title="Kites of Nobody", abstract="Kites that nobody catalogued. They fly."),
        (await library.paper("2401.00011")).model_copy(update={"revision": 7, "abstract": "Kites of the future fly."}),
    ):
        await put_without_marking(library, paper)
    for scope in (None, EVERYTHING, Scope(paper_ids=("unheard.of",))):
        found = await hits(library, "kites of nobody in the future", scope)
        assert "unheard.of" not in found
        assert all("future" not in hit.passage.text for hit in found.values())


async def test_a_paper_whose_marking_was_cut_short_shows_after_the_next_ingest(library: Library) -> None:
    await library.catalogue.write(indexing.unmark, ["2401.00011"])
    assert "2401.00011" not in await hits(library, "kites wind fields")
    await library.ingest([])
    assert next(iter(await hits(library, "kites wind fields"))) == "2401.00011"


async def test_a_scope_that_is_asked_during_an_ingest_misses_nothing_afterwards(library: Library) -> None:
    """Its vectors stay in memory; what was read while papers were being marked must not stay there."""
    ids = tuple(f"2402.{n:05d}" for n in range(40))
    scope = Scope(paper_ids=ids)
    await library.ingest(made_up(n) for n in range(40))
    loaded = asyncio.Event()

    async def ask_again_and_again() -> None:
        while not loaded.is_set():
            await library.search("alpaca", scope=scope, top_k=40)

    asking = asyncio.create_task(ask_again_and_again())
    for revision in range(2, 5):
        await library.ingest(made_up(n, revision=revision) for n in range(40))
    loaded.set()
    await asking
    found = await hits(library, "alpaca", scope)
    assert set(found) == set(ids)
    assert all(hit.explain and hit.explain.dense_rank for hit in found.values())
    assert {hit.paper.revision for hit in found.values()} == {4}


async def test_hidden_leftovers_do_not_crowd_out_what_is_current(library: Library) -> None:
    """Old revisions that a crash left in the indexes take places in the pool; hits must still come from below them."""
    stuffing = np.tile(await library.embedder.embed_query("alpaca"), (400, 1))
    await library.vectors.put([f"ghost{n}@1#0" for n in range(400)], stuffing)
    await library.ingest([made_up(3)])
    found = await hits(library, name_of(3))
    assert "2402.00003" in found


async def test_stale_revisions_leave_both_indexes(library: Library) -> None:
    assert await library.catalogue.read(indexing.to_remove, 10) == []
    assert await remove_stale(library.catalogue, library.index) == 0
    report = await ingest(
        [made_up(1)],
        catalogue=library.catalogue,
        index=library.index,
        embedder=library.embedder,
        progress=lambda _: None,
    )
    assert report.added == 1
    await library.ingest([made_up(1, revision=2)])
    assert await library.vectors.present([passage_id("2402.00001", 1, n) for n in range(2)]) == set()
    assert len(await library.vectors.present([passage_id("2402.00001", 2, n) for n in range(2)])) == 2
    assert (await library.lexical.revisions())["2402.00001"] == 2
