"""A question's evidence: the papers that it is about, and the sentences in them that may answer it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
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
from rag.models import Explanation, Hit, HitPassage, Paper, Scope, SearchReport, Sentence
from rag.question import Kind, Question
from rag.relevance import Context, Word, relevance, share, spelled
from rag.text.kin import kin, ordinary
from rag.text.names import names, system_of
from rag.text.sentences import sentences

MAX_QUESTION = 4_000
"""Characters: longer than any question, shorter than what would stall the search."""

EVIDENCE_PAPERS = 8
_SURVEY_PAPERS = 16  # a survey asks for all that there is, and its floors cut what is not relevant
_COMMON = 0.35  # what a word weighs that names no topic, or is a figure, against its rarity
_UNSEEN = 0.6  # … and one that stands in no paper and is not written like a name

Spans = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What a sentence and its paper say of one part of a question; see `Evidence`."""

    coverage: float
    paper_coverage: float
    own: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that may answer the question: `text == paper.abstract[start:end]`.

    `coverage` is the share, weighted by rarity, of the question's words that the sentence has (or, counted less, what
    stands around it), `paper_coverage` the share that title and abstract have; `cosine` is that of the question and the
    best passage around the sentence; `relevance` weighs coverage and cosine; all in [0, 1]. `parts` are the same for
    each part of the question. `names` are those of the question's names that the paper has.
    `has` are the question's words in the sentence, `paper_has` those in title and abstract; `own` says whether the
    question names the paper's own system. `paper_score` is the fused score of the paper.
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
    parts: tuple[Part, ...] = ()
    has: frozenset[str] = frozenset()
    paper_has: frozenset[str] = frozenset()
    own: bool = False


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
        limit = _SURVEY_PAPERS if question.kind is Kind.SURVEY else EVIDENCE_PAPERS
        ranked = await self._ranked(question.text, vector, limit, scope)
        found = await self._papers(ranked)
        stored = await self._catalogue.read(indexing.vectors, list(found))
        windows = {paper_id: (spans, _cosines(blob, vector)) for paper_id, _, spans, blob in stored}
        read = {fused.paper_id: self._read(found[fused.paper_id]) for fused in ranked if fused.paper_id in windows}
        vocabulary = (stem for paper in read.values() for stem in paper.everything if stem.isalpha())
        wanted = await self._wanted(question, vocabulary)
        evidence = [
            sentence
            for fused in ranked
            if fused.paper_id in read
            for sentence in _sentences(read[fused.paper_id], fused.score, wanted, *windows[fused.paper_id])
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

    async def _wanted(self, question: Question, vocabulary: Iterable[str]) -> _Wanted:
        """The question's words with their weights, whole and by part; misspelt ones corrected from `vocabulary`."""
        written = list(dict.fromkeys((question.content or question.text).split()))
        stems = {text: self._lexical.query_terms(text) for text in written}
        relatives = {text: self._relatives(text) for text in written}
        frequencies = await self._lexical.frequencies(
            {stem for found in (*stems.values(), *relatives.values()) for stem in found}
        )
        papers = max(await self._lexical.count(), 1)
        words = spelled(
            [
                _word(text, stems[text], relatives[text], frequencies, papers, named=text in question.names)
                for text in written
                if stems[text]
            ],
            vocabulary,
        )
        parts = [set(part.content.split()) for part in question.parts]
        return _Wanted(
            words,
            tuple(tuple(word for word in words if word.text in part) for part in parts),
            {name: frozenset({_key(name)}) for name in question.names},
        )

    def _relatives(self, text: str) -> frozenset[str]:
        """The stems of a word's relatives, of those that have one stem."""
        plain = text.strip(".'’")
        found = [self._lexical.query_terms(other) for other in kin(plain)]
        return frozenset(stems[0] for stems in found if len(stems) == 1)

    def _read(self, paper: Paper) -> _Read:
        found = sentences(paper.abstract)
        stems = [self._lexical.stems(sentence.text) | _name_keys(sentence.text) for sentence in found]
        system = system_of(paper.title, paper.abstract) or ""
        title = self._lexical.stems(f"{paper.title} {system}") | _name_keys(f"{paper.title} {system}")
        return _Read(
            paper=paper,
            sentences=found,
            stems=stems,
            title=title,
            # Where code and data can be had says nothing of what the paper is about.
            abstract=frozenset().union(*(s for s, f in zip(stems, found, strict=True) if "http" not in f.text)),
            everything=title.union(*stems),
            name=tuple(frozenset(self._lexical.query_terms(word)[:1]) | _name_keys(word) for word in system.split()),
        )


@dataclass(frozen=True, slots=True)
class _Read:
    """A paper's sentences with their stems; `title` has the system's name too, whose words are `name`."""

    paper: Paper
    sentences: Sequence[Sentence]
    stems: Sequence[AbstractSet[str]]
    title: AbstractSet[str]
    abstract: AbstractSet[str]
    everything: AbstractSet[str]
    name: tuple[frozenset[str], ...]

    def is_named(self, words: Sequence[Word]) -> bool:
        """Whether the words name the paper's system, in whatever spelling: `bipft`, `dnabert2`."""
        return bool(self.name) and all(
            any(form <= part for word in words for form in word.forms) for part in self.name if part
        )


def _name_keys(text: str) -> frozenset[str]:
    """Names as they are, which stems are not: DNABERT-S is no plural. A longer name stands for its beginnings too."""
    keys = set()
    for name in names(text):
        parts = [part for part in re.split(r"[-_]", name) if part]
        for count in range(1, len(parts) + 1):
            keys.add(_key("-".join(parts[:count])))
        if name[-1] == "s" and not name[-2:].islower():
            keys.add(_key(name[:-1]))
    return frozenset(keys)


def _key(name: str) -> str:
    return "=" + "".join(c for c in name.casefold() if c.isalnum())


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a question asks for: its words, those of each part, and the key of each name."""

    words: tuple[Word, ...]
    parts: tuple[tuple[Word, ...], ...]
    names: Mapping[str, frozenset[str]]


def _word(
    text: str,
    stems: Sequence[str],
    relatives: frozenset[str],
    frequencies: Mapping[str, int],
    papers: int,
    *,
    named: bool,
) -> Word:
    """A word with its weight, log(1 + papers / papers with the word); a name is matched as a whole."""
    whole, rest = frozenset(stems[:1]), frozenset(stems[1:])
    forms = (whole,) if named or not rest else (whole, rest)
    often = max(min(frequencies[stem] for stem in form) for form in forms)
    if named:
        forms = (frozenset({_key(text)}),)
    kindred = max((frequencies[stem] for stem in relatives), default=0)
    weight = math.log(1 + papers / max(often or kindred, 0.5))
    if not named and (ordinary(text) or text.lstrip("$€£~<>")[:1].isdigit()):
        weight *= _COMMON
    elif not named and not often and not kindred:
        weight *= _UNSEEN
    return Word(text, weight, forms, relatives, seen=bool(often or kindred))


def _sentences(
    read: _Read, score: float, wanted: _Wanted, spans: Spans, cosines: NDArray[np.float32]
) -> list[Evidence]:
    named = frozenset(name for name, key in wanted.names.items() if key <= read.everything)
    in_paper = share(wanted.words, read.everything)
    parts = [(part, share(part, read.everything), read.is_named(part)) for part in wanted.parts]
    paper_has = _present(wanted.words, read.everything)
    own = read.is_named(wanted.words)
    name = frozenset().union(*read.name) if own else frozenset()
    evidence = []
    before: AbstractSet[str] = frozenset()
    for sentence, stems in zip(read.sentences, read.stems, strict=True):
        context = Context(name, read.title, before, read.abstract)
        coverage = share(wanted.words, stems, context)
        cosine = _cosine_around(sentence.start, sentence.end, spans, cosines)
        evidence.append(
            Evidence(
                paper=read.paper,
                start=sentence.start,
                end=sentence.end,
                text=sentence.text,
                coverage=coverage,
                paper_coverage=in_paper,
                cosine=cosine,
                relevance=relevance(cosine, coverage),
                names=named,
                paper_score=score,
                parts=tuple(Part(share(part, stems, context), whole, named) for part, whole, named in parts),
                has=_present(wanted.words, stems),
                paper_has=paper_has,
                own=own,
            )
        )
        before = stems
    return evidence


def _present(words: Sequence[Word], stems: AbstractSet[str]) -> frozenset[str]:
    return frozenset(word.text for word in words if word.found(stems))


def _cosine_around(start: int, end: int, spans: Spans, cosines: NDArray[np.float32]) -> float:
    """The best cosine of the passages that hold the span; 0 where none does."""
    inside = [float(c) for (first, last), c in zip(spans, cosines, strict=True) if first <= start and end <= last]
    return min(1.0, max(0.0, *inside)) if inside else 0.0


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
