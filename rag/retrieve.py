"""A question's evidence: the papers that it is about, and the sentences in them that may answer it."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from rag.catalogue import Catalogue, hits, papers
from rag.embedding import Embedder
from rag.errors import QuestionError
from rag.evidence import Evidence, Part, Read, Wanted, judged, name_keys, name_parts, related, wanted, weighed
from rag.fusion import Fused
from rag.index import Index, Vector
from rag.lexical import Lexical
from rag.models import Explanation, Hit, HitPassage, Paper, Scope, SearchReport
from rag.question import Kind, Question
from rag.relevance import Word, spelled
from rag.text.names import called
from rag.text.sentences import sentences
from rag.text.topics import asked_of, packaged, spoken_of, stands_for, stems_of

__all__ = ["MAX_QUESTION", "Evidence", "Part", "Retrieved", "Retriever", "checked"]

MAX_QUESTION = 4_000
"""Characters: longer than any question, shorter than what would stall the search."""

EVIDENCE_PAPERS = 8
_LOOKED_AT = 16  # papers that are read, of which those are kept that are nearest as a whole
_SURVEY_PAPERS = 32  # a survey asks for all that there is, and its floors cut what is not relevant
_AT_ONCE = 32  # papers that are read before others have their turn
_READ_KEPT = 512  # papers whose stems are kept


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a question found: sentences, most relevant first, and the papers, best first, with their scores.

    `ranked` says where each of the papers stood in both legs of the search, `words` how the question's words were
    weighed; both are what the decision to answer looks at.
    """

    evidence: tuple[Evidence, ...]
    papers: tuple[tuple[Paper, float], ...]
    ranked: tuple[Fused, ...] = ()
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class _Read:
    """What the catalogue has of hits, by paper: the paper, its passages' spans, vectors where they were asked for."""

    papers: dict[str, Paper]
    spans: dict[str, tuple[tuple[int, int], ...]]
    vectors: dict[str, bytes]

    def __or__(self, other: _Read) -> _Read:
        return _Read(self.papers | other.papers, self.spans | other.spans, self.vectors | other.vectors)


