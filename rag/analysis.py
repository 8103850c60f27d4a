"""A sentence taken apart into what is compared: words, figures and names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.text.figures import Figure, figures
from rag.text.names import names
from rag.text.terms import terms
from rag.text.words import FUNCTION, NEGATIONS, NEUTRAL, QUANTIFIERS, alike, direction, stem, words

_NEUTRAL = frozenset(map(stem, NEUTRAL))

_COMMON_WEIGHT = 0.5
_COMMON = frozenset(
    alike(stem(word))
    for word in (
        *("achieve", "use", "propose", "show", "method", "result", "model", "task", "perform", "datum", "dataset"),
        *("train", "experiment", "various", "significant", "effective", "compare", "based", "new", "novel", "state"),
        *("large", "high", "improve", "learn", "represent", "generate", "evaluate", "problem", "several", "different"),
    )
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word in its place: `key` is its stem's representative, `stems` all keys that count as the same word.

    `parts` are the keys of a hyphenated word's parts, of which all have to be known; empty for other words.
    """

    text: str
    key: str
    stems: frozenset[str]
    parts: frozenset[str]
    start: int
    content: bool


@dataclass(frozen=True, slots=True)
class Analysed:
    """A sentence with everything that is compared."""

    text: str
    words: tuple[Word, ...]
    keys: frozenset[str]
    name_keys: frozenset[str]
    figures: tuple[Figure, ...]
    names: tuple[str, ...]


@lru_cache(maxsize=16_384)
def analysed(text: str) -> Analysed:
    """The sentence taken apart. Cached: the same evidence is compared with many drafts."""
    found_figures = tuple(figures(text))
    inside_figures = [(figure.start, figure.end) for figure in found_figures]
    found = []
    whole: set[str] = set()
    for word, start, end in words(text):
        if any(first <= start < last for first, last in inside_figures):
            continue
        raw = text[start:end]
        key, plain = alike(stem(word)), word.isalpha() and raw[1:].islower()
        same = {key, stem(word)}
        if not plain:
            same.update(alike(stem(term)) for term in terms(raw, name_parts=True))
        if raw[-1:] == "s" and raw[:-1].isupper():  # GPUs
            same.add(alike(word[:-1]))
        parts = frozenset(alike(stem(part)) for part in word.split("-") if part) if "-" in word else frozenset()
        content = word not in FUNCTION and word not in NEGATIONS
        found.append(Word(word, key, frozenset(same), parts, start, content))
        whole |= {word, word.removesuffix("s")} if plain else name_keys(raw)
    keys = frozenset(key for word in found for key in word.stems)
    whole.update(key for name in names(text) for key in name_keys(name))  # those that hold an underscore
    called = tuple(name for name in _names(text, found) if not _is_figure(text, name, inside_figures))
    return Analysed(text, tuple(found), keys, frozenset(whole), found_figures, called)


_SUFFIX = re.compile(r"-(?=[a-z]{3})[a-z-]+$")


@lru_cache(maxsize=16_384)
def name_keys(name: str) -> frozenset[str]:
    """The forms under which a name is the same name: `BERT-based` is BERT's, `DNABERT-2` is not DNABERT."""
    forms = {term for spelled in (name, _SUFFIX.sub("", name)) for term in terms(spelled)[:1]}
    return frozenset(forms | {form.removesuffix("s") for form in forms if len(form) > 3})


def _is_figure(text: str, name: str, inside_figures: Sequence[tuple[int, int]]) -> bool:
    at = text.find(name)
    return any(at < last and first < at + len(name) and first - at <= 1 for first, last in inside_figures)


def _names(text: str, found: Sequence[Word]) -> tuple[str, ...]:
    """Names by their writing, and words capitalised inside the sentence."""
    written = dict.fromkeys(names(text))
    for before, word in pairwise(found):
        raw = text[word.start : word.start + len(word.text)]
        opens = text[before.start + len(before.text) : word.start].strip() in (".", ":", "?", "!")
        if raw[:1].isupper() and not opens and word.text not in FUNCTION:
            written.setdefault(raw, None)
    return tuple(written)


