"""Composing from sentences as they stand: which are chosen, in what order, and under which name."""

from __future__ import annotations

import pytest
from answering import found
from hypothesis import given
from hypothesis import strategies as st

from rag.compose.extractive import MAX_SENTENCES, MAX_SURVEY, choose, confidence, draft, subject
from rag.models import Paper
from rag.question import Kind, Question, understand
from rag.retrieve import Evidence
from rag.text.sentences import sentences

KESTREL = Paper(
    id="2401.1",
    title="Kestrel: Reading Tables Slowly",
    abstract="Tables are long. However, readers are hasty. We propose Kestrel, which reads row by row. "
    "It reaches 71.5% accuracy on TallyBank. Kestrel needs 3 GB. Code is available at https://example.org/k.",
)
MARMOT = Paper(
    id="2401.2",
    title="Marmot: Digging for Rows",
    abstract="We introduce Marmot, which digs for rows. It reaches 64.0% accuracy on TallyBank. Does it scale?",
)


def evidence(
    paper: Paper, number: int, relevance: float, *, names: tuple[str, ...] = (), about: float = 1.0
) -> Evidence:
    """Sentence `number` of a paper's abstract as retrieval would give it."""
    sentence = sentences(paper.abstract)[number]
    return Evidence(
        paper=paper,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        coverage=relevance,
        paper_coverage=about,
        cosine=relevance,
        relevance=relevance,
        names=frozenset(names),
        paper_score=0.9,
    )


def every(paper: Paper, relevance: float, *names: str) -> list[Evidence]:
    return [evidence(paper, n, relevance, names=names) for n in range(len(sentences(paper.abstract)))]


OPEN = Question(text="rows", kind=Kind.OPEN, names=(), content="rows")


def test_without_evidence_nothing_is_chosen() -> None:
    assert choose(OPEN, []) == []
    assert confidence([]) == 0.0


def test_what_is_hardly_relevant_is_no_answer() -> None:
    assert choose(OPEN, every(KESTREL, 0.1)) == []


def test_a_paper_that_is_about_something_else_is_no_answer() -> None:
    assert choose(OPEN, [evidence(KESTREL, 3, 0.8, about=0.2)]) == []


def test_a_paper_without_the_name_that_was_asked_for_is_no_answer() -> None:
    question = understand("How accurate is Kestrel-X2 on TallyBank?")
    assert choose(question, every(KESTREL, 0.9)) == []
    assert choose(question, every(KESTREL, 0.9, "TallyBank")) != []


def test_the_sentence_with_the_figure_answers_a_question_for_a_figure() -> None:
    (best, *_) = choose(understand("How accurate is it on TallyBank?"), every(KESTREL, 0.5, "TallyBank"))
    assert best.text == "It reaches 71.5% accuracy on TallyBank."


def test_the_proposing_sentence_answers_a_question_for_a_definition() -> None:
    question = Question(text="What is Kestrel?", kind=Kind.DEFINITION, names=(), content="Kestrel")
    said = [chosen.text for chosen in choose(question, every(KESTREL, 0.5))]
    assert "We propose Kestrel, which reads row by row." in said
    assert "Kestrel needs 3 GB." not in said


def test_a_comparison_has_a_sentence_of_each_side() -> None:
    question = understand("Compare Marmot and Kestrel")
    chosen = choose(question, found(question, [KESTREL, MARMOT]))
    assert {sentence.paper.id for sentence in chosen} == {KESTREL.id, MARMOT.id}


@pytest.mark.parametrize(
    "text",
    [
        "Do Kestrel and Marmot read in the same way?",
        "kestrel or marmot - what does each do to rows?",
        "Kestrel and Marmot both read tables. How do they go about it?",
    ],
)
def test_each_of_two_systems_answers_for_itself_however_they_are_named(text: str) -> None:
    question = understand(text)
    chosen = choose(question, found(question, [KESTREL, MARMOT]))
    assert {sentence.paper.id for sentence in chosen} == {KESTREL.id, MARMOT.id}


def test_which_of_two_is_better_is_answered_with_their_figures() -> None:
    question = understand("Which is more accurate on TallyBank, Kestrel or Marmot?")
    said = [e.text for e in choose(question, found(question, [KESTREL, MARMOT]))]
    assert said == ["It reaches 71.5% accuracy on TallyBank.", "It reaches 64.0% accuracy on TallyBank."]


def test_a_comparison_within_one_paper_is_answered_from_it() -> None:
    paper = KESTREL.model_copy(
        update={"abstract": "Kestrel has a slow and a fast reader. The slow reader is right in 70%, the fast in 60%."}
    )
    question = understand("How do the slow reader and the fast reader compare?")
    said = [e.text for e in choose(question, found(question, [paper, MARMOT]))]
    assert "The slow reader is right in 70%, the fast in 60%." in said


