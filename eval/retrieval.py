"""Retrieval on a BEIR collection, through the real library: its ingest, its two indexes, its fusion.

Each query is asked three ways: of the vectors alone, of the words alone, and as search asks, fused. The first two make
the very calls that the fused search makes and rank what comes back with the same function, one leg at a time.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval import metrics
from eval.beir import Collection
from eval.metrics import Interval, Qrels, Run
from rag.catalogue import papers
from rag.fusion import Fused, best_passages, fuse
from rag.index import POOL
from rag.models import Paper, Progress
from rag.passages import SIZE, STEP, parse_passage_id
from rag.sources import read
from rag.text.sentences import sentences

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.library import Library

DEPTH = 100
LEGS = ("dense", "lexical", "fused")
METRICS: dict[str, Callable[[Qrels, Run], dict[str, float]]] = {
    "ndcg@10": partial(metrics.ndcg, k=10),
    "recall@10": partial(metrics.recall, k=10),
    "recall@100": partial(metrics.recall, k=100),
    "mrr@10": partial(metrics.mrr, k=10),
}
LOW_OVERLAP = (
    "Queries of which at most the median share of distinct content terms (stemmed, without stop words) stands in the "
    "title or abstract of the relevant paper; of several relevant papers, the one that shares most."
)


@dataclass(frozen=True, slots=True)
class Stratum:
    """A group of queries: how many, and each leg's metrics over them."""

    queries: int
    legs: dict[str, dict[str, Interval]]


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """What was measured. `strata` holds `all`, `even`, `odd` (halves by place) and `low_overlap`.

    `gain` is the mean difference in nDCG@10 between the fused search and each leg, query by query.
    `merged` counts judged papers that the catalogue holds under another paper's identifier, as duplicates.
    """

    collection: str
    split: str
    papers: int
    passages: int
    refused: int
    merged: int
    embedding: str
    windows: str
    pool: int
    overlap_median: float
    low_overlap: str
    gain: dict[str, Interval]
    strata: dict[str, Stratum]

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self)


