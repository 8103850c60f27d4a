"""A sentence that says the opposite of what a question takes for granted, of the same thing. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.agreement import check_negation
from rag.analysis import Analysed, analysed
from rag.retrieve import Evidence
from rag.text.words import NEGATIONS, direction, stem

_NEAR = 3  # words on either side that say what a directed word is said of

_COMPARATIVE = re.compile(
    r"\b(?:less|more) (?P<what>\w+)(?= than\b)|\b(?:\w+er|worse)(?= (?:\w+ ){0,2}?than\b)", re.IGNORECASE
)
_EQUAL = re.compile(
    r"\b(?:equals?|equalled|match(?:es|ed)?|on par|comparable|identical|the same|similar|"
    r"no (?:less|more|worse|better))\b",
    re.IGNORECASE,
)
# What a measure does when it becomes better: "BLEU drops" says the opposite of "improves BLEU".
_CHANGES = {
    **dict.fromkeys(("drop", "fall", "declin", "decreas", "lower", "shrink", "suffer", "degrad", "worsen", "hurt"), -1),
    **dict.fromkeys(("rise", "increas", "grow", "improv", "rais", "boost", "gain", "enhanc", "better"), 1),
}
_AXIS_OF_CHANGE = -1
_OPPOSITES = tuple(
    (frozenset(map(stem, one.split())), frozenset(map(stem, other.split())))
    for one, other in (
        ("top upper higher", "bottom lower lowest"),
        ("first initial early earlier", "last final late later"),
        ("small few scarce little limited low-resource", "large many plentiful abundant plenty high-resource big"),
        ("inside internal", "outside external"),
        ("manual", "automatic automated"),
        ("simulated synthetic artificial", "real realistic natural"),
        ("static", "dynamic"),
        ("dense", "sparse"),
        ("sequential", "parallel"),
        ("single", "multiple several"),
    )
)


def other_way(asserted: str, near: Sequence[Evidence]) -> Evidence | None:
    """The first sentence that denies what is asserted, points the other way, or says that there is no difference."""
    asked = analysed(asserted)
    for candidate in near:
        said = analysed(candidate.text)
        denied = check_negation(asked, [said])
        opposite = _opposed(asked, said) or _levelled(asserted, candidate.text)
        if opposite or (denied is not None and denied.certain):
            return candidate
    return None


def _opposed(asked: Analysed, said: Analysed) -> bool:
    """Whether a word of the question points one way and its counterpart in the sentence the other, of one thing.

    A word that the sentence also points the question's way with, of the same thing, contradicts nothing.
    """
    theirs = _directed(said)
    names = frozenset(name.casefold() for name in asked.names)
    for axis, sign, around in _directed(asked):
        about = around - names or around  # the name alone is shared by all that is said of it
        of_same = [(len(about & near), other) for other_axis, other, near in theirs if other_axis == axis]
        nearest = max((shared for shared, _ in of_same), default=0)
        if nearest and all(other != sign for shared, other in of_same if shared == nearest):
            return True
    return False


def _directed(sentence: Analysed) -> list[tuple[int, int, frozenset[str]]]:
    """Each word that points somewhere: its axis, its sign, and the content words around it with the sentence's names.

    A negation just before it turns it round: "fails to speed up" points where "slow" does.
    """
    named = frozenset(name.casefold() for name in sentence.names)
    content = [word for word in sentence.words if word.content or word.text in NEGATIONS]
    found = []
    for place, word in enumerate(content):
        if word.text in NEGATIONS:
            continue
        before = content[max(0, place - _NEAR) : place]
        denied = any(other.text in NEGATIONS for other in before[-2:])
        around = {other.key for other in (*before, *content[place + 1 : place + 1 + _NEAR]) if other.content}
        found += [(axis, -sign if denied else sign, frozenset(around | named)) for axis, sign in _points(word.text)]
    return found


def _points(word: str) -> list[tuple[int, int]]:
    """The axes along which a word points, with its sign on each."""
    stems = [stem(part) for part in word.split("-")]
    found = [points for part in stems if (points := direction(part)) is not None][:1]
    found += [(_AXIS_OF_CHANGE, _CHANGES[part]) for part in stems if part in _CHANGES]
    for number, (one, other) in enumerate(_OPPOSITES):
        found += [
            (_AXIS_OF_CHANGE - 1 - number, 1 if part in one else -1) for part in (word, *stems) if part in one | other
        ]
    return found


def _levelled(question: str, sentence: str) -> bool:
    """Whether the question takes for less or more what the sentence says is the same: "as toxic as", "equals"."""
    for found in _COMPARATIVE.finditer(question):
        word = re.escape(found["what"] or "")
        same = rf"\b(?:as {word}\w*(?: and \w+)? as|equally {word}|no (?:less|more) {word})"
        if word and re.search(same, sentence, re.IGNORECASE):
            return True
        if _EQUAL.search(sentence) and _of_the_same(question, found.end(), sentence):
            return True
    return False


def _of_the_same(question: str, compared: int, sentence: str) -> bool:
    """Whether a sentence has all names of the question, and most of what stands behind its comparison."""
    asked, said = analysed(question), analysed(sentence)
    behind = [word for word in asked.words if word.content and word.start >= compared and word.text.isalpha()]
    behind = [word for word in behind if word.text not in {name.casefold() for name in asked.names}]
    shared = sum(bool(word.stems & said.keys) for word in behind)
    return set(asked.names) <= set(said.names) and bool(behind) and 2 * shared > len(behind)
