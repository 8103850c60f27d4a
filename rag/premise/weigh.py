"""How surely a sentence contradicts a claim: one probability, weighed from a few features. Pure but for the weights.

The weights are fitted on gold questions by `python -m eval.premises`, which writes them with what they were made of and
what they are worth. Source: logistic regression, Cox 1958.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from rag.premise.claims import How
from rag.premise.doubt import By, Doubt

TERMS = (*(by.value for by in By), "strength", "context", "product", "against", "stated", "reason", "own", "named")
"""What is weighed: in what the two differ, how clearly and how near, how it is claimed, whose work it is."""


@dataclass(frozen=True, slots=True)
class Weights:
    """`p = 1 / (1 + exp(-(intercept + sum weight * value)))`; from `threshold` on a doubt is a contradiction."""

    intercept: float
    terms: Mapping[str, float]
    threshold: float

    @classmethod
    def of(cls, made: Mapping[str, Any]) -> Weights:
        """Weights from the object that the file holds. Raises KeyError where it lacks something."""
        return cls(float(made["intercept"]), dict(made["terms"]), float(made["threshold"]))

    def probability(self, doubt: Doubt) -> float:
        """The probability that the doubt is justified, in (0, 1)."""
        found = values(doubt)
        score = self.intercept + sum(weight * found[name] for name, weight in self.terms.items())
        return 1 / (1 + math.exp(-score))


def values(doubt: Doubt) -> dict[str, float]:
    """The features of a doubt by their names, each in [0, 1]."""
    found = {by.value: float(doubt.by is by) for by in By}
    found["strength"] = doubt.strength
    found["context"] = doubt.context
    found["product"] = doubt.strength * doubt.context
    found["against"] = doubt.against
    found["stated"] = float(doubt.claim.how is How.STATED)
    found["reason"] = float(doubt.claim.how is How.REASON)
    found["own"] = float(doubt.own)
    found["named"] = float(doubt.named)
    return found


@lru_cache(maxsize=1)
def packaged() -> Weights:
    """The weights that ship with the program."""
    return Weights.of(json.loads((files("rag.premise") / "weights.json").read_text(encoding="utf-8")))
