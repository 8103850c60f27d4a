"""The checks of the guard one by one: what each calls a conflict, a doubt, or agreement. Two sentences a case."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.agreement import (
    Disagreement,
    check_direction,
    check_figures,
    check_names,
    check_negation,
    check_quantifiers,
)
from rag.analysis import Analysed, analysed

Pair = tuple[str, str]


def figures_of(draft: str, source: str, *rest: str) -> Disagreement | None:
    """The check of figures; `rest` are the other sentences of the paper."""
    one = analysed(source)
    return check_figures(analysed(draft), [one], [one, *map(analysed, rest)])


def names_of(draft: str, source: str, *about: str) -> Disagreement | None:
    """The check of names; `about` are the title and the system's name."""
    one = analysed(source)
    return check_names(analysed(draft), [one], [analysed(name) for name in about], [one])


def negation(draft: str, source: str) -> Disagreement | None:
    return check_negation(analysed(draft), [analysed(source)])


def directions(draft: str, source: str) -> Disagreement | None:
    return check_direction(analysed(draft), [analysed(source)])


def quantifiers(draft: str, source: str) -> Disagreement | None:
    return check_quantifiers(analysed(draft), [analysed(source)])


ALL = (figures_of, names_of, negation, directions, quantifiers)

SENTENCES = [
    "Heron answers 83.5% of questions on CourtQA, 6.1 points more than the strongest baseline.",
    "The word error rate falls from 31.0% to 12.4% on DeckTalk.",
    "It finds 3 of 4 planted entries within 200 ms.",
    "Memory grows with accounts, not with rows, and never exceeds 14 GB.",
    "We fine-tune Lapwing_BASE and WaveBERT-3 on 9,000 turns of up to 30 seconds.",
    "Only nine of the boards had a rule, and most of them did not use it.",
    "Fewer labels are better than more noise, which neither helps nor harms.",
    "PC^2 turns a sketch into a 3D shape, but not into 64-bit colours.",
    "C++ and k-NN cannot do without RAM.",
    "It is at least two times faster and at most half as large.",
]


# ------------------------------------------------------------------------------------------------------------ agreement


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("check", ALL, ids=lambda check: check.__name__)
def test_a_sentence_agrees_with_itself(check: object, sentence: str) -> None:
    assert check(sentence, sentence) is None  # type: ignore[operator]


@settings(max_examples=30)
@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3, unique=True), st.randoms(use_true_random=False))
def test_whatever_is_said_alone_agrees_with_itself_and_every_answer_has_its_form(
    said: list[str], chance: object
) -> None:
    words = " ".join(said).split()
    chance.shuffle(words)  # type: ignore[attr-defined]
    shuffled = " ".join(words)
    for check in ALL:
        found = check(shuffled, said[0])
        assert found is None or (found.detail and found.reason and isinstance(found.certain, bool))


EMPTY = analysed("")


@pytest.mark.parametrize("sentence", SENTENCES[:3])
def test_an_empty_draft_contradicts_nothing(sentence: str) -> None:
    source = [analysed(sentence)]
    assert check_figures(EMPTY, source, source) is None
    assert check_names(EMPTY, source, [], source) is None
    assert check_direction(EMPTY, source) is None


@pytest.mark.parametrize("sentence", SENTENCES[:2])
def test_without_a_source_figures_and_names_stand_nowhere(sentence: str) -> None:
    draft, nothing = analysed(sentence), list[Analysed]()
    assert check_figures(draft, nothing, nothing) is not None
    assert check_names(draft, nothing, [], nothing) is not None