_ADAPTERS = Paper(
    id="2401.3",
    title="TallyBERT: Reading with Little Training",
    abstract="We add row adapters (RADS) to a frozen reader of tables. TallyBERT with RADS trains 5% of its weights. "
    "RADS are cheap, and RADS read rows.",
)


def test_the_other_side_of_a_system_is_the_paper_that_has_its_name() -> None:
    question = understand("Compare Kestrel and RADS: how do they read rows?")
    chosen = choose(question, found(question, [KESTREL, MARMOT, _ADAPTERS]))
    assert {sentence.paper.id for sentence in chosen} == {KESTREL.id, _ADAPTERS.id}


@pytest.mark.parametrize(
    "text",
    [
        "How does Kestrel do on single rows of TallyBank against PECKER-2?",
        "On TallyBank, Kestrel versus the baselines: by how much?",
        "Kestrel on TallyBank compared with earlier readers of tables?",
    ],
)
def test_what_a_system_was_compared_with_is_answered_by_its_own_paper(text: str) -> None:
    kestrel = KESTREL.model_copy(
        update={"abstract": "We propose Kestrel, which reads row by row. On TallyBank it beats PECKER-2 by 7 points."}
    )
    marmot = MARMOT.model_copy(
        update={"abstract": "Single rows of TallyBank are hard for baselines, as for earlier readers of tables."}
    )
    question = understand(text)
    assert question.kind is Kind.COMPARISON
    assert {e.paper.id for e in draft(question, found(question, [kestrel, marmot])).sentences} == {kestrel.id}


def test_a_comparison_with_something_unknown_is_no_answer() -> None:
    question = understand("Compare Marmot and Osprey")
    assert choose(question, found(question, [KESTREL, MARMOT])) == []


def test_a_price_is_not_answered_with_another_figure() -> None:
    question = understand("How much does it cost to train Kestrel?")
    assert choose(question, found(question, [KESTREL, MARMOT])) == []
    priced = KESTREL.model_copy(update={"abstract": f"{KESTREL.abstract} It was trained for $30."})
    assert [e.text for e in choose(question, found(question, [priced, MARMOT]))] == ["It was trained for $30."]


def test_authors_and_dates_are_never_answered() -> None:
    question = understand("Who wrote the Kestrel paper?")
    assert choose(question, found(question, [KESTREL])) == []


def test_a_double_question_is_answered_in_both_parts() -> None:
    question = understand("What is Kestrel and how many GB does it need?")
    said = [e.text for e in choose(question, found(question, [KESTREL, MARMOT]))]
    assert said == ["We propose Kestrel, which reads row by row.", "Kestrel needs 3 GB."]


def test_the_sentences_of_the_system_that_was_named_are_the_answer_in_any_spelling() -> None:
    question = understand("how accurate is kestrel on tallybank")
    chosen = choose(question, found(question, [KESTREL, MARMOT]))
    assert [e.text for e in chosen] == ["It reaches 71.5% accuracy on TallyBank."]


def test_an_opening_that_points_back_is_cut_off_and_the_span_holds() -> None:
    paper = KESTREL.model_copy(
        update={"abstract": "Tables are long. To address this issue, Kestrel reads row by row. Specifically, we wait."}
    )
    question = understand("How does Kestrel read?")
    chosen = choose(question, found(question, [paper]))
    assert chosen[0].text == "Kestrel reads row by row."
    assert all(paper.abstract[e.start : e.end] == e.text for e in chosen)


def test_a_survey_has_one_line_a_paper() -> None:
    many = [KESTREL.model_copy(update={"id": f"2401.{n}"}) for n in range(20)]
    question = Question(text="Which papers read tables?", kind=Kind.SURVEY, names=(), content="tables")
    picked = choose(question, [each for paper in many for each in every(paper, 0.7)])
    assert len(picked) == len({chosen.paper.id for chosen in picked}) == MAX_SURVEY


def test_a_survey_of_what_is_new_passes_over_those_who_only_use_it() -> None:
    user = MARMOT.model_copy(update={"abstract": "We present Marmot. Marmot is strong on the benchmark RowBench."})
    maker = KESTREL.model_copy(update={"abstract": "Tables are long. We introduce TallyBank, a benchmark of tables."})
    question = understand("What new benchmarks have been proposed?")
    assert {e.paper.id for e in choose(question, found(question, [user, maker]))} == {maker.id}


def test_which_paper_asks_for_one() -> None:
    question = understand("Which paper reads rows?")
    assert len(choose(question, found(question, [KESTREL, MARMOT]))) == 1


def test_what_a_sentence_announces_is_said_too() -> None:
    paper = KESTREL.model_copy(
        update={"abstract": "We propose Kestrel, which has two parts. A cursor walks the rows. A pen marks the cells."}
    )
    question = understand("What does Kestrel consist of?")
    said = [e.text for e in choose(question, found(question, [paper]))]
    assert said == ["We propose Kestrel, which has two parts.", "A cursor walks the rows.", "A pen marks the cells."]


