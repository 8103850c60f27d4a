"""What the page of a wrong answer shows: the gold beside the answer, and everything that led to it. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from eval.gold import Asked, GoldQuestion
from eval.matching import quote_span, says, without_markers
from eval.replies import Corpus, Found, Reply
from eval.scoring import CAUSES, Judged, Row, judged
from rag.models import Answer

MOST_EVIDENCE = 24


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an abstract: `shown` where the answer points to it, `gold` where a gold quote stands."""

    text: str
    shown: bool
    gold: bool


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """A group of alternative keys, and whether the answer's text holds one of them."""

    keys: Sequence[str]
    found: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A paper that matters to a question: its ranks from 1 (None where not found), whether it belongs and is cited."""

    title: str
    belongs: str
    cited: bool
    search_rank: int | None
    evidence_rank: int | None
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Seen:
    """A sentence of the evidence as the page shows it."""

    found: Found
    title: str
    shown: bool
    gold: bool


@dataclass(frozen=True, slots=True)
class TurnView:
    """One turn: what was asked and expected, what came, and from what."""

    asked: Asked
    reply: Reply
    causes: Sequence[str]
    keys: Sequence[KeyGroup]
    sources: Sequence[Source]
    evidence: Sequence[Seen]
    more_evidence: int


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one question."""

    row: Row
    gold: GoldQuestion
    causes: Sequence[str]
    turns: Sequence[TurnView]


def page_name(identifier: str) -> str:
    """The file name of a question's page: its identifier, where that is fit for one, else made so and told apart."""
    plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", identifier).strip(".-")[:80]
    if plain != identifier:
        plain = f"{plain}-{hashlib.sha256(identifier.encode()).hexdigest()[:8]}"
    return f"{plain}.html"


def question_page(one: Judged) -> Page:
    """The page of a question with its replies."""
    gold = one.session.gold
    turns = [_turn(gold, reply, one.corpus) for reply in one.session.replies]
    return Page(one.row, gold, [CAUSES[cause] for cause in one.row.causes], turns)


def _turn(gold: GoldQuestion, reply: Reply, corpus: Corpus) -> TurnView:
    text = without_markers(reply.answer.text) if reply.answer else ""
    keys = [KeyGroup(group, any(says(text, key) for key in group)) for group in reply.asked.keys]
    shown, wanted = _shown(reply.answer), _wanted(reply.asked, corpus)
    found = reply.trace.evidence if reply.trace else ()
    seen = [
        Seen(
            sentence,
            corpus.papers[sentence.paper_id].title,
            _touches(sentence, shown.get(sentence.paper_id, ())),
            _touches(sentence, wanted.get(sentence.paper_id, ())),
        )
        for sentence in found
    ]
    # What is gold or shown is listed however low it stands.
    kept = [one for place, one in enumerate(seen) if place < MOST_EVIDENCE or one.gold or one.shown]
    return TurnView(
        asked=reply.asked,
        reply=reply,
        causes=[CAUSES[cause] for cause in judged(gold, reply.asked, reply, corpus).causes],
        keys=keys,
        sources=_sources(gold, reply, corpus, shown, wanted),
        evidence=kept,
        more_evidence=len(seen) - len(kept),
    )


Spans = Mapping[str, Sequence[tuple[int, int]]]


def _shown(answer: Answer | None) -> Spans:
    """The spans that an answer points to, by paper."""
    found: dict[str, list[tuple[int, int]]] = {}
    for citation in answer.citations if answer else ():
        found.setdefault(citation.paper_id, []).extend((quote.start, quote.end) for quote in citation.quotes)
    return found


def _wanted(asked: Asked, corpus: Corpus) -> Spans:
    """The spans of the gold quotes, by paper."""
    found: dict[str, list[tuple[int, int]]] = {}
    for quote in asked.quotes:
        paper = corpus.id_of(quote.title)
        span = quote_span(corpus.papers[paper].abstract, quote.quote)
        if span:
            found.setdefault(paper, []).append(span)
    return found


def _touches(sentence: Found, spans: Sequence[tuple[int, int]]) -> bool:
    return any(start < sentence.end and sentence.start < end for start, end in spans)


def _sources(gold: GoldQuestion, reply: Reply, corpus: Corpus, shown: Spans, wanted: Spans) -> list[Source]:
    """The papers of the gold first, then those that are cited though they do not belong."""
    belongs = {corpus.id_of(title): "belongs" for title in reply.asked.titles}
    belongs |= {corpus.id_of(title): "may be cited" for title in reply.asked.also}
    if gold.near:
        belongs.setdefault(corpus.id_of(gold.near), "near, without the answer")
    cited = [citation.paper_id for citation in reply.answer.citations] if reply.answer else []
    searched = list(reply.trace.searched) if reply.trace else []
    evidence = [paper for paper, _ in reply.trace.papers] if reply.trace else []
    sources = []
    for paper in dict.fromkeys((*belongs, *cited)):
        stored = corpus.papers.get(paper)
        sources.append(
            Source(
                title=stored.title if stored else paper,
                belongs=belongs.get(paper, "does not belong"),
                cited=paper in cited,
                search_rank=searched.index(paper) + 1 if paper in searched else None,
                evidence_rank=evidence.index(paper) + 1 if paper in evidence else None,
                pieces=marked(stored.abstract, shown.get(paper, ()), wanted.get(paper, ())) if stored else (),
            )
        )
    return sources


def marked(abstract: str, shown: Sequence[tuple[int, int]], wanted: Sequence[tuple[int, int]]) -> list[Piece]:
    """The abstract cut where a span begins or ends; joined, the pieces are the abstract."""
    cuts = sorted(
        {0, len(abstract), *(edge for span in (*shown, *wanted) for edge in span if 0 < edge < len(abstract))}
    )
    return [
        Piece(
            abstract[start:end],
            any(low <= start and end <= high for low, high in shown),
            any(low <= start and end <= high for low, high in wanted),
        )
        for start, end in pairwise(cuts)
    ]
