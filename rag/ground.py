"""The guard: every sentence is shown in an abstract, or it is not said. Pure.

    align the draft sentence with the sentences that support it best, whichever paper it cites
    -> does it agree? figures and units, names, negation, direction, order, quantifiers, coverage
    -> verbatim | close | weak | replaced by the source's own sentence | dropped with its reason

What can be told apart without a large model is close wording; freely worded text cannot be checked by any means at
hand. So: when in doubt, quote. A draft sentence that contradicts nothing but cannot be shown is replaced by the
sentence that it rests on; a false alarm then costs style, never truth. Nothing is removed silently.
docs/decisions/0009-grounding.md says how the thresholds were chosen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.agreement import (
    Disagreement,
    check_direction,
    check_figures,
    check_names,
    check_negation,
    check_quantifiers,
)
from rag.analysis import Analysed, Pool, analysed, name_keys, uncovered, weights
from rag.models import DropReason, Support

CLOSE = 0.82  # coverage from which agreeing wording counts as the source's
WEAK = 0.65  # … and from which it may stand marked, where one quote could not replace it
_QUOTE = 0.34  # coverage from which a sentence is what the draft rests on, and may be quoted in its place
_QUOTE_SIMILARITY = 0.62  # … or this similarity of the vectors
_SOURCES = 3  # sentences of one paper that a draft sentence may merge
_GAIN = 0.08  # coverage that a further sentence has to bring
_TRIED = 3  # papers whose alignment is checked, best first


@dataclass(frozen=True, slots=True)
class EvidenceSentence:
    """One sentence of an abstract: `text == abstract[start:end]`. `subject` is the name of the paper's system."""

    paper_id: str
    title: str
    subject: str | None
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DraftSentence:
    """A sentence that someone wants to say, and the papers it was said to come from (maybe wrongly, maybe none)."""

    text: str
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Grounded:
    """A sentence that may be said. `evidence` are the spans that show it, all of one paper, the best first."""

    text: str
    support: Support
    evidence: tuple[EvidenceSentence, ...]
    corrected_citation: bool = False
    replaced_wording: bool = False


@dataclass(frozen=True, slots=True)
class DroppedSentence:
    """A sentence that may not be said, and why."""

    text: str
    reason: DropReason
    detail: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of a draft, in its order: each sentence is grounded or dropped."""

    sentences: tuple[Grounded, ...]
    dropped: tuple[DroppedSentence, ...]


@dataclass(frozen=True, slots=True)
class _Alignment:
    """A draft sentence beside the sentences of one paper that cover it best."""

    paper_id: str
    sources: tuple[EvidenceSentence, ...]
    coverage: float
    first_coverage: float
    similarity: float
    names: float


def ground(
    draft: Sequence[DraftSentence],
    evidence: Sequence[EvidenceSentence],
    *,
    similarity: Sequence[Sequence[float]] | None = None,
) -> Ledger:
    """Every draft sentence with the spans that show it, or the reason why it is dropped.

    `similarity[i][j]` is the cosine of draft sentence i and evidence sentence j, where vectors are at hand. A sentence
    is judged by itself: what other drafts or irrelevant evidence stand beside it changes nothing.
    """
    shelf = _Shelf.of(evidence)
    kept: list[Grounded] = []
    dropped: list[DroppedSentence] = []
    for number, sentence in enumerate(draft):
        judged = _judge(sentence, shelf, similarity[number] if similarity is not None else None)
        if isinstance(judged, DroppedSentence):
            dropped.append(judged)
        elif not any(judged.text == other.text for other in kept):
            kept.append(judged)
    return Ledger(tuple(kept), tuple(dropped))


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The evidence, and what is found in it: the places of each paper's sentences, and its titles behind them."""

    evidence: Sequence[EvidenceSentence]
    papers: Mapping[str, Sequence[int]]
    titles: Mapping[str, int]
    pool: Pool

    @classmethod
    def of(cls, evidence: Sequence[EvidenceSentence]) -> _Shelf:
        papers: dict[str, list[int]] = {}
        for place, source in enumerate(evidence):
            papers.setdefault(source.paper_id, []).append(place)
        titles = {paper_id: len(evidence) + number for number, paper_id in enumerate(papers)}
        about = [" / ".join(filter(None, (evidence[p[0]].title, evidence[p[0]].subject))) for p in papers.values()]
        return cls(evidence, papers, titles, Pool([*map(analysed, (s.text for s in evidence)), *map(analysed, about)]))


