"""The scores of a run: what was measured on what, every measure, and a row for each question. Pure; JSON both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.measures import Figure, figures
from eval.scoring import Row
from rag.errors import InputError

FORM = 1
"""The form of scores.json; counted up when a field changes its meaning."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a run measured. `made` says with what: gold digest, mode, model, embedding, version, time.

    `judge` is the report of `eval.judge` as plain values, where a judge was asked.
    """

    made: Mapping[str, Any]
    figures: tuple[Figure, ...]
    rows: tuple[Row, ...]
    judge: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, rows: Sequence[Row], made: Mapping[str, Any]) -> Scores:
        """The scores that rows amount to."""
        return cls(dict(made), tuple(figures(rows)), tuple(rows))

    def value(self, name: str) -> float | None:
        """The value of a measure; None where no row counts for it."""
        return next((figure.value for figure in self.figures if figure.measure.name == name), None)

    def to_json(self, *, baseline: bool = False) -> dict[str, Any]:
        """The scores as plain values, as scores.json holds them; for a `baseline` without answers and times."""
        return {
            "form": FORM,
            "made": dict(self.made),
            "measures": {
                figure.measure.name: {
                    "value": round(figure.value, 6),
                    "low": round(figure.low, 6),
                    "high": round(figure.high, 6),
                    "n": figure.n,
                    "better": figure.measure.better,
                    "target": figure.measure.target,
                }
                for figure in self.figures
                if not (baseline and figure.measure.kind == "quantile")
            },
            **({"judge": dict(self.judge)} if self.judge is not None else {}),
            "rows": [row.to_json(baseline=baseline) for row in self.rows],
        }


def from_json(text: str, name: str) -> Scores:
    """The scores of an earlier run. The measures are taken anew from its rows. Raises InputError."""
    try:
        plain = json.loads(text)
        if plain["form"] != FORM:
            raise ValueError(f"form {plain['form']}")
        rows = tuple(_row(entry) for entry in plain["rows"])
        return Scores.of(rows, plain["made"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{name} holds no scores of this version ({error}).", hint="Make them anew with `paperbrief eval --out`."
        ) from None


def _row(entry: dict[str, Any]) -> Row:
    values = {name: (float(pair[0]), float(pair[1])) for name, pair in entry["values"].items()}
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in entry.items()}
    return Row(**{**plain, "missing": tuple(map(tuple, entry["missing"])), "values": values})
