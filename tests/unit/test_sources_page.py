"""The page dump: where it starts, how pairs are kept, and what is said where they break."""

from __future__ import annotations

import datetime
import gzip
import io

import pytest

from rag.errors import UnreadableSource
from rag.models import Listing, PaperRecord, RefusedRecord
from rag.sources import read

CHROME = ["new", "Get trending papers in your email inbox!", "Subscribe", "byAK and the research community"]
MARCH = datetime.date(2025, 3, 12)


def abstract(about: str) -> str:
    text = f"We write about {about}. It is a subject of some weight, and of 3 parts. "
    return (text * 5).strip()


def dump(*paragraphs: str, chrome: list[str] = CHROME, blank: str = "\n\n") -> bytes:
    return blank.join([*chrome, *paragraphs]).encode()


def pages(raw: bytes, listed: datetime.date | None = MARCH) -> tuple[list[PaperRecord], list[RefusedRecord]]:
    records = list(read(io.BytesIO(raw), fmt="page", listed=listed, name="page.txt"))
    good = [record for record in records if isinstance(record, PaperRecord)]
    return good, [record for record in records if isinstance(record, RefusedRecord)]


def titles(papers: list[PaperRecord]) -> list[str]:
    return [paper.title for paper in papers]


def test_pairs_after_the_date_line() -> None:
    papers, refused = pages(dump("Mar 12", "Soup", abstract("soup"), "Stew", abstract("stew")))
    listing = (Listing("daily-papers", "2025-03-12"),)
    assert not refused
    assert papers == [
        PaperRecord(1, "Soup", abstract("soup"), source="page", listings=listing),
        PaperRecord(2, "Stew", abstract("stew"), source="page", listings=listing),
    ]


@pytest.mark.parametrize(
    "title",
    [
        "Shall We Cook with Graphs? A Study of Soup",
        "Quick Quiz! Do Ladles Know Their Pots?",
        "PC^2: Soup from Stones",
        "Soup Prediction -- Causal Ladles for Every Pot.",
        "We cook soup. It is good. We eat it.",
        "new soup",
        "C++",
        "X" * 299,
    ],
)
def test_a_title_is_not_told_by_its_punctuation(title: str) -> None:
    papers, refused = pages(dump("Mar 12", title, abstract("soup"), "Stew", abstract("stew")))
    assert not refused
    assert titles(papers) == [title, "Stew"]


@pytest.mark.parametrize("raw_change", [
    lambda raw: b"\xef\xbb\xbf" + raw,
    lambda raw: raw.replace(b"\n", b"\r\n"),
    lambda raw: raw.replace(b"\n\n", b"\n"),
    lambda raw: raw.replace(b"\n\n", b"\n \n\n\t\n"),
    lambda raw: raw.replace(b"\n\n", "\n\u200b\n".encode()),
    lambda raw: raw.replace(b"Mar 12", "\u200eMar\u00a012 ".encode()),
    lambda raw: gzip.compress(raw),
    lambda raw: raw + b"\n\n\n",
])  # fmt: skip
def test_the_same_pairs_from_other_dumps(raw_change: object) -> None:
    assert callable(raw_change)
    raw = dump("Mar 12", "Soup", abstract("soup"), "Stew", abstract("stew"))
    assert pages(raw_change(raw)) == pages(raw)


def test_a_page_without_chrome() -> None:
    papers, refused = pages(dump("March 12", "Soup", abstract("soup"), chrome=[]))
    assert (titles(papers), refused) == (["Soup"], [])


# ------------------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("line", "listed", "day"),
    [
        ("Mar 12", MARCH, "2025-03-12"),
        ("Mar 12", datetime.date(2025, 3, 14), "2025-03-12"),  # the page's own date
        ("Mar 12", datetime.date(2031, 3, 12), "2031-03-12"),
        ("Wednesday, March 12, 2025", None, "2025-03-12"),
        ("Mar 12, 2024", MARCH, "2024-03-12"),
        ("Dec 31", datetime.date(2025, 1, 2), "2024-12-31"),
        ("Jan 1", datetime.date(2024, 12, 31), "2025-01-01"),
        ("Feb 29", datetime.date(2025, 3, 1), "2024-02-29"),
    ],
)
def test_the_listing_day(line: str, listed: datetime.date | None, day: str) -> None:
    (paper,), _ = pages(dump(line, "Soup", abstract("soup")), listed)
    assert paper.listings == (Listing("daily-papers", day),)
    assert paper.published is None  # a listing day is never a publication date


