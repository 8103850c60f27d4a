"""Topics: a vocabulary of what papers are about, what a text speaks of, and what a few words ask for. Pure.

A topic has phrases that speak of it (topics.txt), so that words that nobody shares still meet: a question on "protein
sequences" and an abstract on "genomes".
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from rag.errors import SettingsError
from rag.text.words import stem, words

_TITLE, _BODY, _WORD, _WEAK = 2.0, 1.0, 0.8, 0.4  # what a phrase counts in the title, in the abstract, as one word
_SATURATES = 2.2

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Topics by the stems of the phrases that speak of them; `longest` is that of the phrases by their first stem.

    `sha256` is that of the text it was read from.
    """

    names: tuple[str, ...]
    phrases: Mapping[Phrase, tuple[tuple[str, bool], ...]]
    longest: Mapping[str, int]
    sha256: str

    @classmethod
    def read(cls, text: str) -> Vocabulary:
        """A vocabulary of lines `name: phrase, phrase, (weak phrase)`. Raises SettingsError for a malformed one."""
        phrases: dict[Phrase, list[tuple[str, bool]]] = {}
        names = []
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            name, colon, rest = line.partition(":")
            written = [part.strip() for part in rest.split(",") if part.strip()]
            if not colon or not name.strip() or not written:
                raise SettingsError(f"The vocabulary of topics has a malformed line: {line[:60]!r}.")
            names.append(name.strip())
            for phrase in written:
                weak = phrase.startswith("(")
                phrases.setdefault(_stems(phrase.strip("()")), []).append((name.strip(), weak))
        longest: dict[str, int] = {}
        for stems in phrases:
            longest[stems[0]] = max(longest.get(stems[0], 0), len(stems))
        return cls(
            tuple(names),
            {phrase: tuple(topics) for phrase, topics in phrases.items()},
            longest,
            hashlib.sha256(text.encode()).hexdigest(),
        )


def _stems(text: str) -> Phrase:
    return tuple(stem(word) for word, _, _ in words(text.replace("-", " ").replace("/", " ")))


def spoken_of(vocabulary: Vocabulary, title: str, abstract: str) -> dict[str, float]:
    """How much a paper speaks of each topic, in (0, 1): its title counts most, and repeats count ever less."""
    counts: defaultdict[str, float] = defaultdict(float)
    strong: set[str] = set()
    for text, place in ((title, _TITLE), (abstract, _BODY)):
        stems = _stems(text)
        for start, first in enumerate(stems):
            for length in range(1, min(vocabulary.longest.get(first, 0), len(stems) - start) + 1):
                for topic, weak in vocabulary.phrases.get(stems[start : start + length], ()):
                    counts[topic] += place * (_WEAK if weak else _WORD if length == 1 else 1.0)
                    if not weak:
                        strong.add(topic)
    return {topic: 1 - math.exp(-count / _SATURATES) for topic, count in counts.items() if topic in strong}


@dataclass(frozen=True, slots=True)
class Asked:
    """A tag that a topic asks for: how clearly, in (0, 1), and by which of its words, as stems."""

    strength: float
    stems: frozenset[str]


def asked_of(vocabulary: Vocabulary, topic: str) -> dict[str, Asked]:
    """The tags that a topic asks for, a few words that somebody typed.

    As `spoken_of` a title, but the words of a phrase may stand apart and in any order ("binary and ternary language
    models"), and of words that say too little alone two are enough ("cheaper inference").
    """
    among = frozenset(_stems(topic))
    spoken = spoken_of(vocabulary, topic, "")
    by: defaultdict[str, set[str]] = defaultdict(set)
    weak: defaultdict[str, set[Phrase]] = defaultdict(set)
    strength = dict(spoken)
    for phrase, topics in vocabulary.phrases.items():
        if not among.issuperset(phrase):
            continue
        for name, is_weak in topics:
            by[name].update(phrase)
            if is_weak:
                weak[name].add(phrase)
            elif len(phrase) > 1:
                strength[name] = max(strength.get(name, 0.0), _APART)
    for name, phrases in weak.items():
        if len(phrases) > 1:
            strength[name] = max(strength.get(name, 0.0), _APART)
    return {name: Asked(value, frozenset(by[name])) for name, value in strength.items()}


def stems_of(text: str) -> frozenset[str]:
    """The stems of a text's words as the vocabulary compares them."""
    return frozenset(_stems(text))


_APART = 0.5  # what a phrase counts whose words stand apart in a topic


def stands_for(asked: Mapping[str, Asked], words: Sequence[tuple[AbstractSet[str], float]]) -> dict[str, float]:
    """How much of a topic each tag stands for, in [0, 1]: its clearness, and the share of the topic's words in it.

    `words` are the topic's, the stems of each with its weight: "code models" is half of "code models under renaming".
    """
    total = sum(weight for _, weight in words)
    strongest = max((one.strength for one in asked.values()), default=1.0)
    return {
        tag: one.strength / strongest * sum(w for stems, w in words if not one.stems.isdisjoint(stems)) / total
        if total
        else 0.0
        for tag, one in asked.items()
    }


@lru_cache(maxsize=1)
def packaged() -> Vocabulary:
    """The topics of topics.txt; read when they are first asked for."""
    return Vocabulary.read((files("rag.text") / "topics.txt").read_text(encoding="utf-8"))
