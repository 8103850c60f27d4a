"""Papers and answers in the catalogue, on a real SQLite file."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from rag.catalogue import Catalogue, answers, facts, intake, papers
from rag.catalogue.entries import published_days
from rag.catalogue.papers import Put
from rag.catalogue.schema import BandRow, PaperRow, RevisionRow
from rag.errors import InputError, ScopeError
from rag.models import Answer, CleanPaper, Coverage, Listing, PaperRecord, Provenance, Scope
from rag.sources import read
from rag.sources.record import to_paper
from rag.text.clean import title_id

pytestmark = pytest.mark.anyio

WORDS = " ".join(
    [
        "amber barge canal delta estuary ferry gauge harbour inlet jetty keel lantern mooring north oar pilot",
        "quay rudder sail tide undertow vessel wharf yawl zephyr anchor buoy current dredge eddy",
    ]
).split()


def abstract_of(seed: int) -> str:
    """Sixty words in an order that no other seed gives: abstracts of different seeds share next to no shingle."""
    return " ".join(
        WORDS[(seed * 7 + place * place * (seed + 3)) % len(WORDS)] + str((seed + place) % 13) for place in range(60)
    )


def paper(paper_id: str = "2511.00001", seed: int = 1, **changes: object) -> CleanPaper:
    made = CleanPaper(
        paper_id=paper_id,
        title=f"On the {WORDS[seed % 30]} and the {WORDS[seed * 11 % 30]} of case {seed}",
        abstract=abstract_of(seed),
        raw_title="",
        raw_abstract=abstract_of(seed),
        source="test",
    )
    made = replace(made, **changes)  # type: ignore[arg-type]
    return replace(made, raw_title=made.raw_title or made.title)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    yield opened
    opened.close()


async def put(catalogue: Catalogue, *batch: CleanPaper) -> list[tuple[str, int, str]]:
    return [(one.paper_id, one.revision, one.outcome) for one in await catalogue.write(papers.put, batch)]


async def revision(catalogue: Catalogue) -> int:
    return await catalogue.read(papers.catalogue_revision)


# ------------------------------------------------------------------------------------------------------- put and get


async def test_a_paper_comes_back_as_it_was_put(catalogue: Catalogue) -> None:
    record = paper(
        authors=("Ada Ferro", "Ibn Ölund"),
        published="2025-11",
        url="https://example.org/1",
        listings=(Listing("daily", "2025-11-12", 7), Listing("weekly", "2025-11-10")),
        tags=("tides", "barges"),
        raw_title="On  the raw title",
        raw_abstract="raw\nabstract",
        cleaning=("fold space",),
    )
    assert await catalogue.write(papers.put, [record]) == [Put("2511.00001", 1, "added")]
    stored = await catalogue.read(papers.get, "2511.00001")
    assert stored is not None
    assert stored.model_dump(mode="json") == {
        "id": "2511.00001",
        "title": record.title,
        "abstract": record.abstract,
        "authors": ["Ada Ferro", "Ibn Ölund"],
        "published": "2025-11",
        "url": "https://example.org/1",
        "source": "test",
        "listings": [
            {"feed": "weekly", "day": "2025-11-10", "upvotes": None},
            {"feed": "daily", "day": "2025-11-12", "upvotes": 7},
        ],
        "revision": 1,
        "tags": ["tides", "barges"],
    }
    assert await catalogue.read(papers.raw, "2511.00001") == ("On  the raw title", "raw\nabstract")
    assert await revision(catalogue) == 1


async def test_raw_text_is_there_where_cleaning_changed_nothing(catalogue: Catalogue) -> None:
    await put(catalogue, paper())
    assert await catalogue.read(papers.raw, "2511.00001") == (paper().title, paper().abstract)
    assert await catalogue.read(papers.raw, "unknown") is None


async def test_putting_the_same_again_changes_nothing(catalogue: Catalogue) -> None:
    batch = [paper(f"p{seed}", seed) for seed in range(40)]
    assert {outcome for _, _, outcome in await put(catalogue, *batch)} == {"added"}
    assert {outcome for _, _, outcome in await put(catalogue, *batch)} == {"unchanged"}
    assert await revision(catalogue) == 1
    assert await put(catalogue) == []


async def test_details_are_merged_without_a_new_revision(catalogue: Catalogue) -> None:
    await put(
        catalogue, paper(listings=(Listing("daily", "2025-11-12", 7),), tags=("a",), authors=("A",), published="2025")
    )
    again = paper(
        listings=(Listing("daily", "2025-11-12", 9), Listing("daily", "2025-11-13")),
        tags=("b", "a"),
        authors=("A", "B"),
    )
    assert await put(catalogue, again) == [("2511.00001", 1, "unchanged")]
    stored = await catalogue.read(papers.get, "2511.00001")
    assert stored is not None
    assert [(each.day, each.upvotes) for each in stored.listings] == [("2025-11-12", 9), ("2025-11-13", None)]
    assert (stored.tags, stored.authors, stored.published) == (("a", "b"), ("A", "B"), "2025")
    assert await revision(catalogue) == 2
    # A source that knows less takes nothing away; votes that are unknown are not zero.
    await put(catalogue, paper(listings=(Listing("daily", "2025-11-12"),)))
    assert await catalogue.read(papers.get, "2511.00001") == stored
    assert await revision(catalogue) == 2


async def test_another_source_only_fills_in_what_is_missing(catalogue: Catalogue) -> None:
    await put(catalogue, paper(authors=("A",), published="2025"))
    other = paper(source="other", authors=("Somebody Else",), published="2025-11-02", url="https://example.org/x")
    await put(catalogue, other)
    stored = await catalogue.read(papers.get, "2511.00001")
    assert stored is not None
    assert (stored.authors, stored.url, stored.source) == (("A",), "https://example.org/x", "test")
    assert stored.published == "2025-11-02", "a finer date of the same year"
    await put(catalogue, replace(other, published="2019"))
    assert await catalogue.read(papers.get, "2511.00001") == stored


async def test_changed_text_is_a_new_revision_and_the_old_one_is_kept(catalogue: Catalogue) -> None:
    await put(catalogue, paper(raw_abstract="as it was read", cleaning=("fold space",)))
    assert await put(catalogue, paper(abstract=abstract_of(2))) == [("2511.00001", 2, "updated")]
    stored = await catalogue.read(papers.get, "2511.00001")
    assert stored is not None
    assert (stored.revision, stored.abstract) == (2, abstract_of(2))

    def earlier(session: Session) -> list[tuple[object, ...]]:
        columns = (RevisionRow.revision, RevisionRow.title, RevisionRow.abstract, RevisionRow.raw_abstract)
        return [tuple(row) for row in session.execute(select(*columns, RevisionRow.cleaning))]

    kept = await catalogue.read(earlier)
    assert kept == [(1, paper().title, abstract_of(1), "as it was read", ["fold space"])]


async def test_the_same_identifier_twice_in_a_batch(catalogue: Catalogue) -> None:
    first, second = paper(), paper(abstract=abstract_of(2))
    assert await put(catalogue, first, first, second, second) == [
        ("2511.00001", 1, "added"),
        ("2511.00001", 1, "unchanged"),
        ("2511.00001", 2, "updated"),
        ("2511.00001", 2, "unchanged"),
    ]
    assert await put(catalogue, second) == [("2511.00001", 2, "unchanged")]


async def test_half_a_surrogate_pair(catalogue: Catalogue) -> None:
    await put(catalogue, paper(raw_abstract="broken \ud83d here"))
    assert await catalogue.read(papers.raw, "2511.00001") == (paper().title, "broken ? here")
    with pytest.raises(InputError, match="surrogate"):
        await put(catalogue, paper("other", 3, title="broken \ud83d here"))
    assert await catalogue.read(papers.count) == 1


# -------------------------------------------------------------------------------------------------------- duplicates


async def test_the_same_paper_under_another_identifier_is_an_alias(catalogue: Catalogue) -> None:
    original = paper(listings=(Listing("daily", "2025-11-12"),))
    other = paper(
        "feed-9",
        title=original.title.upper(),
        abstract=original.abstract + " and one sentence more",
        authors=("A",),
        url="https://example.org/9",
        published="2025",
        listings=(Listing("weekly", "2025-11-17", 3),),
        source="feed",
    )
    await put(catalogue, original)
    assert await put(catalogue, other) == [("2511.00001", 1, "unchanged")]
    stored = await catalogue.read(papers.get, "feed-9")
    assert stored is not None
    assert stored == await catalogue.read(papers.get, "2511.00001")
    assert (stored.id, stored.title, stored.abstract) == ("2511.00001", original.title, original.abstract)
    assert (stored.authors, stored.url, stored.published) == (("A",), "https://example.org/9", "2025")
    assert [each.feed for each in stored.listings] == ["daily", "weekly"]
    before = await revision(catalogue)
    assert await put(catalogue, other) == [("2511.00001", 1, "unchanged")]
    assert await revision(catalogue) == before
    # Known as an alias it stays one, whatever its text becomes.
    assert await put(catalogue, replace(other, abstract=abstract_of(5))) == [("2511.00001", 1, "unchanged")]
    assert await catalogue.read(papers.count) == 1
    found = await catalogue.read(papers.get_many, ["feed-9", "2511.00001", "nobody"])
    assert found == {"feed-9": stored, "2511.00001": stored}


async def test_duplicates_inside_one_batch(catalogue: Catalogue) -> None:
    original = paper()
    other = replace(original, paper_id="feed-9", listings=(Listing("weekly", "2025-11-17"),))
    third = replace(original, paper_id="feed-10", title=original.title + " (Extended Abstract)")
    outcomes = await put(catalogue, original, paper("else", 8), other, third, other)
    assert [paper_id for paper_id, _, _ in outcomes] == ["2511.00001", "else", "2511.00001", "2511.00001", "2511.00001"]
    assert [outcome for _, _, outcome in outcomes] == ["added", "added", "unchanged", "unchanged", "unchanged"]
    stored = await catalogue.read(papers.get, "feed-10")
    assert stored is not None
    assert stored.listings[0].feed == "weekly"


async def test_a_record_without_identifier_joins_by_its_title(catalogue: Catalogue) -> None:
    original = paper()
    unnamed = paper(title_id(original.title), 1, title=original.title.lower(), abstract=abstract_of(4))
    assert unnamed.paper_id.startswith("t-")
    await put(catalogue, original)
    assert await put(catalogue, unnamed) == [("2511.00001", 1, "unchanged")]
    namesake = paper("2511.00002", 4, title=original.title)
    assert await put(catalogue, namesake) == [("2511.00002", 1, "added")]


async def test_a_rewritten_paper_is_found_by_its_new_text_alone(catalogue: Catalogue) -> None:
    await put(catalogue, paper())
    await put(catalogue, paper(title=paper(seed=2).title, abstract=abstract_of(2)))
    assert await put(catalogue, paper("old-text", 1)) == [("old-text", 1, "added")]
    assert await put(catalogue, paper("new-text", 2)) == [("2511.00001", 2, "unchanged")]


async def test_keys_made_in_another_way_are_made_again(catalogue: Catalogue) -> None:
    await put(catalogue, *(paper(f"p{seed}", seed) for seed in range(5)))

    def spoil(session: Session) -> list[tuple[int, int]]:
        rows = select(BandRow.band, BandRow.number).order_by(BandRow.band, BandRow.number)
        good = [(band, number) for band, number in session.execute(rows)]
        session.execute(text("UPDATE bands SET band = band + 1"))
        session.execute(text("UPDATE papers SET title_key = 'x'"))
        facts.put_value(session, facts.BANDS_SCHEME, "an older way")
        return good

    good = await catalogue.write(spoil)
    assert await put(catalogue, replace(paper("feed-3", 3), title="On the Renamed")) == [("feed-3", 1, "added")]
    assert await put(catalogue, replace(paper("feed-4", 4), title=paper(seed=4).title + ": A Ferry")) == [
        ("p4", 1, "unchanged")
    ]

    def bands(session: Session) -> set[tuple[int, int]]:
        return {(band, number) for band, number in session.execute(select(BandRow.band, BandRow.number))}

    assert set(good) <= await catalogue.read(bands)


# ------------------------------------------------------------------------------------------------------------ delete


async def test_a_deleted_paper_is_gone_and_comes_back_with_its_next_revision(catalogue: Catalogue) -> None:
    await put(catalogue, paper(), paper("other", 2))
    assert await catalogue.write(papers.delete, "2511.00001")
    assert not await catalogue.write(papers.delete, "2511.00001")
    assert not await catalogue.write(papers.delete, "nobody")
    assert await revision(catalogue) == 2
    assert await catalogue.read(papers.get, "2511.00001") is None
    assert await catalogue.read(papers.raw, "2511.00001") is None
    assert await catalogue.read(papers.count) == 1
    assert await put(catalogue, paper()) == [("2511.00001", 2, "added")]
    assert await revision(catalogue) == 3
    stored = await catalogue.read(papers.get, "2511.00001")
    assert stored is not None
    assert (stored.revision, stored.abstract) == (2, paper().abstract)


async def test_a_deleted_paper_comes_back_under_its_alias_and_with_new_text(catalogue: Catalogue) -> None:
    await put(catalogue, paper(), paper("feed-9"))
    await catalogue.write(papers.delete, "feed-9")
    assert await put(catalogue, paper("feed-9")) == [("2511.00001", 2, "added")]
    await catalogue.write(papers.delete, "2511.00001")
    assert await put(catalogue, paper(abstract=abstract_of(7))) == [("2511.00001", 3, "added")]

    def rows(session: Session) -> tuple[int | None, int | None]:
        return session.scalar(select(func.count()).select_from(PaperRow)), session.scalar(
            select(func.count()).select_from(RevisionRow)
        )

    assert await catalogue.read(rows) == (1, 2)


# ------------------------------------------------------------------------------------------------- pages and scopes


async def test_pages_meet_every_paper_once_in_the_order_in_which_they_came(catalogue: Catalogue) -> None:
    names = [f"p{seed * 37 % 100}" for seed in range(25)]
    await put(catalogue, *(paper(name, seed) for seed, name in enumerate(names)))
    await catalogue.write(papers.delete, names[3])
    met: list[str] = []
    cursor: str | None = None
    while True:
        found, cursor = await catalogue.read(papers.page, after=cursor, limit=7, scope=None)
        met += [each.id for each in found]
        if cursor is None:
            break
        if len(met) == 7:
            await put(catalogue, paper("late", 99))
    assert met == [name for name in names if name != names[3]] + ["late"]
    with pytest.raises(InputError, match="not a cursor"):
        await catalogue.read(papers.page, after="ab", limit=7, scope=None)


SCOPED = [
    paper("listed", 1, listings=(Listing("daily", "2025-03-12"),), published="2019", tags=("ir", "ml")),
    paper("listed-later", 2, listings=(Listing("daily", "2025-03-19"), Listing("daily", "2025-04-01"))),
    paper("day", 3, published="2025-03-11", tags=("ml",)),
    paper("month", 4, published="2025-03"),
    paper("year", 5, published="2025"),
    paper("unknown", 6),
    paper("odd", 7, published="spring"),
]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), "listed listed-later day month year unknown odd"),
        (Scope(since="2025-03-10", until="2025-03-16"), "listed day"),
        (Scope(since="2025-03-01", until="2025-03-31"), "listed listed-later day month"),
        (Scope(since="2025-03", until="2025-03"), "listed listed-later day month"),
        (Scope(since="2025-01-01"), "listed listed-later day month year"),
        (Scope(until="2024-12-31"), ""),
        (Scope(since="2025-04-01"), "listed-later"),
        (Scope(tags=("ml",)), "listed day"),
        (Scope(tags=("ml", "ir")), "listed"),
        (Scope(paper_ids=("year", "alias", "nobody")), "day year"),
        (Scope(paper_ids=("year", "day"), tags=("ml",), since="2025-03-11", until="2025-03-11"), "day"),
        (Scope(paper_ids=("nobody",)), ""),
    ],
)
async def test_scopes(catalogue: Catalogue, scope: Scope, expected: str) -> None:
    await put(catalogue, *SCOPED, paper("alias", 3), paper("deleted", 8, tags=("ml", "ir"), published="2025-03-11"))
    await catalogue.write(papers.delete, "deleted")
    assert await catalogue.read(papers.ids_in_scope, scope) == expected.split()
    assert await catalogue.read(papers.count, scope) == len(expected.split())
    found, cursor = await catalogue.read(papers.page, after=None, limit=50, scope=scope)
    assert ([each.id for each in found], cursor) == (expected.split(), None)


async def test_a_scope_of_a_brief_that_is_not_there(catalogue: Catalogue) -> None:
    with pytest.raises(ScopeError, match="no brief"):
        await catalogue.read(papers.ids_in_scope, Scope(brief_id="brf_1"))


@pytest.mark.parametrize("date", ["garbage", "last week", "2025-3-1", ""])
async def test_a_scope_of_what_is_no_date_is_refused(catalogue: Catalogue, date: str) -> None:
    for scope in (Scope(since=date), Scope(until=date)):
        with pytest.raises(ScopeError, match="no date"):
            await catalogue.read(papers.ids_in_scope, scope)


async def test_days(catalogue: Catalogue) -> None:
    assert await catalogue.read(papers.days) == (None, None)
    await put(catalogue, *SCOPED)
    assert await catalogue.read(papers.days) == ("2025-03-12", "2025-04-01")
    await catalogue.write(papers.delete, "listed-later")
    assert await catalogue.read(papers.days) == ("2025-03-12", "2025-03-12")


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2024", ("2024-01-01", "2024-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2025-02", ("2025-02-01", "2025-02-28")),
        ("2024-02-03", ("2024-02-03", "2024-02-03")),
        ("2024-13", ("2024-13-01", "2024-13-31")),
        ("in press", (None, None)),
        (None, (None, None)),
    ],
)
def test_what_a_date_covers(published: str | None, expected: tuple[str | None, str | None]) -> None:
    assert published_days(published) == expected


# ----------------------------------------------------------------------------------------------------------- answers


async def test_an_answer_is_read_again_as_it_was_given(catalogue: Catalogue) -> None:
    answer = Answer(
        id="ans_1",
        question="How strong is the current?",
        standalone_question="How strong is the current?",
        outcome="insufficient_evidence",
        text="No abstract says it.",
        confidence=0.1,
        coverage=Coverage(papers_searched=3),
        provenance=Provenance(
            mode="extractive", embedding="x", catalogue_revision=1, version="0", created="2025-11-23T00:00:00Z"
        ),
    )
    await catalogue.write(answers.keep, answer)
    await catalogue.write(answers.keep, answer)
    assert await catalogue.read(answers.get, "ans_1") == answer
    assert await catalogue.read(answers.get, "ans_2") is None


def test_put_has_one_home() -> None:
    assert papers.put is intake.put


@pytest.mark.shared
async def test_the_seventy_papers_of_the_page_stay_seventy(catalogue: Catalogue, shared: Path) -> None:
    """Among them PROP and B-PROP, DNABERT-2 and DNABERT-S, BiBERT and BiPFT, RETRO and InstructRetro."""
    dump = shared / "data" / "seed" / "daily-papers-mar-12.txt"
    records = read(dump, listed=datetime.date(2025, 3, 12))
    cleaned = [to_paper(record) for record in records if isinstance(record, PaperRecord)]
    batch = [each for each in cleaned if isinstance(each, CleanPaper)]
    assert {outcome for _, _, outcome in await put(catalogue, *batch)} == {"added"}
    assert await catalogue.read(papers.count) == 70
    # The same page from a feed that gives identifiers: still seventy, each with both identifiers.
    named = [replace(each, paper_id=f"2503.{n:05}", source="feed") for n, each in enumerate(batch)]
    assert {outcome for _, _, outcome in await put(catalogue, *named)} == {"unchanged"}
    assert await catalogue.read(papers.count) == 70
