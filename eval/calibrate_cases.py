"""Cases to calibrate on: gold questions as they are asked, and what becomes of them where they cannot be answered."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from eval.asking import Shelf
from eval.gold import Asked, GoldQuestion
from eval.matching import missing_keys
from rag.abstain import Proposal, papers_before
from rag.answerability import Features, features
from rag.ask import without_orders
from rag.compose.proposing import proposals
from rag.evidence import Evidence
from rag.models import Outcome, Paper, Scope
from rag.question import Kind, understand
from rag.retrieve import Retrieved
from rag.text.asked import FUNCTION_WORDS
from rag.text.clean import normalised_title
from rag.text.names import called
from rag.text.words import stem, words

CaseKind = Literal["asked", "hidden", "swapped", "joined"]

_SWAPS = 2  # other systems that a question is asked of
_SWAPPED = frozenset({"factoid", "method", "planted", "conversation"})
_INVENTED = ("Quillfish", "TarnBERT", "Oxbow-2", "PetrelNet", "Moorhen++", "SedgeT5", "Fenland-7B", "KelpCoder")
_JOINS = frozenset({"factoid", "method"})  # what a second question is joined to
_JOINED = 2  # second questions that one is joined with
_OPENS = re.compile(
    r"(?:how|what|which|who|where|when|why)\b|(?:on|in|by|at|to|for|with|from|after|under) (?:what|which)\b"
)
_ENOUGH = 0.5  # share of the keys that an answer has to hold to be one


@dataclass(frozen=True, slots=True)
class Case:
    """One part of a question as it was asked of some papers, its features, and whether what would be said answers it.

    `paper` is what cross-validation groups by: the title that the question is, or nearly is, about. `whole` tells the
    parts of one question from those of another, and `expected` is the outcome of the whole. `nearest` is the best
    cosine of any passage. `silent` says that nothing would be said, however probable; `further` that the question was
    written to calibrate on, and is not one of those that are measured. `answered` says whether the papers answer this
    part, be it by what would be said or not; `author` is who wrote the question.
    """

    whole: str
    kind: CaseKind
    paper: str
    slice: str
    expected: Outcome
    features: Features
    answers: bool
    nearest: float
    system_named: bool
    silent: bool = False
    further: bool = False
    answered: bool = False
    author: str = ""

    @property
    def counts(self) -> bool:
        """Whether the case is measured: a question as it was asked."""
        return self.kind == "asked" and not self.further

    @property
    def answerable(self) -> bool:
        """Whether the papers asked answer the whole question, in part at least."""
        return self.expected in ("answered", "partial")


async def cases(
    opened: Shelf, questions: Sequence[GoldQuestion], *, further: bool = False, beside: Sequence[GoldQuestion] = ()
) -> list[Case]:
    """The cases of all questions, asked of an open library; `beside` are others that may be joined to them."""
    made = [
        replace(case, author=author(question))
        for question in questions
        for asked in _alone(question)
        for case in await _of(opened, question, asked)
    ]
    for first, second in joined(questions, beside):
        made += [replace(case, author=author(first)) for case in await _of_two(opened, first, second)]
    return [replace(case, further=further) for case in made]


def joined(
    questions: Sequence[GoldQuestion], beside: Sequence[GoldQuestion] = ()
) -> Iterator[tuple[GoldQuestion, GoldQuestion]]:
    """Pairs of an answerable question and another on its paper that can be asked as the second half of one.

    Those that cannot be answered come first: people ask for something that is not given in one breath with what is.
    """
    seconds: dict[str, list[GoldQuestion]] = {}
    for question in (*questions, *beside):
        near = question.near if question.slice == "near_miss" and question.why != "absent_paper" else None
        one = question.titles[0] if question.slice in _JOINS and len(question.titles) == 1 else near
        if one and _second_half(question.question):
            seconds.setdefault(normalised_title(one), []).append(question)
    for first in questions:
        if first.slice not in _JOINS or len(first.titles) != 1 or understand(first.question).parts:
            continue
        others = [q for q in seconds.get(normalised_title(first.titles[0]), ()) if q.id != first.id]
        others.sort(key=lambda q: (q.answerable, hashlib.sha256(f"{first.id} {q.id}".encode()).digest()))
        for second in others[:_JOINED]:
            yield first, second


def _second_half(text: str) -> bool:
    """Whether a question can follow an "and": it opens with a question word, and is one question."""
    return _OPENS.match(text[:1].lower() + text[1:]) is not None and not understand(text).parts


async def _of_two(opened: Shelf, first: GoldQuestion, second: GoldQuestion) -> list[Case]:
    """The parts of two questions that are asked as one, the system said once; none where it is not seen to be two."""
    text = joined_text(opened, first, second)
    found = await _asked(opened, text, None)
    if len(found.proposals) != 2:
        return []
    return [
        Case(
            whole=f"{first.id} joined {second.id}",
            kind="joined",
            paper=first.titles[0],
            slice="partial",
            expected="answered" if second.answerable else "partial",
            features=of_part,
            answers=one.answerable and _right(one, part.sentences),
            nearest=max((e.cosine for e in found.retrieved.evidence), default=0.0),
            system_named=any(e.own for e in found.retrieved.evidence),
            silent=not part.sentences,
            answered=one.answerable,
        )
        for one, part, of_part in zip((first, second), found.proposals, found.features, strict=True)
    ]


def joined_text(opened: Shelf, first: GoldQuestion, second: GoldQuestion) -> str:
    """Two questions in one: the second with "it" for the name of a system that the first has named."""
    paper = opened.corpus.papers[opened.corpus.id_of(first.titles[0])]
    last = second.question[:1].lower() + second.question[1:]
    for name in called(paper.title, paper.abstract):
        if _naming(name).search(first.question):
            last = _naming(name).sub("it", last)
    return f"{first.question.rstrip(' ?.!')}, and {last}"


def author(question: GoldQuestion) -> str:
    """Whose question it is, by its identifier: `voice-a` of `voice-a-factoid-01`, `choosing` of `choosing-…`."""
    found = _AUTHOR.match(question.id)
    return found[0] if found else question.id


_AUTHOR = re.compile(r"[a-z]+(?:-[a-z](?=-))?(?=-)")


def _alone(question: GoldQuestion) -> Iterator[tuple[str, str, Asked]]:
    """What can be asked without what was said before: each turn with its own wording, or the question."""
    if not question.turns:
        yield question.id, question.question, question
    for number, turn in enumerate(question.turns, 1):
        yield f"{question.id}.{number}", turn.standalone or turn.question, turn


async def _of(opened: Shelf, question: GoldQuestion, one: tuple[str, str, Asked]) -> list[Case]:
    whole, text, asked = one
    paper = (asked.titles or (question.near or whole,))[0]
    found = await _asked(opened, text, None)
    made = _cases(found, whole, "asked", paper, question.slice, asked)
    if not asked.answerable:
        return made
    away = opened.corpus.ids_of((*asked.titles, *asked.also))
    scope = Scope(paper_ids=tuple(sorted(opened.corpus.papers.keys() - set(away))))
    found = await _asked(opened, text, scope)
    made += _cases(found, f"{whole} hidden", "hidden", paper, question.slice, None)
    for number, other in enumerate(_swapped(opened, question, text, asked)):
        found = await _asked(opened, other, None)
        made += _cases(found, f"{whole} swapped {number}", "swapped", paper, question.slice, None)
    return made


@dataclass(frozen=True, slots=True)
class _Found:
    retrieved: Retrieved
    proposals: tuple[Proposal, ...]
    features: tuple[Features, ...]


async def _asked(opened: Shelf, text: str, scope: Scope | None) -> _Found:
    question = understand(text)
    retrieved, _ = without_orders(await opened.library.retriever.evidence(question, scope=scope))
    proposed = proposals(question, retrieved.evidence) or (Proposal(question, (), sound=False),)
    found = tuple(
        features(
            part.question,
            part.sentences,
            retrieved.evidence,
            words=part.words(question, retrieved.words),
            ranked=retrieved.ranked,
            sound=part.sound,
            of=None if part.question is question else len(retrieved.words),
            before=before,
        )
        for part, before in zip(proposed, papers_before(proposed), strict=True)
    )
    return _Found(retrieved, proposed, found)


def _cases(found: _Found, whole: str, kind: CaseKind, paper: str, slice_: str, asked: Asked | None) -> list[Case]:
    right = asked is not None and _right(asked, [e for part in found.proposals for e in part.sentences])
    withheld = unanswerable(asked, found.proposals)
    return [
        Case(
            whole=whole,
            kind=kind,
            paper=paper,
            slice=slice_,
            expected=asked.outcome if asked is not None else "insufficient_evidence",
            features=of_part,
            answers=right
            and asked is not None
            and part is not withheld
            and (len(found.proposals) == 1 or _speaks(asked, part)),
            nearest=max((e.cosine for e in found.retrieved.evidence), default=0.0),
            system_named=any(e.own for e in found.retrieved.evidence),
            silent=not part.sentences,
            answered=asked is not None and asked.answerable and part is not withheld,
        )
        for part, of_part in zip(found.proposals, found.features, strict=True)
    ]


def _right(asked: Asked, sentences: Sequence[Evidence]) -> bool:
    """Whether sentences answer: a paper that belongs is among theirs, and they hold half of the keys or more.

    A survey answers where two in five of the papers that it lists belong.
    """
    text, titles = _said(sentences)
    belongs = {normalised_title(title) for title in asked.titles}
    if not asked.answerable or not titles & belongs:
        return False
    if len(asked.titles) > _SWAPS + 1 or not asked.keys:
        return len(titles & belongs) >= 0.4 * len(titles)
    return len(missing_keys(text, asked.keys)) <= (1 - _ENOUGH) * len(asked.keys)


def _speaks(asked: Asked, part: Proposal) -> bool:
    """Whether a part of an answer holds any of the keys."""
    text, _ = _said(part.sentences)
    return not asked.keys or len(missing_keys(text, asked.keys)) < len(asked.keys)


def unanswerable(asked: Asked | None, parts: Sequence[Proposal]) -> Proposal | None:
    """The part that asks for what a question answered in part lacks: it shares most words with what is missing.

    Words that its answer has tell nothing, the name of its paper among them. Of equals the last one asks in vain.
    """
    if not isinstance(asked, GoldQuestion) or not asked.missing or len(parts) < 2:
        return None
    told = _stems(" ".join((*asked.titles, *(quote.quote for quote in asked.quotes))))
    missing = _stems(asked.missing if isinstance(asked.missing, str) else " ".join(asked.missing)) - told
    return max(reversed(parts), key=lambda part: _shared(missing, _stems(part.question.text)))


def _shared(missing: set[str], said: set[str]) -> int:
    """How many of the stems missing begin one that is said: what lacks may be given as `licen`."""
    return sum(any(word.startswith(begin) for word in said) for begin in missing)


def _stems(text: str) -> set[str]:
    return {stem(word) for word, _, _ in words(text) if word not in FUNCTION_WORDS}


def _said(sentences: Sequence[Evidence]) -> tuple[str, set[str]]:
    text = " ".join(f"{e.paper.title} {e.text}" for e in sentences)
    return text, {normalised_title(e.paper.title) for e in sentences}


def _swapped(opened: Shelf, question: GoldQuestion, text: str, asked: Asked) -> Iterator[str]:
    """The question asked of two other stored systems and of one that is not stored."""
    if question.slice not in _SWAPPED or len(asked.titles) != 1 or understand(text).kind is Kind.COMPARISON:
        return
    mine = opened.corpus.papers[opened.corpus.id_of(asked.titles[0])]
    name = next((name for name in called(mine.title, mine.abstract) if _naming(name).search(text)), None)
    if name is None:
        return
    others = [paper for paper in opened.corpus.papers.values() if _other(paper, mine, asked)]
    others.sort(key=lambda paper: hashlib.sha256(f"{text} {paper.title}".encode()).digest())
    for other in others[:_SWAPS]:
        yield _naming(name).sub(called(other.title, other.abstract)[0], text)
    invented = _INVENTED[hashlib.sha256(text.encode()).digest()[0] % len(_INVENTED)]
    yield _naming(name).sub(invented, text)


def _naming(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE)


def _other(paper: Paper, mine: Paper, asked: Asked) -> bool:
    """Whether a paper has a system of its own and does not hold what answers the question."""
    has_name = bool(called(paper.title, paper.abstract))
    return paper.id != mine.id and has_name and bool(missing_keys(paper.abstract, asked.keys))
