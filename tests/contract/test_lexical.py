"""The keyword wall against the real tantivy in a temporary folder."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import StorageError
from rag.lexical import Entry, Lexical

pytestmark = pytest.mark.anyio

ENTRIES = (
    Entry("1", 1, "PC^2: Point Clouds from Sketches", "A sketch holds less than a photograph. Point clouds are found."),
    Entry("2", 3, "C++ Code Review", "We review code in C++ and write a test for every remark."),
    Entry("3", 1, "C for Beginners", "A course on the language C and its pointers, with clouds of errors."),
    Entry("4", 1, "BERT_BASE Reads Bulletins", "GPT-4 and BERT_BASE read weather bulletins; 25,000 of them."),
    Entry("5", 2, "Sleep in Müller's Networks", "Networks that sleep forget 41% less. SpecDict++ is not used."),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lexical"


@pytest.fixture
def lexical(folder: Path) -> Iterator[Lexical]:
    opened = Lexical.open(folder)
    yield opened
    opened.close()


async def found(lexical: Lexical, query: str, limit: int = 10) -> list[str]:
    return [paper_id for paper_id, _, _ in await lexical.best(query, limit)]


async def test_an_empty_index_finds_nothing(lexical: Lexical) -> None:
    assert await lexical.best("clouds", 10) == []
    assert await lexical.count() == 0
    assert await lexical.revisions() == {}
    assert await lexical.frequencies(["cloud"]) == {"cloud": 0}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("PC2", "1"),
        ("PC^2", "1"),
        ("pc^2?", "1"),
        ("c++", "2"),
        ("(C++)", "2"),
        ("language C", "3"),
        ("gpt4", "4"),
        ("GPT-4", "4"),
        ("bert base", "4"),
        ("25000", "4"),
        ("specdict++", "5"),
        ("Muller", "5"),
        ("sleeping network", "5"),
        ("41 %", "5"),
    ],
)
async def test_names_and_signs_are_found(lexical: Lexical, query: str, first: str) -> None:
    await lexical.put(ENTRIES)
    assert (await found(lexical, query))[0] == first


async def test_best_first_with_revision_and_score(lexical: Lexical) -> None:
    await lexical.put(ENTRIES)
    hits = await lexical.best("point clouds of sketches", 10)
    assert [(paper_id, revision) for paper_id, revision, _ in hits] == [("1", 1), ("3", 1)]
    assert hits[0][2] > hits[1][2] > 0
    assert await lexical.best("point clouds of sketches", 1) == hits[:1]
    assert await lexical.best("point clouds", 0) == []


@pytest.mark.parametrize(
    "query", ["", "the of and", "?!", "zygomorphic", "\x00", "🥣", "AND OR NOT", 'text:"x" [a TO b]']
)
async def test_queries_without_a_known_term_find_nothing(lexical: Lexical, query: str) -> None:
    """A question is words, never a query language: nothing in it is an operator."""
    await lexical.put([Entry("1", 1, "Kites", "Kites fly.")])
    assert await lexical.best(query, 10) == []


async def test_a_very_long_query_is_searched(lexical: Lexical) -> None:
    await lexical.put(ENTRIES)
    assert (await found(lexical, f"sketch {' '.join(f'word{n}' for n in range(5_000))}"))[0] == "1"


async def test_restricted_to_papers_the_scores_stay(lexical: Lexical) -> None:
    await lexical.put(ENTRIES)
    everywhere = {paper_id: score for paper_id, _, score in await lexical.best("clouds", 10)}
    inside = await lexical.best("clouds", 10, among=["3", "5", "unknown"])
    assert [(paper_id, score) for paper_id, _, score in inside] == [("3", pytest.approx(everywhere["3"]))]
    assert await lexical.best("clouds", 10, among=[]) == []


async def test_a_paper_that_is_put_again_is_found_by_its_new_text_only(lexical: Lexical) -> None:
    await lexical.put(ENTRIES)
    await lexical.put([Entry("1", 2, "Meshes", "A mesh of triangles.")])
    assert await found(lexical, "sketch") == []
    assert [hit[:2] for hit in await lexical.best("triangles", 10)] == [("1", 2)]
    assert await lexical.count() == 5
    assert (await lexical.revisions())["1"] == 2


async def test_removed_and_put_in_one_batch_a_paper_is_there_once(lexical: Lexical) -> None:
    await lexical.put(ENTRIES)
    await lexical.put([Entry("1", 2, "Kites", "Kites fly.")], remove=["1"])
    assert (await lexical.count(), (await lexical.revisions())["1"]) == (5, 2)


async def test_removed_papers_are_gone_and_unknown_ones_are_passed_over(lexical: Lexical) -> None:
    await lexical.put(ENTRIES)
    await lexical.put([], remove=["1", "unknown"])
    assert await found(lexical, "clouds") == ["3"]
    assert set(await lexical.revisions()) == {"2", "3", "4", "5"}


async def test_frequencies_count_papers(lexical: Lexical) -> None:
    await lexical.put(ENTRIES)
    (cloud,) = lexical.query_terms("clouds")
    assert await lexical.frequencies([cloud, "nowhere"]) == {cloud: 2, "nowhere": 0}


async def test_the_terms_of_a_query_are_stemmed_and_distinct(lexical: Lexical) -> None:
    assert lexical.query_terms("The networks of a network, GPT-4") == lexical.query_terms("networking gpt-4 the")
    assert lexical.query_terms("the of") == []
    assert lexical.stems("MosaicBERT networks") >= {*lexical.query_terms("mosaic bert network mosaicbert")}


async def test_entries_outlive_the_process_that_put_them(folder: Path) -> None:
    first = Lexical.open(folder)
    await first.put(ENTRIES)
    first.close()
    second = Lexical.open(folder)
    assert await second.revisions() == {entry.paper_id: entry.revision for entry in ENTRIES}
    await second.put([], remove=["1"])
    second.close()


async def test_emptied_and_filled_again(lexical: Lexical) -> None:
    await lexical.put(ENTRIES)
    await lexical.empty()
    assert await lexical.count() == 0
    await lexical.put(ENTRIES[:1])
    assert await lexical.revisions() == {"1": 1}


async def test_searches_and_writes_at_once(lexical: Lexical) -> None:
    async def write(number: int) -> None:
        await lexical.put([Entry(f"w{number}", 1, f"Kite {number}", "Kites fly.")])

    async def read() -> None:
        for paper_id, revision, score in await lexical.best("kites", 50):
            assert (paper_id[0], revision) == ("w", 1)
            assert score > 0

    await asyncio.gather(*(work for n in range(12) for work in (write(n), read())))
    assert await lexical.count() == 12


async def test_a_folder_that_another_process_writes_is_one_sentence(lexical: Lexical, folder: Path) -> None:
    await lexical.put(ENTRIES)
    second = Lexical.open(folder)
    with pytest.raises(StorageError, match="keyword index cannot be written") as refused:
        await second.put(ENTRIES)
    assert "\n" not in str(refused.value)
    assert await found(second, "clouds") == await found(lexical, "clouds")
    lexical.close()
    await second.put([], remove=["1"])
    assert await second.count() == 4
    second.close()


def deletions(folder: Path) -> int:
    return len(list(folder.glob("*.del")))


async def test_what_a_kill_left_behind_is_not_in_the_way(folder: Path) -> None:
    """A kill just before the end of a commit leaves its list of deletions, under a name that the next one wants too."""
    first = Lexical.open(folder)
    await first.put(ENTRIES)
    first.close()
    meta = folder / "meta.json"
    committed = meta.read_bytes()
    second = Lexical.open(folder)
    await second.put([], remove=["1"])
    second.close()
    assert deletions(folder) == 1
    meta.write_bytes(committed)
    third = Lexical.open(folder)
    assert await third.count() == 5
    await third.put([], remove=["1"])
    assert set(await third.revisions()) == {"2", "3", "4", "5"}
    third.close()


def blank_out(folder: Path) -> None:
    """Zeros in the place of the terms; the footer that says how long they are stays."""
    for path in folder.glob("*.term"):
        content = path.read_bytes()
        path.write_bytes(bytes(len(content) - 200) + content[-200:])


async def test_damaged_files_are_one_sentence(folder: Path) -> None:
    """tantivy panics on some damage instead of raising; that must not get past the wall."""
    whole = Lexical.open(folder)
    await whole.put(ENTRIES)
    whole.close()
    blank_out(folder)
    damaged = Lexical.open(folder)
    with pytest.raises(StorageError, match="keyword index cannot be read") as error:
        await damaged.best("clouds", 5)
    assert "paperbrief reindex" in error.value.hint
    await damaged.empty()
    await damaged.put(ENTRIES)
    assert await found(damaged, "sketch") == ["1"]
    damaged.close()
