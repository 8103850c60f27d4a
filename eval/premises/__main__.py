"""`python -m eval.premises [--write]`: fit the weights of wrong premises, and show what they are worth."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from eval.asking import shelf
from eval.gold import GoldQuestion, Turn
from eval.halves import read_gold, read_half
from eval.matching import says
from eval.premises.fit import Case, fitted, judged, measured
from eval.scratch import builtin_embedder
from rag import __version__
from rag.ask import without_orders
from rag.config import load
from rag.library import Library
from rag.premise.doubt import By, Doubt
from rag.premise.doubts import doubts
from rag.premise.weigh import Weights
from rag.question import understand

_DECLINED = ("insufficient_evidence", "out_of_scope")


def main(arguments: Sequence[str]) -> None:
    """Fit and show; `--write` puts the weights where the program reads them, `--further` judges other questions too."""
    parser = argparse.ArgumentParser(prog="python -m eval.premises", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write rag/premise/weights.json")
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="questions that are judged, not fitted on")
    parser.add_argument("--corpus", type=Path, help="the papers of --gold")
    wanted = parser.parse_args(arguments)
    cases = asyncio.run(_shipped())
    made = fitted(cases)
    by_author = measured(cases)
    for author, counts in by_author.items():
        _show(author, counts)
    for path in wanted.gold:
        questions = [(path.stem, question) for question in read_gold(path)]
        _show(path.stem, judged(asyncio.run(_cases(questions, wanted.corpus or _sample())), Weights.of(made)))
    if wanted.write:
        file = Path(str(files("rag.premise") / "weights.json"))
        file.write_text(json.dumps(_with_provenance(made, by_author, len(cases)), indent=1) + "\n", encoding="utf-8")


def _show(author: str, counts: dict[str, tuple[int, int]]) -> None:
    print(f"{author:12}", "  ".join(f"{name} {count}/{among}" for name, (count, among) in counts.items()))  # noqa: T201 - the output that was asked for


def _with_provenance(
    made: dict[str, Any], by_author: dict[str, dict[str, tuple[int, int]]], questions: int
) -> dict[str, Any]:
    return {
        "made": datetime.now(UTC).date().isoformat(),
        "version": __version__,
        "from": ["choosing.jsonl", "voices.jsonl", "pairs.jsonl"],
        "questions": questions,
        "by_author_left_out": by_author,
        **made,
    }


def _sample() -> Path:
    return Path(str(files("eval") / "corpus" / "papers.jsonl"))


async def _shipped() -> list[Case]:
    """The questions that ship, and the pairs."""
    choosing = [("choosing", question) for question in read_half("choosing")]
    voices = [(_author(question.id), question) for question in read_half("voices")]
    return await _cases([*choosing, *voices], _sample(), _pairs())


def _author(identifier: str) -> str:
    """`voice-a` of `voice-a-factoid-01`."""
    return "-".join(identifier.split("-")[:2])


def _pairs() -> list[dict[str, Any]]:
    lines = (files("eval.premises") / "pairs.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


async def _cases(
    questions: Sequence[tuple[str, GoldQuestion]], corpus: Path, pairs: Sequence[dict[str, Any]] = ()
) -> list[Case]:
    found: list[Case] = []
    async with shelf(corpus, embedder=builtin_embedder(load({}))) as opened:
        for author, gold in questions:
            for number, asked in enumerate(gold.asked):
                last = number == len(gold.asked) - 1
                premise = gold.premise if last else None
                text = (asked.standalone if isinstance(asked, Turn) else None) or asked.question
                said = await _doubts(opened.library, text)
                right = tuple(premise is not None and _says_so(doubt, premise.right, asked.titles) for doubt in said)
                answerable = asked.outcome not in _DECLINED
                found.append(Case(author, text, premise is not None, answerable, said, right))
        for pair in pairs:
            for wrong in (True, False):
                text = pair["wrong" if wrong else "sound"]
                said = await _doubts(opened.library, text)
                about = tuple(wrong and (doubt.by is By.ANOTHER or _of(doubt, pair["title"])) for doubt in said)
                found.append(Case("pairs", text, wrong, True, said, about))
    return found


async def _doubts(library: Library, text: str) -> tuple[Doubt, ...]:
    question = understand(text)
    retrieved, _ = without_orders(await library.retriever.evidence(question))
    return tuple(doubts(question, retrieved.evidence))


def _says_so(doubt: Doubt, right: Sequence[str], titles: Sequence[str]) -> bool:
    """Whether a sentence says what is so; of another paper's feature, whether it is that paper's."""
    if doubt.by is By.ANOTHER and doubt.evidence.paper.title in titles:
        return True
    return any(says(doubt.evidence.text, key) for key in right)


def _of(doubt: Doubt, title: str) -> bool:
    return doubt.evidence.paper.title == title


if __name__ == "__main__":
    main(sys.argv[1:])
