"""`python -m eval.surveys`: fit the weights by which papers belong to a survey, and show what they are worth.

Fitted on the surveys of the choosing half and of the voices, and on the topics of briefs, asked as surveys: a topic's
list of papers is the same judgement. Cross-validated by author, the topics being one more. `--gold` with `--corpus`
judges other questions by the weights that ship.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from importlib.resources import files
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression

from eval.asking import Shelf, shelf
from eval.briefs.gold import as_surveys, topics_to_choose_on
from eval.calibrate_cases import author
from eval.halves import read_gold, read_half
from eval.scratch import builtin_embedder
from rag.compose.surveys import Traits, by_paper, chosen, probability, traits
from rag.config import load
from rag.question import Kind, understand

_STRENGTH = 0.1
"""scikit-learn's C, the inverse of the L2 penalty on standardised traits."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey as it was asked: whose it is, the traits of the papers found, which belong and which may be named."""

    author: str
    question: str
    papers: dict[str, Traits]
    belong: frozenset[str]
    allowed: frozenset[str]


def main(arguments: Sequence[str]) -> None:
    """Fit and show, or judge other questions."""
    parser = argparse.ArgumentParser(prog="python -m eval.surveys", description=__doc__)
    parser.add_argument("--gold", type=Path, nargs="*", default=[], help="questions that are judged, not fitted on")
    parser.add_argument("--corpus", type=Path, help="the papers of --gold")
    wanted = parser.parse_args(arguments)
    sample = Path(str(files("eval") / "corpus" / "papers.jsonl"))
    found = asyncio.run(_asked(_shipped(), sample))
    for left_out in sorted({one.author for one in found}):
        judge, _ = _fitted([one for one in found if one.author != left_out])
        _show(left_out, [one for one in found if one.author == left_out], judge)
    _, weights = _fitted(found)
    _say("weights: " + ", ".join(f"{name} {value:.2f}" for name, value in weights.items()))
    for path in wanted.gold:
        others = [(path.stem, q.question, q.titles, q.also) for q in read_gold(path) if q.slice == "survey"]
        _show(path.stem, asyncio.run(_asked(others, wanted.corpus or sample)), probability)


def _say(line: str) -> None:
    print(line)  # noqa: T201 - the output that was asked for


Written = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def _shipped() -> list[Written]:
    """Author, question, papers that belong, papers that may be named."""
    surveys = [q for q in (*read_half("choosing"), *read_half("voices")) if q.slice == "survey"]
    return [(author(q), q.question, q.titles, q.also) for q in surveys] + [
        ("topics", asked, topic.titles, topic.also)
        for topic in topics_to_choose_on()
        for asked in as_surveys(topic.topic)
    ]


async def _asked(written: Iterable[Written], corpus: Path) -> list[Survey]:
    async with shelf(corpus, embedder=builtin_embedder(load())) as opened:
        return [one for each in written if (one := await _survey(opened, *each)) is not None]


async def _survey(
    opened: Shelf, whose: str, text: str, titles: tuple[str, ...], also: tuple[str, ...]
) -> Survey | None:
    """The survey as it was asked; None where the question is not understood as one."""
    question = understand(text)
    if question.kind is not Kind.SURVEY:
        return None
    retrieved = await opened.library.retriever.evidence(question)
    belong, allowed = opened.corpus.ids_of(titles), opened.corpus.ids_of((*titles, *also))
    return Survey(whose, text, traits(by_paper(question, retrieved.evidence)), belong, allowed)


def _fitted(surveys: Sequence[Survey]) -> tuple[Callable[[Traits], float], dict[str, float]]:
    """The regression, and its weights on the traits as they are; papers that may be named teach nothing."""
    rows = [
        (astuple(found), paper in one.belong)
        for one in surveys
        for paper, found in one.papers.items()
        if paper in one.belong or paper not in one.allowed
    ]
    values = np.array([row for row, _ in rows])
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-6
    regression = LogisticRegression(C=_STRENGTH, max_iter=1_000)
    regression.fit((values - mean) / scale, [belongs for _, belongs in rows])
    weights = regression.coef_[0] / scale
    bias = float(regression.intercept_[0] - weights @ mean)

    def judge(found: Traits) -> float:
        return float(1 / (1 + np.exp(-(bias + weights @ np.array(astuple(found))))))

    names = [field.name for field in fields(Traits)]
    return judge, {"bias": bias, **dict(zip(names, map(float, weights), strict=True))}


def _show(name: str, surveys: Sequence[Survey], judge: Callable[[Traits], float]) -> None:
    """Mean recall and precision by survey."""
    recall, precision = [], []
    for one in surveys:
        named = set(chosen({paper: judge(found) for paper, found in one.papers.items()}))
        recall.append(len(one.belong & named) / len(one.belong))
        precision.append(len(one.allowed & named) / len(named) if named else 0.0)
    _say(f"{name:12} {len(surveys):3} surveys  recall {np.mean(recall):.3f}  precision {np.mean(precision):.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
