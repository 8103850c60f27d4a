"""What claims and sentences speak of, made comparable: words, their relatives, whose work it is. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.analysis import Analysed, Word, analysed, name_keys
from rag.compose.cues import is_background
from rag.premise.claims import Claim
from rag.retrieve import Evidence
from rag.text.figures import same_value
from rag.text.kin import kin
from rag.text.names import called, system_name
from rag.text.words import alike, stem

_CLAUSES = re.compile(r";\s|,?\s(?=(?:but|while|whereas)\b)|,\s(?=(?:yet|although)\b)")
_SIZE = re.compile(r"-\d+(?:\.\d+)?[BM]$")
_MANY = 3  # keys that only a name has, with those of its parts
_KIN = 0.6  # what a relative counts beside the word itself
# Words that frame a claim and are no part of it, beside those that every question has.
FRAME = frozenset(
    alike(stem(word))
    for word in (
        *(
            "say",
            "show",
            "find",
            "found",
            "claim",
            "understand",
            "heard",
            "think",
            "know",
            "wonder",
            "odd",
            "afaik",
        ),
        *(
            "conclude",
            "hold",
            "insist",
            "cite",
            "turn",
            "come",
            "came",
            "really",
            "itself",
            "just",
            "only",
            "still",
            "even",
        ),
        *(
            "study",
            "experiment",
            "author",
            "paper",
            "colleague",
            "why",
            "how",
            "much",
            "many",
            "what",
            "whatsoever",
            "all",
        ),
        *("does", "make", "get", "take", "use", "work", "reach", "so", "case", "according", "reason", "explanation"),
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """A clause of the paper that a claim is about, taken apart. `own` is false for what others did before.

    `of_system` says whether its sentence has the system's name.
    """

    evidence: Evidence
    said: Analysed
    own: bool
    of_system: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """A claim beside the paper that it is about.

    `words` are the claim's content words; `topic` those of them that are not the system's name. `told` are the paper's
    sentences, `everything` the keys of its title and abstract. `named` says whether the question names its system.
    """

    claim: Claim
    said: Analysed
    topic: tuple[Word, ...]
    told: tuple[Told, ...]
    everything: frozenset[str]
    system: frozenset[str]
    named: bool


def matter(claim: Claim, sentences: Sequence[Evidence]) -> Matter:
    """A claim beside the sentences of one paper, of which there is at least one."""
    paper = sentences[0].paper
    system = system_keys(paper.title, paper.abstract)
    told = tuple(
        Told(e, analysed(clause), not is_background(e), not analysed(e.text).keys.isdisjoint(system))
        for e in sorted(sentences, key=lambda e: e.start)
        for clause in _CLAUSES.split(e.text)
        if clause.strip()
    )
    said = analysed(claim.text)
    topic = tuple(w for w in said.words if w.content and w.key not in FRAME and not w.stems & system)
    everything = analysed(paper.title).keys.union(*(one.said.keys for one in told))
    return Matter(claim, said, topic, told, everything, system, sentences[0].own)


@lru_cache(maxsize=4_096)
def system_keys(title: str, abstract: str) -> frozenset[str]:
    """The keys of what a paper's system is called."""
    names = [*called(title, abstract), *filter(None, (system_name(title),))]
    names += [_SIZE.sub("", name) for name in names]
    return frozenset(key for name in names for key in (analysed(name).keys if " " in name else name_keys(name)))


def meets(word: Word, keys: Collection[str]) -> float:
    """How far a word is among the keys: 1 itself, less where a relative of it is, 0 where neither."""
    among = keys if isinstance(keys, frozenset) else frozenset(keys)
    if not whole(word).isdisjoint(among) or (len(word.parts) > 1 and among.issuperset(word.parts)):
        return 1.0
    return _KIN if related(word.text) & among else 0.0


def whole(word: Word) -> frozenset[str]:
    """The keys under which a word is itself; not those of the parts of a name."""
    return word.stems if len(word.stems) < _MANY else frozenset((word.key, word.text, word.text.removesuffix("s")))


@lru_cache(maxsize=16_384)
def related(word: str) -> frozenset[str]:
    """The keys of a word's relatives that are single words."""
    return frozenset(alike(stem(member)) for member in kin(word) if " " not in member)


def share(words: Iterable[Word], keys: Collection[str]) -> float:
    """The share of words that are among the keys; 0 of none."""
    found = [meets(word, keys) for word in words]
    return sum(found) / len(found) if found else 0.0


def of_the_same(about: Matter, told: Told, but: Collection[int]) -> float:
    """The share of a claim's words and figures that a clause has, those that start at the places `but` left out."""
    rest = [word for word in about.topic if word.start not in but]
    text = about.said.text
    figures = [f for f in about.said.figures if f.start not in but and not text[f.end : f.end + 1].isalnum()]
    met = sum(meets(word, told.said.keys) for word in rest)
    met += sum(any(same_value(figure, other) for other in told.said.figures) for figure in figures)
    return met / (len(rest) + len(figures)) if rest or figures else 0.5


def around(sentence: Analysed, start: int, end: int, reach: int) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The content words before and after a place, nearest last and first."""
    before = tuple(w for w in sentence.words if w.content and w.start < start)[-reach:]
    after = tuple(w for w in sentence.words if w.content and w.start >= end)[:reach]
    return before, after
