"""Two runs compared question by question, and gates that a run has to pass. Pure.

A measure of yes and no over the same questions is compared by McNemar's exact test, any other by a paired bootstrap. At
a level of 5 % one measure in twenty differs by chance alone, and there are some fifty: a significant change is a reason
to read the questions that changed, not yet a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval.measures import BY_NAME, MEASURES, Measure, figure
from eval.metrics import Interval
from eval.scores import Scores
from eval.scoring import Row
from eval.significance import Pairs, mcnemar, paired_ratio
from rag.errors import InputError

LEVEL = 0.05
SIGNIFICANT, ANY = "significant", "any"
_YES_NO = ((0.0, 1.0), (1.0, 1.0))


@dataclass(frozen=True, slots=True)
class Change:
    """A measure before and now over the questions that both runs asked.

    `worse` and `better` count the questions whose value fell and rose (in the measure's direction); `p` is McNemar's
    for yes and no, None for other measures, of which `difference` is the bootstrap's.
    """

    measure: Measure
    before: float
    now: float
    difference: Interval
    worse: int
    better: int
    p: float | None

    @property
    def regressed(self) -> bool:
        """Whether the measure is worse than before, by however little."""
        return self.now < self.before if self.measure.better == "more" else self.now > self.before

    @property
    def significant(self) -> bool:
        """Whether the difference is more than chance brings in 95 of 100 comparisons."""
        if self.p is not None:
            return self.p < LEVEL
        return self.difference.low > 0 or self.difference.high < 0


@dataclass(frozen=True, slots=True)
class Turned:
    """A question whose answer was right in one run and is not in the other, or whose outcome has changed."""

    before: Row
    now: Row

    @property
    def kind(self) -> str:
        """What became of it."""
        if self.now.right == self.before.right:
            return "still right, another outcome" if self.now.right else "still wrong, another outcome"
        return "right now" if self.now.right else "wrong now"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed: measures, questions, and how many questions were compared; `others` only one run asked."""

    changes: tuple[Change, ...]
    turned: tuple[Turned, ...]
    common: int
    others: int

    def failing(self, conditions: Iterable[str]) -> list[Change]:
        """The regressions for which a run fails: `significant` ones, `any`, or those of the named measures.

        `any` leaves out times, which differ between two runs of the same code. Raises InputError for other names.
        """
        wanted = set(conditions)
        if unknown := wanted - {SIGNIFICANT, ANY} - BY_NAME.keys():
            raise InputError(
                f"There is no measure {min(unknown)!r}.",
                hint=f"Name `{SIGNIFICANT}`, `{ANY}` or a measure of the table.",
            )
        return [
            change
            for change in self.changes
            if change.regressed
            and (
                change.measure.name in wanted
                or (
                    change.measure.kind != "quantile"
                    and (ANY in wanted or (SIGNIFICANT in wanted and change.significant))
                )
            )
        ]


def compare(now: Scores, before: Scores) -> Comparison:
    """Compare two runs over the questions that both asked in the same words."""
    old = {row.id: row for row in before.rows}
    pairs = [(old[row.id], row) for row in now.rows if row.id in old and old[row.id].question == row.question]
    turned = [Turned(a, b) for a, b in pairs if a.right != b.right or a.outcome != b.outcome]
    rows_before, rows_now = [a for a, _ in pairs], [b for _, b in pairs]
    found = [_change(measure, rows_now, rows_before) for measure in MEASURES]
    others = len(now.rows) + len(before.rows) - 2 * len(pairs)
    return Comparison(tuple(c for c in found if c is not None), tuple(turned), len(pairs), others)


def _change(measure: Measure, now: Sequence[Row], before: Sequence[Row]) -> Change | None:
    one, other = measure.pairs(now), measure.pairs(before)
    if not one or not other:
        return None
    value, was = figure(measure, one).value, figure(measure, other).value
    worse, better = _moved(measure, one, other)
    if measure.kind == "share":
        yes_no = one.keys() == other.keys() and all(pair in _YES_NO for pair in (*one.values(), *other.values()))
        p = mcnemar(worse, better) if yes_no else None
        return Change(measure, was, value, paired_ratio(one, other), worse, better, p)
    # A count must not rise by one; a time differs between two runs of the same code.
    sure = value - was if measure.kind == "count" else 0.0
    return Change(measure, was, value, Interval(value - was, sure, sure), worse, better, None)


def _moved(measure: Measure, now: Pairs, before: Pairs) -> tuple[int, int]:
    """How many questions of both runs fell and rose, in the direction of the measure."""
    sign = 1 if measure.better == "more" else -1
    common = [(now[name], before[name]) for name in now.keys() & before.keys()]
    steps = [sign * (a[0] / a[1] - b[0] / b[1]) for a, b in common if a[1] and b[1]]
    return sum(step < 0 for step in steps), sum(step > 0 for step in steps)


@dataclass(frozen=True, slots=True)
class Bound:
    """A gate: `measure` must be at least (`least`) or at most `value`."""

    measure: Measure
    value: float
    least: bool

    def __str__(self) -> str:
        return f"{self.measure.name} {'>=' if self.least else '<='} {self.value:g}"

    def broken_by(self, scores: Scores) -> str | None:
        """Why the scores do not pass, a sentence; None when they do. What was not measured does not pass."""
        found = scores.value(self.measure.name)
        if found is None:
            return f"{self} is asked for, and no question measures it."
        passes = found >= self.value if self.least else found <= self.value
        return None if passes else f"{self} is asked for, and it is {found:.4g}."


def bound(text: str, *, least: bool) -> Bound:
    """A gate written `METRIC=VALUE`. Raises InputError."""
    name, _, value = text.partition("=")
    measure = BY_NAME.get(name.strip())
    try:
        if measure is None:
            raise ValueError
        return Bound(measure, float(value), least)
    except ValueError:
        raise InputError(
            f"{text!r} is no gate.", hint="Write a measure of the table and a number, such as decline.recall=0.9."
        ) from None