class Pool:
    """Sentences under the keys of their words, so that what a draft shares with each is found in one pass."""

    def __init__(self, sentences: Sequence[Analysed]) -> None:
        self._size = len(sentences)
        self._by_key: dict[str, set[int]] = {}
        self._by_value: dict[float, set[int]] = {}
        for place, sentence in enumerate(sentences):
            for key in sentence.keys:
                self._by_key.setdefault(key, set()).add(place)
            for figure in sentence.figures:
                self._by_value.setdefault(figure.value, set()).add(place)

    def covered(self, draft: Analysed) -> list[set[int]]:
        """For each sentence the pieces of the draft's content that it has: words by their place, figures after them."""
        pieces: list[set[int]] = [set() for _ in range(self._size)]
        nowhere: set[int] = set()
        for piece, word in enumerate(draft.words):
            if word.content:
                having = nowhere.union(*(self._by_key.get(key, nowhere) for key in word.stems))
                if len(word.parts) > 1:
                    having |= set.intersection(*(self._by_key.get(part, nowhere) for part in word.parts))
                for place in having:
                    pieces[place].add(piece)
        for piece, figure in enumerate(draft.figures, len(draft.words)):
            for place in self._by_value.get(figure.value, nowhere):
                pieces[place].add(piece)
        return pieces


def weights(draft: Analysed) -> dict[int, float]:
    """What each piece of the draft's content weighs, together 1: common words weigh half."""
    raw = {
        place: _COMMON_WEIGHT if word.key in _COMMON else 1.0 for place, word in enumerate(draft.words) if word.content
    }
    raw.update(dict.fromkeys(range(len(draft.words), len(draft.words) + len(draft.figures)), 1.0))
    total = sum(raw.values())
    return {piece: weight / total for piece, weight in raw.items()}


def uncovered(draft: Analysed, source: Iterable[Analysed], also: frozenset[str] = frozenset()) -> list[str]:
    """The draft's words that stand nowhere in the sources and say something.

    Words with a direction, quantifiers and names are left out: their own checks know more of them.
    """
    stems = also.union(*(one.keys for one in source))
    names_said = {name.casefold() for name in draft.names}
    return [
        word.text
        for word in draft.words
        if word.content
        and not known(word, stems)
        and stem(word.text) not in _NEUTRAL
        and word.text not in QUANTIFIERS
        and word.text not in names_said
        and not any(direction(stem(part)) for part in word.text.split("-"))
    ]


def known(word: Word, stems: frozenset[str]) -> bool:
    """Whether a word, or all parts of a hyphenated one, are among the stems."""
    if not word.stems.isdisjoint(stems):
        return True
    return len(word.parts) > 1 and stems.issuperset(word.parts)


# --------------------------------------------------------------------------------------------- what stands near a place

NEAR = 5  # content words on either side that are a place's context
Sides = tuple[dict[str, int], dict[str, int]]
"""The content words before and after a place, each with its distance in content words."""


def counted(draft: Analysed, figure: Figure) -> Word | None:
    """The noun right behind a figure, which says what is counted: the tokens of "330B tokens"."""
    after = draft.text[figure.end :]
    return next(
        (
            word
            for word in draft.words
            if word.content and word.start >= figure.end and not after[: word.start - figure.end].strip(" -")
        ),
        None,
    )


def sides(sentence: Analysed, position: int, reach: int) -> Sides:
    """The content words before and after a position with their distance in content words."""
    before = [word.key for word in sentence.words if word.content and word.start < position][-reach:]
    after = [word.key for word in sentence.words if word.content and word.start > position][:reach]
    near: dict[str, int] = {}
    for distance, key in enumerate(reversed(before), 1):
        near.setdefault(key, distance)
    far: dict[str, int] = {}
    for distance, key in enumerate(after, 1):
        far.setdefault(key, distance)
    return near, far


def closeness(ours: dict[str, int], theirs: dict[str, int]) -> float:
    """How many words two sides share, each counting less the farther off it stands in both."""
    return sum(1 / (distance + theirs[key]) for key, distance in ours.items() if key in theirs)


def context_of(sentence: Analysed, position: int) -> set[str]:
    """The content words on both sides of a position."""
    before, after = sides(sentence, position, NEAR)
    return before.keys() | after.keys()