def _judge(sentence: DraftSentence, shelf: _Shelf, similarity: Sequence[float] | None) -> Grounded | DroppedSentence:
    text = _bare(sentence.text)
    same = [source for source in shelf.evidence if source.text == text]
    if same:
        same.sort(key=lambda source: (source.paper_id not in sentence.papers, source.paper_id, source.start))
        source = same[0]
        return Grounded(text, "verbatim", (source,), bool(sentence.papers) and source.paper_id not in sentence.papers)
    draft = analysed(text)
    if not shelf.papers or not any(word.content for word in draft.words):
        return DroppedSentence(sentence.text, "unsupported", "nothing in the evidence says this")
    first: tuple[_Alignment, Disagreement] | None = None
    for alignment in _alignments(draft, sentence.papers, shelf, similarity):
        paper = tuple(analysed(shelf.evidence[place].text) for place in shelf.papers[alignment.paper_id])
        disagreement = _disagreement(draft, alignment, paper)
        if disagreement is None:
            return _accepted(text, sentence, alignment)
        first = first or (alignment, disagreement)
    assert first is not None
    return _doubted(sentence, *first)


def _alignments(
    draft: Analysed, cited: Sequence[str], shelf: _Shelf, similarity: Sequence[float] | None
) -> list[_Alignment]:
    """The draft beside the sentences that cover it best, of the papers that do so best, best first."""
    pieces, weight = shelf.pool.covered(draft), weights(draft)
    near = similarity if similarity is not None else [0.0] * len(shelf.evidence)

    def order(alignment: _Alignment) -> tuple[float, str]:
        return -_rank(alignment, cited), alignment.paper_id

    found = []
    for paper_id, places in shelf.papers.items():
        named = pieces[shelf.titles[paper_id]]
        share = {place: sum(weight[piece] for piece in pieces[place] | named) for place in places}
        best = max(places, key=lambda place: (share[place] + 0.05 * near[place], -place))
        paper = [*_about(shelf.evidence[best]), *(analysed(shelf.evidence[place].text) for place in places)]
        source = (shelf.evidence[best],)
        found.append(_Alignment(paper_id, source, share[best], share[best], float(near[best]), _named(draft, paper)))
    best_papers = sorted(found, key=order)[:_TRIED]
    return sorted((_extended(alignment, pieces, weight, shelf) for alignment in best_papers), key=order)


def _extended(
    alignment: _Alignment, pieces: Sequence[set[int]], weight: Mapping[int, float], shelf: _Shelf
) -> _Alignment:
    """The alignment with up to two more sentences of the paper, each of which covers something new."""
    places = shelf.papers[alignment.paper_id]
    chosen = [next(place for place in places if shelf.evidence[place] is alignment.sources[0])]
    have, best = pieces[shelf.titles[alignment.paper_id]] | pieces[chosen[0]], alignment.coverage
    while len(chosen) < _SOURCES:
        gains = {p: best + sum(weight[piece] for piece in pieces[p] - have) for p in places if p not in chosen}
        place = max(gains, key=lambda place: (gains[place], -place), default=None)
        if place is None or gains[place] < best + _GAIN:
            break
        chosen.append(place)
        have, best = have | pieces[place], gains[place]
    return replace(alignment, sources=tuple(shelf.evidence[place] for place in chosen), coverage=best)


