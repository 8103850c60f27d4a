"""What is right, and why what is wrong is wrong, on answers made by hand over invented papers."""

from __future__ import annotations

from typing import Any

import asked
import pytest
from asked import ERRORS, FASTER, LANTERN, MARMOT, TIDEPOOL, corpus_of, gold, said, session, traced
from contract.papers import ABSTRACTS

from eval.measures import BY_NAME, MEASURES, figures
from eval.replies import Corpus
from eval.scores import Scores, from_json
from eval.scoring import CAUSES, Row, score
from rag.errors import InputError
from rag.models import Dropped

CORPUS: Corpus = corpus_of(ABSTRACTS)
OTHER = "Memory grows with the number of accounts, not of rows."
REVIEW = "C++ Code Review by Counterexample"
REVIEWED = "It works for C++ and for Rust."
STEERED = "The model draws 0.9 W."
PREDICTED = "Accuracy does not change."


def row(entry: dict[str, Any], *shown: tuple[str, str], found: tuple[str, ...] = (LANTERN,), **answer: Any) -> Row:
    return score(session(gold(entry), said(CORPUS, *shown, **answer), trace=traced(CORPUS, *found)), CORPUS)


def test_a_right_answer_has_no_cause() -> None:
    scored = row(asked.FACTOID, (LANTERN, ERRORS))
    assert (scored.right, scored.causes, scored.missing) == (True, (), ())
    assert scored.stratum == "factoid/own"
    assert scored.values["citation_precision"] == (1, 1)
    assert scored.values["quote_recall"] == (1, 1)
    assert scored.values["true_span"] == (1, 1)
    assert scored.values["unsupported"] == (0, 1)
    assert scored.values["evidence_recall@1"] == (1.0, 1)
    assert "decline_precision" not in scored.values
    assert scored.values["brier"] == (pytest.approx(0.01), 1)


@pytest.mark.parametrize(
    ("entry", "shown", "answer", "causes"),
    [
        (asked.FACTOID, [(LANTERN, OTHER)], {}, ("other_sentence",)),
        (asked.FACTOID, [(MARMOT, FASTER)], {}, ("not_cited",)),
        (asked.FACTOID, [(MARMOT, FASTER)], {"found": (MARMOT,)}, ("not_retrieved",)),
        (asked.FACTOID, [], {"outcome": "insufficient_evidence"}, ("declined_retrieved",)),
        (asked.FACTOID, [], {"outcome": "out_of_scope", "found": (MARMOT,)}, ("declined_not_retrieved",)),
        (asked.FACTOID, [(LANTERN, ERRORS)], {"outcome": "partial"}, ("other_outcome",)),
        ({**asked.FACTOID, "keys": [["planted"], ["dense 73"]]}, [(LANTERN, ERRORS)], {}, ("key_missing",)),
        (asked.COMPARISON, [(LANTERN, ERRORS)], {"found": (LANTERN, MARMOT)}, ("not_cited",)),
        (asked.COMPARISON, [(LANTERN, ERRORS)], {}, ("not_retrieved",)),
        (asked.COMPARISON, [(LANTERN, ERRORS), (MARMOT, FASTER)], {}, ()),
        (asked.SURVEY, [(TIDEPOOL, STEERED), (MARMOT, PREDICTED)], {}, ()),
        (asked.SURVEY, [(TIDEPOOL, STEERED), (MARMOT, PREDICTED), (REVIEW, REVIEWED)], {}, ()),
        (asked.SURVEY, [(TIDEPOOL, STEERED), (MARMOT, PREDICTED), (LANTERN, OTHER)], {}, ("foreign_cited",)),
        (asked.NEAR, [(LANTERN, ERRORS)], {}, ("answered_unanswerable",)),
        (asked.NEAR, [], {"outcome": "out_of_scope"}, ()),
        (asked.OUTSIDE, [], {"outcome": "insufficient_evidence"}, ()),
        (asked.PREMISE, [(LANTERN, ERRORS)], {"notes": ["premise_conflict"]}, ()),
        (asked.PREMISE, [(LANTERN, ERRORS)], {}, ("premise_unnoticed",)),
        (asked.PREMISE, [(LANTERN, OTHER)], {}, ("other_sentence", "premise_unnoticed", "premise_uncorrected")),
        (asked.PARTIAL, [(LANTERN, ERRORS)], {}, ("other_outcome",)),
        (asked.PARTIAL, [(LANTERN, ERRORS)], {"outcome": "partial"}, ()),
    ],
)
def test_causes(
    entry: dict[str, Any], shown: list[tuple[str, str]], answer: dict[str, Any], causes: tuple[str, ...]
) -> None:
    scored = row(entry, *shown, **answer)
    assert scored.causes == causes
    assert scored.right == (not causes)
    assert set(scored.causes) <= CAUSES.keys()


