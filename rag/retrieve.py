"""A question's evidence: the papers that it is about, and the sentences in them that may answer it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.catalogue import Catalogue, indexing, papers
from rag.embedding import Embedder
from rag.errors import QuestionError, ScopeError
from rag.fusion import Fused
from rag.index import Index
from rag.lexical import Lexical
from rag.models import Explanation, Hit, HitPassage, Paper, Scope, SearchReport
from rag.question import Question
from rag.text.sentences import sentences

MAX_QUESTION = 4_000
"""Characters: longer than any question, shorter than what would stall the search."""

EVIDENCE_PAPERS = 8
_DENSE_SHARE = 0.4  # of a sentence's relevance; the rest is coverage of the question's terms
_TITLE_SHARE = 0.7  # what a question's term counts that stands in the title and not in the sentence

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer the question: `text == paper.abstract[start:end]`.

    `coverage` is the share, weighted by rarity, of the question's terms that the sentence has (or, counted less, the
    title), `paper_coverage` the share that title and abstract have; `cosine` is that of the question and the best
    passage around the sentence; `relevance` weighs coverage and cosine; all in [0, 1]. `names` are those of the
    question's names that the paper has. `paper_score` is the fused score of the paper.
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


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a question found: sentences, most relevant first, and the papers, best first, with their scores."""

    evidence: tuple[Evidence, ...]
    papers: tuple[tuple[Paper, float], ...]


