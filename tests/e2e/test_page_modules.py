"""The page's pure modules, in the browser that runs them."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from e2e.conftest import Visits
from playwright.sync_api import Page

from api.pages import wording
from api.pages.answer import pieces
from rag.models import AnswerSentence, Coverage, Provenance, Quote
from rag.models.answers import DropReason, NoteKind, Outcome, Window


@pytest.fixture
def page(visit: Visits) -> Page:
    return visit("/library").page


def call(page: Page, module: str, function: str, *arguments: Any) -> Any:
    return page.evaluate(
        "async ([module, name, given]) => { const made = (await import(module))[name](...given);"
        " return made instanceof Map ? [...made] : made; }",
        [f"/assets/{module}.js", function, list(arguments)],
    )


TEXT = "𝒪(n) 🐾🏽 e\u0301 naïve\u200d\n日本 end"


def test_offsets_count_code_points(page: Page) -> None:
    for start in range(len(TEXT) + 1):
        for end in range(start, len(TEXT) + 1):
            assert call(page, "spans", "slice", TEXT, start, end) == TEXT[start:end]
    assert call(page, "spans", "agree", TEXT, [{"start": 5, "end": 7, "quote": TEXT[5:7]}])
    assert not call(page, "spans", "agree", TEXT, [{"start": 6, "end": 8, "quote": TEXT[5:7]}])
    assert not call(page, "spans", "agree", TEXT, [{"start": 3, "end": 3, "quote": ""}])


@pytest.mark.parametrize("spans", [[], [(0, 4)], [(5, 8), (0, 3)], [(0, 6), (4, 9)], [(0, 4), (4, 8)], [(2, 99)]])
def test_pieces_are_the_same_here_and_there(page: Page, spans: list[tuple[int, int]]) -> None:
    quotes = [Quote(start=start, end=end, quote=TEXT[start:end]) for start, end in spans]
    made = call(page, "spans", "pieces", TEXT, [quote.model_dump() for quote in quotes])
    assert [(piece["text"], piece["marked"]) for piece in made] == [(p.text, p.marked) for p in pieces(TEXT, quotes)]
    assert "".join(piece["text"] for piece in made) == TEXT


def test_events_come_out_however_the_bytes_are_cut(page: Page) -> None:
    stream = ': hi\r\n\r\nevent: note\r\ndata: {"a":\r\ndata: "é𝒪"}\r\n\r\nevent: cut\ndata: {"a": 1}\n'
    read = """async ([text, size]) => {
      const { events } = await import("/assets/stream.js");
      const bytes = new TextEncoder().encode(text);
      const body = new ReadableStream({ start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      } });
      const found = [];
      for await (const event of events(new Response(body))) found.push(event);
      return found;
    }"""
    for size in (1, 2, 3, 7, 1000):
        assert page.evaluate(read, [stream, size]) == [{"name": "note", "data": {"a": "é𝒪"}}]


def test_markdown_escapes_what_would_be_markup(page: Page) -> None:
    escape = lambda text: call(page, "exports", "escapeMarkdown", text)  # noqa: E731
    assert escape("[x](javascript:1) <b> *a* _b_ `c` | ~d~") == (
        "\\[x\\](javascript:1) \\<b\\> \\*a\\* \\_b\\_ \\`c\\` \\| \\~d\\~"
    )
    assert escape("# no heading") == "\\# no heading"
    assert escape("1. no list\n- nor this") == "1\\. no list - nor this"
    assert escape("SpecDec++ is 2.3x faster") == "SpecDec++ is 2.3x faster"


def test_bibtex_has_one_key_each_and_escapes(page: Page) -> None:
    paper = {
        "id": "2503.01234", "title": "100% of {Braces} & $ome_Maths", "authors": ["Ada Lovelace", "C. Babbage"],
        "published": "2025-03-01", "url": "https://arxiv.org/abs/2503.01234",
    }  # fmt: skip
    bare = {"id": "t-0123456789ab", "title": "Ωμέγα", "authors": [], "published": None, "url": "javascript:1"}
    assert call(page, "exports", "bibtex", [paper, paper, bare]).split("\n\n") == [
        "@misc{lovelace2025braces,\n"
        "  title = {{100\\% of \\{Braces\\} \\& \\$ome\\_Maths}},\n"
        "  author = {Ada Lovelace and C. Babbage},\n  year = {2025},\n  month = {3},\n"
        "  eprint = {2503.01234},\n  archivePrefix = {arXiv},\n  url = {https://arxiv.org/abs/2503.01234},\n}",
        "@misc{lovelace2025braces2,\n"
        "  title = {{100\\% of \\{Braces\\} \\& \\$ome\\_Maths}},\n"
        "  author = {Ada Lovelace and C. Babbage},\n  year = {2025},\n  month = {3},\n"
        "  eprint = {2503.01234},\n  archivePrefix = {arXiv},\n  url = {https://arxiv.org/abs/2503.01234},\n}",
        "@misc{t0123456789ab,\n  title = {{Ωμέγα}},\n}\n",
    ]


def test_both_pages_use_the_same_words(page: Page) -> None:
    for value in ("2025-03-12", "2025-03", "2025", "some day", ""):
        assert call(page, "wording", "day", value) == wording.day(value)
    for papers, window, gaps in (
        (1, Window(), ()),
        (70, Window(since="2025-03-12", until="2025-03-12"), ()),
        (1_204, Window(since="2025-03-01", until="2025-03-12"), ("2025-03-04", "2025-03-05")),
        (0, Window(until="2025-03"), ("2025-03-04",)),
    ):
        coverage = Coverage(papers_searched=papers, window=window, incomplete_days=gaps)
        assert call(page, "wording", "coverage", coverage.model_dump()) == wording.coverage(coverage)
    for value in (0.0, 0.24, 0.25, 0.5, 0.74, 0.75, 1.0):
        assert call(page, "wording", "confidence", value) == wording.confidence(value)
    for outcome in get_args(Outcome):
        assert call(page, "wording", "declined", outcome) == wording.declined(outcome)
    for kind in get_args(NoteKind):
        assert call(page, "wording", "noteHeading", kind) == wording.NOTES[kind]
    for reason in get_args(DropReason):
        assert call(page, "wording", "reason", reason) == wording.REASONS[reason]
    for model in (None, "qwen3-8b"):
        provenance = Provenance(
            mode="generative" if model else "extractive", model=model, embedding="e", catalogue_revision=1,
            version="1", created="2025-03-12T00:00:00Z",
        )  # fmt: skip
        made = call(page, "wording", "origin", provenance.model_dump())
        assert made[:1].upper() + made[1:] == wording.origin(provenance)


def test_both_pages_grade_alike(page: Page) -> None:
    grades = [("verbatim", False, False), ("close", False, True), ("weak", True, False), ("verbatim", True, True)]
    sentences = [
        AnswerSentence(
            text="A.", citations=(at % 2 + 1,), support=support, replaced_wording=replaced,
            corrected_citation=corrected, evidence=(),
        )
        for at, (support, replaced, corrected) in enumerate(grades)
    ]  # fmt: skip
    for sentence in sentences:
        assert call(page, "wording", "support", sentence.model_dump()) == wording.support(sentence)
        assert call(page, "wording", "grades", sentence.model_dump()) == wording.grades(sentence)
    for some in (sentences, sentences[:1], sentences[1:3], sentences[:2]):
        assert call(page, "wording", "standing", [s.model_dump() for s in some]) == wording.standing(some)
