"""Every operator behind one door.

An operator takes a true statement and gives falsehoods made from it by one change. What makes a mutant false is checked
by rules where it is made: the new figure, unit or name stands nowhere in the paper, a hedged figure leaves its hedge, a
moved fact is foreign to the paper that it is moved to. Everything is a function of its arguments and the seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from eval.guard.direction import direction_mutants
from eval.guard.figures import figure_mutants
from eval.guard.moves import citation_mutants, moved_fact_mutants
from eval.guard.names import name_mutants
from eval.guard.polarity import negation_mutants
from eval.guard.quantifier import quantifier_mutants
from eval.guard.units import unit_mutants
from eval.guard.world import Mutant, Statement, World

Operator = Callable[[Statement, World, random.Random], list[Mutant]]

OPERATORS: dict[str, Operator] = {
    "figure": figure_mutants,
    "unit": unit_mutants,
    "name": name_mutants,
    "negation": negation_mutants,
    "direction": direction_mutants,
    "citation": citation_mutants,
    "moved_fact": moved_fact_mutants,
    "quantifier": quantifier_mutants,
}
CLASSES = tuple(OPERATORS)
HELD_OUT = frozenset({"quantifier"})
"""Classes that nobody looks at while building the guard; they are measured in the report."""


def mutants(kind: str, statement: Statement, world: World, *, seed: int) -> list[Mutant]:
    """Falsehoods of this class made from the statement, the one to take first in front; empty where none can be made.

    Raises KeyError for an unknown class.
    """
    rng = random.Random(f"{seed}/{kind}/{statement.paper.id}/{statement.text}")  # noqa: S311 - a choice, not a secret
    return OPERATORS[kind](statement, world, rng)


def mutate(kind: str, statement: Statement, world: World, *, seed: int) -> Mutant | None:
    """The first of `mutants`, None where the operator does not apply."""
    return next(iter(mutants(kind, statement, world, seed=seed)), None)
