"""What windows of sentences do for finding the very words of an answer: token-level recall, precision and IoU.

Each size of window is cut by `rag.passages`, embedded as ingest embeds it, and ranked by the vectors that the index
holds. One more line goes through the library as it is: the best passages of the papers that `search` finds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.asking import Shelf, shelf
from eval.gold import Asked, GoldQuestion, Turn
from eval.kept import KeptVectors
from eval.matching import quote_span
from eval.metrics import Interval, bootstrap
from eval.replies import Corpus
from eval.run import Plan
from eval.scratch import builtin_embedder
from eval.tokens import Cover, Span, Tokens, cover, precision_omega
from rag.config import load
from rag.passages import SIZE, STEP, text_to_embed, windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from rag.embedding import Embedder

WINDOWS = ((1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3), (4, 2), (4, 4), (0, 1))
"""Sizes and steps in sentences; size 0 is the whole abstract."""


@dataclass(frozen=True, slots=True)
class Line:
    """One way to cut and find: means over the questions with bootstrap intervals, and the tokens of a mean passage.

    `omega` is None where passages are not ranked by this window alone.
    """

    name: str
    passages: int
    tokens: float
    recall: Interval
    precision: Interval
    iou: Interval
    omega: Interval | None


@dataclass(frozen=True, slots=True)
class ChunkReport:
    """Windows compared: how many questions with quotes, how many passages each may bring."""

    questions: int
    top: int
    embedding: str
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Sought:
    """A question with the stretches of abstracts that answer it."""

    id: str
    text: str
    relevant: tuple[Span, ...]


def sought(questions: Sequence[GoldQuestion], corpus: Corpus) -> list[Sought]:
    """What is to be found: questions that stand alone and whose quotes stand in the corpus."""
    found = []
    for question in questions:
        last = question.asked[-1]
        spans = tuple(_spans(last, corpus))
        text = (last.standalone or "") if isinstance(last, Turn) else last.question
        if text and spans:
            found.append(Sought(question.id, text, spans))
    return found


def _spans(asked: Asked, corpus: Corpus) -> list[Span]:
    found = []
    for quote in asked.quotes:
        paper = corpus.id_of(quote.title)
        at = quote_span(corpus.papers[paper].abstract, quote.quote)
        if at is not None:
            found.append(Span(paper, *at))
    return found


async def compare_windows(
    stand: Shelf, questions: Sequence[GoldQuestion], embedder: Embedder, *, top: int, sizes: Sequence[tuple[int, int]]
) -> ChunkReport:
    """Compare windows over the papers of a shelf: what the `top` best passages of each bring."""
    wanted = sought(questions, stand.corpus)
    tokens = Tokens({paper.id: paper.abstract for paper in stand.corpus.papers.values()})
    vectors = np.stack([await embedder.embed_query(one.text) for one in wanted])
    lines = [await _cut(stand.corpus, wanted, tokens, vectors, embedder, size, step, top) for size, step in sizes]
    lines.append(await _searched(stand, wanted, tokens, top))
    return ChunkReport(len(wanted), top, embedder.identity, tuple(lines))


async def _cut(
    corpus: Corpus,
    wanted: Sequence[Sought],
    tokens: Tokens,
    asked: NDArray[np.float32],
    embedder: Embedder,
    size: int,
    step: int,
    top: int,
) -> Line:
    passages = [
        Span(paper.id, start, end)
        for paper in corpus.papers.values()
        for start, end in windows(paper.abstract, size=size, step=step)
    ]
    papers = corpus.papers
    texts = [text_to_embed(papers[p.paper_id].title, papers[p.paper_id].abstract[p.start : p.end]) for p in passages]
    similarity = asked @ (await embedder.embed_passages(texts)).T
    best = np.argsort(-similarity, axis=1, kind="stable")[:, :top]
    covers = {
        one.id: cover(tokens, [passages[place] for place in row], one.relevant)
        for one, row in zip(wanted, best, strict=True)
    }
    omega = {one.id: precision_omega(tokens, passages, one.relevant) for one in wanted}
    name = f"{size} sentence{'s' if size > 1 else ''}, step {step}" if size else "whole abstract"
    return _line(name, passages, tokens, covers, bootstrap(omega))


async def _searched(stand: Shelf, wanted: Sequence[Sought], tokens: Tokens, top: int) -> Line:
    covers, brought = {}, []
    for one in wanted:
        report = await stand.library.search(one.text, top_k=top)
        spans = [Span(hit.paper.id, hit.passage.start, hit.passage.end) for hit in report.hits]
        brought += spans
        covers[one.id] = cover(tokens, spans, one.relevant)
    return _line(f"as search shows them ({SIZE}, step {STEP})", brought, tokens, covers, None)


def _line(
    name: str, passages: Sequence[Span], tokens: Tokens, covers: Mapping[str, Cover], omega: Interval | None
) -> Line:
    def interval(of: str) -> Interval:
        return bootstrap({question: float(getattr(found, of)) for question, found in covers.items()})

    mean = sum(len(tokens.inside(span)) for span in passages) / max(len(passages), 1)
    return Line(name, len(passages), mean, interval("recall"), interval("precision"), interval("iou"), omega)


async def measure(plan: Plan, vectors: Path | None, top: int) -> ChunkReport:
    """Compare WINDOWS over the questions and papers of a plan; vectors are kept in a folder where one is given."""
    questions = plan.questions()
    with (
        tempfile.TemporaryDirectory(prefix="paperbrief-vectors-") as folder,
        as_file(files("eval") / "corpus" / "papers.jsonl") as sample,
    ):
        embedder = KeptVectors(builtin_embedder(load()), vectors or Path(folder))
        async with shelf(plan.corpus or sample, embedder=embedder) as opened:
            return await compare_windows(opened, questions, embedder, top=top, sizes=WINDOWS)


def table(report: ChunkReport) -> str:
    """The report as a Markdown table."""
    lines = [
        f"{report.questions} questions with quotes, the best {report.top} passages of each; {report.embedding}.",
        "",
        "| windows | passages | tokens | recall | precision | IoU | precision omega |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for line in report.lines:
        shown = [_shown(line.recall), _shown(line.precision), _shown(line.iou)]
        omega = _shown(line.omega) if line.omega else "–"
        passages = str(line.passages) if line.omega else "–"
        lines.append(f"| {line.name} | {passages} | {line.tokens:.0f} | {' | '.join(shown)} | {omega} |")
    return "\n".join(lines)


def _shown(interval: Interval) -> str:
    return f"{interval.mean:.3f} [{interval.low:.3f}, {interval.high:.3f}]"
