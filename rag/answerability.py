"""What speaks for and against an answer: plain features of a question and the sentences chosen for it. Pure.

Each feature has a name that a person can read and a value that can be checked by hand; `rag.abstain` weighs them. They
ask: do the papers have the names that the question has? What else of it do they not speak of? Is the figure given that
was asked for? How near is it, by vectors and by words, and does another paper come as near?
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import astuple, dataclass, fields

from rag.evidence import Evidence
from rag.fusion import Fused
from rag.given import gives_figure, wants_figure
from rag.lacking import bare, like_a_system, missing, qualifiers
from rag.question import Kind, Question
from rag.relevance import Word
from rag.text.asked import Sought
from rag.text.everyday import everyday

_MARGIN = 0.3  # a lead in cosine from which more means no more
_MANY_WORDS, _FEWEST, _MOST = 25, 6, 10  # "Why is it called so?" is short and can be answered
_TOPICS = 2  # words that a paper lacks from which more mean no more
_ASKS_WHAT = re.compile(r"\b(?:how|what|which|why|where|who)\b", re.IGNORECASE)  # "Can you tell me how …"


@dataclass(frozen=True, slots=True)
class Features:
    """What is known of a question and the sentences chosen for it; all but `margin` in [0, 1].

    `named` tells two cases apart that are partly weighed differently: the question names the system of the paper that
    is answered from, or it only describes what it is about.
    """

    named: float
    sound: float
    """Whether the rules of composing would say these sentences."""
    name_missing: float
    """Whether the question has a name that no paper has which is answered from or which it names."""
    names_missing: float
    """The share of the question's weight that such names have."""
    name_missing_where_asked: float
    """Whether one stands in the clause that asks; what stands elsewhere may be a wrong premise."""
    system_missing: float
    """Whether one is written as systems are: `HyenaDNA`, `ESM-2`."""
    topics_missing: float
    """How many words the papers answered from do not have, everyday ones aside: 0, 1, or 2 and more, as a share."""
    topic_share_missing: float
    """The share of the question's weight that they have."""
    qualifier_missing: float
    """Whether one of them stands where a question narrows down: on, for, in, than …"""
    unsaid: float
    """The share of the question's weight in such words and names that the chosen sentences do not have."""
    coverage: float
    """The best share of the question's weight that a chosen sentence speaks of, with what stands around it."""
    cosine: float
    """The best cosine of the question and a passage around a chosen sentence."""
    paper_cosine: float
    """The best mean cosine of the question and a paper's passages."""
    margin: float
    """How much nearer by vectors the papers answered from are than the next other one, -0.3 to 0.3."""
    first_by_vectors: float
    """1 / the best rank by vectors of a paper answered from."""
    first_by_words: float
    """1 / the best rank by keywords."""
    figure_missing: float
    """How far the chosen sentences fall short of giving the figure that was asked for; 0 where none was."""
    figure_missing_loosely: float
    """The same where an answer in words would do."""
    figure_missing_in_papers: float
    """How far all sentences of the papers answered from fall short of it."""
    figure: float
    """Whether a figure is asked for."""
    topics_missing_of_figure: float
    """As `topics_missing`, where a figure is asked for: one of something else is no answer."""
    thing_missing: float
    """Whether the chosen sentences do not speak of the thing that stands after "which" or "how many"."""
    survey: float
    comparison: float
    yes_no: float
    words: float
    """How many words the question has that search can use, out of 25: from 6 to 10, others count as these.

    Of a part these are its own where a stored system is named; else what the whole says describes the paper to find.
    """
    strays: float
    """Whether nothing chosen is from a paper that the question names, or that the parts before are answered from."""
    standing: float
    """The best of any paper's standing: how near its passages are, and how many of the words it has."""
    lead: float
    """How much nearer by vectors the nearest paper is than those found are in the mean."""

    def as_dict(self) -> dict[str, float]:
        """The features by name."""
        return dict(zip(NAMES, astuple(self), strict=True))


NAMES = tuple(field.name for field in fields(Features))


