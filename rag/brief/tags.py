"""Topic tags of papers, so that a theme has the same name every week. Pure.

    what the text speaks of (a vocabulary)  +  what similar tagged papers carry  +  what is common in the corpus
    -> a few tags for each paper

The order is that of retrieval-augmented tagging: retrieve candidates, weigh them by a global signal, then choose. Names
come from the vocabulary (topics.txt) or from tags that papers carry already, put there by their source or by hand; none
is made up on the way. A tag that only the neighbours carry has to be carried by most of them.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.errors import InputError, SettingsError
from rag.text.words import stem, words

MOST = 3
"""Tags that a paper is given at most."""
MAX_TAG = 60
"""Characters of a tag."""
_NEIGHBOURS = 8
_NEAR = 0.45  # cosine from which a paper is a neighbour
_TITLE, _BODY, _WORD, _WEAK = 2.0, 1.0, 0.8, 0.4  # what a phrase counts in the title, in the abstract, as one word
_SATURATES = 2.2
_TEXT, _CARRIED, _COMMON = 0.75, 0.2, 0.05  # what text, neighbours and the corpus weigh in the choice
_ENOUGH = 0.28  # the least that a tag has to reach
_BESIDE = 0.5  # … and the least beside the best tag of the paper
_ONLY_CARRIED = 0.6  # share of the neighbours that must carry what the text does not say
_CODE = re.compile(r"[a-z-]+\.[A-Z]{2}")  # `cs.CL`: a category's code names nothing to a reader

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


def carried(
    vectors: NDArray[np.float32], pool: NDArray[np.float32], pool_tags: Sequence[Mapping[str, float]]
) -> list[dict[str, float]]:
    """For each row of `vectors` (papers x dimension) the share of its neighbours in `pool` that carry each tag.

    Rows are of unit length; a paper that is itself in the pool is not its own neighbour.
    """
    if not len(pool):
        return [{} for _ in vectors]
    found: list[dict[str, float]] = []
    for start in range(0, len(vectors), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ pool.T
        for row in cosines:
            nearest = np.argsort(-row, kind="stable")[: _NEIGHBOURS + 1]
            kept = [int(i) for i in nearest if _NEAR <= row[i] < _ITSELF][:_NEIGHBOURS]
            total = float(sum(row[i] for i in kept))
            shares: defaultdict[str, float] = defaultdict(float)
            for i in kept:
                for tag, strength in pool_tags[i].items():
                    shares[tag] += float(row[i]) * strength
            # With few neighbours a share says little.
            trust = min(1.0, len(kept) / 3)
            found.append({tag: trust * share / total for tag, share in shares.items()} if total else {})
    return found


_BLOCK = 512
_ITSELF = 0.9999


def checked_tag(name: str) -> str:
    """A tag as it is kept: one line, of at most 60 characters. Raises InputError for what is none."""
    tag = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not any(c.isalnum() for c in tag) or len(tag) > MAX_TAG:
        raise InputError(f"{name[:80]!r} is no tag.", hint=f"Give a few words, up to {MAX_TAG} characters.")
    return tag


def choose(
    text: Mapping[str, float], near: Mapping[str, float], common: Mapping[str, int]
) -> tuple[tuple[str, float], ...]:
    """Up to `MOST` tags with their strength, the strongest first."""
    most = math.log1p(max(common.values(), default=0)) or 1.0
    scores = {}
    for tag in sorted({*text, *near}):
        if _CODE.fullmatch(tag) or (tag not in text and near.get(tag, 0.0) < _ONLY_CARRIED):
            continue
        said = max(text.get(tag, 0.0), 0.5 * near.get(tag, 0.0))
        frequent = math.log1p(common.get(tag, 0)) / most
        scores[tag] = _TEXT * said + _CARRIED * near.get(tag, 0.0) + _COMMON * frequent
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    if not ranked:
        return ()
    floor = max(_ENOUGH, _BESIDE * ranked[0][1])
    return tuple((tag, round(score, 4)) for tag, score in ranked[:MOST] if score >= floor)
