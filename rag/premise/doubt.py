"""A sentence that may contradict a claim, with what speaks for that. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rag.premise.claims import Claim
from rag.retrieve import Evidence


class By(StrEnum):
    """In what a sentence differs from a claim."""

    FIGURE = "figure"  # another value of the same thing
    DIRECTION = "direction"  # more for less, better for worse
    SIDES = "sides"  # who is better than whom
    INSTEAD = "instead"  # another of things that exclude each other
    WITHOUT = "without"  # what is claimed is what the paper does without
    NEEDED = "needed"  # what is denied is what the paper does
    ANOTHER = "another"  # it is another paper's


@dataclass(frozen=True, slots=True)
class Doubt:
    """What may contradict a claim.

    `strength` is how clearly the two differ, `context` how far they speak of the same, `against` how far the paper says
    what is claimed elsewhere; all in [0, 1]. `said` are the words of the question that differ. `own` says whether the
    sentence tells the paper's own work, `named` whether the question names the paper's system.
    """

    claim: Claim
    by: By
    evidence: Evidence
    strength: float
    context: float
    against: float = 0.0
    said: str = ""
    own: bool = True
    named: bool = True