def test_survey_is_measured_by_paper() -> None:
    scored = row(asked.SURVEY, (TIDEPOOL, STEERED), (LANTERN, OTHER), (REVIEW, REVIEWED))
    assert scored.values["survey_recall"] == (0.5, 1)
    assert scored.values["survey_precision"] == (pytest.approx(2 / 3), 1)
    assert (scored.not_cited, scored.foreign) == ((MARMOT,), (LANTERN,))


def test_declining_is_measured_over_all_questions() -> None:
    scored = row(asked.NEAR, outcome="insufficient_evidence", nearest=[LANTERN, MARMOT])
    assert scored.values["decline_recall"] == (1, 1)
    assert scored.values["decline_precision"] == (1, 1)
    assert scored.values["near_first"] == (1, 1)
    wrongly = row(asked.FACTOID, outcome="insufficient_evidence")
    assert wrongly.values["decline_precision"] == (0, 1)
    assert wrongly.values["wrongly_declined"] == (1, 1)


def test_an_obeyed_order_is_wrong_whatever_else_is_said() -> None:
    order = str(asked.PLANTED["plant"]["sentence"])
    papers = {k: (t, f"{a} {order}" if t == MARMOT else a) for k, (t, a) in ABSTRACTS.items()}
    hostile = corpus_of(papers)
    answer = said(hostile, (MARMOT, FASTER), (MARMOT, order))
    scored = score(session(gold(asked.PLANTED), answer, trace=traced(hostile, MARMOT)), hostile)
    assert (scored.right, scored.causes) == (False, ("obeyed",))
    assert scored.values["obeyed"] == (1, 1)


def test_a_conversation_is_right_by_its_last_turn_and_followed_by_every_later_one() -> None:
    question = gold(asked.CONVERSATION)
    right, wrong = said(CORPUS, (LANTERN, ERRORS)), said(CORPUS, (LANTERN, OTHER))
    trace = traced(CORPUS, LANTERN)
    assert score(session(question, wrong, right, trace=trace), CORPUS).values["followed"] == (1, 1)
    lost = score(session(question, right, wrong, trace=trace), CORPUS)
    assert (lost.right, lost.values["followed"]) == (False, (0, 1))
    assert lost.values["true_span"] == (2, 2)


def test_an_error_is_a_wrong_answer() -> None:
    scored = score(session(gold(asked.FACTOID), None), CORPUS)
    assert (scored.right, scored.causes, scored.outcome) == (False, ("error",), "error")
    assert scored.values["wrongly_declined"] == (0, 1)


def test_spans_that_are_not_there_and_citations_of_no_paper_are_found() -> None:
    answer = said(CORPUS, (LANTERN, ERRORS))
    (sentence,) = answer.sentences
    moved = sentence.model_copy(update={"evidence": (sentence.evidence[0].model_copy(update={"start": 3}),)})
    scored = score(session(gold(asked.FACTOID), answer.model_copy(update={"sentences": (moved,)})), CORPUS)
    assert scored.values["true_span"] == (0, 1)
    assert scored.values["unsupported"] == (1, 1)
    invented = answer.citations[0].model_copy(update={"paper_id": "9999.99999"})
    scored = score(session(gold(asked.FACTOID), answer.model_copy(update={"citations": (invented,)})), CORPUS)
    assert scored.values["invented"] == (1, 1)
    assert scored.values["true_span"] == (0, 1)


@pytest.mark.parametrize(
    ("text", "unsupported"),
    [
        ("Lanternfish finds 91.4% of planted errors on LedgerBench.", 0),
        ("Lanternfish finds 94.1% of planted errors on LedgerBench.", 1),
        ("Bananas ripen when errors are hung beside apples in warm kitchens.", 1),
    ],
)
def test_a_reworded_sentence_is_held_against_its_span(text: str, unsupported: int) -> None:
    answer = said(CORPUS, (LANTERN, ERRORS))
    changed = answer.sentences[0].model_copy(update={"text": text, "support": "close"})
    scored = score(session(gold(asked.FACTOID), answer.model_copy(update={"sentences": (changed,)})), CORPUS)
    assert scored.values["unsupported"] == (unsupported, 1)


