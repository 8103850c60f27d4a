"""The readers on real sources: the page dump in full, and the two collections that came with it."""

from __future__ import annotations

import datetime
from itertools import islice
from pathlib import Path

import pytest

from rag.models import CleanPaper, Listing, PaperRecord, RefusedRecord
from rag.sources import detect, read
from rag.sources.record import to_paper
from rag.text.clean import OPERATIONS, clean, clean_paper

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def dump(shared: Path) -> Path:
    return shared / "data" / "seed" / "daily-papers-mar-12.txt"


@pytest.fixture(scope="module")
def records(dump: Path) -> list[PaperRecord | RefusedRecord]:
    return list(read(dump, listed=datetime.date(2025, 3, 12)))


@pytest.fixture(scope="module")
def papers(records: list[PaperRecord | RefusedRecord]) -> list[CleanPaper]:
    made = [to_paper(record) for record in records if isinstance(record, PaperRecord)]
    return [paper for paper in made if isinstance(paper, CleanPaper)]


def test_seventy_papers_in_order_and_word_for_word(dump: Path, records: list[PaperRecord | RefusedRecord]) -> None:
    text = dump.read_bytes().decode("utf-8")
    found = [record for record in records if isinstance(record, PaperRecord)]
    assert detect(dump.read_bytes()[:10_000]) == "page"
    assert len(found) == len(records) == 70
    assert [record.record for record in found] == list(range(1, 71))
    assert len({record.title for record in found}) == 70
    assert found[0].title.startswith("Learning from Future: ")
    assert found[-1].title.startswith("MosaicBERT: ")
    assert all(record.title in text and record.abstract in text for record in found)
    assert {record.listings for record in found} == {(Listing("daily-papers", "2025-03-12"),)}
    assert {(record.published, record.identifier, record.source) for record in found} == {(None, None, "page")}


def test_every_paper_has_an_identifier_of_its_own(papers: list[CleanPaper]) -> None:
    assert len({paper.paper_id for paper in papers}) == 70


def test_what_cleaning_does_to_the_page(papers: list[CleanPaper]) -> None:
    def of(beginning: str) -> CleanPaper:
        return next(paper for paper in papers if paper.title.startswith(beginning))

    cleaned = {paper.title: paper.cleaning for paper in papers if paper.cleaning}
    assert len(cleaned) == 8
    parallel = of("Parallel Speculative").abstract
    assert "our PEARL," in parallel
    assert "3.79x and 1.52x," in parallel
    assert "30%–50%" in of("Binary Embedding-based").abstract
    recycling = of("Turning Trash").abstract
    assert "requires <2MB of" in recycling
    assert "by 30% and" in recycling
    assert "approach (CoTTA)" in of("Continual Test-Time").abstract
    assert "by ~3x." in of("Rephrasing the Web").abstract
    assert any("for k>=3." in paper.abstract and "2.44x faster" in paper.abstract for paper in papers)
    # What no rule can tell stays as it is.
    assert any("187 and \\800 each" in paper.abstract for paper in papers)
    assert any("(~60%)" in paper.abstract for paper in papers)
    assert of("PC^2").title == of("PC^2").raw_title


def test_cleaning_the_page_twice_is_cleaning_it_once(papers: list[CleanPaper]) -> None:
    for paper in papers:
        title, abstract = clean_paper(paper.title, paper.abstract)
        assert (title.text, abstract.text) == (paper.title, paper.abstract)
        assert not title.operations + abstract.operations


def test_the_whole_of_scifact_loads(shared: Path) -> None:
    made = [
        to_paper(record) if isinstance(record, PaperRecord) else record
        for record in read(shared / "data" / "scifact" / "corpus.jsonl.gz")
    ]
    assert [record for record in made if isinstance(record, RefusedRecord)] == []
    assert len({paper.paper_id for paper in made if isinstance(paper, CleanPaper)}) == 5183


def test_two_thousand_conference_papers_load(shared: Path) -> None:
    source = read(shared / "data" / "papers" / "papers.jsonl.gz")
    found = [to_paper(record) if isinstance(record, PaperRecord) else record for record in islice(source, 2000)]
    papers = [paper for paper in found if isinstance(paper, CleanPaper)]
    assert [record for record in found if isinstance(record, RefusedRecord)] == []
    assert len({paper.paper_id for paper in papers}) == 2000
    assert all(paper.authors and paper.published and paper.url for paper in papers)
    names = {name for name, _ in OPERATIONS} | {"system name"}
    assert all(set(paper.cleaning) <= names and clean(paper.abstract).text == paper.abstract for paper in papers)