# -------------------------------------------------------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("It holds 890,000 rows.", "It holds 890k rows."),
        ("It costs 20 dollars.", "It costs $20."),
        ("It is two times faster.", "It is twofold faster."),
        ("It gains 3.79 times.", "It gains 3.79x."),
        ("It falls by 30 percent.", "It falls by 30%."),
        ("It has three parts.", "It has 3 parts."),
        ("GPT-4 has parts.", "GPT-4 has 3 parts."),
    ],
)
def test_spellings_of_a_figure_agree(draft: str, source: str) -> None:
    assert figures_of(draft, source) is None


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("It holds 891k rows.", "It holds 890k rows."),
        ("It holds 890M rows.", "It holds 890k rows."),
        ("It falls by 31%.", "It falls by 30%."),
        ("It falls by 3%.", "It falls by 30%."),
        ("It takes 64 days.", "It takes 46 days."),
    ],
)
def test_a_figure_that_stands_nowhere_is_a_conflict(draft: str, source: str) -> None:
    found = figures_of(draft, source)
    assert found is not None
    assert (found.reason, found.certain) == ("number_not_in_evidence", True)


def test_a_figure_that_stands_elsewhere_in_the_paper_is_a_doubt() -> None:
    found = figures_of("It holds 40 rows.", "It holds 30 rows.", "We read 40 of them.")
    assert found is not None
    assert not found.certain


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("It gains 30 points.", "It gains 30%."),
        ("It needs 14 MB.", "It needs 14 GB."),
        ("It runs for 9 days.", "It runs for 9 hours."),
        ("It is 4.2% smaller.", "It is 4.2x smaller."),
        ("It costs €20.", "It costs $20."),
    ],
)
def test_another_unit_is_a_conflict(draft: str, source: str) -> None:
    found = figures_of(draft, source)
    assert found is not None
    assert (found.reason, found.certain) == ("unit", True)


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("Recall falls from 12% to 31% on DeckTalk.", "Recall falls from 31% to 12% on DeckTalk."),
        ("The old reader finds 91%, ours 73%.", "Ours finds 91%, the old reader 73%."),
        ("It costs 40 hours on 16 cards.", "It costs 16 hours on 40 cards."),
        ("Precision is 12% and recall 31%.", "Precision is 31% and recall 12%."),
        ("It reads 4 of 3 pages.", "It reads 3 of 4 pages."),
    ],
)
def test_figures_that_changed_places_do_not_agree(draft: str, source: str) -> None:
    assert figures_of(draft, source) is not None


# ---------------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("It wins on CourtQA.", "On CourtQA it wins."),
        ("PC2 draws.", "PC^2 draws."),
        ("WaveBERT-based readers win.", "Readers based on WaveBERT win."),
        ("GPUs are used.", "A GPU is used."),
        ("CourtQA's questions are hard.", "The questions of CourtQA are hard."),
    ],
)
def test_spellings_of_a_name_agree(draft: str, source: str) -> None:
    assert names_of(draft, source) is None


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("It wins on TortQA.", "It wins on CourtQA."),
        ("GPT-3 writes.", "GPT-4 writes."),
        ("GPT-4 writes.", "GPT writes."),
        ("DNABERT writes.", "DNABERT-2 writes."),
        ("Llama-2-7B writes.", "Llama-3-7B writes."),
        ("PC^3 draws.", "PC^2 draws."),
        ("Lapwing_LARGE waits.", "Lapwing_BASE waits."),
        ("T6 reads.", "T5 reads."),
        ("It reads C# code.", "It reads C++ code."),
    ],
)
def test_another_name_does_not_agree(draft: str, source: str) -> None:
    found = names_of(draft, source)
    assert found is not None
    assert found.reason == "name_not_in_evidence"


def test_a_made_up_name_is_a_conflict() -> None:
    found = names_of("It wins on ZorkBENCH.", "It wins on CourtQA.")
    assert found is not None
    assert found.certain


def test_the_papers_own_name_may_be_said_where_its_sentence_does_not() -> None:
    draft, source = "MarHeron wins every case on CourtQA.", "It wins every case that is tried on CourtQA."
    assert names_of(draft, source, "MarHeron: A Reader", "MarHeron") is None
    assert names_of(draft, source, "Reading Slowly") is not None


def test_what_is_said_of_another_system_is_not_said_of_the_papers_own() -> None:
    found = names_of("MarHeron wins on CourtQA.", "ListenALL wins on CourtQA.", "MarHeron: A Reader", "MarHeron")
    assert found is not None
    assert found.reason == "attribution"


