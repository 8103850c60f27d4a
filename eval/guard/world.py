"""What the operators may know: the papers, their names, figures and words. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from eval.guard.lexicon import names_by_kind, occurrence, same_name, system_of
from eval.guard.numerals import numerals
from rag.models import Paper
from rag.text.sentences import sentences

Origin = Literal["sentence", "paraphrase"]


@dataclass(frozen=True, slots=True)
class Statement:
    """Something true, and the paper whose abstract says it."""

    text: str
    paper: Paper
    origin: Origin


@dataclass(frozen=True, slots=True)
class Mutant:
    """A falsehood made from a statement: its text, the paper it is cited to, its class, and what was done."""

    text: str
    cited: str
    kind: str
    how: str


class World:
    """A corpus as the operators see it. Order of papers matters to nothing but ties."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self.papers = tuple(papers)
        self.kinds = names_by_kind(self.papers)
        self.systems = {paper.id: system_of(paper) for paper in self.papers}
        self._words = {paper.id: content_words(f"{paper.title} {paper.abstract}") for paper in self.papers}
        self._sentence_words: dict[str, list[set[str]]] = {}
        self._neighbours: dict[str, list[Paper]] = {}
        self._named: dict[tuple[str, str], bool] = {}
        self._figures = {paper.id: tuple(numerals(paper.abstract)) for paper in self.papers}

    @cached_property
    def by_title(self) -> dict[str, Paper]:
        """The papers by their titles."""
        return {paper.title: paper for paper in self.papers}

    @cached_property
    def names_by_length(self) -> tuple[str, ...]:
        """The names that can be swapped, longest first."""
        return tuple(sorted(self.kinds, key=lambda name: (-len(name), name)))

    @cached_property
    def figures_by_form(self) -> dict[str, tuple[str, ...]]:
        """The digits of every figure of the corpus by their form (what is counted or the unit), sorted."""
        forms: dict[str, set[str]] = {}
        for figures in self._figures.values():
            for figure in figures:
                forms.setdefault(figure.form, set()).add(figure.digits)
        return {form: tuple(sorted(digits)) for form, digits in sorted(forms.items())}

    def system(self, paper: Paper) -> str | None:
        """The system that the paper is about, None where it has none."""
        return self.systems[paper.id]

    def states_value(self, paper: Paper, value: float, *, within: float = 0.0) -> bool:
        """Whether a figure of the paper's abstract has this value, in whatever unit, give or take a share of it."""
        return any(abs(known - value) <= within * value for f in self._figures[paper.id] for known in f.readings)

    def names_thing(self, paper: Paper, name: str) -> bool:
        """Whether the paper has this name, in whatever spelling, in its title or abstract, alone or inside another."""
        key = (paper.id, name)
        if key not in self._named:
            text = f"{paper.title} {paper.abstract}"
            spellings = [known for known in self.kinds if same_name(name, known)]
            self._named[key] = name.casefold() in text.casefold() or any(
                occurrence(known).search(text) for known in spellings
            )
        return self._named[key]

    def new_words(self, text: str, paper: Paper) -> set[str]:
        """Content words of the text that the paper has nowhere."""
        return content_words(text) - self._words.get(paper.id, set())

    def says_alike(self, paper: Paper, text: str) -> float:
        """The largest share of the text's content words that one sentence of the paper has, in [0, 1]."""
        words = content_words(text)
        if paper.id not in self._sentence_words:
            self._sentence_words[paper.id] = [content_words(s.text) for s in sentences(paper.abstract)]
        return max((len(words & of_one) for of_one in self._sentence_words[paper.id]), default=0) / max(1, len(words))

    def neighbours(self, paper: Paper) -> list[Paper]:
        """The other papers, most words in common first."""
        if paper.id not in self._neighbours:
            self._neighbours[paper.id] = self._by_likeness(paper)
        return self._neighbours[paper.id]

    def _by_likeness(self, paper: Paper) -> list[Paper]:
        own = self._words[paper.id]

        def distance(other: Paper) -> tuple[float, str]:
            words = self._words[other.id]
            return (-len(own & words) / max(1, len(own | words)), other.id)

        return sorted((other for other in self.papers if other.id != paper.id), key=distance)


_STOP = frozenset(
    (
        *("about", "after", "against", "all", "also", "among", "and", "any", "are", "been", "being", "between", "both"),
        *(
            "but",
            "can",
            "does",
            "each",
            "even",
            "for",
            "from",
            "had",
            "has",
            "have",
            "how",
            "into",
            "its",
            "less",
            "like",
        ),
        *(
            "many",
            "more",
            "most",
            "much",
            "not",
            "only",
            "other",
            "out",
            "over",
            "own",
            "same",
            "several",
            "some",
            "such",
        ),
        *(
            "than",
            "that",
            "the",
            "their",
            "them",
            "then",
            "there",
            "these",
            "they",
            "this",
            "those",
            "thus",
            "too",
            "two",
        ),
        *("under", "until", "was", "were", "what", "when", "where", "which", "while", "who", "whose", "will", "with"),
        # Words that every abstract has, and that tell nothing of whose fact it is.
        *("approach", "baseline", "better", "benchmark", "dataset", "data", "existing", "experiment", "improve"),
        *("improves", "method", "model", "models", "outperforms", "paper", "performance", "result", "results", "show"),
        *("significantly", "state", "task", "tasks", "train", "trained", "training", "pre", "art", "language", "study"),
    )
)


def content_words(text: str) -> set[str]:
    """Words of three letters and more that carry meaning, folded and cut to six letters so that inflections meet."""
    words = re.findall(r"[a-z]{3,}", text.casefold())
    return {word[:6] for word in words if word not in _STOP}
