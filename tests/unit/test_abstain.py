"""The decision to answer: features that can be checked by hand, a calibration that is refused where it does not fit."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from importlib import resources

import pytest
from answering import found
from hypothesis import given
from hypothesis import strategies as st

from rag.abstain import Calibration, Decision, Proposal, Regression, SurveyRule, Term, decide, papers_before
from rag.answerability import NAMES, Features, features
from rag.compose.proposing import proposals, to_be_said
from rag.errors import CalibrationError
from rag.evidence import Evidence
from rag.lacking import qualifiers
from rag.models import Paper
from rag.question import understand
from rag.refusal import gaps, near_miss, nearest, refusal
from rag.relevance import Word

KESTREL = Paper(
    id="1",
    title="Kestrel: Reading Tables Slowly",
    abstract="Existing readers are hasty. Kestrel is a reader of tables that moves row by row with a cursor. "
    "On TallyBank its accuracy is 71.5%. Training takes 16 hours on one GPU.",
)
MARMOT = Paper(
    id="2",
    title="Marmot: Faster Decoding",
    abstract="Decoding is slow. Marmot is a decoder that drafts tokens ahead. It reaches a speedup of 2.3x.",
)
SHELF = (KESTREL, MARMOT)


def words(question: str, evidence: list[Evidence]) -> tuple[Word, ...]:
    """The question's content words, all of one weight."""
    content = dict.fromkeys(understand(question).content.split())
    return tuple(Word(text, 1.0, (frozenset({text.casefold()}),)) for text in content)


def seen(question: str) -> Features:
    asked = understand(question)
    evidence = found(asked, SHELF)
    (proposal,) = proposals(asked, evidence)
    return features(
        asked, proposal.sentences, evidence, words=words(question, evidence), ranked=(), sound=proposal.sound
    )


def calibration(threshold: float = 0.5, **weights: float) -> Calibration:
    """Plain weights: no centring, no scaling."""
    terms = {name: {"weight": weight, "mean": 0.0, "scale": 1.0} for name, weight in weights.items()}
    content = {
        "name": "test",
        "version": 3,
        "embedding": "e",
        "prompt_sha256": "p",
        "regression": {"intercept": 2.0, "terms": terms},
        "threshold": threshold,
        "out_of_scope_below": 0.2,
        "made": {},
        "measured": {},
    }
    return Calibration.read(json.dumps(content), where="test.json")


STRICT = calibration(figure_missing=-8.0, name_missing=-8.0, topics_missing=-8.0)


def decision(question: str, by: Calibration | None = STRICT, *, cosine: float = 0.5) -> tuple[Decision, list[Evidence]]:
    asked = understand(question)
    evidence = found(asked, SHELF, cosine=cosine)
    proposed = proposals(asked, evidence)
    made = decide(asked, proposed, evidence, words=words(question, evidence), ranked=(), calibration=by)
    return made, evidence


# ------------------------------------------------------------------------------------------------------------ features


def test_a_named_system_is_told_from_a_description() -> None:
    assert seen("How long does the training of Kestrel take?").named == 1.0
    assert seen("How long does the training of a reader take?").named == 0.0


def test_a_name_that_the_paper_lacks_is_missing() -> None:
    assert seen("What accuracy does Kestrel reach on TallyBank?").name_missing == 0.0
    assert seen("What accuracy does Kestrel reach on RowNet?").name_missing == 1.0
    assert seen("What accuracy does Kestrel reach in Oslo?").name_missing == 1.0


def test_a_figure_that_is_not_given_is_missing() -> None:
    assert seen("What accuracy does Kestrel reach?").figure_missing == 0.0
    assert seen("How many parameters does Kestrel have?").figure_missing == 1.0


def test_an_everyday_word_may_be_missing_and_a_topic_may_not() -> None:
    assert seen("How does Kestrel handle tables?").topics_missing == 0.0
    lacking = seen("How does Kestrel read music?")
    assert lacking.topics_missing == 0.5
    assert seen("How does Kestrel work for music?").qualifier_missing == 1.0