class Retriever:
    """Search and evidence over one library's catalogue, indexes and embedder."""

    def __init__(self, catalogue: Catalogue, index: Index, lexical: Lexical, embedder: Embedder) -> None:
        self._catalogue = catalogue
        self._index = index
        self._lexical = lexical
        self._embedder = embedder
        self._known: dict[tuple[str, int], Read] = {}
        self._topics: dict[tuple[str, int], Mapping[str, float]] = {}

    async def search(
        self, query: str, *, top_k: int = 10, scope: Scope | None = None, explain: bool = False
    ) -> SearchReport:
        """The `top_k` best papers for a query, each with its best passage.

        Raises QuestionError when the query is empty or too long, ScopeError when the scope names an unknown brief.
        """
        query = checked(query)
        embedding = asyncio.ensure_future(self._embedder.embed_query(query))
        ranked, read = await self._hits(query, embedding, top_k, scope)
        vector = await embedding
        best = {fused.paper_id: _best_span(fused, read, vector) for fused in ranked}
        shown = [_hit(fused, read.papers[fused.paper_id], best[fused.paper_id], explain) for fused in ranked]
        return SearchReport(hits=tuple(shown))

    async def evidence(self, question: Question, *, scope: Scope | None = None, limit: int | None = None) -> Retrieved:
        """The sentences of the best papers, most relevant to the question first.

        `limit` is how many papers a survey reads, where it is not to be the usual number.
        """
        embedding = asyncio.ensure_future(self._embedder.embed_query(question.text))
        topical = question.kind is Kind.SURVEY and limit is None  # briefs weigh topics themselves
        limit = limit or (_SURVEY_PAPERS if question.kind is Kind.SURVEY else _LOOKED_AT)
        # By keywords, "what", "how much" and "than" would count as much as a rare name does.
        ranked, hit = await self._hits(question.content or question.text, embedding, limit, scope, vectors=True)
        vector = await embedding
        windows = {paper_id: (hit.spans[paper_id], _cosines(blob, vector)) for paper_id, blob in hit.vectors.items()}
        read = {}
        for number, fused in enumerate(ranked):
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)  # a brief reads more than a hundred papers, and others are waiting
            if fused.paper_id in windows:
                read[fused.paper_id] = self._read(hit.papers[fused.paper_id])
        scores = {fused.paper_id: fused.score for fused in ranked}
        vocabulary = (stem for paper in read.values() for stem in paper.everything if stem.isalpha())
        asked = await self._wanted(question, vocabulary)
        found = {p: judged(read[p], scores[p], asked, *windows[p]) for p in read}
        if topical:
            found = self._by_topic(question, asked, found)
        nearest = sorted((p for p in found if found[p]), key=lambda p: (not found[p][0].own, -found[p][0].standing, p))
        kept = nearest if question.kind is Kind.SURVEY else nearest[:EVIDENCE_PAPERS]
        evidence = sorted((e for p in kept for e in found[p]), key=lambda e: (-e.relevance, e.paper.id, e.start))
        place = {fused.paper_id: fused for fused in ranked}
        return Retrieved(
            tuple(evidence),
            tuple((hit.papers[p], scores[p]) for p in kept),
            tuple(place[p] for p in kept),
            asked.words,
        )

    async def _hits(
        self, query: str, vector: Vector, limit: int, scope: Scope | None, *, vectors: bool = False
    ) -> tuple[list[Fused], _Read]:
        """The `limit` best current papers, best first, and what the catalogue has of them.

        Vectors of those that only the keywords found, whose best passage nobody knows yet; of all with `vectors`.
        """
        among = None
        if scope is not None and not scope.everything:
            among = await self._catalogue.read(papers.ids_in_scope, scope)
        ranked = await self._index.ranked(query, vector, limit=limit, among=among)
        kept: list[Fused] = []
        all_read = _Read({}, {}, {})
        # What is not current is not read; the next in rank takes its place.
        while len(kept) < limit and (page := list(islice(ranked, limit - len(kept)))):
            wanted = [fused.paper_id for fused in page if vectors or fused.passage is None]
            read = _Read(*await self._catalogue.read(hits.read, [fused.paper_id for fused in page], wanted))
            kept += [f for f in page if f.paper_id in read.papers and read.papers[f.paper_id].revision == f.revision]
            all_read = all_read | read
        return kept, all_read

    async def _wanted(self, question: Question, vocabulary: Iterable[str]) -> Wanted:
        """The question's words with their weights, whole and by part; misspelt ones corrected from `vocabulary`."""
        written = list(dict.fromkeys((question.content or question.text).split()))
        stems = {text: self._lexical.query_terms(text) for text in written}
        kindred = dict(zip(written, related(written, self._lexical.query_terms), strict=True))
        frequencies = await self._lexical.frequencies(
            frozenset().union(*stems.values(), *(others for all_ in kindred.values() for others in all_.every))
        )
        papers = max(await self._lexical.count(), 1)
        words = spelled(
            [
                weighed(text, stems[text], kindred[text], frequencies, papers, named=text in question.names)
                for text in written
                if stems[text]
            ],
            vocabulary,
        )
        return wanted(question, words)

    def _by_topic(
        self, question: Question, wanted: Wanted, found: Mapping[str, list[Evidence]]
    ) -> dict[str, list[Evidence]]:
        """The evidence of each paper, with how much it speaks of the topics that the question asks for."""
        words = [(stems_of(word.text), word.weight) for word in wanted.words if word.weight]
        asked = stands_for(asked_of(packaged(), question.content), words)
        if not asked:
            return dict(found)
        with_topic = {}
        for name, said in found.items():
            spoken = self._spoken(said[0].paper) if said else {}
            topic = max((spoken.get(one, 0.0) * much for one, much in asked.items()), default=0.0)
            with_topic[name] = [replace(e, topic=topic) for e in said]
        return with_topic

    def _spoken(self, paper: Paper) -> Mapping[str, float]:
        """How much a paper speaks of each topic; kept, as what is read of it is."""
        known = self._topics.get((paper.id, paper.revision))
        if known is not None:
            return known
        while len(self._topics) >= _READ_KEPT:
            self._topics.pop(next(iter(self._topics)), None)
        spoken = self._topics[paper.id, paper.revision] = spoken_of(packaged(), paper.title, paper.abstract)
        return spoken

    def _read(self, paper: Paper) -> Read:
        """A paper's sentences with their stems; kept, since many questions meet the same papers."""
        known = self._known.get((paper.id, paper.revision))
        if known is not None and known.paper == paper:
            return known
        while len(self._known) >= _READ_KEPT:
            self._known.pop(next(iter(self._known)), None)
        read = self._known[paper.id, paper.revision] = self._read_anew(paper)
        return read

    def _read_anew(self, paper: Paper) -> Read:
        found = sentences(paper.abstract)
        stems = [self._lexical.stems(sentence.text) | name_keys(sentence.text) for sentence in found]
        names = called(paper.title, paper.abstract)
        system = names[0] if names else ""
        title = self._lexical.stems(f"{paper.title} {system}") | name_keys(f"{paper.title} {system}")
        return Read(
            paper=paper,
            sentences=found,
            stems=stems,
            title=title,
            # Where code and data can be had says nothing of what the paper is about.
            abstract=frozenset().union(*(s for s, f in zip(stems, found, strict=True) if "http" not in f.text)),
            everything=title.union(*stems),
            called=tuple(name_parts(name, self._lexical.query_terms) for name in names),
        )


def checked(question: str) -> str:
    """The question without white space around it; QuestionError when nothing is left, or too much."""
    # Half of a surrogate pair, which JSON and a command line can smuggle in, can neither be embedded nor stored; signs
    # that only say how others are shown (zero-width, writing direction) would hide a word from the search.
    question = question.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    question = "".join(c for c in question if unicodedata.category(c) != "Cf").strip()
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


def _best_span(fused: Fused, read: _Read, vector: NDArray[np.float32]) -> tuple[int, int]:
    """The span of a hit's best passage: the one that was found, or for a hit by keywords the nearest by vector."""
    spans = read.spans.get(fused.paper_id, ())
    if fused.passage is not None and fused.passage < len(spans):
        return spans[fused.passage]
    blob = read.vectors.get(fused.paper_id)
    return spans[int(np.argmax(_cosines(blob, vector)))] if spans and blob else (0, 0)


def _hit(fused: Fused, paper: Paper, span: tuple[int, int], explain: bool) -> Hit:
    start, end = span
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
