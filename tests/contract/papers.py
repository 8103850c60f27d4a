"""Invented papers, a small embedder and settings, for the tests that need a library with something in it."""

from __future__ import annotations

import asyncio
import random
import time
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.config import Settings
from rag.models import Listing, PaperRecord

ABSTRACTS: dict[str, tuple[str, str]] = {
    "2401.00001": (
        "Lanternfish: Sparse Attention for Very Long Ledgers",
        "Bookkeeping ledgers run to a million rows, and dense attention cannot read them. We present Lanternfish, "
        "which attends to every 64th row and to the rows that share an account. It reads ledgers of 1.2 million "
        "rows on one card. On LedgerBench it finds 91.4% of planted errors, against 73.0% for the dense baseline. "
        "Memory grows with the number of accounts, not of rows. Code is at https://example.org/lanternfish.",
    ),
    "2401.00002": (
        "Tidepool: Steering Underwater Gliders with Small Language Models",
        "Underwater gliders receive a few bytes an hour, too few for a remote pilot. Tidepool puts a language model "
        "of 40 million parameters on board and sends it plain words. Gliders reach their waypoint in 88% of dives, "
        "twice as often as with fixed scripts. The model draws 0.9 W. Failures cluster where the sea bed is steep.",
    ),
    "2401.00003": (
        "C++ Code Review by Counterexample",
        "Reviewers of C++ miss errors that a test would show. Our tool writes a failing test for every remark it "
        "makes, and keeps the remark only if the test fails. In a trial with 31 programmers, 62% of its remarks led "
        "to a fix. It works for C++ and for Rust. GPT-4 without tests led to a fix in 17% of its remarks.",
    ),
    "2401.00004": (
        "PC^2: Point Clouds from Pencil Sketches",
        "A pencil sketch holds less than a photograph, yet people see the shape in it. PC^2 turns a sketch into a "
        "point cloud by two networks that correct each other. Chamfer distance falls from 3.9 to 2.6 on SketchNet. "
        "Users preferred its shapes in 7 of 10 comparisons. It needs 14 GB of memory.",
    ),
    "2401.00005": (
        "Does Sleep Help Forgetful Networks? A Study of Replay",
        "Networks that learn one task after another forget the first. We let them replay invented samples in a "
        "pause between tasks, which we call sleep. Forgetting falls by 41% on Split-Shapes, but not at all when "
        "tasks share their labels. Longer sleep does not help further. We conclude that sleep mends features, not "
        "decisions.",
    ),
    "2401.00006": (
        "Marmot: Burrowing Caches for Mixture-of-Experts Decoding",
        "Mixtures of experts wait for memory, since each token wakes other experts. Marmot predicts the next "
        "experts from the attention pattern two layers before and fetches them early. Decoding is 2.3x faster on "
        "one GPU with host memory. Accuracy does not change. The predictor has 1.1M parameters and is right in 84% "
        "of cases.",
    ),
    "2401.00007": (
        "BERT_BASE Reads Weather Bulletins",
        "Weather bulletins are terse and full of numbers. We fine-tune BERT_BASE on 9,000 bulletins of mountain "
        "huts. It answers questions about wind and snow with an F1 of 78.5. Larger models gain less than one point. "
        "Errors come mostly from units: knots are read as kilometres an hour.",
    ),
    "2401.00008": (
        "Quokka: Federated Learning on School Tablets",
        "School tablets are switched off most of the day. Quokka trains across them with rounds that may last a "
        "week. With 5,000 tablets it reaches 96% of the accuracy of central training. No pupil's text leaves the "
        "tablet. A round costs 11 MB of traffic a tablet.",
    ),
    "2401.00009": (
        "Speculative Decoding with a Dictionary: SpecDict++",
        "Draft models cost memory of their own. SpecDict++ drafts from a dictionary of phrases that the user typed "
        "before. It accepts 3.1 tokens a step for e-mail and 1.4 for poetry. There is nothing to train. Privacy is "
        "kept, as the dictionary stays on the telephone.",
    ),
    "2401.00010": (
        "Ethical Review Boards and Machine Translation of Consent Forms",
        "Consent forms are translated by machine more and more. We asked 58 review boards how they check them. Only "
        "nine had a rule. We compare four translation systems on 120 forms in Wolof, Quechua and Frisian. Negations "
        "were lost in 6% of sentences. We propose a list of eleven questions for boards.",
    ),
    "2401.00011": (
        "Zephyr Maps: Wind Fields from Kite Videos",
        "Kites show the wind that they fly in. Zephyr Maps tracks kites in telephone videos and solves for the wind "
        "around them. The error is 0.8 m/s against a mast. Twelve kites suffice for a field of one hectare. The "
        "method fails in rain.",
    ),
    "2401.00012": (
        "Reading Glyphs: Optical Character Recognition for Birch Bark Letters",
        "Birch bark letters are scratched, not written. We scan 700 letters under raking light and train a "
        "recogniser on drawings by scholars. Character error falls to 12.5%. Scholars read twice as many letters a "
        "day with it. Rare letters stay hard: Ѣ is missed in half of the cases.",
    ),
}
"""Identifier -> title and abstract. Every abstract says something that no other one does."""

