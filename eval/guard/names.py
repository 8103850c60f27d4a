"""Class name: a system, data set, model, metric or the like is swapped with another of its kind. Pure."""

from __future__ import annotations

import difflib
import random
import re
from functools import cache

from eval.guard.lexicon import occurrence, same_name, with_article
from eval.guard.world import Mutant, Statement, World

_LOOKALIKES = 3  # of the swaps tried for a name: those spelled most like it …
_ANY = 3  # … and others of its kind
_COMPARES = re.compile(
    r"^(?:'s)?,? (?:\w+ly )?(?:outperforms?|surpass(?:es)?|beats?|exceeds?|"
    r"is (?:\w+ly )?(?:better|faster|cheaper) than)\b"
)


def name_mutants(statement: Statement, world: World, rng: random.Random) -> list[Mutant]:
    """Every name of the statement replaced wherever it stands in it, by a name that its paper has nowhere.

    Where one system is said to beat another, both in each other's place as well.
    """
    found = []
    present = names_in(statement.text, world)
    for name in (name for name in present if _swappable(name, statement.text)):
        for other in _others(name, statement, world, rng):
            changed = replaced(statement.text, name, other)
            how = "lookalike" if _alike(name, other) >= 0.6 else world.kinds[name]
            found.append(Mutant(changed, statement.paper.id, "name", how))
    rng.shuffle(found)
    exchanged = _exchanged(statement, present, world)
    return exchanged + [mutant for mutant in found if mutant.text != statement.text]


def _swappable(name: str, text: str) -> bool:
    """Not where an abbreviation is defined: `Belief Propagation (BP)`, nor in `factual accuracy`, which is one term."""
    quoted = re.escape(name)
    return not re.search(rf"\({quoted}\)|{quoted} \([A-Z]|\b(?:factual|standard) {quoted}", text)


def names_in(text: str, world: World) -> list[str]:
    """The known names of a text, a longer one before those inside it, which do not count then."""
    present: list[str] = []
    rest = text
    for name in world.names_by_length:
        if name not in rest:
            continue
        pattern = occurrence(name)
        if pattern.search(rest):
            present.append(name)
            rest = pattern.sub(" ", rest)
    return sorted(present, key=text.find)


def replaced(text: str, name: str, other: str) -> str:
    """`text` with `other` for `name` wherever it stands alone, with the article that the new name wants."""
    if name.endswith((" Law", "-Probe")):  # these two kinds of system are named with an article, others are not
        text = re.sub(rf"\b[Tt]he (?={re.escape(name)}\b)", "", text)
    return with_article(occurrence(name).sub(lambda _: other, text))


@cache
def _alike(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one.casefold(), other.casefold()).ratio()


def _others(name: str, statement: Statement, world: World, rng: random.Random) -> list[str]:
    kind = world.kinds[name]
    # A system may be taken for another paper's system or for a model.
    kinds = {"system": ("system",), "model": ("model", "system")}.get(kind, (kind,))
    fitting = [
        other
        for other, its_kind in sorted(world.kinds.items())
        if its_kind in kinds
        and not same_name(name, other)
        and not other.endswith(" Law")
        and not world.names_thing(statement.paper, other)
        and not statement.text.casefold().count(other.casefold())
    ]
    alike = sorted(fitting, key=lambda other: (-_alike(name, other), other))[:_LOOKALIKES]
    rest = [other for other in fitting if other not in alike and world.kinds[other] == kind]
    return alike + rng.sample(rest, min(_ANY, len(rest)))


def _exchanged(statement: Statement, present: list[str], world: World) -> list[Mutant]:
    text = statement.text
    for one in present:
        for other in present:
            if one == other or not {world.kinds[one], world.kinds[other]} <= {"system", "model"}:
                continue
            first, second = occurrence(one).search(text), occurrence(other).search(text)
            if first is None or second is None or second.start() < first.end():
                continue
            between = text[first.end() : second.start()]
            if _COMPARES.match(between) and len(between) < 40 and text.count(one) == text.count(other) == 1:
                changed = text[: first.start()] + other + between + one + text[second.end() :]
                return [Mutant(with_article(changed), statement.paper.id, "name", "exchanged")]
    return []
