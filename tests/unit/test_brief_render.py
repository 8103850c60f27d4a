"""A brief as Markdown and plain text: hostile text stays text."""

from __future__ import annotations

from invented import briefing

from rag.models import BriefNote, BriefPaper, Changes, TopicHistory, Window
from rag.render import markdown, plain
from rag.render.plain import WIDTH


def test_hostile_text_is_neither_markup_nor_more_lines() -> None:
    text = markdown(briefing())
    assert "Quilt\\](javascript" in text  # the bracket is escaped, so it closes no link
    assert "<script>" not in text
    assert "**bold**" not in text
    assert "\nBcc:" not in text
    assert "\u202e" not in text
    assert "<https://example.org/1>" in text
    assert "javascript:alert(2)" not in text
    assert "\nBcc:" not in plain(briefing())


def test_topics_and_notes_are_escaped_too() -> None:
    hostile = "[x](https://evil.example) <b>"
    changes = Changes(
        new_topics=(hostile,), histories=(TopicHistory(topic=hostile, papers=(1, 2)),), windows=(Window(), Window())
    )
    text = markdown(briefing(changes=changes, notes=(BriefNote(kind="left_out", detail=hostile),)))
    assert "[x](" not in text
    assert "<b>" not in text
    assert text.count("\\[x\\](https://evil.example)") == 3


def test_names_with_signs_are_shown_as_they_are() -> None:
    assert "BERT\\_BASE" in markdown(briefing())
    assert "C^2" in markdown(briefing())
    assert "BERT_BASE" in plain(briefing())


def test_the_subject_is_shown_once_for_sentences_in_a_row() -> None:
    for text in (markdown(briefing()).replace("\\", ""), plain(briefing())):
        assert text.count("Quilt:") == 1
        assert text.count("Dormouse:") == 1


def test_everything_is_told() -> None:
    for text in (markdown(briefing()).replace("\\", ""), plain(briefing())):
        flat = " ".join(text.split())
        for part in (
            "Readers, 2025-W11, 2 papers",
            "Readers (3 papers)",
            "A Third_Reader",
            "saves … of pages",
            "New: readers (2).",
            "Fading: graphs (0, before 2.5 on average).",
            "1 paper that was reported before was not reported again.",
            "Looked at 70 papers, titles and abstracts only; 5 fit, 2 reported.",
            "Papers by topic, W09 to W11: readers ?, 0, 2;",
            "There was no room for 3 further papers.",
            "A note.",
            "1 sentence left out",
            "Written without a language model",
        ):
            assert part in flat, part


def test_a_title_that_asks_gets_no_full_stop() -> None:
    section = briefing().sections[0].model_copy(update={"more": (BriefPaper(paper_id="t-3", title="Why Read?"),)})
    for text in (markdown(briefing(sections=(section,))), plain(briefing(sections=(section,)))):
        assert "Also: Why Read?\n" in text


def test_plain_lines_are_short() -> None:
    assert max(map(len, plain(briefing()).splitlines())) <= WIDTH


def test_a_brief_of_nothing() -> None:
    nothing = briefing(summary=(), sections=(), figures=(), citations=(), changes=Changes(), title="Nothing on tea")
    assert markdown(nothing).startswith("# Nothing on tea\n")
    assert "Papers" not in plain(nothing)
