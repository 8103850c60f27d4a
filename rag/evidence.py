"""Evidence: the sentences of the papers found, each with how much of the question it speaks of. Pure.

Stems come from outside, since the keyword index makes them; here words are weighed and sentences judged by them.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.models import Paper, Sentence
from rag.question import Question
from rag.relevance import Context, Relatives, Word, relevance, share
from rag.text.everyday import everyday
from rag.text.kin import relatives
from rag.text.names import names

Spans = tuple[tuple[int, int], ...]

_COMMON = 0.35  # what a word weighs that names no topic, or is a figure, against its rarity
_UNSEEN = 0.6  # … and one that stands in no paper and is not written like a name


_PAPER_WORDS = 0.4  # what the coverage of a paper counts beside its mean cosine
_NUMBERED = re.compile(r"[A-Za-z]{4,}(?=\d)")


@dataclass(frozen=True, slots=True)
class Part:
    """What a sentence and its paper say of one part of a question; see `Evidence`."""

    coverage: float
    paper_coverage: float
    own: bool
    asks: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer the question: `text == paper.abstract[start:end]`.

    `coverage` is the share, weighted by rarity, of the question's words that the sentence has (or, counted less, what
    stands around it), `paper_coverage` the share that title and abstract have; `cosine` is that of the question and the
    best passage around the sentence; `relevance` weighs coverage and cosine; all in [0, 1]. `parts` are the same for
    each part of the question. `names` are those of the question's names that the paper has.
    `has` are the question's words in the sentence, `paper_has` those in title and abstract; `own` says whether the
    question names the paper's own system. `paper_score` is the fused score of the paper, `paper_cosine` the mean cosine
    of the question and the paper's passages. `asks` is the share of the words of the clause that asks that the sentence
    itself has, the words of the system's name aside. `topic` is how much of the topics that a survey asks for the paper
    speaks of, in [0, 1]; 0 for other questions.
    """

    paper: Paper
    start: int
    end: int
    text: str
    coverage: float
    paper_coverage: float
    cosine: float
    relevance: float
    names: frozenset[str]
    paper_score: float
    parts: tuple[Part, ...] = ()
    has: frozenset[str] = frozenset()
    paper_has: frozenset[str] = frozenset()
    own: bool = False
    paper_cosine: float = 0.0
    asks: float = 0.0
    topic: float = 0.0

    @property
    def standing(self) -> float:
        """How near the paper as a whole is to the question: its mean cosine and the question's words that it has."""
        return self.paper_cosine + _PAPER_WORDS * self.paper_coverage


@dataclass(frozen=True, slots=True)
class Read:
    """A paper's sentences with their stems; `title` has the system's name too. `called` are its names, word by word."""

    paper: Paper
    sentences: Sequence[Sentence]
    stems: Sequence[AbstractSet[str]]
    title: AbstractSet[str]
    abstract: AbstractSet[str]
    everything: AbstractSet[str]
    called: tuple[tuple[frozenset[str], ...], ...]

    def is_named(self, words: Sequence[Word]) -> bool:
        """Whether the words name the paper's system, in whatever spelling: `bipft`, `dnabert2`, `row reading`.

        The words of a longer name have to follow each other.
        """
        return any(_stands_in(words, [part for part in name if part]) for name in self.called)

    @property
    def name(self) -> frozenset[str]:
        """The stems of all names of the system."""
        return frozenset().union(*(part for name in self.called for part in name))


def _stands_in(words: Sequence[Word], name: Sequence[frozenset[str]]) -> bool:
    """Whether the words of a name follow each other among the words."""
    return bool(name) and any(
        all(_is(word, part) for word, part in zip(words[at:], name, strict=False))
        for at in range(len(words) - len(name) + 1)
    )


def _is(word: Word, part: frozenset[str]) -> bool:
    return any(form <= part for form in word.forms) or _as_written(word.text.strip(".'’")) in part


def _as_written(word: str) -> str:
    return f"!{word}"


def name_parts(name: str, query_terms: Callable[[str], Sequence[str]]) -> tuple[frozenset[str], ...]:
    """What each word of a name is matched by: its stem and itself, an everyday word (`RIGHT`) only as it is written."""
    if everyday(name):
        return (name_keys(name) | {_as_written(name)},)
    return tuple(frozenset(query_terms(word)[:1]) | name_keys(word) for word in name.split())


def name_keys(text: str) -> frozenset[str]:
    """Names as they are, which stems are not: DNABERT-S is no plural. A longer name stands for its beginnings too."""
    keys = set()
    for name in names(text):
        parts = [part for part in re.split(r"[-_]", name) if part]
        for count in range(1, len(parts) + 1):
            keys.add(key("-".join(parts[:count])))
        base = _NUMBERED.match(name)
        if base is not None:
            keys.add(base[0].casefold())  # `Llama3` is one of those that "llama" asks for
        if name[-1] == "s" and not name[-2:].islower():
            keys.add(key(name[:-1]))
    return frozenset(keys)