@pytest.mark.parametrize(
    "question",
    [
        "Does Kestrel move by a cursor, isn't it 3-valued?",
        "How do RBRs such as Kestrel read tables?",  # row by row
        "Which accuracy does Kestrel-like reading reach?",
        "How does Google's Kestrel handle tables, pls?",
        "Does Kestrel need accurate cursors?",
    ],
)
def test_what_stands_in_a_paper_in_another_form_is_not_missing(question: str) -> None:
    made = seen(question)
    assert (made.name_missing, made.topics_missing) == (0.0, 0.0)


def test_a_name_is_missed_where_the_question_asks_or_elsewhere() -> None:
    asked = seen("What accuracy does Kestrel reach on RowNet-2?")
    assert (asked.name_missing, asked.name_missing_where_asked, asked.system_missing) == (1.0, 1.0, 1.0)
    taken = seen("RowNet-2 is where Kestrel comes from. How does it read tables?")
    assert (taken.name_missing, taken.name_missing_where_asked) == (1.0, 0.0)


def test_a_figure_is_looked_for_in_the_sentences_and_in_the_whole_paper() -> None:
    asked = understand("How many hours does the training of Kestrel take?")
    evidence = found(asked, SHELF)
    other = [e for e in evidence if e.text.startswith("Kestrel is")]
    made = features(asked, other, evidence, words=words(asked.text, evidence), ranked=(), sound=True)
    assert (made.figure, made.figure_missing, made.figure_missing_in_papers) == (1.0, 1.0, 0.0)


def test_a_polite_question_asks_for_more_than_yes_or_no() -> None:
    assert seen("Does Kestrel read tables?").yes_no == 1.0
    assert seen("Can you tell me how Kestrel reads tables?").yes_no == 0.0


def test_a_part_is_as_long_as_the_whole_question_where_that_describes_the_paper() -> None:
    described, _ = decision(
        "How long does the training of a slow cursor reader for scanned paper tables take, and what accuracy has it?"
    )
    assert len({part.features.words for part in described.parts}) == 1
    named, _ = decision(
        "How accurate is Kestrel on scanned paper tables of TallyBank with its cursors row by row, and how long "
        "does training take?"
    )
    first, second = named.parts
    assert first.features.words > second.features.words


def test_what_is_said_of_another_paper_than_the_named_one_strays() -> None:
    asked = understand("What speedup does Kestrel reach?")
    evidence = found(asked, SHELF)
    for paper, strays in ((KESTREL, 0.0), (MARMOT, 1.0)):
        said = [e for e in evidence if e.paper.id == paper.id]
        made = features(asked, said, evidence, words=words(asked.text, evidence), ranked=(), sound=True)
        assert made.strays == strays


def test_a_part_that_is_answered_from_another_paper_than_the_part_before_it_strays() -> None:
    asked = understand("How does a hasty reader of tables move, and what speedup does it reach?")
    evidence = found(asked, SHELF)
    first, second = (
        Proposal(part, tuple(e for e in evidence if e.paper.id == paper.id), sound=True)
        for part, paper in zip(asked.parts, (KESTREL, MARMOT), strict=True)
    )
    assert papers_before([first, second, first]) == [set(), {KESTREL.id}, {KESTREL.id, MARMOT.id}]
    for before, strays in (({KESTREL.id}, 1.0), ({MARMOT.id}, 0.0), (frozenset[str](), 0.0)):
        made = features(
            second.question,
            second.sentences,
            evidence,
            words=words(asked.text, evidence),
            ranked=(),
            sound=True,
            before=frozenset(before),
        )
        assert made.strays == strays


def test_what_narrows_a_question_down() -> None:
    assert qualifiers("Is it faster than lookahead decoding on long tables?") == {
        "lookahead",
        "decoding",
        "long",
        "tables",
    }
    assert qualifiers("How does it work?") == frozenset()


@given(st.text(max_size=120))
def test_features_of_any_question_are_in_range(text: str) -> None:
    asked = understand(text)
    evidence = found(asked, SHELF)
    for proposal in proposals(asked, evidence):
        made = features(
            proposal.question, proposal.sentences, evidence, words=words(text, evidence), ranked=(), sound=False
        )
        assert all(-0.3 <= value <= 1.0 + 1e-9 for value in made.as_dict().values())


# ------------------------------------------------------------------------------------------------------- the decision


