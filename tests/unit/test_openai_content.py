"""An Answer as a message: where each sentence is in the text, and that the text of papers is never markup there."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from api.openai.content import Annotation, Content, inactive
from rag.cite import readable
from rag.models import Answer, AnswerSentence, Citation, Coverage, Dropped, Nearest, Note, Provenance, Support

HOME = "https://papers.example"
HERON = Citation(n=1, paper_id="2501.00001", title="Heron: Patient Reading", url="https://x.example/1", quotes=())
TERN = Citation(n=2, paper_id="cs/0501002", title="Does Tern Listen?", published="2025-01", quotes=())


def sentence(text: str, *numbers: int, subject: str | None = None, support: Support = "verbatim") -> AnswerSentence:
    return AnswerSentence(text=text, subject=subject, citations=numbers, support=support, evidence=())


def answer(
    *sentences: AnswerSentence,
    citations: Sequence[Citation] = (),
    text: str | None = None,
    notes: Sequence[Note] = (),
    nearest: Sequence[Nearest] = (),
    dropped: Sequence[Dropped] = (),
) -> Answer:
    return Answer(
        id="ans_0",
        question="?",
        standalone_question="?",
        outcome="answered" if sentences else "insufficient_evidence",
        text=" ".join(map(readable, sentences)) if text is None else text,
        sentences=sentences,
        citations=tuple(citations),
        notes=tuple(notes),
        nearest=tuple(nearest),
        dropped=tuple(dropped),
        confidence=0.5,
        coverage=Coverage(papers_searched=2),
        provenance=Provenance(mode="extractive", embedding="none", catalogue_revision=1, version="0", created="2025"),
    )


def whole(answer: Answer) -> tuple[str, list[Annotation]]:
    content = Content(home=HOME)
    text = content.rest(answer)
    return text, content.annotations(answer)


TWO = answer(
    sentence("It folds 40 pages.", 1, subject="Heron"),
    sentence("Boats are loud.", 2, 1),
    citations=(HERON, TERN),
)


def test_the_text_is_the_answers_with_the_papers_as_footnotes() -> None:
    text, annotations = whole(TWO)
    assert text == (
        "Heron: It folds 40 pages. [1] Boats are loud. [2][1]\n\nSources:\n"
        "- [1] Heron: Patient Reading. https://x.example/1\n"
        "- [2] Does Tern Listen? (2025-01). https://papers.example/papers/cs/0501002"
    )
    assert [(text[a.start : a.end], a.url, a.title) for a in annotations] == [
        ("It folds 40 pages.", "https://x.example/1", HERON.title),
        ("Boats are loud.", "https://papers.example/papers/cs/0501002", TERN.title),
        ("Boats are loud.", "https://x.example/1", HERON.title),
    ]


def test_pieces_are_the_whole() -> None:
    for told in range(len(TWO.sentences) + 1):
        content = Content(home=HOME)
        pieces = [content.sentence(said) for said in TWO.sentences[:told]]
        assert ("".join(pieces) + content.rest(TWO), content.annotations(TWO)) == whole(TWO)


def test_a_weak_sentence_is_marked_where_it_is_shown() -> None:
    text, _ = whole(answer(sentence("Boats are loud.", 1, support="weak"), citations=(HERON,)))
    assert text.startswith("Boats are loud. [1] (weakly supported)\n")


def test_notes_and_what_was_left_out_stand_between_the_sentences_and_the_papers() -> None:
    lost = Dropped(text="No.", reason="unsupported", detail="")
    note = Note(kind="premise_conflict", detail="It is 40, not 90.")
    text, _ = whole(answer(sentence("It folds.", 1), citations=(HERON,), notes=[note], dropped=[lost, lost]))
    assert text.split("\n\n")[1:3] == [
        "Note: It is 40, not 90.",
        "2 sentences were left out because no abstract shows it.",
    ]


def test_a_decline_names_the_nearest_papers() -> None:
    near = Nearest(paper_id="t-1", title="Heron!", score=0.5)
    text, annotations = whole(answer(text="I found nothing.", nearest=[near]))
    assert text == "I found nothing.\n\nNearest papers:\n- Heron! https://papers.example/papers/t-1"
    assert annotations == []


def test_what_the_text_says_after_the_sentences_is_kept() -> None:
    text, _ = whole(answer(sentence("It folds.", 1), citations=(HERON,), text="It folds. [1] Its cost is not given."))
    assert text.startswith("It folds. [1]\n\nIts cost is not given.\n\nSources:")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "https://x.example/<b>", "/etc", "https:// x"]
)
def test_only_addresses_of_the_web_are_linked(url: str) -> None:
    cited = HERON.model_copy(update={"url": url})
    text, (annotation,) = whole(answer(sentence("It folds.", 1), citations=(cited,)))
    assert annotation.url == "https://papers.example/papers/2501.00001"
    assert url not in text


# ---------------------------------------------------------------------------------------------- markup in papers' text

MARKUP = (
    "![x](https://evil.example/?q=1)",
    "[click](https://evil.example)",
    "<img src=https://evil.example/x.png>",
    '<img alt="<" src=//evil.example>',
    "\\<script>alert(1)</script>",
    "\\\\<script>alert(1)</script>",
    "[a]: https://evil.example",
    "![x][a]",
    "<!-- hidden -->",
    "<iframe\nsrc=//evil.example>",
)


@pytest.mark.parametrize("evil", MARKUP)
def test_markup_in_a_paper_is_text_to_who_renders_the_message(evil: str) -> None:
    title = HERON.model_copy(update={"title": f"Heron {evil}"})
    near = Nearest(paper_id="t-1", title=evil, score=0.5)
    said = answer(
        sentence(evil, 1, subject=evil), sentence(f"It {evil} is.", 1), citations=(title,),
        notes=[Note(kind="truncated", detail=evil)],
    )  # fmt: skip
    for one in (said, answer(text=f"I found {evil}.", nearest=[near])):
        page = MarkdownIt("commonmark", {"html": True}).render(whole(one)[0])
        assert set(re.findall(r"<(/?\w+|!)", page)) <= {"p", "/p", "ul", "/ul", "li", "/li"}


@pytest.mark.parametrize(
    "text", ["p<0.05", "a < b > c", "see <https://x.example>", "f(x)", "[12] (ours)", "x<y", "A\\B"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert inactive(text) == text


@given(st.lists(st.text("ab .<>![]()\\/*`\n&#x;😀é", max_size=30), min_size=1, max_size=4), st.data())
def test_every_annotation_points_at_its_sentence(texts: list[str], data: st.DataObject) -> None:
    said = [sentence(text, *data.draw(st.permutations([1, 2]))) for text in texts]
    made = answer(*said, citations=(HERON, TERN))
    text, annotations = whole(made)
    assert [text[a.start : a.end] for a in annotations] == [inactive(s.text) for s in said for _ in s.citations]
    pieces = Content(home=HOME)
    assert "".join(pieces.sentence(s) for s in said) + pieces.rest(made) == text