def key(name: str) -> str:
    """A name as it is compared: `DNABERT-2` and `dnabert2` are one. The sign in front keeps it apart from stems."""
    return "=" + "".join(c for c in name.casefold() if c.isalnum())


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question asks for: its words, those of each part, and the key of each name.

    `asks` are those of the clause that asks, and `parts_ask` the same for each part.
    """

    words: tuple[Word, ...]
    parts: tuple[tuple[Word, ...], ...]
    names: Mapping[str, frozenset[str]]
    asks: tuple[Word, ...] = ()
    parts_ask: tuple[tuple[Word, ...], ...] = ()


def wanted(question: Question, words: tuple[Word, ...]) -> Wanted:
    """The question's weighed words, sorted by what they are for."""

    def those(text: str) -> tuple[Word, ...]:
        among = set(text.split())
        return tuple(word for word in words if word.text in among)

    return Wanted(
        words,
        tuple(those(part.content) for part in question.parts),
        {name: frozenset({key(name)}) for name in question.names},
        those(question.asks or question.content),
        tuple(those(part.asks or part.content) for part in question.parts),
    )


def weighed(
    text: str,
    stems: Sequence[str],
    kindred: Relatives,
    frequencies: Mapping[str, int],
    papers: int,
    *,
    named: bool,
) -> Word:
    """A word with its weight, log(1 + papers / papers with the word); a name is matched as a whole.

    A word that no paper has weighs as much as its most common relative.
    """
    whole, rest = frozenset(stems[:1]), frozenset(stems[1:])
    forms = (whole,) if named or not rest else (whole, rest)
    often = max(_together(form, frequencies) for form in forms)
    if named:
        forms = (frozenset({key(text)}),)
    theirs = max((_together(others, frequencies) for others in kindred.every), default=0)
    weight = math.log(1 + papers / max(often or theirs, 0.5))
    if not named and (everyday(text) or text.lstrip("$€£~<>")[:1].isdigit()):
        weight *= _COMMON
    elif not named and not often and not theirs:
        weight *= _UNSEEN
    return Word(text, weight, forms, kindred.single, kindred.phrases, seen=bool(often or theirs))


def _together(stems: AbstractSet[str], frequencies: Mapping[str, int]) -> int:
    """In how many papers all of the stems may stand, at most."""
    return min(frequencies[stem] for stem in stems)


def related(words: Sequence[str], query_terms: Callable[[str], Sequence[str]]) -> tuple[Relatives, ...]:
    """The stems of each word's relatives, where it stands."""
    found = []
    for members in relatives(words):
        stems = {frozenset(query_terms(member.replace("-", " "))) for member in members}
        found.append(
            Relatives(
                frozenset(stem for several in stems if len(several) == 1 for stem in several),
                frozenset(several for several in stems if len(several) > 1),
            )
        )
    return tuple(found)


def judged(read: Read, score: float, wanted: Wanted, spans: Spans, cosines: NDArray[np.float32]) -> list[Evidence]:
    """A paper's sentences as evidence, in order. `cosines[i]` is that of the question and the passage `spans[i]`."""
    has_names = frozenset(name for name, keys in wanted.names.items() if keys <= read.everything)
    in_paper = share(wanted.words, read.everything)
    parts = [
        (part, share(part, read.everything), read.is_named(part), _aside(asks, read.name))
        for part, asks in zip(wanted.parts, wanted.parts_ask or wanted.parts, strict=True)
    ]
    asks = _aside(wanted.asks or wanted.words, read.name)
    paper_has = _present(wanted.words, read.everything)
    own = read.is_named(wanted.words)
    name = read.name if own else frozenset()
    evidence = []
    mean = min(1.0, max(0.0, float(cosines.mean()))) if len(cosines) else 0.0
    before: AbstractSet[str] = frozenset()
    for sentence, stems in zip(read.sentences, read.stems, strict=True):
        context = Context(name, read.title, before, read.abstract)
        coverage = share(wanted.words, stems, context)
        cosine = _cosine_around(sentence.start, sentence.end, spans, cosines)
        evidence.append(
            Evidence(
                paper=read.paper,
                start=sentence.start,
                end=sentence.end,
                text=sentence.text,
                coverage=coverage,
                paper_coverage=in_paper,
                cosine=cosine,
                relevance=relevance(cosine, coverage),
                names=has_names,
                paper_score=score,
                parts=tuple(
                    Part(share(part, stems, context), whole, mine, share(asking, stems))
                    for part, whole, mine, asking in parts
                ),
                has=_present(wanted.words, stems),
                paper_has=paper_has,
                own=own,
                paper_cosine=mean,
                asks=share(asks, stems),
            )
        )
        before = stems
    return evidence


def _aside(words: Sequence[Word], names: AbstractSet[str]) -> tuple[Word, ...]:
    """The words that some paper has and that are not part of a name."""
    return tuple(word for word in words if word.seen and not any(form <= names for form in word.forms))


def _present(words: Sequence[Word], stems: AbstractSet[str]) -> frozenset[str]:
    return frozenset(word.text for word in words if word.found(stems))


def _cosine_around(start: int, end: int, spans: Spans, cosines: NDArray[np.float32]) -> float:
    """The best cosine of the passages that hold the span, which stand in order; 0 where none does."""
    first = bisect_left(spans, end, key=lambda span: span[1])
    last = bisect_right(spans, start, key=lambda span: span[0])
    return min(1.0, max(0.0, float(cosines[first:last].max()))) if first < last else 0.0