def test_without_a_year_there_is_no_listing() -> None:
    (paper,), _ = pages(dump("Mar 12", "Soup", abstract("soup")), None)
    assert paper.listings == ()


def test_several_date_blocks_with_their_chrome() -> None:
    raw = dump("Mar 12", "Soup", abstract("soup"), *CHROME, "Mar 11", "Stew", abstract("stew"), "Next")
    papers, refused = pages(raw)
    assert not refused
    assert [(paper.title, paper.listings[0].day) for paper in papers] == [
        ("Soup", "2025-03-12"),
        ("Stew", "2025-03-11"),
    ]


@pytest.mark.parametrize("line", ["", "Mar 12 is a day", "Mars 12", "12", "Margin 12"])
def test_a_page_without_a_date_line_says_so(line: str) -> None:
    with pytest.raises(UnreadableSource, match=r"page\.txt has no date line such as `Mar 12`") as refusal:
        pages(dump(line, "Soup", abstract("soup")))
    assert refusal.value.hint


# -------------------------------------------------------------------------------------------- where pairing breaks


def test_a_title_without_an_abstract_is_reported_and_reading_goes_on() -> None:
    papers, (refused,) = pages(dump("Mar 12", "Soup", abstract("soup"), "Lost", "Stew", abstract("stew")))
    assert titles(papers) == ["Soup", "Stew"]
    assert refused.record == 2
    assert refused.reason.startswith("line 15: the title is followed, on line 17, by 4 characters")


def test_an_abstract_without_a_title_is_reported_and_reading_goes_on() -> None:
    long = abstract("soup").ljust(320, "!")
    papers, (refused,) = pages(dump("Mar 12", long, "Stew", abstract("stew")))
    assert titles(papers) == ["Stew"]
    assert (refused.record, refused.reason.startswith("line 11: ")) == (1, True)
    assert "where a title (under 300)" in refused.reason


def test_an_abstract_of_200_characters_is_too_short_and_one_of_201_is_not() -> None:
    papers, refused = pages(dump("Mar 12", "Soup", "a" * 201, "Stew", "b" * 200, "Pie", abstract("pie")))
    assert titles(papers) == ["Soup", "Pie"]
    assert [record.record for record in refused] == [2, 3]


def test_an_endless_paragraph_is_refused() -> None:
    papers, (refused,) = pages(dump("Mar 12", "Soup", "a " * 1_000_000, "Stew", abstract("stew")))
    assert titles(papers) == ["Stew"]
    assert "1,999,999 characters, more than 100,000" in refused.reason


def test_a_dump_that_ends_after_a_title() -> None:
    papers, (refused,) = pages(dump("Mar 12", "Soup", abstract("soup"), "Stew"))
    assert titles(papers) == ["Soup"]
    assert refused == RefusedRecord(2, "line 15: the file ends after a title, without its abstract.")


def test_a_date_line_after_a_title() -> None:
    papers, (refused,) = pages(dump("Mar 12", "Soup", "Mar 11", "Stew", abstract("stew")))
    assert titles(papers) == ["Stew"]
    assert refused.reason.startswith("line 11: the title is followed by a date line")


def test_a_truncated_gzip_keeps_the_pairs_before_the_cut() -> None:
    paragraphs = [text for n in range(400) for text in (f"Soup {n * 7919}", abstract(f"soup {n * 104729}"))]
    zipped = gzip.compress(dump("Mar 12", *paragraphs))
    papers, refused = pages(zipped[: len(zipped) // 2])
    assert titles(papers) == paragraphs[: 2 * len(papers) : 2]
    assert 10 < len(papers) < 400
    assert "cut short" in refused[-1].reason


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_bad_byte_is_named_with_its_position_before_anything_is_loaded(mark: bytes) -> None:
    raw = mark + dump("Mar 12", "Soup", abstract("soup")) + b"\n\nCaf\xe9\n"
    with pytest.raises(UnreadableSource, match=f"0xe9 at position {raw.index(0xE9)}, line 15"):
        next(read(io.BytesIO(raw)))


def test_raw_text_is_kept_as_it_stands() -> None:
    title, text = r"Soup~(hot) for \name", abstract("3times e\u0301 &amp; 30\\%")
    (paper,), _ = pages(dump("Mar 12", title, text))
    assert (paper.title, paper.abstract) == (title, text)
