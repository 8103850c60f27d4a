"""A brief as Markdown and plain text: hostile text stays text."""

from __future__ import annotations

import re

from invented import briefing, sentence

from rag.models import BriefFigure, BriefNote, BriefPaper, Changes, FurtherTheme, TopicHistory, Window
from rag.render import markdown, plain
from rag.render.parts import minutes, short_name
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
    assert text.count("\\[x\\](https://evil.example)") == 4


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
            "saves 30% of pages",
            "5 papers listed on readers.",
            "About 1 minute to read.",
            "2 of them are told here, the others named.",
            "Also: Third_Reader.",
            "Chosen: papers of which a sentence is on the topic, the nearest first; votes, where known, count for 25%;",
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


def test_what_has_no_sentence_under_its_theme_is_named_there_in_a_line() -> None:
    first = briefing().sections[0]
    told = BriefPaper(paper_id="t-2", title="Dormouse: A Reader that Sleeps", name="Dormouse")
    more = tuple(
        BriefPaper(paper_id=f"m-{n}", title=f"Tea {n}: With Cake", url="https://example.org/t") for n in range(14)
    )
    section = first.model_copy(update={"sentences": first.sentences[:2], "also": (told,), "more": more})
    text = markdown(briefing(sections=(section,), figures=()))
    line = next(line for line in text.splitlines() if line.startswith("Also: "))
    assert line.startswith("Also: Dormouse \\[2\\], [Tea 0](<https://example.org/t>), ")
    assert line.endswith("[Tea 10](<https://example.org/t>), 3 more.")
    assert "Dormouse" not in " ".join(re.findall(r"^Also: .*", markdown(briefing()), re.MULTILINE))


def test_a_paper_without_a_name_is_called_by_the_beginning_of_its_title() -> None:
    def name(title: str) -> str:
        return short_name(BriefPaper(paper_id="p", title=title))

    assert name("Towards Reading: A Survey") == "Reading"
    assert name("Do Readers Skip Pages? A Study of Headings") == "Do Readers Skip Pages"
    assert name("A Very Long and Winding Title of a Paper on Readers of Books for Children") == (
        "Very Long and Winding Title of a Paper on Readers"
    )


def test_reading_takes_the_minutes_that_its_words_take() -> None:
    long = sentence("word " * 390 + "end.")
    section = briefing().sections[0].model_copy(update={"sentences": (long,)})
    assert minutes(briefing()) == 1
    assert minutes(briefing(sections=(section,))) == 3
    assert minutes(briefing(summary=(), sections=())) == 0


def test_papers_without_a_sentence_are_listed_by_theme_with_links() -> None:
    named = (
        BriefPaper(paper_id="t-7", title="Why Read?", url="https://example.org/7"),
        BriefPaper(paper_id="t-8", title="Tea"),
    )
    made = briefing(further=(FurtherTheme(heading="Tea and [cake]", topic="tea", papers=named, count=9),))
    text = markdown(made, "https://brief.example")
    assert "## Also listed, by theme" in text
    assert "**Tea and \\[cake\\]**" in text
    assert "- [Why Read?](<https://example.org/7>)" in text
    assert "- [Tea](<https://brief.example/papers/t-8>)" in text
    assert "- 7 more papers" in text
    assert "- Tea\n" in plain(made)
    assert "https://example.org/7" in plain(made)


def test_figures_of_one_clause_stand_in_one_row() -> None:
    common = {
        "paper_id": "t-1",
        "quote": "Quilt saves 30% of pages and 2 hours",
        "start": 0,
        "end": 3,
        "subject": "Quilt",
    }
    figures = (
        BriefFigure(value="30%", quantity="Quilt saves … of pages and 2 hours", **common),
        BriefFigure(value="2 hours", quantity="Quilt saves 30% of pages and …", **common),
    )
    rows = [line for line in markdown(briefing(figures=figures)).splitlines() if line.startswith("| Quilt")]
    assert rows == ["| Quilt \\[1\\] | 30%, 2 hours | Quilt saves 30% of pages and 2 hours |"]


def test_plain_lines_are_short() -> None:
    assert max(map(len, plain(briefing()).splitlines())) <= WIDTH


def test_a_brief_of_nothing() -> None:
    nothing = briefing(summary=(), sections=(), figures=(), citations=(), changes=Changes(), title="Nothing on tea")
    assert markdown(nothing).startswith("# Nothing on tea\n")
    assert "Papers" not in plain(nothing)