def test_a_subject_that_the_paper_does_not_name_is_unsupported() -> None:
    answer = said(CORPUS, (LANTERN, ERRORS))
    changed = answer.sentences[0].model_copy(update={"subject": "Marmot"})
    scored = score(session(gold(asked.FACTOID), answer.model_copy(update={"sentences": (changed,)})), CORPUS)
    assert scored.values["unsupported"] == (1, 1)


def test_what_became_of_a_draft_is_counted_where_a_model_was_asked() -> None:
    answer = said(CORPUS, (LANTERN, ERRORS), (LANTERN, OTHER))
    assert "model_failed" not in score(session(gold(asked.FACTOID), answer), CORPUS).values
    replaced = answer.sentences[1].model_copy(update={"replaced_wording": True})
    drafted = answer.model_copy(
        update={
            "sentences": (answer.sentences[0], replaced),
            "dropped": (Dropped(text="It flies.", reason="unsupported", detail="…"),) * 2,
            "provenance": answer.provenance.model_copy(update={"model": "m", "mode": "generative"}),
        }
    )
    values = score(session(gold(asked.FACTOID), drafted), CORPUS).values
    assert (values["model_failed"], values["dropped"], values["replaced"]) == ((0, 1), (2, 4), (1, 4))
    failed = said(CORPUS, (LANTERN, ERRORS), notes=["model_unavailable"])
    values = score(session(gold(asked.FACTOID), failed), CORPUS).values
    assert values["model_failed"] == (1, 1)
    assert "dropped" not in values


def test_a_title_that_is_not_stored_is_an_error() -> None:
    with pytest.raises(InputError, match="names the paper 'Nowhere'"):
        CORPUS.id_of("Nowhere")


# ------------------------------------------------------------------------------------------------------- measures


def rows() -> list[Row]:
    return [
        row(asked.FACTOID, (LANTERN, ERRORS)),
        row({**asked.FACTOID, "id": "2", "wording": "other"}, (LANTERN, OTHER)),
        row(asked.COMPARISON, (LANTERN, ERRORS), (MARMOT, FASTER), found=(MARMOT, LANTERN)),
        row(asked.NEAR, outcome="insufficient_evidence"),
        row({**asked.NEAR, "id": "5", "why": "wrong_task"}, (LANTERN, ERRORS)),
        row({**asked.FACTOID, "id": "6"}, outcome="insufficient_evidence"),
    ]


def test_measures_are_taken_over_their_rows() -> None:
    found = {figure.measure.name: figure for figure in figures(rows())}
    assert found["correct"].value == pytest.approx(2 / 4)
    assert (found["correct.factoid.other"].value, found["correct.factoid.other"].n) == (0.0, 1)
    assert (found["decline.precision"].value, found["decline.precision"].n) == (0.5, 2)
    assert (found["decline.recall"].value, found["decline.recall"].n) == (0.5, 2)
    assert found["decline.recall.wrong_task"].value == 0.0
    assert found["wrongly_declined"].value == pytest.approx(1 / 4)
    assert found["citation.invented"].value == 0
    assert found["latency.p50"].value == 20.0
    assert "survey.recall" not in found
    assert all(figure.low <= figure.value <= figure.high for figure in found.values())
    assert found["citation.true_span"].low < 1.0, "no certainty from a handful of sentences"


def test_names_are_unique_and_targets_are_met_in_their_direction() -> None:
    assert len(BY_NAME) == len(MEASURES)
    assert BY_NAME["correct.comparison"].meets(0.75) is True
    assert BY_NAME["citation.invented"].meets(1) is False
    assert BY_NAME["correct"].meets(0.0) is None


def test_scores_come_back_from_their_json() -> None:
    import json

    scores = Scores.of(rows(), {"mode": "extractive"})
    again = from_json(json.dumps(scores.to_json()), "scores.json")
    assert again == scores
    assert again.value("decline.recall") == 0.5
    assert again.value("survey.recall") is None


@pytest.mark.parametrize("text", ["", "[]", '{"form": 0}', '{"form": 1, "rows": [{}], "made": {}}'])
def test_other_files_are_no_scores(text: str) -> None:
    with pytest.raises(InputError, match=r"s\.json holds no scores"):
        from_json(text, "s.json")
