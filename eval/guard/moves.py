"""Classes citation and moved_fact: what one paper says is laid at another's door. Pure."""

from __future__ import annotations

import random
import re

from eval.guard.lexicon import occurrence
from eval.guard.names import names_in, replaced
from eval.guard.numerals import numerals
from eval.guard.world import Mutant, Statement, World
from rag.models import Paper

_TRIED = 3  # nearest papers, and as many of the others
_NEW_WORDS = 4  # content words that the other paper must lack, or it might say the same
_SAME_VALUE = 0.05
_SAME_SENTENCE = 0.4  # of its content words in one sentence of the other paper: that may be the same statement


def citation_mutants(statement: Statement, world: World, rng: random.Random) -> list[Mutant]:
    """The statement unchanged and cited to another paper, which says nothing of the kind.

    The right answer is to cite the right paper instead, or to drop the sentence.
    """
    found = []
    for how, other in _papers(statement.paper, world, rng):
        if len(world.new_words(statement.text, other)) >= _NEW_WORDS and not _said_by(other, statement.text, world):
            found.append(Mutant(statement.text, other.id, "citation", how))
    rng.shuffle(found)
    return found


def moved_fact_mutants(statement: Statement, world: World, rng: random.Random) -> list[Mutant]:
    """The statement said of another paper's system and cited to that paper.

    Only statements with their own paper's system as subject can be moved, and only to papers that have neither its
    figures nor its words.
    """
    own = world.system(statement.paper)
    if own is None or not _is_subject(own, statement.text):
        return []
    rest = occurrence(own).sub(" ", statement.text)
    if any(world.kinds[name] == "system" or own in name for name in names_in(rest, world)):
        return []  # a second system would give it away, or make a sentence that no one could judge
    found = []
    for how, other in _papers(statement.paper, world, rng):
        system = world.system(other)
        if (
            system is None
            or system.endswith(" Law")
            or own.casefold() in system.casefold()  # of B-PROP much is true that was said of PROP
            or world.names_thing(statement.paper, system)
            or not _foreign(rest, other, world)
        ):
            continue
        moved = replaced(statement.text, own, system)
        found.append(Mutant(moved, other.id, "moved_fact", how))
    rng.shuffle(found)
    return found


def _papers(paper: Paper, world: World, rng: random.Random) -> list[tuple[str, Paper]]:
    """The papers most like this one and a few of the others, each with which of both it is."""
    near = world.neighbours(paper)
    far = near[_TRIED:]
    chosen = [("near", other) for other in near[:_TRIED]]
    return chosen + [("far", other) for other in rng.sample(far, min(_TRIED, len(far)))]


def _is_subject(name: str, text: str) -> bool:
    """Whether the sentence is about `name`: it opens with it, or with an adverbial before it."""
    found = occurrence(name).search(text)
    if found is None:
        return False
    before = text[: found.start()]
    return not before or bool(re.fullmatch(r"(?:The|In|With|Like) |[A-Z][^.;]{2,70}, (?:the )?", before))


def _foreign(rest: str, other: Paper, world: World) -> bool:
    """Whether `other` can hardly say the same of its own system: other words, and no figure of about that value."""
    if any(world.states_value(other, figure.value, within=_SAME_VALUE) for figure in numerals(rest)):
        return False
    if _said_by(other, rest, world):
        return False
    new, all_words = world.new_words(rest, other), world.new_words(rest, _EMPTY)
    return len(new) >= _NEW_WORDS and 2 * len(new) >= len(all_words)


def _said_by(other: Paper, text: str, world: World) -> bool:
    return world.says_alike(other, text) >= _SAME_SENTENCE


_EMPTY = Paper(id="", title="", abstract="")