# ------------------------------------------------------------------------------------------------------------- negation

NEGATED: list[Pair] = [
    ("It does not help.", "It helps."),
    ("It doesn't help.", "It helps."),
    ("It never helps.", "It helps."),
    ("It cannot read.", "It can read."),
    ("It reads without labels.", "It reads with labels."),
    ("It fails to read.", "It reads."),
    ("No readers wait.", "Readers wait."),
    ("None of the readers wait.", "The readers wait."),
]


@pytest.mark.parametrize(("negated", "plain"), NEGATED)
def test_a_negation_may_neither_be_added_nor_left_out(negated: str, plain: str) -> None:
    for found in (negation(negated, plain), negation(plain, negated)):
        assert found is not None
        assert found.reason == "negation"


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("It doesn't help readers.", "It does not help readers."),
        ("It can't read labels.", "It cannot read labels."),
        ("Labels are not needed.", "No labels are needed."),
        ("It helps readers.", "Readers are helped."),
    ],
)
def test_the_same_negation_in_other_words_agrees(draft: str, source: str) -> None:
    assert negation(draft, source) is None


def test_a_negation_of_something_else_does_not_agree() -> None:
    assert negation("Readers wait and boats do not move.", "Readers do not wait and boats move.") is not None


# ------------------------------------------------------------------------------------------------------------ direction

OPPOSITE: list[Pair] = [
    ("It outperforms the old reader.", "It underperforms the old reader."),
    ("It increases the error rate.", "It decreases the error rate."),
    ("It raises recall on rivers.", "It lowers recall on rivers."),
    ("Walkers with maps are faster.", "Walkers with maps are slower."),
    ("It needs more memory.", "It needs less memory."),
    ("Its archives are larger.", "Its archives are smaller."),
    ("Deltas are harder to predict.", "Deltas are easier to predict."),
    ("It is better in noisy rooms.", "It is worse in noisy rooms."),
    ("The error rate rises.", "The error rate falls."),
    ("It removes noise before reading.", "It removes noise after reading."),
]


@pytest.mark.parametrize(("one", "other"), OPPOSITE)
def test_opposite_directions_do_not_agree(one: str, other: str) -> None:
    for found in (directions(one, other), directions(other, one)):
        assert found is not None
        assert found.reason == "direction"


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("It outperforms the old reader.", "It surpasses the old reader."),
        ("It reduces the error rate.", "It lowers the error rate."),
        ("The error rate drops.", "The error rate falls."),
        ("Readings go on.", "It reads more pages."),
    ],
)
def test_the_same_direction_in_other_words_agrees(draft: str, source: str) -> None:
    assert directions(draft, source) is None


def test_a_direction_that_the_source_does_not_give_does_not_agree() -> None:
    found = directions("It raises recall.", "It reports recall.")
    assert found is not None
    assert found.reason == "direction"
    assert not found.certain


# ---------------------------------------------------------------------------------------------------------- quantifiers


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("All readers wait.", "Readers wait."),
        ("Most readers wait.", "Some readers wait."),
        ("It always helps.", "It helps."),
        ("It must help.", "It may help."),
        ("It helps.", "It may help."),
        ("Nine had a rule.", "Only nine had a rule."),
        ("Its delay is 0.7 seconds.", "Its delay is at most 0.7 seconds."),
        ("It gains 30%.", "It gains up to 30%."),
        ("It gains 30%.", "It gains almost 30%."),
    ],
)
def test_how_much_and_how_surely_is_not_changed(draft: str, source: str) -> None:
    assert quantifiers(draft, source) is not None


@pytest.mark.parametrize(
    ("draft", "source"),
    [
        ("About 30% wait.", "Approximately 30% wait."),
        ("Every reader waits.", "All readers wait."),
        ("It may help.", "It might help."),
        ("It reads slowly.", "It reads slowly and all day."),
    ],
)
def test_words_of_equal_strength_agree(draft: str, source: str) -> None:
    assert quantifiers(draft, source) is None