def test_a_question_for_what_something_is_called_is_answered_with_the_name() -> None:
    paper = Paper(
        id="2401.5",
        title="Tables of Tallies",
        abstract="Tallies are old. Many tables of tallies are lost. We build the TallyTrove, a collection of tables. "
        "Models of tables learn from the collection.",
    )
    question = understand("Someone collected tables of tallies. What is that collection called?")
    assert draft(question, found(question, [paper, MARMOT])).sentences[0].text.startswith("We build the TallyTrove")


def test_a_draft_is_made_although_no_rule_would_say_it() -> None:
    question = understand("How much does it cost to train Kestrel?")
    made = draft(question, found(question, [KESTREL, MARMOT]))
    assert made.sentences
    assert made.sound == []
    assert [part.sound for part in made.parts] == [False]


def test_everyday_words_for_a_thing_find_the_paper_that_has_the_terms() -> None:
    terse = Paper(
        id="2401.6",
        title="Ternary Readers",
        abstract="We present a reader with ternary weights. It is 12x faster on one A100 GPU. It reads DNA.",
    )
    question = understand("How much faster is the network with three-valued weights on a graphics card?")
    said = draft(question, found(question, [KESTREL, MARMOT, terse])).sentences
    assert said[0].text == "It is 12x faster on one A100 GPU."


def test_sentences_that_say_the_same_are_not_said_twice() -> None:
    twin = KESTREL.model_copy(update={"id": "2401.9"})
    picked = choose(OPEN, [evidence(KESTREL, 3, 0.9), evidence(twin, 3, 0.9)])
    assert [chosen.paper.id for chosen in picked] == ["2401.1"]


def test_a_question_in_the_abstract_answers_nothing_that_something_else_answers() -> None:
    picked = choose(OPEN, every(MARMOT, 0.5))
    assert picked
    assert "Does it scale?" not in [chosen.text for chosen in picked]


@given(
    st.sampled_from(list(Kind)),
    st.lists(st.tuples(st.sampled_from([KESTREL, MARMOT]), st.integers(0, 2), st.floats(0, 1), st.floats(0, 1))),
)
def test_whatever_is_pickedwas_evidence_once_and_in_reading_order(
    kind: Kind, rows: list[tuple[Paper, int, float, float]]
) -> None:
    question = Question(text="rows", kind=kind, names=(), content="rows")
    given_evidence = [evidence(paper, n, relevance, about=about) for paper, n, relevance, about in rows]
    given_evidence.sort(key=lambda e: (-e.relevance, e.paper.id, e.start))
    picked = choose(question, given_evidence)
    assert picked == choose(question, given_evidence)
    assert all(chosen in given_evidence for chosen in picked)
    assert len(picked) <= max(MAX_SURVEY, MAX_SENTENCES + 1)
    assert 0.0 <= confidence(picked) <= 1.0
    papers = [chosen.paper.id for chosen in picked]
    assert papers == sorted(papers, key=papers.index), "a paper's sentences stand together"
    if kind is not Kind.SURVEY:
        assert [(c.paper.id, c.start) for c in picked] == sorted(
            ((c.paper.id, c.start) for c in picked), key=lambda place: (papers.index(place[0]), place[1])
        )


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It reaches 71.5% accuracy on TallyBank.", "Kestrel"),
        ("We train it for a day.", "Kestrel"),
        ("The proposed method reads row by row.", "Kestrel"),
        ("Kestrel needs 3 GB.", None),
        ("With kestrel, we read on.", None),
        ("Existing readers are hasty, and they fail.", None),
    ],
)
def test_the_subject_is_named_where_the_sentence_does_not_name_it(sentence: str, expected: str | None) -> None:
    assert subject(KESTREL, sentence) == expected


def test_a_paper_without_a_system_has_no_subject() -> None:
    paper = Paper(id="2401.3", title="Do Tables Help Readers", abstract="Tables are long. We ask 30 readers.")
    assert subject(paper, "We ask 30 readers.") is None


def test_where_the_best_sentence_does_not_lead_the_next_ones_of_its_paper_are_said_too() -> None:
    question = understand("How does Kestrel read a table?")
    close = [evidence(KESTREL, 2, 0.8), evidence(KESTREL, 4, 0.75), evidence(KESTREL, 3, 0.4)]
    texts = [e.text for e in choose(question, close)]
    assert texts == ["We propose Kestrel, which reads row by row.", "Kestrel needs 3 GB."]


def test_two_systems_in_a_question_of_two_parts_are_both_spoken_of() -> None:
    question = understand("What does Kestrel read, and what does Marmot dig for?")
    assert len(question.parts) == 2
    assert {e.paper.id for e in choose(question, found(question, [KESTREL, MARMOT]))} == {KESTREL.id, MARMOT.id}


def test_how_a_problem_is_got_around_is_not_answered_with_the_problem() -> None:
    question = understand("How does Kestrel get around the problem that readers are hasty?")
    assert all("hasty" not in e.text for e in choose(question, found(question, [KESTREL])))
