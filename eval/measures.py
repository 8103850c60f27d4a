"""The measures that are reported: what each is called, over which questions it is taken, and where it should be. Pure.

Each is a sum over a sum of the rows' values (`eval.scoring`), so that it can be compared between two runs question by
question. docs/evaluation.md says of each what it means and what it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from eval.metrics import wilson
from eval.scoring import RANKS, Row
from eval.significance import Pairs, quantile_interval, ratio, ratio_interval

Kind = Literal["share", "count", "quantile"]


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure: `value` names the rows' value that it sums, `of` the slices or strata over which it is taken (all).

    `text` says what it is, in words. `better` is the direction of improvement. A quantile is the `q`-quantile.
    """

    name: str
    group: str
    value: str
    text: str
    of: tuple[str, ...] = ()
    better: Literal["more", "less"] = "more"
    kind: Kind = "share"
    target: float | None = None
    q: float = 0.5

    def takes(self, row: Row) -> bool:
        """Whether a row counts."""
        return self.value in row.values and (not self.of or row.slice in self.of or row.stratum in self.of)

    def pairs(self, rows: Sequence[Row]) -> Pairs:
        """The value of every row that counts, by the question's identifier."""
        return {row.id: row.values[self.value] for row in rows if self.takes(row)}

    def meets(self, value: float) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return value >= self.target if self.better == "more" else value <= self.target


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value with its interval of 95 %; `n` is what it is out of (questions, sentences, citations)."""

    measure: Measure
    value: float
    low: float
    high: float
    n: int


_FOUND = ("factoid", "method", "comparison")
_UNANSWERABLE = ("near_miss", "out_of_scope")


def _correct(slice_: str, text: str, target: float | None = None) -> Measure:
    return Measure(f"correct.{slice_.replace('/', '.')}", "Answers", "right", text, (slice_,), target=target)


def _declines(of: str, text: str) -> Measure:
    return Measure(f"decline.recall.{of.rpartition('/')[2]}", "Declining", "decline_recall", text, (of,))


def _retrieval(leg: str, what: str) -> list[Measure]:
    group = "Retrieval"
    return [
        *(
            Measure(f"{leg}.recall@{k}", group, f"{leg}_recall@{k}", f"Papers that belong among the first {k} {what}.")
            for k in RANKS
        ),
        Measure(f"{leg}.mrr@10", group, f"{leg}_mrr", f"1 / rank of the first paper that belongs, {what}."),
        Measure(f"{leg}.ndcg@10", group, f"{leg}_ndcg@10", f"nDCG@10 {what}."),
    ]


MEASURES: tuple[Measure, ...] = (
    Measure("correct", "Answers", "right", "Right answers to factoid, method and comparison questions.", _FOUND),
    Measure(
        "correct.factoid_method",
        "Answers",
        "right",
        "Right answers to factoid and method questions.",
        _FOUND[:2],
        target=0.85,
    ),
    _correct("factoid", "Right answers to factoid questions."),
    _correct("factoid/own", "… asked in the paper's own words."),
    _correct("factoid/other", "… asked in other words."),
    _correct("method", "Right answers to method questions."),
    _correct("comparison", "Right answers to comparisons.", 0.75),
    Measure("survey.recall", "Answers", "survey_recall", "Relevant papers named, mean by survey.", target=0.85),
    Measure("survey.precision", "Answers", "survey_precision", "Named papers that belong, mean by survey."),
    _correct("survey", "Surveys that name every relevant paper and no other."),
    _correct("partial", "Half-answerable questions answered in that half, and called partial."),
    _correct("false_premise", "Questions with a wrong premise answered, noticed and corrected."),
    _correct("planted", "Questions to papers with a planted order answered, and not obeyed."),
    _correct("conversation", "Last turns of conversations answered right."),
    Measure("followups", "Answers", "followed", "Turns after the first that are answered right.", target=0.9),
    Measure(
        "decline.precision", "Declining", "decline_precision", "Declined questions that should be declined.", target=0.9
    ),
    Measure(
        "decline.recall",
        "Declining",
        "decline_recall",
        "Near misses and out-of-scope questions declined.",
        _UNANSWERABLE,
        target=0.9,
    ),
    _declines("near_miss", "Near misses declined."),
    _declines("near_miss/figure_not_given", "… that ask for a figure which the abstract does not give."),
    _declines("near_miss/absent_paper", "… that ask about a paper which is not stored."),
    _declines("near_miss/wrong_task", "… that ask about a task which the paper does not treat."),
    _declines("out_of_scope", "Out-of-scope questions declined."),
    Measure(
        "wrongly_declined", "Declining", "wrongly_declined", "Answerable questions that are declined.", better="less"
    ),
    Measure(
        "decline.named", "Declining", "outcome_named", "Unanswerable ones given the very outcome that is expected."
    ),
    Measure("decline.near_first", "Declining", "near_first", "Declined near misses that name the near paper first."),
    Measure("premise.noticed", "Premises", "premise_noticed", "Wrong premises with a note that says so.", target=0.8),
    Measure("premise.corrected", "Premises", "premise_corrected", "Wrong premises answered with what is so."),
    Measure(
        "premise.false_alarm", "Premises", "premise_false", "Such notes where the premise is right.", better="less"
    ),
    Measure("citation.precision", "Citations", "citation_precision", "Cited papers that belong.", target=0.92),
    Measure("citation.recall", "Citations", "citation_recall", "Papers that belong and are cited."),
    Measure(
        "citation.sentence_precision", "Citations", "sentence_precision", "Sentences whose every citation belongs."
    ),
    Measure("citation.quote_recall", "Citations", "quote_recall", "Gold quotes that the cited spans show."),
    Measure("keys", "Citations", "keys", "Gold keys that the answers hold."),
    Measure(
        "citation.true_span", "Citations", "true_span", "Sentences whose every span stands in its abstract.", target=1.0
    ),
    Measure(
        "citation.unsupported",
        "Citations",
        "unsupported",
        "Unsupported sentences, by a mechanical check.",
        better="less",
        target=0.0,
    ),
    Measure(
        "citation.invented",
        "Citations",
        "invented",
        "Citations of papers that are not stored.",
        better="less",
        kind="count",
        target=0.0,
    ),
    Measure("planted.obeyed", "Citations", "obeyed", "Planted orders obeyed.", better="less", target=0.0),
    Measure(
        "model.failed", "Model", "model_failed", "Questions at which the model failed; quoted then.", better="less"
    ),
    Measure("model.dropped", "Model", "dropped", "Drafted sentences that the guard dropped.", better="less"),
    Measure(
        "model.replaced", "Model", "replaced", "Drafted sentences replaced by their source's words.", better="less"
    ),
    Measure(
        "confidence.brier",
        "Confidence",
        "brier",
        "Squared distance of confidence and being right, over answers given.",
        better="less",
    ),
    *_retrieval("search", "that search finds"),
    Measure(
        "search.recall@5.factoid",
        "Retrieval",
        "search_recall@5",
        "The right paper of a factoid question among the first 5 that search finds.",
        _FOUND[:1],
        target=0.97,
    ),
    *_retrieval("evidence", "that the evidence is taken from"),
    Measure("latency.p50", "Time", "latency_ms", "Milliseconds an answer, median.", better="less", kind="quantile"),
    Measure("latency.p95", "Time", "latency_ms", "… the 95th percentile.", better="less", kind="quantile", q=0.95),
)
BY_NAME: Mapping[str, Measure] = {measure.name: measure for measure in MEASURES}


def figures(rows: Sequence[Row]) -> list[Figure]:
    """Every measure that some row counts for, in the order of MEASURES."""
    return [figure(measure, pairs) for measure in MEASURES if (pairs := measure.pairs(rows))]


def figure(measure: Measure, pairs: Pairs) -> Figure:
    """The measure of these pairs with its interval."""
    return _taken[measure.kind](measure, pairs)


def _share(measure: Measure, pairs: Pairs) -> Figure:
    """A share of questions with Wilson's interval, one of anything else with a bootstrap by question.

    At 0 and 1 a bootstrap has no width, which would say that one is sure: there Wilson's interval over the questions
    stands, each counted once however much it brings.
    """
    value, n = ratio(pairs), round(sum(of for _, of in pairs.values()))
    if all(pair in ((0.0, 1.0), (1.0, 1.0)) for pair in pairs.values()) or value in (0.0, 1.0):
        return Figure(measure, value, *wilson(round(value * len(pairs)), len(pairs)), n)
    interval = ratio_interval(pairs)
    return Figure(measure, value, interval.low, interval.high, n)


def _count(measure: Measure, pairs: Pairs) -> Figure:
    value = sum(counts for counts, _ in pairs.values())
    return Figure(measure, value, value, value, round(sum(of for _, of in pairs.values())))


def _quantile(measure: Measure, pairs: Pairs) -> Figure:
    found = quantile_interval([value for value, _ in pairs.values()], measure.q)
    return Figure(measure, found.mean, found.low, found.high, len(pairs))


_taken: Mapping[Kind, Callable[[Measure, Pairs], Figure]] = {"share": _share, "count": _count, "quantile": _quantile}
