"""Reading sources: formats told by content, damage kept to the record that has it, and records made into papers."""

from __future__ import annotations

import datetime
import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from rag.errors import UnreadableSource
from rag.models import CleanPaper, Listing, PaperRecord, RefusedRecord
from rag.sources import FORMATS, detect, read
from rag.sources.record import to_paper
from rag.text.clean import title_id

SOUP = {"title": "Soup for Graphs", "abstract": "We cook graphs. They taste better by 3 points."}
STEW = {"title": "Stew for Trees", "abstract": "We stew trees until they are tender, in 20 minutes."}
BEIR = {"_id": "42", "title": "Beans and Memory", "text": "Beans were given to 12 people."}
ARXIV = {
    "id": "0704.0001",
    "title": "Gravy on\n  Curved Plates",
    "abstract": "  We study gravy\non plates.\n",
    "categories": "hep-ph cs.LG",
    "authors_parsed": [["Hopper", "Grace", ""], ["King", "Ada", "Jr."]],
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
    ],
    "update_date": "2008-11-26",
}
DAILY = {
    "paper": {
        "id": "2503.01234",
        "title": "Toast at Scale",
        "summary": "We toast bread at scale.",
        "authors": [{"_id": "a1", "name": "Ada King", "hidden": False}, {"name": "Grace Hopper"}],
        "publishedAt": "2025-03-10T17:59:00.000Z",
        "submittedOnDailyAt": "2025-03-12T00:00:00.000Z",
        "upvotes": 37,
    },
    "publishedAt": "2025-03-10T17:59:00.000Z",
    "title": "Toast at Scale",
    "numComments": 2,
}


def jsonl(*entries: object) -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


def loaded(
    raw: bytes, *, fmt: str | None = None, listed: datetime.date | None = None
) -> tuple[list[PaperRecord], list[RefusedRecord]]:
    records = list(read(io.BytesIO(raw), fmt=fmt, listed=listed))
    good = [record for record in records if isinstance(record, PaperRecord)]
    return good, [record for record in records if isinstance(record, RefusedRecord)]


# ------------------------------------------------------------------------------------------------- one format each


def test_papers_as_lines_and_as_an_array_are_the_same() -> None:
    lines, _ = loaded(jsonl(SOUP, STEW))
    array, _ = loaded(json.dumps([SOUP, STEW]).encode())
    laid_out, _ = loaded(json.dumps([SOUP, STEW], indent=2).encode())
    one_object, _ = loaded(json.dumps(SOUP, indent=2).encode())
    assert lines == array == laid_out
    assert one_object == lines[:1]
    assert lines[1] == PaperRecord(2, STEW["title"], STEW["abstract"], source="papers")


def test_a_full_papers_record() -> None:
    entry = {
        "arxiv_id": "arXiv:2401.01234v2",
        "title": SOUP["title"],
        "summary": SOUP["abstract"],
        "authors": "Ada King, Grace Hopper and Mary Ward",
        "date": "2024-01",
        "keywords": "soup; graphs;soup",
        "categories": "cs.LG cs.CL",
        "listings": [{"feed": "soup-news", "day": "2024-01-05", "upvotes": 7}],
    }
    (paper,), refused = loaded(jsonl(entry), listed=datetime.date(2024, 1, 9))
    assert not refused
    assert paper == PaperRecord(
        record=1,
        title=SOUP["title"],
        abstract=SOUP["abstract"],
        identifier="2401.01234",
        authors=("Ada King", "Grace Hopper", "Mary Ward"),
        published="2024-01",
        url="https://arxiv.org/abs/2401.01234",
        source="papers",
        listings=(Listing("soup-news", "2024-01-05", 7), Listing("papers", "2024-01-09")),
        tags=("cs.LG", "cs.CL", "soup", "graphs"),
    )


def test_a_listing_given_twice_is_one() -> None:
    entry = SOUP | {"listings": [{"feed": "papers", "day": "2024-01-09", "upvotes": 7}]}
    (paper,), _ = loaded(jsonl(entry), listed=datetime.date(2024, 1, 9))
    assert paper.listings == (Listing("papers", "2024-01-09", 7),)


def test_beir() -> None:
    more = BEIR | {"_id": "2401.01234v1", "metadata": {"authors": ["Ada King"], "year": 2003}, "unknown": [1]}
    (first, second), refused = loaded(jsonl(BEIR, more))
    assert not refused
    assert first == PaperRecord(1, BEIR["title"], BEIR["text"], identifier="42", source="beir")
    # Relevance judgements name the `_id`, so it stays as it is even where it looks like another identifier.
    assert (second.identifier, second.authors, second.published) == ("2401.01234v1", ("Ada King",), "2003")