DAYS = ("2024-03-04", "2024-03-11", "2024-03-18")


def record(paper_id: str, number: int = 1, *, title: str | None = None, abstract: str | None = None) -> PaperRecord:
    """One of the papers as a source would give it, or another version of it."""
    known = ABSTRACTS.get(paper_id, ("", ""))
    return PaperRecord(
        record=number,
        title=title or known[0],
        abstract=abstract or known[1],
        identifier=paper_id,
        url=f"https://papers.example/{paper_id}",
        source="invented",
        listings=(Listing("daily", DAYS[number % 3], number),),
        tags=("even",) if number % 2 == 0 else ("odd", "unpaired"),
    )


def records() -> list[PaperRecord]:
    """All of them in order, listed on three days in turn and tagged by their place."""
    return [record(paper_id, number) for number, paper_id in enumerate(ABSTRACTS, start=1)]


_SYLLABLES = ("ba", "de", "fi", "go", "hu", "ja", "ke", "li", "mo", "nu", "pa", "re", "si", "to", "vu", "wa", "xe")


def made_up_word(chance: random.Random) -> str:
    return "".join(chance.choices(_SYLLABLES, k=4))


def made_up(number: int, *, revision: int = 1, sentences: int = 4) -> PaperRecord:
    """Paper `number` of as many as you like: no two are alike, and each revision has words of its own.

    Every abstract has `alpaca`, so that one query reaches all; `name_of` gives the name that only this one has. With
    four sentences after the first it has two passages.
    """
    chance = random.Random(f"{number}/{revision}")
    subject = random.Random(f"{number}")
    body = " ".join(
        f"The {made_up_word(chance)} {made_up_word(chance)} reaches {chance.randrange(10_000)} {made_up_word(chance)}."
        for _ in range(sentences)
    )
    name = name_of(number)
    return PaperRecord(
        record=number + 1,
        title=f"{name.capitalize()}: {made_up_word(subject)} of {made_up_word(subject)}",
        abstract=f"We teach an alpaca to {name} in revision{revision}. {body}",
        identifier=f"2402.{number:05d}",
        source="invented",
    )


def name_of(number: int) -> str:
    """A word that stands in one paper only."""
    return f"zyx{''.join(_SYLLABLES[int(digit)] for digit in f'{number:04d}')}"


class HashingEmbedder:
    """Signed counts of hashed words, of unit length: near texts share words. Counts what it was asked for."""

    def __init__(self, *, dimension: int = 256, seed: int = 0, pause: float = 0.0) -> None:
        """`pause` is the time in seconds that a passage takes."""
        self.dimension = dimension
        self.identity = f"test/hashing-{seed}/{dimension}"
        self.passages = 0
        self._seed = seed
        self._pause = pause

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.passages += len(texts)
        if self._pause:
            await asyncio.to_thread(time.sleep, self._pause * len(texts))
        return np.array([self._embed(text) for text in texts], np.float32).reshape(len(texts), self.dimension)

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._embed(text)

    def _embed(self, text: str) -> NDArray[np.float32]:
        vector = np.full(self.dimension, 1e-3, np.float32)
        for word in text.casefold().split():
            digest = zlib.crc32(f"{self._seed} {word.strip('.,:;?!()')}".encode("utf-8", "replace"))
            vector[digest % self.dimension] += 1.0 if digest & 0x10000 else -1.0
        return vector / np.linalg.norm(vector)


def settings(folder: Path) -> Settings:
    """Settings for a data folder of its own."""
    return Settings(data_dir=folder, cache_dir=folder / "cache", threads=1)