class Retriever:
    """Search and evidence over one library's catalogue, indexes and embedder."""

    def __init__(self, catalogue: Catalogue, index: Index, lexical: Lexical, embedder: Embedder) -> None:
        self._catalogue = catalogue
        self._index = index
        self._lexical = lexical
        self._embedder = embedder

    async def search(
        self, query: str, *, top_k: int = 10, scope: Scope | None = None, explain: bool = False
    ) -> SearchReport:
        """The `top_k` best papers for a query, each with its best passage.

        Raises QuestionError when the query is empty or too long, ScopeError when the scope names a brief.
        """
        query = checked(query)
        vector = await self._embedder.embed_query(query)
        ranked = await self._ranked(query, vector, top_k, scope)
        found = await self._papers(ranked)
        passages = await self._best_spans(ranked, vector)
        hits = [_hit(fused, found[fused.paper_id], passages, explain) for fused in ranked if fused.paper_id in found]
        return SearchReport(hits=tuple(hits))

    async def evidence(self, question: Question, *, scope: Scope | None = None) -> Retrieved:
        """The sentences of the best papers, most relevant to the question first."""
        vector = await self._embedder.embed_query(question.text)
        ranked = await self._ranked(question.text, vector, EVIDENCE_PAPERS, scope)
        found = await self._papers(ranked)
        stored = await self._catalogue.read(indexing.vectors, list(found))
        windows = {paper_id: (spans, _cosines(blob, vector)) for paper_id, _, spans, blob in stored}
        wanted = _Wanted(
            await self._weights(question.content or question.text),
            {name: frozenset(self._lexical.query_terms(name)[:1]) for name in question.names},
        )
        evidence = [
            sentence
            for fused in ranked
            if fused.paper_id in windows
            for sentence in self._sentences(found[fused.paper_id], fused.score, wanted, *windows[fused.paper_id])
        ]
        evidence.sort(key=lambda e: (-e.relevance, e.paper.id, e.start))
        return Retrieved(tuple(evidence), tuple((found[f.paper_id], f.score) for f in ranked if f.paper_id in found))

    async def _ranked(self, query: str, vector: NDArray[np.float32], limit: int, scope: Scope | None) -> list[Fused]:
        among = None
        if scope is not None and not scope.everything:
            if scope.brief_id is not None:
                raise ScopeError("There are no briefs to search in yet.", hint="Leave brief_id out of the scope.")
            among = await self._catalogue.read(papers.ids_in_scope, scope)
        return await self._index.search(query, vector, limit=limit, among=among)

    async def _papers(self, ranked: Sequence[Fused]) -> dict[str, Paper]:
        return await self._catalogue.read(papers.get_many, [fused.paper_id for fused in ranked])

    async def _best_spans(self, ranked: Sequence[Fused], vector: NDArray[np.float32]) -> dict[str, tuple[int, int]]:
        """The span of each hit's best passage; for papers that only the keywords found, the nearest by vector."""
        best = {}
        for paper_id, _, spans, blob in await self._catalogue.read(indexing.vectors, [f.paper_id for f in ranked]):
            if spans:
                best[paper_id] = spans[int(np.argmax(_cosines(blob, vector)))]
        return best

    async def _weights(self, question: str) -> dict[str, float]:
        """The question's terms with their rarity, log(1 + papers / papers with the term): 0 for those nowhere."""
        wanted = self._lexical.query_terms(question)
        frequencies = await self._lexical.frequencies(wanted)
        total = max(await self._lexical.count(), 1)
        return {term: math.log(1 + total / max(frequencies[term], 0.5)) for term in wanted}

    def _sentences(
        self, paper: Paper, score: float, wanted: _Wanted, spans: Spans, cosines: NDArray[np.float32]
    ) -> list[Evidence]:
        found = sentences(paper.abstract)
        title = self._lexical.stems(paper.title)
        stems = [self._lexical.stems(sentence.text) for sentence in found]
        everything = title.union(*stems)
        in_paper, named = wanted.share(everything), wanted.named(everything)
        evidence = []
        for sentence, own in zip(found, stems, strict=True):
            cosine = _cosine_around(sentence.start, sentence.end, spans, cosines)
            coverage = wanted.share(own, title)
            relevance = _DENSE_SHARE * cosine + (1 - _DENSE_SHARE) * coverage
            evidence.append(
                Evidence(
                    paper=paper,
                    start=sentence.start,
                    end=sentence.end,
                    text=sentence.text,
                    coverage=coverage,
                    paper_coverage=in_paper,
                    cosine=cosine,
                    relevance=relevance,
                    names=named,
                    paper_score=score,
                )
            )
        return evidence


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a question asks for, in stemmed terms: the rarity of each, and the terms of each name."""

    weights: Mapping[str, float]
    names: Mapping[str, frozenset[str]]

    def share(self, stems: AbstractSet[str], title: AbstractSet[str] = frozenset()) -> float:
        """The share of all weight that stands in `stems`; what stands only in `title` counts less."""
        total = sum(self.weights.values())
        if not total:
            return 0.0
        inside = sum(weight for term, weight in self.weights.items() if term in stems)
        named = sum(weight for term, weight in self.weights.items() if term in title and term not in stems)
        return (inside + _TITLE_SHARE * named) / total

    def named(self, stems: AbstractSet[str]) -> frozenset[str]:
        """The names whose terms stand in `stems`."""
        return frozenset(name for name, terms in self.names.items() if terms <= stems)


def _cosine_around(start: int, end: int, spans: Spans, cosines: NDArray[np.float32]) -> float:
    """The best cosine of the passages that hold the span; 0 where none does."""
    inside = [float(c) for (first, last), c in zip(spans, cosines, strict=True) if first <= start and end <= last]
    return min(1.0, max(0.0, *inside)) if inside else 0.0


def checked(question: str) -> str:
    """The question without white space around it; QuestionError when nothing is left, or too much."""
    # Half of a surrogate pair, which JSON and a command line can smuggle in, can neither be embedded nor stored.
    question = question.replace("\0", " ").encode("utf-8", "replace").decode("utf-8").strip()
    if not any(c.isalnum() for c in question):
        raise QuestionError(
            "The question is empty.", hint="Ask something about the papers, in a sentence or a few words."
        )
    if len(question) > MAX_QUESTION:
        raise QuestionError(
            f"The question has {len(question):,} characters, and {MAX_QUESTION:,} are the limit.",
            hint="Ask it in a few sentences.",
        )
    return question


def _cosines(blob: bytes, vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.frombuffer(blob, "<f2").astype(np.float32).reshape(-1, len(vector)) @ vector


def _hit(fused: Fused, paper: Paper, spans: Mapping[str, tuple[int, int]], explain: bool) -> Hit:
    start, end = spans.get(paper.id, (0, 0))
    return Hit(
        paper=paper,
        score=round(min(max(fused.score, 0.0), 1.0), 6),
        passage=HitPassage(start=start, end=end, text=paper.abstract[start:end]),
        explain=Explanation(
            dense_rank=fused.dense_rank, lexical_rank=fused.lexical_rank, dense=fused.dense, lexical=fused.lexical
        )
        if explain
        else None,
    )