def _rank(alignment: _Alignment, cited: Sequence[str]) -> float:
    """What supports best comes first: the names it speaks of weigh most; of equals, the paper that was cited."""
    named = 0.25 * alignment.names + (0.03 if alignment.paper_id in cited else 0.0)
    return alignment.coverage + 0.1 * alignment.similarity + named


def _named(draft: Analysed, paper: Sequence[Analysed]) -> float:
    """The share of the draft's names that the paper has; 1 when it has no names."""
    if not draft.names:
        return 1.0
    has = sum(any(not name_keys(name).isdisjoint(one.name_keys) for one in paper) for name in draft.names)
    return has / len(draft.names)


def _about(sentence: EvidenceSentence) -> tuple[Analysed, ...]:
    """What the paper is called: evidence is read with its subject in view."""
    return tuple(analysed(name) for name in (sentence.title, sentence.subject) if name)


def _disagreement(draft: Analysed, alignment: _Alignment, paper: Sequence[Analysed]) -> Disagreement | None:
    """The first certain conflict, else the first doubt, else None."""
    found = list(_checks(draft, alignment, paper))
    return next((d for d in found if d.certain), found[0] if found else None)


def _checks(draft: Analysed, alignment: _Alignment, paper: Sequence[Analysed]) -> Iterator[Disagreement]:
    sources = [analysed(source.text) for source in alignment.sources]
    about = _about(alignment.sources[0])
    outcomes = (
        check_figures(draft, sources, paper),
        check_names(draft, sources, about, paper),
        check_negation(draft, sources),
        check_direction(draft, sources),
        check_quantifiers(draft, sources),
        _check_words(draft, alignment),
    )
    yield from (outcome for outcome in outcomes if outcome is not None)


def _check_words(draft: Analysed, alignment: _Alignment) -> Disagreement | None:
    """Nothing is said in words that the sources do not have."""
    sources = [analysed(source.text) for source in alignment.sources]
    also = frozenset().union(*(one.keys for one in _about(alignment.sources[0])))
    foreign = uncovered(draft, sources, also)
    if foreign:
        return Disagreement("unsupported", f"{foreign[0]!r} does not stand there", False)
    if alignment.coverage < WEAK:
        return Disagreement("unsupported", f"only {alignment.coverage:.0%} of its words stand there", False)
    return None


def _accepted(text: str, sentence: DraftSentence, alignment: _Alignment) -> Grounded:
    corrected = bool(sentence.papers) and alignment.paper_id not in sentence.papers
    best = alignment.sources[0]
    at = best.text.find(text)
    if at >= 0:
        cut = EvidenceSentence(
            best.paper_id, best.title, best.subject, text, best.start + at, best.start + at + len(text)
        )
        return Grounded(text, "verbatim", (cut,), corrected)
    support: Support = "close" if alignment.coverage >= CLOSE else "weak"
    return Grounded(text, support, alignment.sources, corrected)


def _doubted(sentence: DraftSentence, alignment: _Alignment, why: Disagreement) -> Grounded | DroppedSentence:
    """A conflict is dropped; a doubt is settled by quoting, where it is clear what the draft rests on."""
    rests = alignment.first_coverage >= _QUOTE or alignment.similarity >= _QUOTE_SIMILARITY
    if why.certain or not rests:
        return DroppedSentence(sentence.text, why.reason, why.detail)
    source = alignment.sources[0]
    corrected = bool(sentence.papers) and alignment.paper_id not in sentence.papers
    return Grounded(source.text, "verbatim", (source,), corrected, replaced_wording=True)


_MARKS = re.compile(r"\s*\[(?:\d+|E\d+)(?:\s*,\s*(?:\d+|E\d+))*\]")


def _bare(text: str) -> str:
    """The sentence without citation marks and without white space around it."""
    return " ".join(_MARKS.sub("", text).split())