def test_arxiv() -> None:
    (paper,), refused = loaded(jsonl(ARXIV))
    assert not refused
    assert (paper.identifier, paper.authors) == ("0704.0001", ("Grace Hopper", "Ada King Jr."))
    assert paper.published == "2007-04-02"  # of the first version, not of the last update
    assert (paper.tags, paper.url) == (("hep-ph", "cs.LG"), "https://arxiv.org/abs/0704.0001")
    assert (paper.title, paper.source) == (ARXIV["title"], "arxiv")


def test_arxiv_without_versions_has_no_publication_date() -> None:
    (paper,), _ = loaded(jsonl({key: value for key, value in ARXIV.items() if key != "versions"}))
    assert paper.published is None


def test_daily() -> None:
    (paper,), refused = loaded(json.dumps([DAILY]).encode(), listed=datetime.date(2031, 1, 1))
    assert not refused
    assert (paper.identifier, paper.authors) == ("2503.01234", ("Ada King", "Grace Hopper"))
    assert paper.published == "2025-03-10"
    assert paper.listings == (Listing("daily-papers", "2025-03-12", 37),)  # its own day wins over the caller's


def test_daily_without_a_day_is_listed_when_the_caller_says() -> None:
    inner = {key: value for key, value in DAILY["paper"].items() if key != "submittedOnDailyAt"}
    (paper,), _ = loaded(json.dumps([{"paper": inner}]).encode(), listed=datetime.date(2025, 3, 13))
    (unlisted,), _ = loaded(json.dumps([{"paper": inner}]).encode())
    assert paper.listings == (Listing("daily-papers", "2025-03-13", 37),)
    assert unlisted.listings == ()


# ------------------------------------------------------------------------------------------------------ detection

PAGE = b"new\n\nSubscribe\n\nMar 12\n\nA title\n\n" + b"word " * 50 + b"\n"


@pytest.mark.parametrize(
    ("raw", "fmt"),
    [
        (PAGE, "page"),
        (PAGE.replace(b"\n", b"\r\n"), "page"),
        (jsonl(SOUP), "papers"),
        (json.dumps([SOUP], indent=1).encode(), "papers"),
        (jsonl(BEIR), "beir"),
        (jsonl(ARXIV), "arxiv"),
        (json.dumps([DAILY]).encode(), "daily"),
        (json.dumps([DAILY], indent=2).encode(), "daily"),
        (b"not json\n" + jsonl(SOUP), "papers"),
        (b"null\n" + jsonl(BEIR), "beir"),
        (b"{broken\n" + jsonl(BEIR), "beir"),
        (b"[]\n" + jsonl(BEIR), "beir"),
        (json.dumps([DAILY]).encode()[:120], "daily"),
        (jsonl(SOUP | {"abstract": "word " * 9000})[:300], "papers"),
    ],
)
def test_the_format_is_told_by_content(raw: bytes, fmt: str) -> None:
    assert fmt in FORMATS
    assert detect(raw) == detect(b"\xef\xbb\xbf" + raw) == detect(gzip.compress(raw)) == fmt


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "none of the formats"),
        (b"A text without any date.\n\nAnother paragraph.\n", "none of the formats"),
        (b'{"name": "x", "value": 3}\n', "none of the formats"),
        (b"[1, 2, 3]", "none of the formats"),
        ("Mar 12\n\nA title".encode("utf-16"), "UTF-16"),
        (b"\x1f\x8bnot really gzip", "damaged"),
    ],
)
def test_what_is_none_of_the_formats_is_refused_whole(raw: bytes, says: str) -> None:
    with pytest.raises(UnreadableSource, match=says) as refusal:
        detect(raw)
    assert refusal.value.hint


def test_the_error_lists_the_formats_and_names_the_option() -> None:
    with pytest.raises(UnreadableSource) as refusal:
        list(read(io.BytesIO(b"nothing of the kind"), name="notes.txt"))
    assert str(refusal.value).startswith("notes.txt is none of the formats")
    assert all(fmt in str(refusal.value) for fmt in FORMATS)
    assert "--format" in refusal.value.hint


def test_a_forced_format_wins_and_an_unknown_one_is_refused_at_once() -> None:
    (paper,), _ = loaded(jsonl(BEIR), fmt="papers")
    assert (paper.source, paper.identifier) == ("papers", "42")
    with pytest.raises(UnreadableSource, match="no format 'pdf'"):
        read(io.BytesIO(b""), fmt="pdf")


