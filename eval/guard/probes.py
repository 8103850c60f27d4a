"""Probes: sentences as a draft might hold them, each with what the guard should think of it.

Papers are split by title: a third, chosen by hash, is "report" and is not looked at while a guard is built.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import islice
from typing import Literal

from eval.guard import forms
from eval.guard.mutations import CLASSES, mutants
from eval.guard.world import Mutant, Origin, Statement, World
from rag.models import Paper
from rag.text.clean import title_id
from rag.text.sentences import sentences

Split = Literal["choosing", "report"]
FAITHFUL = "faithful"
_REPORT_SHARE = 3  # one paper in three
_MOST_OF_ONE = 12  # falsehoods of one class from one statement


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A sentence by hand that says what the abstract of the titled paper says. `wording` is "close" or "free"."""

    paper: str
    text: str
    wording: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One draft sentence. `cited` is the paper that the draft names, `paper_id` the one whose abstract it comes from.

    They differ for classes citation and moved_fact. `kind` is "faithful" or the class of the falsehood; `how` says what
    was done to `source`, the true statement. `split` is that of `paper_id`.
    """

    text: str
    cited: str
    paper_id: str
    kind: str
    origin: Origin
    split: Split
    how: str
    source: str


def split_of(title: str) -> Split:
    """Which part a paper belongs to: by the SHA-256 of its title, so that it is the same everywhere."""
    digest = int(hashlib.sha256(title.encode()).hexdigest(), 16)
    return "report" if digest % _REPORT_SHARE == 0 else "choosing"


def read_paraphrases() -> list[Paraphrase]:
    """The paraphrases of the sample corpus that ship with the package."""
    text = (files("eval.guard") / "paraphrases.jsonl").read_text(encoding="utf-8")
    return [Paraphrase(**json.loads(line)) for line in text.splitlines()]


def read_sample() -> list[Paper]:
    """The papers of the sample corpus, with the identifiers that ingest gives them."""
    text = (files("eval") / "corpus" / "papers.jsonl").read_text(encoding="utf-8")
    records = [json.loads(line) for line in text.splitlines()]
    return [Paper(id=title_id(r["title"]), title=r["title"], abstract=r["abstract"]) for r in records]


def build(papers: Sequence[Paper], paraphrases: Sequence[Paraphrase] = (), *, seed: int, per_class: int) -> list[Probe]:
    """All faithful probes, and up to `per_class` falsehoods of each class.

    Of each class half come from sentences and half from paraphrases where there are enough, and as few as can be from
    one statement. Raises KeyError when a paraphrase's title is not among the papers: paraphrases are of these very
    abstracts, so give none with other texts of the same papers.
    """
    world = World(papers)
    from_sentences = [(how, statement) for paper in papers for how, statement in _statements(paper)]
    by_hand = [(p.wording, Statement(p.text, world.by_title[p.paper], "paraphrase")) for p in paraphrases]
    probes = [
        Probe(s.text, s.paper.id, s.paper.id, FAITHFUL, s.origin, split_of(s.paper.title), how, s.text)
        for how, s in (*from_sentences, *by_hand)
    ]
    for kind in CLASSES:
        said, rephrased = (
            list(islice(_falsehoods(kind, [statement for _, statement in pool], world, seed), per_class))
            for pool in (from_sentences, by_hand)
        )
        probes += _halves(said, rephrased, per_class)
    return probes


def _statements(paper: Paper) -> Iterator[tuple[str, Statement]]:
    """The sentences of the abstract as they are, with their subject named, and lightly cut."""
    subjects = forms.named(paper)
    for sentence in sentences(paper.abstract):
        yield "verbatim", Statement(sentence.text, paper, "sentence")
        full = subjects.get(sentence.text)
        if full is not None:
            yield "named", Statement(full, paper, "sentence")
        for shorter in forms.cut(full or sentence.text):
            yield "cut", Statement(shorter, paper, "sentence")


def _falsehoods(kind: str, statements: Sequence[Statement], world: World, seed: int) -> Iterator[Probe]:
    """Probes of a class in the order to take them: every statement's first mutant, then every second one, and so on."""
    order = list(statements)
    random.Random(f"{seed}/{kind}").shuffle(order)  # noqa: S311 - an order, not a secret
    seen = {(s.paper.id, s.text) for s in order}  # what is true of a paper in other words is no falsehood about it
    waiting: dict[int, list[Mutant]] = {}
    for turn in range(_MOST_OF_ONE):
        for number, statement in enumerate(order):
            if turn == 0:
                waiting[number] = mutants(kind, statement, world, seed=seed)
            if turn >= len(waiting[number]):
                continue
            mutant = waiting[number][turn]
            key = (mutant.cited, mutant.text)
            if key in seen:
                continue
            seen.add(key)
            split = split_of(statement.paper.title)
            yield Probe(
                mutant.text, mutant.cited, statement.paper.id, kind, statement.origin, split, mutant.how, statement.text
            )


def _halves(one: list[Probe], other: list[Probe], size: int) -> list[Probe]:
    """`size` probes, half of either list where both are long enough."""
    half = size // 2
    second = min(len(other), max(half, size - len(one)))
    return one[: size - second] + other[:second]
