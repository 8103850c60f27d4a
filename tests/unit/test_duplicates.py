"""Which records are the same paper: planted duplicates and hard non-duplicates, made of invented papers."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.catalogue.duplicates import (
    BANDS,
    NEVER,
    RETITLED,
    Fingerprint,
    fingerprints,
    jaccard,
    needed_similarity,
    same_paper,
)

TITLE = "TideNet: Forecasting Harbour Currents with Sparse Pressure Gauges"
ABSTRACT = (
    "Harbour pilots need to know how strong the current will be two hours ahead, yet few harbours can afford more than "
    "a handful of gauges. We present TideNet, a small recurrent network that reads four pressure gauges and forecasts "
    "the current on a grid of ninety cells. It is trained on eleven years of measurements from three estuaries and "
    "needs no model of the sea bed. On held-out storms its error is 31% below that of the harmonic tables in use, and "
    "it runs on the battery of a buoy for a month. An ablation shows that the gauge nearest to the sea matters most. "
    "We release the measurements and the code."
)

Edit = Callable[[str, str], tuple[str, str]]


def lightly_edited(abstract: str) -> str:
    return (
        abstract.replace("a handful of gauges", "a few gauges")
        .replace("31%", "33%")
        .replace("We present", "We propose")
    )


DUPLICATES: dict[str, Edit] = {
    "other case": lambda title, abstract: (title.upper(), abstract),
    "a slip in the title": lambda title, abstract: (title.replace("Harbour", "Habour"), lightly_edited(abstract)),
    "two slips": lambda title, abstract: (title.replace("Sparse", "Spare").replace("Gauges", "Guages"), abstract),
    "hyphen": lambda title, abstract: (title.replace("TideNet", "Tide-Net"), lightly_edited(abstract)),
    "version and edits": lambda title, abstract: (f"{title} v2", lightly_edited(abstract)),
    "version in brackets": lambda title, abstract: (f"{title} (v2)", lightly_edited(abstract)),
    "homoglyphs": lambda title, abstract: (title.replace("a", "а").replace("o", "о"), abstract),  # Cyrillic
    "HTML entities": lambda title, abstract: (
        title.replace(":", "&#58;"),
        html.escape(abstract.replace("yet", "& yet")),
    ),
    "subtitle dropped": lambda title, abstract: (title.partition(":")[0], lightly_edited(abstract)),
    "name dropped": lambda title, abstract: (title.partition(": ")[2], abstract),
    "sentence added": lambda title, abstract: (title, f"{abstract} It was demonstrated at the port of Lower Wexmouth."),
    "sentence lost": lambda title, abstract: (title, abstract.rpartition(" We release")[0]),
    "other edition": lambda title, abstract: (f"{title} (Extended Abstract)", abstract[: len(abstract) * 2 // 3]),
    "dash for colon": lambda title, abstract: (title.replace(":", " —"), lightly_edited(abstract)),
    "retitled": lambda title, abstract: (title.replace("Forecasting", "Predicting"), abstract),
}

OTHER_PAPERS = [
    pytest.param(
        "TideNet-2: Forecasting Estuary Salinity with Sparse Pressure Gauges",
        "Harbour pilots need to know how strong the current will be two hours ahead, yet few harbours can afford more "
        "than a handful of gauges. Salinity decides when irrigation may draw water from an estuary. We extend our "
        "earlier forecaster to salinity, which travels more slowly than the current and depends on rain far inland. "
        "A second head reads the river's gauges. In two dry summers the number of spoilt irrigation days halved.",
        id="follow-up with half a title and one sentence",
    ),
    pytest.param(
        TITLE,
        "Tidal currents bend around breakwaters in ways that coarse models miss. This position paper argues that "
        "regulators should ask for uncertainty with every forecast, and lists six questions that a harbour master can "
        "put to a vendor. We interviewed twenty pilots and report what they would pay attention to.",
        id="same title, other abstract",
    ),
    pytest.param(f"{TITLE}: Part II", ABSTRACT, id="a part of a series"),
    pytest.param(TITLE.replace("TideNet", "TideNet-XL2"), ABSTRACT, id="another model's name with a figure"),
    pytest.param(
        "Workshop on Port Logistics: Opening Remarks", ABSTRACT, id="the abstract of another record by mistake"
    ),
    pytest.param(TITLE.replace("Harbour", "River"), lightly_edited(ABSTRACT), id="another subject in the same words"),
]

# Names alone, as they stand in titles; the abstracts are invented.
SIBLINGS = [
    ("PROP: Words that Represent for Pre-training", "B-PROP: Bootstrapped Words that Represent for Pre-training"),
    ("DNABERT-2: A Genome Model", "DNABERT-S: A Genome Model"),
    ("BiBERT: Accurate Fully Binarized BERT", "BiPFT: Binary Pre-trained Foundation Transformer"),
    ("RETRO: Retrieval in Pre-training", "InstructRETRO: Retrieval in Pre-training"),
    ("Steering a Ferry: Part I", "Steering a Ferry: Part II"),
    ("Cooperation of Two Ferries", "Cooperation of Three Ferries"),
    ("Mooring in 2D", "Mooring in 3D"),
    ("Supervised Mooring of Barges", "Unsupervised Mooring of Barges"),
    ("Micro Currents in Locks", "Macro Currents in Locks"),
    ("FerryNet v2", "FerryNet v3"),
    ("The 2031 Challenge on Mooring", "The 2032 Challenge on Mooring"),
]


def pair(*records: tuple[str, str, str]) -> tuple[Fingerprint, Fingerprint]:
    first, second = fingerprints(records)
    return first, second


@pytest.mark.parametrize("edit", DUPLICATES.values(), ids=DUPLICATES.keys())
def test_the_same_paper_in_other_words(edit: Edit) -> None:
    stored, met = pair(("2511.00001", TITLE, ABSTRACT), ("feed-17", *edit(TITLE, ABSTRACT)))
    assert same_paper(stored, met)
    assert same_paper(met, stored)
    assert stored.key == met.key or set(stored.bands) & set(met.bands), "it would never have been compared"


@pytest.mark.parametrize(("title", "abstract"), OTHER_PAPERS)
def test_another_paper_that_looks_alike(title: str, abstract: str) -> None:
    stored, met = pair(("2511.00001", TITLE, ABSTRACT), ("2511.00002", title, abstract))
    assert not same_paper(stored, met)
    assert not same_paper(met, stored)


@pytest.mark.parametrize(("one", "other"), SIBLINGS)
def test_siblings_stay_two_even_with_abstracts_that_share_much(one: str, other: str) -> None:
    first, second = pair(("a", one, ABSTRACT), ("b", other, lightly_edited(ABSTRACT)))
    assert jaccard(first, second) > 0.7
    assert not same_paper(first, second)


def test_a_numbered_sibling_is_never_the_same_whatever_its_abstract() -> None:
    for one, other in [SIBLINGS[1], SIBLINGS[4], SIBLINGS[5]]:
        assert needed_similarity(*pair(("a", one, ABSTRACT), ("b", other, ABSTRACT))) == NEVER


def test_one_title_is_one_paper_where_a_source_gives_no_identifier() -> None:
    by_title = ("t-0123456789ab", TITLE.lower(), "Nothing of the abstract is the same here, it was rewritten.")
    assert same_paper(*pair(("2511.00001", TITLE, ABSTRACT), by_title))
    assert not same_paper(*pair(("2511.00001", TITLE, ABSTRACT), ("2511.00002", *by_title[1:])))


def test_the_less_the_titles_agree_the_more_the_abstracts_must() -> None:
    titles = [TITLE, f"{TITLE} (Extended Abstract)", TITLE.replace("Sparse", "Sparze"), TITLE.partition(":")[0]]
    titles += [TITLE.replace("Forecasting", "Predicting"), "A Survey of Lighthouses"]
    needed = [needed_similarity(*pair(("a", TITLE, ABSTRACT), ("b", title, ABSTRACT))) for title in titles]
    assert needed == sorted(needed)
    assert needed[-2:] == [RETITLED, NEVER]


def test_bands_are_short_and_the_same_on_every_run() -> None:
    (own,) = fingerprints([("a", TITLE, ABSTRACT)])
    assert len(own.bands) == BANDS
    assert all(0 <= band < 2**31 for band in own.bands)
    assert own.bands == fingerprints([("z", "Else", "Other words."), ("b", "Other", ABSTRACT)])[1].bands
    pinned = (1689808034, 1167124801, 514547588)
    assert own.bands[:3] == pinned, "stored keys would no longer be found: change SCHEME too"


def test_no_records_have_no_fingerprints() -> None:
    assert fingerprints([]) == []


@given(st.text(max_size=80), st.text(max_size=200), st.text(max_size=80), st.text(max_size=200))
def test_any_text_can_be_compared_and_the_order_does_not_matter(a: str, b: str, c: str, d: str) -> None:
    first, second = pair(("a", a, b), ("b", c, d))
    assert same_paper(first, second) == same_paper(second, first)
    assert 0.0 <= jaccard(first, second) <= 1.0
    assert same_paper(first, pair(("a", a, b), ("c", a, b))[1])
