"""What is said of a paper: invented abstracts, told so that no sentence points at one that is not there."""

from __future__ import annotations

from rag.brief.account import beyond, headline, in_full, in_short
from rag.brief.compose import composed
from rag.brief.join import reopened
from rag.brief.plan import Plan, PlannedPaper, PlannedTheme
from rag.brief.roles import introduction, leans, lines
from rag.brief.say import Voice, said
from rag.models import BriefConstraints, Paper, Window


def paper(abstract: str, title: str = "Quilt: Reading Long Texts") -> Paper:
    return Paper(id="p", title=title, abstract=abstract)


def test_a_sentence_that_points_back_is_told_apart() -> None:
    assert leans("A reader with these adapters is called Quilt.")
    assert leans("Quilt is the first such reader.")
    assert leans("Quilt skips pages in this way.")
    assert leans("We propose a reader for this problem.")
    assert not leans("In this paper, we propose Quilt.")
    assert not leans("This method skips pages, such as those with pictures.")
    assert not leans("To this end, we propose Quilt, a reader that skips pages.")


def test_what_introduces_a_paper_does_not_point_back() -> None:
    one = paper(
        "Readers are slow. Pages are skipped by two small heads. A reader with these heads is called Quilt. "
        "Quilt is 3x faster on two corpora."
    )
    told = introduction(lines(one))
    assert told is not None
    assert not leans(told.text)


def test_a_measured_result_heads_a_paper() -> None:
    one = paper(
        "We propose Quilt, a reader that skips pages. Experiments show that Quilt outperforms all earlier readers. "
        "Quilt is 3x faster than Patch on two corpora."
    )
    made = headline(Voice.of(one))
    assert made is not None
    assert made.text == "Quilt, a reader that skips pages, is 3x faster than Patch on two corpora."


def test_what_was_told_is_not_told_again() -> None:
    one = paper(
        "We propose Quilt, a reader that skips pages. It first reads the headings, and then only pages whose heading "
        "fits the question. Quilt is 3x faster than Patch on two corpora."
    )
    voice = Voice.of(one)
    told = headline(voice)
    assert told is not None
    texts = [said.text for said in beyond(voice, told).said]
    assert texts == ["Quilt first reads the headings, and then only pages whose heading fits the question."]


def test_a_summary_and_its_section_say_different_things() -> None:
    one = paper(
        "We propose Quilt, a reader that skips pages. It first reads the headings, and then only pages whose heading "
        "fits the question. Quilt is 3x faster than Patch on two corpora."
    )
    plan = Plan(
        window=Window(),
        constraints=BriefConstraints(),
        papers=(PlannedPaper(paper_id="p", revision=1, title=one.title),),
        themes=(PlannedTheme(tag="reading", heading="Reading", paper_ids=("p",)),),
    )
    made = composed(plan, {"p": Voice.of(one)})
    summary = [said.text for said in made.summary]
    section = [said.text for said in made.sections[0].said]
    assert summary == ["Quilt, a reader that skips pages, is 3x faster than Patch on two corpora."]
    assert section
    assert not set(summary) & set(section)


def test_neighbours_do_not_open_alike() -> None:
    one = Voice.of(paper("We study how people read. We measure 40 readers in two towns.", "How People Read at Home"))
    first, second = said(one, one.told[0]), said(one, one.told[1])
    assert first is not None
    assert second is not None
    assert second.text.startswith("The authors of “How People Read at Home” measure")
    assert reopened(one, second, first).text == "They measure 40 readers in two towns."
    other = Voice.of(paper("We count the words of books.", "Counting Words in Books").model_copy(update={"id": "q"}))
    third = said(other, other.told[0])
    assert third is not None
    assert reopened(other, third, second).text == "In “Counting Words in Books”, the authors count the words of books."


def test_a_paper_begins_with_what_it_brings() -> None:
    one = paper(
        "Readers are slow. Quilt treats the choice as a game and wins it. Quilt is a reader that skips pages in this "
        "way. On two corpora, its speedup is 3x over Patch."
    )
    texts = [one.text for one in in_full(Voice.of(one)).said]
    assert texts == ["Quilt is a reader that skips pages; on two corpora, its speedup is 3x over Patch."]


def test_where_no_sentence_says_it_the_title_does() -> None:
    voice = Voice.of(paper("Readers with these heads are called Quilt. Quilt is 3x faster than Patch on two corpora."))
    texts = [one.text for one in in_full(voice).said]
    assert texts == ["Quilt is 3x faster than Patch on two corpora."]
    assert voice.subject(texts[0]) == "Quilt, “Reading Long Texts”"


def test_a_paper_without_a_name_is_told_behind_its_title() -> None:
    voice = Voice.of(
        paper("We propose a reader that skips pages. Results improve by 3% on two corpora.", "Reading Long Texts")
    )
    texts = [one.text for one in in_full(voice).said]
    assert texts[0].startswith("The authors propose a reader that skips pages")
    assert voice.subject(texts[0]) == "“Reading Long Texts”"


def test_in_short_a_paper_has_its_result_too() -> None:
    one = paper(
        "We propose Quilt, a fast and small reader for long texts that skips pages, looks up names, keeps what was "
        "read in a notebook, and asks again where it doubts. Quilt is 3x faster than Patch on two corpora of texts."
    )
    texts = [one.text for one in in_short(Voice.of(one)).said]
    assert texts == ["Quilt, a fast and small reader for long texts, is 3x faster than Patch on two corpora of texts."]