async def measure(
    library: Library,
    collection: Collection,
    *,
    name: str,
    split: str,
    limit: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> RetrievalReport:
    """Load the collection into `library`, ask its queries (the first `limit`) and report. The library should be new."""
    loaded = await library.ingest(read(collection.corpus, fmt="beir"), progress=progress)
    queries = dict(islice(collection.queries.items(), limit))
    qrels, merged = await _stored_qrels(library, {query: collection.qrels[query] for query in queries})
    runs: dict[str, dict[str, dict[str, float]]] = {leg: {} for leg in LEGS}
    for done, (query, text) in enumerate(queries.items(), 1):
        for leg, ranked in (await _ask(library, text)).items():
            runs[leg][query] = {hit.paper_id: hit.score for hit in ranked}
        if progress is not None:
            progress(Progress("asking", done, len(queries)))
    shares = await overlap(library, queries, qrels)
    values = {leg: {metric: value(qrels, runs[leg]) for metric, value in METRICS.items()} for leg in LEGS}
    fused = values["fused"]["ndcg@10"]
    return RetrievalReport(
        collection=name,
        split=split,
        papers=await library.catalogue.read(papers.count),
        passages=await library.vectors.count(),
        refused=len(loaded.refused),
        merged=merged,
        embedding=library.embedder.identity,
        windows=f"{SIZE} sentences, step {STEP}",
        pool=POOL,
        overlap_median=statistics.median(shares.values()),
        low_overlap=LOW_OVERLAP,
        gain={leg: metrics.paired_bootstrap(fused, values[leg]["ndcg@10"]) for leg in ("dense", "lexical")},
        strata={group: _stratum(values, chosen) for group, chosen in _groups(list(queries), shares).items()},
    )


async def _ask(library: Library, text: str) -> dict[str, list[Fused]]:
    vector = await library.embedder.embed_query(text)
    return {
        "dense": await _dense(library, vector),
        "lexical": await _lexical(library, text),
        "fused": await library.index.search(text, vector, limit=DEPTH),
    }


async def _dense(library: Library, vector: NDArray[np.float32]) -> list[Fused]:
    identifiers, similarities = await library.vectors.nearest(vector, POOL)
    passages = []
    for identifier, similarity in zip(identifiers, similarities.tolist(), strict=True):
        paper_id, revision, number = parse_passage_id(identifier)
        passages.append(((paper_id, revision), number, similarity))
    return list(islice(fuse(best_passages(passages), [], weight=1.0), DEPTH))


async def _lexical(library: Library, text: str) -> list[Fused]:
    found = await library.lexical.best(text, POOL)
    return list(islice(fuse({}, [((paper, revision), score) for paper, revision, score in found], weight=0.0), DEPTH))


async def _stored_qrels(library: Library, qrels: Qrels) -> tuple[dict[str, dict[str, int]], int]:
    """The qrels under the identifiers that search gives, and how many of them differ: duplicates are one paper here."""
    judged = sorted({paper for grades in qrels.values() for paper in grades})
    stored = await library.catalogue.read(papers.get_many, judged)
    names = {paper: stored[paper].id if paper in stored else paper for paper in judged}
    renamed: dict[str, dict[str, int]] = {}
    for query, grades in qrels.items():
        for paper, grade in grades.items():
            mine = renamed.setdefault(query, {})
            mine[names[paper]] = max(grade, mine.get(names[paper], grade))
    return renamed, sum(name != paper for paper, name in names.items())


async def overlap(library: Library, queries: Mapping[str, str], qrels: Qrels) -> dict[str, float]:
    """For each query the share of its content terms that stand in its relevant paper; see LOW_OVERLAP."""
    shares = {}
    for query, text in queries.items():
        asked = set(library.lexical.query_terms(text))
        relevant = [paper for paper, grade in qrels[query].items() if grade > 0]
        found = await library.catalogue.read(papers.get_many, relevant)
        shares[query] = max((_share(asked, _terms(library, paper)) for paper in found.values()), default=0.0)
    return shares


def _terms(library: Library, paper: Paper) -> set[str]:
    """All terms of a paper, sentence by sentence, since the terms of one query have a limit."""
    pieces = [paper.title, *(sentence.text for sentence in sentences(paper.abstract))]
    return {term for piece in pieces for term in library.lexical.query_terms(piece)}


def _share(asked: set[str], inside: set[str]) -> float:
    return len(asked & inside) / len(asked) if asked else 0.0


def _groups(queries: Sequence[str], shares: Mapping[str, float]) -> dict[str, Sequence[str]]:
    median = statistics.median(shares.values())
    return {
        "all": queries,
        "even": queries[::2],
        "odd": queries[1::2],
        "low_overlap": [query for query in queries if shares[query] <= median],
    }


def _stratum(values: Mapping[str, Mapping[str, Mapping[str, float]]], chosen: Sequence[str]) -> Stratum:
    def interval(by_query: Mapping[str, float]) -> Interval:
        return metrics.bootstrap({query: by_query[query] for query in chosen})

    return Stratum(
        len(chosen),
        {leg: {metric: interval(by_query) for metric, by_query in of_leg.items()} for leg, of_leg in values.items()},
    )


def table(report: RetrievalReport) -> str:
    """The report as Markdown tables."""
    lines = [
        f"{report.collection}, {report.split}: {report.strata['all'].queries} queries, {report.papers:,} papers, "
        f"{report.passages:,} passages (windows of {report.windows}), pool {report.pool}, {report.embedding}.",
        "",
        "| queries | leg | nDCG@10 | Recall@10 | Recall@100 | MRR@10 |",
        "|---|---|---|---|---|---|",
    ]
    for group, stratum in report.strata.items():
        for leg, measured in stratum.legs.items():
            cells = " | ".join(shown(measured[metric]) for metric in METRICS)
            lines.append(f"| {group} ({stratum.queries}) | {leg} | {cells} |")
    lines += [""] + [f"Fused over {leg}, nDCG@10: {shown(gain, '+')}." for leg, gain in report.gain.items()]
    lines += [f"low_overlap: {report.low_overlap} The median share is {report.overlap_median:.2f}."]
    return "\n".join(lines)


def shown(interval: Interval, sign: str = "") -> str:
    """A mean and its interval in brackets, four decimals."""
    return f"{interval.mean:{sign}.4f} [{interval.low:{sign}.4f}, {interval.high:{sign}.4f}]"


def default_name(folder: Path) -> str:
    """What a collection is called in a report: its folder's name."""
    return folder.absolute().name
