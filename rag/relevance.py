"""How much of a question a text speaks of: words weighed by rarity, relatives and typing errors counting less. Pure.

The caller stems; here stems are only compared. A word of the question is matched by its own stem, by that of a relative
(`price`, `budget`) or, when no paper has it, by the nearest spelling among the papers found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

DENSE_SHARE = 0.4  # of a sentence's relevance; the rest is coverage of the question's words
_KIN = 0.75  # what a relative counts or a corrected spelling
_IN_NAME = 0.95  # what a word counts that names the paper's own system, and does not stand in the sentence
_IN_TITLE = 0.7  # … that stands in the title
_BEFORE = 0.5  # … in the sentence before
_ELSEWHERE = 0.25  # … somewhere in the abstract
_SHORTEST_CORRECTED = 5  # letters
_TWO_ERRORS = 9  # letters from which two typing errors are forgiven


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the question: `text` as it stands, its weight, and the stems that match it.

    Each of `forms` is a set of stems that must all stand in a text; `kin` are the stems of its relatives, any of which
    will do, and `phrases` those of relatives that have several. `seen` says whether any paper has it or a relative.
    """

    text: str
    weight: float
    forms: tuple[frozenset[str], ...]
    kin: frozenset[str] = frozenset()
    phrases: frozenset[frozenset[str]] = frozenset()
    seen: bool = True

    def found(self, stems: AbstractSet[str]) -> float:
        """1 when the word stands in `stems`, less for a relative, 0 for neither."""
        if any(form <= stems for form in self.forms):
            return 1.0
        related = not self.kin.isdisjoint(stems) or any(phrase <= stems for phrase in self.phrases)
        return _KIN if related else 0.0


@dataclass(frozen=True, slots=True)
class Relatives:
    """The stems of a word's relatives: `single` of those with one, any of which will do, `phrases` of the others."""

    single: frozenset[str] = frozenset()
    phrases: frozenset[frozenset[str]] = frozenset()

    @property
    def every(self) -> tuple[frozenset[str], ...]:
        """The stems of each."""
        return (*(frozenset({stem}) for stem in self.single), *self.phrases)


@dataclass(frozen=True, slots=True)
class Context:
    """The stems around a sentence: of the system's name, the title, the sentence before, the abstract."""

    name: AbstractSet[str]
    title: AbstractSet[str]
    before: AbstractSet[str]
    abstract: AbstractSet[str]


def share(words: Sequence[Word], stems: AbstractSet[str], context: Context | None = None) -> float:
    """The share of the words' weight that stands in `stems`, or, counted less, around it; in [0, 1]."""
    total = sum(word.weight for word in words)
    if not total:
        return 0.0
    return sum(word.weight * _counted(word, stems, context) for word in words) / total


def _counted(word: Word, stems: AbstractSet[str], context: Context | None) -> float:
    own = word.found(stems)
    if context is None or own == 1.0:
        return own
    return max(
        own,
        _IN_NAME * word.found(context.name),
        _IN_TITLE * word.found(context.title),
        _BEFORE * word.found(context.before),
        _ELSEWHERE * word.found(context.abstract),
    )


def relevance(cosine: float, coverage: float) -> float:
    """One figure from the similarity of the passage and the coverage of the words; in [0, 1]."""
    return DENSE_SHARE * cosine + (1 - DENSE_SHARE) * coverage


def spelled(words: Sequence[Word], vocabulary: Iterable[str]) -> tuple[Word, ...]:
    """The words, those that no paper has with the nearest spelling of `vocabulary` as a relative."""
    unseen = [word for word in words if _correctable(word)]
    if not unseen:
        return tuple(words)
    known = sorted(stem for stem in vocabulary if len(stem) >= _SHORTEST_CORRECTED - 1 and stem.isalpha())
    return tuple(replace(word, kin=word.kin | _nearest(word, known)) if word in unseen else word for word in words)


def _correctable(word: Word) -> bool:
    """A plain word: a name with capitals or digits inside is meant as it is written, GPT-5 is not GPT-4 misspelt."""
    plain = word.text.strip(".'’")
    return not word.seen and len(plain) >= _SHORTEST_CORRECTED and plain.isalpha() and plain[1:].islower()


def _nearest(word: Word, known: Sequence[str]) -> frozenset[str]:
    stem = next(iter(word.forms[0]))
    allowed = 2 if len(stem) >= _TWO_ERRORS else 1
    near = (other for other in known if other[0] == stem[0] and abs(len(other) - len(stem)) <= allowed)
    return frozenset(other for other in near if _errors(stem, other) <= allowed)


def _errors(one: str, other: str) -> int:
    """How many letters have to be put in, left out, changed, or exchanged with their neighbour (Damerau 1964)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            cheapest = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cheapest = min(cheapest, before[j - 2] + 1)
            row.append(cheapest)
        before, last = last, row
    return last[-1]