def test_what_is_given_is_answered() -> None:
    made, evidence = decision("What accuracy does Kestrel reach?")
    assert made.outcome == "answered"
    assert [e.text for e in to_be_said(made)] == ["On TallyBank its accuracy is 71.5%."]
    assert gaps(made, evidence) == ()


def test_a_figure_that_is_not_given_is_declined_with_a_note_and_the_paper() -> None:
    made, evidence = decision("How many parameters does Kestrel have?")
    assert made.outcome == "insufficient_evidence"
    assert to_be_said(made) == []
    (note,) = gaps(made, evidence)
    assert note.kind == "figure_not_given"
    assert "how many parameters" in note.detail
    assert near_miss(made, evidence) is not None
    assert "“Kestrel: Reading Tables Slowly” comes nearest" in refusal(made, evidence, searched=2, found=())
    assert [near.paper_id for near in nearest(made, [(MARMOT, 0.9), (KESTREL, 0.5)])] == ["1", "2"]


def test_a_question_of_which_one_part_is_not_given_is_answered_in_part() -> None:
    made, evidence = decision("What accuracy does Kestrel reach, and how many parameters does it have?")
    assert made.outcome == "partial"
    assert [e.text for e in to_be_said(made)] == ["On TallyBank its accuracy is 71.5%."]
    (note,) = gaps(made, evidence)
    assert "parameters" in note.detail


def test_an_unknown_name_is_declined() -> None:
    made, evidence = decision("What accuracy does RowNet-2 reach on TallyBank?")
    assert made.outcome == "insufficient_evidence"
    assert "“RowNet-2”" in (near_miss(made, evidence) or "“RowNet-2”")


@pytest.mark.parametrize(
    ("question", "cosine", "outcome"),
    [
        ("Which wine goes with lamb?", 0.05, "out_of_scope"),
        ("Which wine goes with lamb?", 0.4, "insufficient_evidence"),
        ("Write me a poem about rain", 0.4, "out_of_scope"),
        ("How many parameters does Kestrel have?", 0.05, "insufficient_evidence"),
        ("How large is HyenaRow-7?", 0.15, "insufficient_evidence"),
    ],
)
def test_what_is_near_to_nothing_is_out_of_scope(question: str, cosine: float, outcome: str) -> None:
    made, evidence = decision(question, cosine=cosine)
    assert made.outcome == outcome
    said = refusal(made, evidence, searched=2, found=())
    assert ("This is not about anything" in said) == (outcome == "out_of_scope")


def test_what_answers_is_in_scope_until_it_is_far_from_all() -> None:
    kind = calibration(figure_missing=-8.0)
    assert decision("How do slow readers of tables move?", kind, cosine=0.15)[0].outcome == "answered"
    assert decision("How do slow readers of tables move?", kind, cosine=0.05)[0].outcome == "out_of_scope"


def test_whether_the_papers_answer_decides_and_how_sure_the_answer_is_is_said() -> None:
    content = json.loads(calibration().content.model_dump_json())
    doubtful = content | {"regression": {"intercept": -2.0, "terms": {}}, "answerable": {"intercept": 2.0, "terms": {}}}
    by = Calibration.read(json.dumps(doubtful), where="test.json")
    made, _ = decision("What accuracy does Kestrel reach?", by)
    assert made.outcome == "answered"
    assert made.probability == pytest.approx(1 / (1 + math.exp(2.0)))


def test_a_term_of_two_features_counts_where_both_do() -> None:
    by = calibration(**{"named*figure_missing": -9.0})
    assert decision("How many parameters does Kestrel have?", by)[0].outcome == "insufficient_evidence"
    assert decision("How many parameters does a reader have?", by)[0].outcome == "answered"


def test_without_a_calibration_the_rules_of_composing_decide() -> None:
    assert decision("What accuracy does Kestrel reach?", None)[0].outcome == "answered"
    assert decision("What did the zebra telegraph to the quince?", None)[0].outcome == "insufficient_evidence"


def test_nothing_is_said_where_there_is_no_proposal() -> None:
    asked = understand("Who wrote Kestrel?")
    made = decide(asked, (), (), words=(), ranked=(), calibration=STRICT)
    assert (made.declines, made.probability) == (True, 0.0)


