"""A sentence taken apart into what is compared: words, figures and names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rag.text.figures import Figure, figures, same_value
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
    """A word in its place: `key` is its stem's representative, `stems` all keys that count as the same word."""

    text: str
    key: str
    stems: frozenset[str]
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
    for word, start, end in words(text):
        if any(first <= start < last for first, last in inside_figures):
            continue
        key = alike(stem(word))
        parts = {alike(stem(term)) for term in terms(text[start:end], name_parts=True)} if not word.isalpha() else set()
        humps = {alike(stem(term)) for term in terms(text[start:end], name_parts=True)}
        content = word not in FUNCTION and word not in NEGATIONS
        found.append(Word(word, key, frozenset({key, stem(word)} | parts | humps), start, content))
    keys = frozenset(key for word in found for key in word.stems)
    called = tuple(name for name in _names(text, found) if not _is_figure(text, name, inside_figures))
    whole = frozenset(key for _, start, end in words(text) for key in name_keys(text[start:end]))
    return Analysed(text, tuple(found), keys, whole, found_figures, called)


_SUFFIX = re.compile(r"-(?=[a-z]{3})[a-z-]+$")


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


def coverage(draft: Analysed, source: Iterable[Analysed], also: frozenset[str] = frozenset()) -> float:
    """The share of the draft's content that stands in the sources or in `also`, common words counting half."""
    stems = also.union(*(one.keys for one in source))
    total = inside = 0.0
    for word in draft.words:
        if word.content:
            weight = _COMMON_WEIGHT if word.key in _COMMON else 1.0
            total += weight
            inside += weight * known(word, stems)
    for figure in draft.figures:
        total += 1.0
        inside += any(same_value(figure, other) for one in source for other in one.figures)
    return inside / total if total else 0.0


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
    if word.key in stems or word.stems & stems:
        return True
    parts = [part for part in word.text.split("-") if part]
    return len(parts) > 1 and all(alike(stem(part)) in stems for part in parts)
