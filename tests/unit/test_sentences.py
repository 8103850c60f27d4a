"""Sentences: offsets that hold for any text at all, and the boundaries that abstracts of this field have."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.passages import windows
from rag.text.sentences import sentences

# Pieces that meet the rules, so that the properties are tried on more than noise.
PIECES = st.sampled_from(
    [
        *(
            "We",
            "The",
            "fastText",
            "p53",
            "model",
            "method",
            "e.g.,",
            "i.e.",
            "et al.",
            "vs.",
            "Fig.",
            "Dr.",
            "J.",
            "A.",
        ),
        *(
            "Llama-3.1-70B",
            "github.io",
            "https://a.org/b.",
            "3.5",
            "(<100).",
            '"Yes."',
            "[1].",
            "1.",
            "(a)",
            "...",
            "?!",
        ),
        *(
            " ",
            "  ",
            "\n",
            "\t",
            "\u00a0",
            "\u2003",
            ".",
            "!",
            "?",
            ")",
            "”",
            "$x$",
            "\\alpha",
            "é",
            "Ωμ",
            "🥣",
            "\u0301",
        ),
        *("pre-training.We are", "lost.A", "ends.DNA is", "Inc.", "no.", "Oct.", "MS.", "and", ",", ";", "- ", "• "),
    ]
)
TEXTS = st.one_of(st.text(max_size=120), st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES).map(" ".join))


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@given(TEXTS)
def test_every_sign_lies_in_exactly_one_sentence(text: str) -> None:
    found = sentences(text)
    covered = [place for sentence in found for place in range(sentence.start, sentence.end)]
    assert len(covered) == len(set(covered))
    assert {place for place, sign in enumerate(text) if not sign.isspace()} <= set(covered)
    assert [sentence.start for sentence in found] == sorted(sentence.start for sentence in found)


@given(TEXTS)
def test_a_sentence_is_cut_from_its_text(text: str) -> None:
    for sentence in sentences(text):
        assert sentence.text == text[sentence.start : sentence.end]
        assert sentence.text == sentence.text.strip() != ""


@given(TEXTS)
def test_a_sentence_is_one_sentence(text: str) -> None:
    for sentence in sentences(text):
        assert texts(sentence.text) == [sentence.text]


@given(TEXTS, st.integers(0, 5), st.integers(1, 5))
def test_windows_cover_every_sentence(text: str, size: int, step: int) -> None:
    if size and step > size:
        step = size
    spans = windows(text, size=size, step=step)
    found = sentences(text)
    assert bool(spans) == bool(found)
    for sentence in found:
        assert any(start <= sentence.start and sentence.end <= end for start, end in spans)
    starts, ends = {s.start for s in found}, {s.end for s in found}
    assert all(start in starts and end in ends for start, end in spans)
    assert spans == sorted(set(spans))


SPLITS = {
    "plain": ("One thing. Another thing.", 2),
    "lost space": ("It helps pre-training.We are glad.", 2),
    "lost space after a bracket": ("We test it (twice).The rest follows.", 2),
    "lost space after a figure": ("It reaches 30%.We are glad.", 2),
    "question and exclamation": ("Does it hold? It does! We show it.", 3),
    "end in a quote": ('They say "it works." We agree.', 2),
    "end in a curly quote": ("They say “it works.” We agree.", 2),
    "a name in lower case opens": ("We train it. fastText is the baseline. mBERT is not.", 3),
    "a gene opens": ("We look at genes. p53 is one. miR-21 is another.", 3),
    "an acronym like a title": ("It helps patients with MS. The others stay as they are.", 2),
    "a letter ends": ("We lack vitamin C. We add it.", 2),
    "a variable ends": ("We multiply by a matrix A. Recently this was improved.", 2),
    "a formula opens": ("We bound the loss. $L$ is convex. \\Omega is small, but \\beta is not.", 3),
    "a bracket opens": ("We bound the loss. (Others did, too.) It is low.", 3),
    "a row of dots": ("It goes on ... We stop it.", 2),
    "an ellipsis of single dots": ("It goes on . . . We stop it.", 2),
    "et al. at the end": ("This was shown by Moss et al. We go further.", 2),
    "Inc. at the end": ("We worked at Lantern Inc. Experimental notes follow.", 2),
    "an address at the end": ("Code is at https://example.org/x.y. We thank all.", 2),
    "a month that ends": ("They came in Oct. We left.", 2),
    "blank lines": ("One.\n\n\nTwo.\u2003Three.", 3),
    "no mark at the end": ("One. Two", 2),
    "accents and emoji": ("Müsli helps 🥣. Ähnlich wie Öl. É bom.", 3),
}
WHOLE = (
    "We compare fastText and word2vec on it.",
    "See example.github.io for the rest.",
    "Llama-3.1-70B and GPT-4.5 are used.",
    "We use loss terms, e.g., the hinge.",
    "We use loss terms (e.g. Hinge) for it.",
    "This follows Moss et al., 2020, and Fern et al. (2021).",
    "As Fig. 3 shows, and Eq. 2 and Sec. 4.1 say, it holds.",
    "It gains 3.5 points at p < .05 and 0.5 more later.",
    "The rule of J. R. Hill and K. Moss holds.",
    "The tool of Dr. Hill vs. the tool of Prof. Moss.",
    "Code: https://example.org/a.html?b=C.d is there",
    "Node.Js and Next.Js are names.",
    "We look at no. 5 of 7.",
    "The paper (Proc. Natl. Acad. Sci. U. S. A. 99) says so.",
    "On Sept. 2 and Oct. 4th it ran.",
    "A 7 d.o.f. Robot arm is used.",
    'It ends with a lone quote. "',
    "It ends with dots. . . .",
    "The address is https://github. com/some/thing and no other.",
    "It is 5 percent w.r.t. Baselines of 2020.",
    "Wait ... for it.",
)


@pytest.mark.parametrize("name", SPLITS)
def test_boundaries(name: str) -> None:
    text, number = SPLITS[name]
    assert len(texts(text)) == number, texts(text)


@pytest.mark.parametrize("text", WHOLE)
def test_no_boundary_inside(text: str) -> None:
    assert texts(text) == [text]


def test_list_marks_stay_with_their_items() -> None:
    assert texts("1. We bound it. 2. We test it.") == ["1. We bound it.", "2. We test it."]


@pytest.mark.parametrize("text", ["", " ", "\n\t\u2003"])
def test_nothing_gives_no_sentence(text: str) -> None:
    assert sentences(text) == []
    assert windows(text) == []


@pytest.mark.parametrize(
    "piece",
    [
        ".",
        ". ",
        "e.g. ",
        "e.g.",
        "ab.Ab",
        "abc.Abc ",
        "A. ",
        ".)",
        '"',
        "1. ",
        "Dr. X",
        "a",
        "A",
        "?!)” ",
        "a.A",
        "$",
        "- ",
    ],
)
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    """A hostile record must not stall an ingest: a rule that looks back or ahead without a limit would take hours."""

    def seconds(length: int) -> float:
        text = (piece * (length // len(piece) + 1))[:length] + "x"
        started = time.process_time()
        sentences(text)
        return time.process_time() - started

    assert seconds(200_000) < 60  # takes one or two; a machine may be slow, but not by hours


@pytest.mark.parametrize(("size", "step"), [(-1, 1), (2, 0), (2, 3)])
def test_windows_refuse_sizes_that_would_leave_gaps(size: int, step: int) -> None:
    with pytest.raises(ValueError, match="windows need"):
        windows("One. Two. Three.", size=size, step=step)


@pytest.mark.shared
def test_the_page_of_papers(shared: object) -> None:
    """Its abstracts have 7 to 14 sentences each, and none opens in lower case or is a mere scrap."""
    from pathlib import Path

    from rag.models import PaperRecord
    from rag.sources import read
    from rag.text.clean import clean_paper

    page = Path(str(shared)) / "data" / "seed" / "daily-papers-mar-12.txt"
    counts = []
    for record in read(page):
        assert isinstance(record, PaperRecord)
        _, abstract = clean_paper(record.title, record.abstract)
        found = texts(abstract.text)
        counts.append(len(found))
        assert all(len(sentence) > 30 and not sentence[0].islower() for sentence in found), found
    assert len(counts) == 70
    assert (min(counts), max(counts)) == (7, 14)
