"""The sample corpus keeps its promises: one digest a listed paper, every figure exact, nobody else's sentences."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest

PAPERS = Path(__file__).resolve().parents[2] / "eval" / "corpus" / "papers.jsonl"
LISTING = {"feed": "daily-papers", "day": "2025-03-12"}
LONGEST_SHARED_RUN = 7  # words in a row that a digest may have in common with its abstract
LEAST_RECALL = 1.0  # of the percentages and multiples that the abstracts state

# What the page's conversion left behind, and what it stood for.
LEFTOVERS = (
    (r"\\textless", "<"),
    (r"\\%", "%"),
    (r"(?<=\d)times\b", "x"),
    (r"\bsim(?=\d)", "~"),
    (r"\bkge(?=\d)", "k>="),
)
FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?(?:%|[xkKMBT]\b)?")
GAIN = re.compile(r"(\d[\d,]*(?:\.\d+)?) ?(%|x\b|times\b)")


def cleaned(text: str) -> str:
    for pattern, meaning in LEFTOVERS:
        text = re.sub(pattern, meaning, text)
    return text


def figures(text: str) -> set[str]:
    return {figure.rstrip(",") for figure in FIGURE.findall(text)}


def gains(text: str) -> set[tuple[str, str]]:
    """The percentages and multiples of a text; `3x` and `3 times` are the same multiple."""
    return {(number.rstrip(","), "%" if unit == "%" else "x") for number, unit in GAIN.findall(text)}


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[^\W_]+", text.casefold())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


@pytest.fixture(scope="module")
def papers() -> list[dict[str, Any]]:
    return [json.loads(line) for line in PAPERS.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def page(shared: Path) -> list[tuple[str, str]]:
    """Title and abstract of each paper on the page, in its order."""
    dump = (shared / "data" / "seed" / "daily-papers-mar-12.txt").read_text(encoding="utf-8")
    paragraphs = [line for line in dump.partition("\nMar 12\n")[2].splitlines() if line.strip()]
    return list(zip(paragraphs[::2], paragraphs[1::2], strict=True))


def test_holds_seventy_different_papers_of_one_listing_day(papers: list[dict[str, Any]]) -> None:
    assert len(papers) == 70
    assert len({paper["title"].casefold() for paper in papers}) == 70
    assert all(paper.keys() == {"title", "abstract", "listings"} for paper in papers)
    assert all(paper["listings"] == [LISTING] for paper in papers)


def test_digests_have_the_length_of_short_abstracts(papers: list[dict[str, Any]]) -> None:
    for paper in papers:
        assert 70 <= len(paper["abstract"].split()) <= 120, paper["title"]
        assert 4 <= len(re.findall(r"[.?!](?= |$)", paper["abstract"])) <= 7, paper["title"]


def test_text_is_composed_and_free_of_control_characters(papers: list[dict[str, Any]]) -> None:
    for text in (paper[field] for paper in papers for field in ("title", "abstract")):
        assert unicodedata.is_normalized("NFC", text)
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn")]
        assert text == " ".join(text.split())


def test_no_leftover_of_the_page_is_in_a_digest(papers: list[dict[str, Any]]) -> None:
    for paper in papers:
        assert cleaned(paper["abstract"]) == paper["abstract"]
        assert "\\" not in paper["abstract"]


@pytest.mark.shared
def test_titles_and_order_are_those_of_the_page(papers: list[dict[str, Any]], page: list[tuple[str, str]]) -> None:
    assert [paper["title"] for paper in papers] == [title for title, _ in page]


@pytest.mark.shared
def test_every_figure_stands_in_the_abstract(papers: list[dict[str, Any]], page: list[tuple[str, str]]) -> None:
    for paper, (title, abstract) in zip(papers, page, strict=True):
        assert figures(paper["abstract"]) <= figures(cleaned(abstract)), title


@pytest.mark.shared
def test_percentages_and_multiples_are_kept(papers: list[dict[str, Any]], page: list[tuple[str, str]]) -> None:
    given = kept = 0
    for paper, (_, abstract) in zip(papers, page, strict=True):
        stated = gains(cleaned(abstract))
        given += len(stated)
        kept += len(stated & gains(paper["abstract"]))
    assert given > 50
    assert kept / given >= LEAST_RECALL, f"{kept} of {given}"


@pytest.mark.shared
def test_digests_share_no_long_run_of_words_with_abstracts(
    papers: list[dict[str, Any]], page: list[tuple[str, str]]
) -> None:
    theirs = set().union(*(runs(cleaned(abstract), LONGEST_SHARED_RUN + 1) for _, abstract in page))
    for paper in papers:
        shared_runs = runs(paper["abstract"], LONGEST_SHARED_RUN + 1) & theirs
        assert not shared_runs, (paper["title"], shared_runs)