def test_a_path_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.jsonl", tmp_path):
        with pytest.raises(UnreadableSource, match="cannot be read"):
            list(read(path))


def test_a_file_by_path_zipped_under_a_misleading_name(tmp_path: Path) -> None:
    path = tmp_path / "corpus.txt"
    path.write_bytes(gzip.compress(jsonl(SOUP)) + gzip.compress(jsonl(STEW)) + b"\0" * 8)
    assert [record.title for record in read(path) if isinstance(record, PaperRecord)] == [SOUP["title"], STEW["title"]]


# ------------------------------------------------------------------------------------------------ damaged records


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (b"{broken", "not valid JSON"),
        (b'{"title": "x", "abstract": "cut sho', "Unterminated string"),
        (b"[1, 2]", "an array, not a JSON object"),
        (b'"text"', "a string, not a JSON object"),
        (b"null", "null, not a JSON object"),
        (b'{"title": "x", "abstract": NaN}', "NaN is not JSON"),
        (b'{"title": "x", "title": "y", "abstract": "z"}', "'title' stands twice"),
        (b'{"title": "x", "abstract": "y", "more": {"a": 1, "a": 2}}', "'a' stands twice"),
        (b'{"title": "x", "abstract": "y", "n": ' + b"9" * 5000 + b"}", "not usable JSON"),
        (b'{"title": "x", "abstract": "y", "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
        (b'{"title": "x", "abstract": "half \\ud800"}', "surrogate"),
        (b'{"abstract": "no title here"}', "no title"),
        (b'{"title": null, "abstract": "x"}', "no title"),
        (b'{"title": "  ", "abstract": "x"}', "title is empty"),
        (b'{"title": 7, "abstract": "x"}', "title is not text"),
        (b'{"title": "no abstract here"}', "no abstract"),
        (b'{"title": "x", "abstract": " \\n"}', "abstract is empty"),
        (b'{"title": "' + b"t" * 301 + b'", "abstract": "x"}', "301 characters"),
        (b'{"title": "x", "abstract": "' + b"a " * 1_000_000 + b'"}', "2,000,000 characters"),
        (b'{"title": "x", "abstract": "y", "id": "two words"}', "white space"),
        (b'{"title": "x", "abstract": "y", "id": "a\\u0000b"}', "control characters"),
        (b'{"title": "x", "abstract": "y", "id": "' + b"i" * 201 + b'"}', "more than 200"),
        (b'{"title": "x", "abstract": "y", "id": ["a"]}', "neither text nor"),
        (b'{"title": "x", "abstract": "y", "listings": [{"feed": "f", "day": "2024-01"}]}', "YYYY-MM-DD"),
        (b'{"title": "x", "abstract": "y", "listings": "f"}', "not an array"),
    ],
)
def test_a_bad_record_is_refused_with_its_number_and_the_rest_is_loaded(bad: bytes, says: str) -> None:
    good, (refused,) = loaded(jsonl(SOUP) + bad + b"\r\n\r\n" + jsonl(STEW))
    assert [paper.record for paper in good] == [1, 3]
    assert refused.record == 2
    assert says in refused.reason
    assert refused.reason.endswith(".")


@pytest.mark.parametrize(
    "bad", [b"{broken}", b"null", b'{"title": 7, "abstract": "x"}', b'{"title": "\xff", "abstract": "x"}']
)
def test_a_bad_element_of_an_array_is_refused_and_the_rest_is_loaded(bad: bytes) -> None:
    good, refused = loaded(b"[" + b", ".join([json.dumps(SOUP).encode(), bad, json.dumps(STEW).encode()]) + b"]")
    assert [paper.record for paper in good] == [1, 3]
    assert [record.record for record in refused] == [2]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("frame", [b"%s\n%s", b"[%s,%s]"])
def test_the_position_of_a_bad_byte_is_counted_from_the_start_of_the_file(mark: bytes, frame: bytes) -> None:
    bad = b'{"title": "Caf\xe9 soup", "abstract": "Latin-1 is not UTF-8."}'
    raw = mark + frame % (json.dumps(SOUP).encode(), bad)
    (paper,), (refused,) = loaded(raw)
    assert paper.title == SOUP["title"]
    assert f"0xe9 at position {raw.index(0xE9)}" in refused.reason


def test_a_truncated_array_keeps_what_came_before() -> None:
    whole = json.dumps([SOUP, STEW]).encode()
    good, refused = loaded(whole[:-30])
    assert [paper.title for paper in good] == [SOUP["title"]]
    assert [record.record for record in refused] == [2, 3]
    assert "cut short" in refused[-1].reason
    good, refused = loaded(whole[:-1])  # only the last bracket is missing
    assert len(good) == 2
    assert [record.record for record in refused] == [3]