def test_an_answer_is_as_sure_as_its_least_sure_part() -> None:
    asked = understand("What accuracy does Kestrel reach, and how long does its training take?")
    evidence = found(asked, SHELF)
    made = decide(
        asked, proposals(asked, evidence), evidence, words=words(asked.text, evidence), ranked=(), calibration=STRICT
    )
    assert made.probability == min(part.probability for part in made.parts)


# ---------------------------------------------------------------------------------------------------- the calibration


@given(st.fixed_dictionaries({name: st.floats(0, 1) for name in NAMES}))
def test_every_probability_is_one(values: dict[str, float]) -> None:
    assert 0.0 < STRICT.probability(Features(**values)) < 1.0


def test_a_probability_by_hand() -> None:
    empty = Features(**dict.fromkeys(NAMES, 0.0))
    by = calibration(**{"coverage": 1.5, "named*coverage": -1.0})
    assert by.probability(replace(empty, coverage=1.0)) == pytest.approx(1 / (1 + 2.718281828459045**-3.5))
    assert by.probability(replace(empty, coverage=1.0, named=1.0)) == pytest.approx(1 / (1 + 2.718281828459045**-2.5))


def test_a_calibration_is_foreign_to_another_embedding_and_another_prompt() -> None:
    assert STRICT.foreign(embedding="e", prompt_sha256="p") is None
    assert "embedding" in (STRICT.foreign(embedding="other", prompt_sha256="p") or "")
    assert "prompt" in (STRICT.foreign(embedding="e", prompt_sha256="other") or "")
    assert STRICT.label.startswith("test@3/")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"name": "x"}', "not json"])
def test_what_is_no_calibration_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(CalibrationError, match=r"own\.json is no calibration"):
        Calibration.read(text, where="own.json")


def test_a_calibration_of_unknown_features_is_refused() -> None:
    with pytest.raises(CalibrationError, match="there is no feature 'mood'"):
        calibration(mood=1.0)


def test_the_packaged_calibration_can_be_read_and_says_what_it_was_made_from() -> None:
    text = (resources.files("rag") / "calibration" / "builtin.json").read_text(encoding="utf-8")
    packaged = Calibration.read(text, where="The packaged calibration")
    assert packaged.content.embedding.startswith("builtin/")
    assert {source["name"] for source in packaged.content.made["gold"]} == {"choosing", "voices", "declining", "topics"}
    assert 0 < packaged.content.measured["brier"] < 0.25


def test_a_proposal_of_a_part_has_that_parts_words() -> None:
    whole = understand("What accuracy does Kestrel reach, and how many parameters does it have?")
    all_words = tuple(Word(text, 1.0, (frozenset({text}),)) for text in whole.content.split())
    part = Proposal(whole.parts[0], (), sound=False)
    assert "parameters" not in {word.text for word in part.words(whole, all_words)}
    assert part.words(whole.parts[0], all_words) == all_words


def test_a_survey_is_judged_by_a_rule_of_its_own() -> None:
    """However sure single answers would be; and the other way round."""
    empty = Features(**dict.fromkeys(NAMES, 0.0))
    content = calibration().content
    stands = Regression(intercept=-3.0, terms={"standing": Term(weight=6.0, mean=0.0, scale=1.0)})
    both = [
        Calibration("test@3/0", content.model_copy(update={"surveys": rule, "threshold": threshold}))
        for rule, threshold in ((SurveyRule(regression=stands, threshold=0.5, measured={}), 0.01), (None, 0.01))
    ]
    near, far = replace(empty, survey=1.0, standing=0.8), replace(empty, survey=1.0, standing=0.2)
    assert [by.answers(far) for by in both] == [False, True]
    assert [by.answers(near) for by in both] == [True, True]
    assert both[0].answers(replace(far, survey=0.0)), "it is no rule for single answers"


def test_how_far_the_nearest_paper_leads_is_over_papers() -> None:
    asked = understand("Which papers are about tides?")
    near, far = (found(asked, (paper,), cosine=cosine) for paper, cosine in zip(SHELF, (0.7, 0.3), strict=True))
    seen_of = features(asked, near, [*near, *far], words=(), ranked=(), sound=True)
    assert seen_of.lead == pytest.approx(0.2)
    assert features(asked, (), (), words=(), ranked=(), sound=False).lead == 0.0