def features(
    question: Question,
    chosen: Sequence[Evidence],
    evidence: Sequence[Evidence],
    *,
    words: Sequence[Word],
    ranked: Sequence[Fused],
    sound: bool,
    of: int | None = None,
    before: AbstractSet[str] = frozenset(),
) -> Features:
    """The features of sentences chosen from all evidence found.

    `words` are the question's with their weights and `ranked` the papers as both legs of the search found them;
    `sound` says whether the rules of composing would say the sentences. Of a part of a question, `of` says how many
    words the whole one has, and `before` which papers the parts before it are answered from.
    """
    lacks = missing(question, chosen, evidence, words)
    whole = sum(word.weight for word in words) or 1.0
    said = frozenset[str]().union(*(e.has for e in chosen))
    named = {e.paper.id for e in evidence if e.own}  # a part of a question may not repeat the name
    own = any(e.paper.id in named for e in chosen)
    unsaid = [word for word in words if word.text not in said and not everyday(word.text)]
    wanted = wants_figure(question.text, question.figure)
    figure = gives_figure(question.text, wanted, (e.text for e in chosen)) if wanted is not None else 1.0
    anywhere = max(figure, _anywhere(question, wanted, chosen, evidence)) if wanted is not None else 1.0
    strict = wanted is not None and wanted.strict
    topics = min(len(lacks.topics), _TOPICS) / _TOPICS
    asks = (question.asks or question.content).split()
    narrowing, ranks = qualifiers(question.text), _ranks(chosen, ranked)
    return Features(
        named=float(own),
        sound=float(sound),
        name_missing=float(bool(lacks.names)),
        names_missing=_weight(lacks.names) / whole,
        name_missing_where_asked=float(any(word.text in asks for word in lacks.names)),
        system_missing=float(any(like_a_system(word.text) for word in lacks.names)),
        topics_missing=topics,
        topic_share_missing=_weight(lacks.topics) / whole,
        qualifier_missing=float(any(bare(word.text) in narrowing for word in lacks.topics)),
        unsaid=_weight(unsaid) / whole,
        coverage=max((e.coverage for e in chosen), default=0.0),
        cosine=max((e.cosine for e in chosen), default=0.0),
        paper_cosine=max((e.paper_cosine for e in chosen), default=0.0),
        margin=ranks.margin,
        first_by_vectors=ranks.by_vectors,
        first_by_words=ranks.by_words,
        figure_missing=(1.0 - figure) if strict else 0.0,
        figure_missing_loosely=(1.0 - figure) if not strict else 0.0,
        figure_missing_in_papers=(1.0 - anywhere) if strict else 0.0,
        figure=float(wanted is not None),
        topics_missing_of_figure=topics * (wanted is not None),
        thing_missing=float(question.required is not None and question.required not in said),
        survey=float(question.kind is Kind.SURVEY),
        comparison=float(question.kind is Kind.COMPARISON),
        yes_no=float(question.kind is Kind.YES_NO and not _ASKS_WHAT.search(question.text)),
        words=max(_FEWEST, min(_MOST, len(words) if of is None or named else of)) / _MANY_WORDS,
        strays=float(not own and bool(named or before) and before.isdisjoint(e.paper.id for e in chosen)),
        standing=max((e.standing for e in evidence), default=0.0),
        lead=_lead(evidence),
    )


def _lead(evidence: Sequence[Evidence]) -> float:
    nearest: dict[str, float] = {}
    for e in evidence:
        nearest[e.paper.id] = max(e.cosine, nearest.get(e.paper.id, -1.0))
    return max(nearest.values()) - sum(nearest.values()) / len(nearest) if nearest else 0.0


def _anywhere(question: Question, wanted: Sought, chosen: Sequence[Evidence], evidence: Sequence[Evidence]) -> float:
    """How well any sentence of the papers answered from gives the figure."""
    papers = {e.paper.id for e in chosen}
    return gives_figure(question.text, wanted, (e.text for e in evidence if e.paper.id in papers))


def _weight(words: Sequence[Word]) -> float:
    return sum(word.weight for word in words)


@dataclass(frozen=True, slots=True)
class _Ranks:
    margin: float
    by_vectors: float
    by_words: float


def _ranks(chosen: Sequence[Evidence], ranked: Sequence[Fused]) -> _Ranks:
    papers = {e.paper.id for e in chosen}
    ours = [fused for fused in ranked if fused.paper_id in papers]
    best = max((fused.dense or 0.0 for fused in ours), default=0.0)
    other = max((fused.dense or 0.0 for fused in ranked if fused.paper_id not in papers), default=0.0)
    return _Ranks(
        max(-_MARGIN, min(_MARGIN, best - other)),
        max((1 / fused.dense_rank for fused in ours if fused.dense_rank), default=0.0),
        max((1 / fused.lexical_rank for fused in ours if fused.lexical_rank), default=0.0),
    )
