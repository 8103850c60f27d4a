"""Fields in the many shapes that sources give them."""

from __future__ import annotations

import datetime

import pytest

from rag.models import Listing
from rag.sources import fields
from rag.sources.entries import Refused


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2025", "2025"),
        (2025, "2025"),
        ("2025-03", "2025-03"),
        ("2025-3-2", "2025-03-02"),
        ("2025/03/12", "2025-03-12"),
        (" 2025-03-12 ", "2025-03-12"),
        ("2025-03-12T23:59:59.000Z", "2025-03-12"),
        ("2025-03-12 10:00:00+05:00", "2025-03-12"),
        ("Mon, 2 Apr 2007 19:18:42 GMT", "2007-04-02"),
        ("12 March 2025", "2025-03-12"),
        ("March 12, 2025", "2025-03-12"),
        ("Sept. 2025", "2025-09"),
        ("03/04/2025", "2025"),
        ("2025-13-01", None),
        ("2025-02-30", None),
        ("0000", None),
        ("Marble 2025", None),
        ("soon", None),
        (1741737600, None),
        (True, None),
        (None, None),
        ({"year": 2025}, None),
    ],
)
def test_a_date_is_as_exact_as_it_is_given(value: object, day: str | None) -> None:
    assert fields.date(value) == day


def test_publication_is_the_first_field_that_holds_a_date() -> None:
    assert fields.published({"published": "unknown", "date": "2024-05", "year": 2023}) == "2024-05"
    assert fields.published({"update_date": "2024-05-01", "listed": "2024-05-01"}) is None


@pytest.mark.parametrize(
    ("value", "identifier"),
    [
        ("2401.01234", "2401.01234"),
        ("2401.01234v12", "2401.01234"),
        ("arXiv:2401.01234v2", "2401.01234"),
        ("arxiv: 0704.0001", "0704.0001"),
        ("https://arxiv.org/abs/2401.01234v3", "2401.01234"),
        ("http://www.arxiv.org/pdf/2401.01234.pdf", "2401.01234"),
        ("https://export.arxiv.org/abs/hep-th/9901001v1", "hep-th/9901001"),
        ("math.GT/0309136", "math.GT/0309136"),
        ("2413.01234", None),
        ("p-2401.01234", None),
        ("https://elsewhere.example/abs/2401.01234", None),
        (24010.1234, None),
    ],
)
def test_arxiv_identifiers(value: object, identifier: str | None) -> None:
    assert fields.arxiv_id(value) == identifier


@pytest.mark.parametrize(
    ("value", "identifier"), [(" a-1 ", "a-1"), (42, "42"), (None, None), ("", None), ("  ", None)]
)
def test_other_identifiers_are_taken_as_given(value: object, identifier: str | None) -> None:
    assert fields.identifier(value) == identifier


@pytest.mark.parametrize("value", [True, 4.2, ["a"], "a b", "a\u00a0b", "a\tb", "a\u200bb", "\x1b[0m", "x" * 201])
def test_an_identifier_that_cannot_serve_is_refused(value: object) -> None:
    with pytest.raises(Refused, match="identifier"):
        fields.identifier(value)


@pytest.mark.parametrize(
    ("value", "names"),
    [
        (["Ada King", " Grace \n Hopper ", "", None], ("Ada King", "Grace Hopper")),
        ([{"name": "Ada King"}, {"given": "Grace", "family": "Hopper"}, {}], ("Ada King", "Grace Hopper")),
        ("Ada King, Grace Hopper and Mary Ward", ("Ada King", "Grace Hopper", "Mary Ward")),
        ("Ada King, Grace Hopper, and Mary Ward", ("Ada King", "Grace Hopper", "Mary Ward")),
        ("Ada King & Grace Hopper", ("Ada King", "Grace Hopper")),
        ("King, Ada and Hopper, Grace", ("Ada King", "Grace Hopper")),
        ("King, Ada; Hopper, Grace", ("King, Ada", "Hopper, Grace")),
        ("Sandra Anderson", ("Sandra Anderson",)),
        (None, ()),
        (7, ()),
    ],
)  # fmt: skip
def test_authors(value: object, names: tuple[str, ...]) -> None:
    assert fields.authors({"authors": value}) == names


@pytest.mark.parametrize(
    ("entry", "tags"),
    [
        ({"categories": "cs.CL cs.LG"}, ("cs.CL", "cs.LG")),
        ({"categories": ["cs.CL", "cs.CL"], "tags": ["soup"]}, ("cs.CL", "soup")),
        ({"keywords": "soup stock; a, b;"}, ("soup stock", "a, b")),
        ({"keywords": "soup stock, stew"}, ("soup stock", "stew")),
        ({"keywords": "soup stock"}, ("soup stock",)),
        ({"tags": {"a": 1}, "keywords": [1, " "]}, ()),
    ],
)
def test_tags(entry: dict[str, object], tags: tuple[str, ...]) -> None:
    assert fields.tags(entry) == tags


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ({"url": " https://a.example/b "}, "https://a.example/b"),
        ({"link": "http://a.example"}, "http://a.example"),
        ({"url": "javascript:alert(1)"}, None),
        ({"url": "https://a.example/ b"}, None),
        ({"url": ["https://a.example"]}, None),
    ],
)
def test_only_web_addresses_are_addresses(entry: dict[str, object], url: str | None) -> None:
    assert fields.url(entry) == url


def test_an_abstract_given_as_sentences_is_joined() -> None:
    assert fields.abstract({"abstract": ["One.", "Two."]}) == "One. Two."


def test_votes_and_listings() -> None:
    entry = {"listings": [{"feed": " soup  news ", "day": "2024-01-05T00:00:00Z", "upvotes": -1}]}
    listings = fields.listings(entry, "papers", datetime.date(2024, 1, 5))
    assert listings == (Listing("soup news", "2024-01-05"), Listing("papers", "2024-01-05"))
    assert (fields.votes(0), fields.votes(True), fields.votes("3")) == (0, None, None)