def test_a_truncated_gzip_keeps_what_came_before() -> None:
    entries = [SOUP | {"title": f"Soup number {number}", "id": f"soup-{number * 7919}"} for number in range(2000)]
    zipped = gzip.compress(jsonl(*entries))
    good, (refused,) = loaded(zipped[: len(zipped) // 2])
    assert 100 < len(good) < 2000
    assert refused.record == len(good) + 1
    assert "cut short" in refused.reason


def test_damage_inside_a_gzip_is_reported_and_what_came_before_kept() -> None:
    first = gzip.compress(jsonl(SOUP))
    good, (refused,) = loaded(first + b"garbage behind it")
    assert [paper.title for paper in good] == [SOUP["title"]]
    assert "damaged" in refused.reason


def test_a_record_beyond_any_size_is_refused_without_being_held() -> None:
    huge = b'{"title": "x", "abstract": "' + b"a" * (17 << 20) + b'"}\n'
    good, (refused,) = loaded(jsonl(SOUP) + huge + jsonl(STEW))
    assert [paper.record for paper in good] == [1, 3]
    assert "larger than 16 MB" in refused.reason


def test_brackets_and_quotes_inside_text_do_not_mislead_the_cutting() -> None:
    tricky = SOUP | {"abstract": 'A "quoted \\" [bracket {brace, \\\\" and } more ]. ' * 3}
    (first, second), refused = loaded(json.dumps([tricky, STEW]).encode())
    assert not refused
    assert (first.abstract, second.title) == (tricky["abstract"], STEW["title"])


class Trickle(io.BytesIO):
    """A stream that gives few bytes at a time, as a socket may, and counts what was asked of it."""

    def __init__(self, raw: bytes, step: int) -> None:
        super().__init__(raw)
        self.step = step

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(self.step)


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64])
@pytest.mark.parametrize(
    "raw",
    [
        b"\xef\xbb\xbf" + jsonl(SOUP, STEW),
        b"\xef\xbb\xbf" + json.dumps([SOUP, STEW], indent=1).encode(),
        json.dumps([SOUP | {"abstract": 'é "\\" ü' * 9}, STEW], ensure_ascii=False).encode(),
        gzip.compress(jsonl(SOUP, STEW)),
    ],
)
def test_it_does_not_matter_how_the_bytes_arrive(raw: bytes, step: int) -> None:
    stream: BinaryIO = Trickle(raw, step)
    assert list(read(stream)) == list(read(io.BytesIO(raw)))
    assert not stream.closed


class Endless(io.RawIOBase):
    """A source without end, which only a lazy reader survives."""

    def read(self, size: int = -1, /) -> bytes:
        return jsonl(*[SOUP] * 1000)


def test_reading_is_lazy() -> None:
    records: Iterator[PaperRecord | RefusedRecord] = read(Endless())  # type: ignore[arg-type]
    assert [next(records).record for _ in range(5000)][-1] == 5000


# ------------------------------------------------------------------------------------------------------- to_paper


def test_a_record_becomes_a_clean_paper_with_its_raw_text_beside_it() -> None:
    record = PaperRecord(
        9, "SoupNet:\n Hot", r"Our \name is 3times  better.", "a-1", ("Ada King",), "2024", "https://a.example"
    )
    assert to_paper(record) == CleanPaper(
        paper_id="a-1",
        title="SoupNet: Hot",
        abstract="Our SoupNet is 3x better.",
        raw_title=record.title,
        raw_abstract=record.abstract,
        cleaning=("white space", "times", "system name"),
        authors=("Ada King",),
        published="2024",
        url="https://a.example",
    )


def test_a_record_without_an_identifier_is_named_by_its_title() -> None:
    papers = [to_paper(PaperRecord(1, title, "Some text.")) for title in ("Soup for  Graphs", "soup for graphs.")]
    assert {paper.paper_id for paper in papers if isinstance(paper, CleanPaper)} == {title_id("Soup for Graphs")}


@pytest.mark.parametrize(
    ("title", "abstract", "what"), [("\u200b\0", "Text.", "title"), ("Title", "\ufeff \x07", "abstract")]
)
def test_what_becomes_empty_is_refused(title: str, abstract: str, what: str) -> None:
    refused = to_paper(PaperRecord(5, title, abstract))
    assert isinstance(refused, RefusedRecord)
    assert refused.record == 5
    assert what in refused.reason
