"""Composing without a model: the sentences that answer best, as they stand. Pure.

What makes a sentence fit is its relevance and, by the kind of question, what an answer of that kind looks like: the
figure that was asked for, the proposing sentence where it says what something is, a sentence of each side where two are
compared. Nothing is said where no sentence can be the answer, whatever its relevance: a price was asked for and none is
given. Result sentences often stand late in an abstract and carry no name: `subject` brings it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from rag.compose import cues
from rag.models import Paper
from rag.question import Kind, Question
from rag.relevance import relevance
from rag.retrieve import Evidence
from rag.text.figures import figures
from rag.text.names import system_of

MAX_SENTENCES = 3
MAX_SURVEY = 10
_MAX_PART = 2  # sentences for each part of a double question
_NEARLY_AS_GOOD = 0.85  # a further sentence has to fit this well, relative to the best
_FLOOR = 0.3  # relevance below which a sentence answers nothing
_PAPER_FLOOR = 0.55  # share of the question that the paper has to speak of
_SIDE_FLOOR = 0.6  # share of a side's words that a paper has to have to be about that side
_SURVEY_FLOOR = 0.6  # share of the question that a survey's line has to speak of, its title in view
_SURVEY_NEARLY = 0.7  # … and how well it has to fit, relative to the best line
_ALIKE = 0.6  # share of words from which two sentences say the same
_OFTEN = 3  # mentions from which an abstract is about a name that is not its system's

_OPENS_WITHOUT_NAME = re.compile(
    r"(?:It|Its|They|Their|We|Our|This|These|Both|The (?:proposed|resulting|method|model|approach|system|framework))\b"
    r"|.{0,60}?\b(?:we|our|it|they|the (?:proposed|method|model|approach|system|framework))\b"
    r"|.{0,60}?, (?:its|their)\b",
)
_RESULT_OPENS = re.compile(r"(?:On|For|With|In|At|Across|Experiments?|Results?|Extensive|Compared|The|Run|Its)\b")
_OF_OTHERS = re.compile(r"(?:Prior|Previous|Existing|Earlier|Recent|Other|Most|Many|Current|Traditional|In the past)\b")
# Openings that point to a sentence that is not shown; what is left after one says the same.
_LEAD_IN = re.compile(
    r"(?:\(\d\) |[ivx]+\) )?"
    r"(?:(?:However|Moreover|Furthermore|Further|Additionally|Besides|Also|Specifically|Concretely|In particular|"
    r"Particularly|Therefore|Thus|Hence|Consequently|Notably|Nevertheless|Nonetheless|Instead|In addition|In this way|"
    r"Firstly?|Secondly?|Thirdly?|Finally|On the other hand|Conversely|Meanwhile|That is|As a result|In contrast|"
    r"For (?:example|instance)|In this (?:paper|work|study)|Here|Indeed|Remarkably|Surprisingly|"
    r"(?:Motivated|Inspired) by (?:this|these|that)(?: \w+)?|Based on (?:this|these|that|the above)(?: \w+){0,2}|"
    r"To(?:wards?)? (?:this|that) (?:end|goal|aim)|To do (?:so|this)|"
    r"To (?:address|tackle|solve|overcome|alleviate|mitigate|resolve|answer|achieve|leverage|fill)\w* "
    r"(?:this|these|that|the|it)[^,]{0,40}|"
    r"In order to (?:solve|address|tackle|overcome) (?:this|these)[^,]{0,30}), )+"
)


def choose(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that answer, in the order to read them; none when the evidence does not answer.

    One to three, or a line for each paper when a survey is asked for. Sentences of the paper that answers best come
    first, each paper's in the order of its abstract. Openings that point to what is not shown are cut off.
    """
    return [_without_lead_in(chosen) for chosen in _chosen(question, evidence)]


def _chosen(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    match question.kind:
        case Kind.IMPRINT:
            return []
        case Kind.COMPARISON if question.parts:
            return _in_order(_compared(question, evidence))
        case Kind.SURVEY:
            return _surveyed(question, evidence)
    if question.parts:
        return _in_order(_of_parts(question, evidence))
    return _in_order(_best(question, evidence, MAX_SENTENCES))


def fit(question: Question, evidence: Evidence) -> float:
    """How well a sentence fits as the answer: its relevance, and cues for this kind of question."""
    fits = evidence.relevance + _of_kind(question, evidence)
    if cues.OPEN_END.search(evidence.text):
        fits -= 0.25
    if cues.ADDRESS.search(evidence.text):
        fits -= 0.2
    if cues.WISH.search(evidence.text):
        fits -= 0.15
    if cues.is_background(evidence) and not cues.asks_for_background(question.text):
        fits -= 0.15
    return fits


def _of_kind(question: Question, evidence: Evidence) -> float:
    text = evidence.text
    figure = 0.2 * cues.figure_fit(text, question.figure) if question.figure else 0.0
    match question.kind:
        case Kind.FIGURE:
            return figure
        case Kind.METHOD:
            return 0.06 * min(3, len(cues.HOW.findall(text)))
        case Kind.DEFINITION:
            return 0.25 if cues.defines(text, question.content) else 0.0
        case Kind.SURVEY:
            return 0.15 if cues.PROPOSES.search(text) else 0.0
        case Kind.COMPARISON:
            return figure + (0.1 if cues.COMPARES.search(text) else 0.0)
        case _:
            return 0.08 if cues.CONCLUDES.search(text) or cues.PROPOSES.search(text) else 0.0


def confidence(chosen: Sequence[Evidence]) -> float:
    """The relevance of the best sentence, in [0, 1]: an order, not yet a probability."""
    return max((min(1.0, e.relevance) for e in chosen), default=0.0)


def subject(paper: Paper, sentence: str) -> str | None:
    """The name of the paper's system, where the sentence speaks of it without naming it; None where none is needed."""
    name = system_of(paper.title, paper.abstract)
    if name is None or name.casefold() in sentence.casefold() or _OF_OTHERS.match(sentence):
        return None
    if _OPENS_WITHOUT_NAME.match(sentence) or (_RESULT_OPENS.match(sentence) and figures(sentence)):
        return name
    return None


# ---------------------------------------------------------------------------------------------- what may be an answer


def _able(question: Question, evidence: Iterable[Evidence]) -> list[Evidence]:
    """The sentences that can be an answer, those that fit best first."""
    able = [
        e
        for e in evidence
        if e.relevance >= _FLOOR
        and e.paper_coverage >= _PAPER_FLOOR
        and _about(question, e)
        and (question.required is None or question.required in e.paper_has or not e.paper_has)
        and (question.figure is None or not question.figure.strict or cues.figure_fit(e.text, question.figure))
    ]
    if any(e.own for e in able):
        able = [e for e in able if e.own]
    return _ranked(able, lambda e: fit(question, e))


def _about(question: Question, evidence: Evidence) -> bool:
    """A sentence about the names that were asked for: it has one, or its paper's system is one, or its paper is.

    A mere mention elsewhere in the abstract says nothing: a model that uses FlashAttention is not about it.
    """
    if not question.names or evidence.own:
        return True
    text = evidence.text.casefold()
    return any(
        name.casefold() in text or evidence.paper.abstract.count(name) >= _OFTEN
        for name in evidence.names & set(question.names)
    )


def _ranked(evidence: Iterable[Evidence], by: Callable[[Evidence], float]) -> list[Evidence]:
    return sorted(evidence, key=lambda e: (-by(e), e.paper.id, e.start))


def _seen(part: Question, place: int, evidence: Evidence) -> Evidence:
    """The evidence as it stands to one part of the question."""
    share = evidence.parts[place]
    return replace(
        evidence,
        coverage=share.coverage,
        paper_coverage=share.paper_coverage,
        relevance=relevance(evidence.cosine, share.coverage),
        own=share.own,
        has=evidence.has & set(part.content.split()),
    )


# ------------------------------------------------------------------------------------------------------ by the kind


def _best(question: Question, evidence: Sequence[Evidence], most: int) -> list[Evidence]:
    """The best sentence, and further ones that fit nearly as well and say something that was asked for."""
    ranked = _able(question, evidence)
    chosen: list[Evidence] = []
    for candidate in ranked:
        if fit(question, candidate) < _NEARLY_AS_GOOD * fit(question, ranked[0]) or len(chosen) == most:
            break
        if not chosen or _adds(question, candidate, chosen):
            chosen.append(candidate)
    return chosen


def _adds(question: Question, candidate: Evidence, chosen: Sequence[Evidence]) -> bool:
    """Whether a sentence says more than those chosen: of the same paper, words of the question, or how it is done."""
    if any(_alike(candidate.text, other.text) for other in chosen) or cues.is_background(candidate):
        return False
    if question.kind is Kind.DEFINITION:
        return False
    said = frozenset().union(*(other.has for other in chosen))
    if candidate.paper.id != chosen[0].paper.id or question.kind is Kind.FIGURE:
        return bool(candidate.has - said)
    return bool(candidate.has - said) or (question.kind is Kind.METHOD and bool(cues.HOW.search(candidate.text)))


def _of_parts(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best of each part; what answers two parts at once is said once."""
    chosen: list[Evidence] = []
    for place, part in enumerate(question.parts):
        for candidate in _best(part, [_seen(part, place, e) for e in evidence], _MAX_PART)[:_MAX_PART]:
            if not any(_same(candidate, other) or _alike(candidate.text, other.text) for other in chosen):
                chosen.append(candidate)
    return chosen


def _compared(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that speak of both sides, and the best of each side that is not yet spoken of; none for one side."""
    sides = [_of_side(question, place, evidence) for place in range(len(question.parts))]
    if not all(sides):
        return []
    chosen = [e for e in _ranked(_of_both(question, evidence), lambda e: fit(question, e))][: MAX_SENTENCES - 1]
    for place, side in enumerate(sides):
        own = {e.paper.id for e in side if e.own}
        if any(e.paper.id in own if own else e.parts[place].coverage >= _SIDE_FLOOR for e in chosen):
            continue
        fresh = [e for e in side if not any(_same(e, o) or _alike(e.text, o.text) for o in chosen)]
        chosen.extend(fresh[:1])
    return chosen


def _of_side(question: Question, place: int, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences about one side, best first; those of the side's own paper where it has one."""
    part = question.parts[place]
    seen = [_seen(part, place, e) for e in evidence if e.parts[place].paper_coverage >= _SIDE_FLOOR]
    return [e for e in _able(part, seen) if e.own or e.has]


def _of_both(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that have words of each side and are no background."""
    words = [set(part.content.split()) for part in question.parts]
    apart = [side - set.union(*(other for other in words if other is not side)) for side in words]
    return [
        e
        for e in evidence
        if all(e.has & side for side in apart) and e.relevance >= _FLOOR and not cues.is_background(e)
    ]


def _surveyed(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """A line for each paper whose own work is about the question, or about one of its alternatives."""
    lines: dict[str, tuple[float, Evidence]] = {}
    for e in evidence:
        seen = max(
            [e, *(_seen(part, place, e) for place, part in enumerate(question.parts))], key=lambda s: s.relevance
        )
        if seen.coverage < _SURVEY_FLOOR or seen.relevance < _FLOOR or cues.is_background(seen):
            continue
        fits = fit(question, seen)
        if e.paper.id not in lines or fits > lines[e.paper.id][0]:
            lines[e.paper.id] = (fits, seen)
    best = max((fits for fits, _ in lines.values()), default=0.0)
    ranked = _ranked((e for fits, e in lines.values() if fits >= _SURVEY_NEARLY * best), lambda e: fit(question, e))
    return ranked[:MAX_SURVEY]


# ------------------------------------------------------------------------------------------------- how it is shown


def _in_order(chosen: Sequence[Evidence]) -> list[Evidence]:
    papers = list(dict.fromkeys(e.paper.id for e in chosen))
    ordered = sorted(chosen, key=lambda e: (papers.index(e.paper.id), e.start))
    return [e for _, group in groupby(ordered, key=lambda e: e.paper.id) for e in group]


def _without_lead_in(evidence: Evidence) -> Evidence:
    """The sentence without an opening that points back; it has to go on with a capital or under the system's name."""
    found = _LEAD_IN.match(evidence.text)
    if found is None:
        return evidence
    rest = evidence.text[found.end() :]
    if rest[:1].isupper() or subject(evidence.paper, rest):
        return replace(evidence, start=evidence.start + found.end(), text=rest)
    return evidence


def _same(one: Evidence, other: Evidence) -> bool:
    return one.paper.id == other.paper.id and one.start == other.start


def _alike(one: str, other: str) -> bool:
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) / max(1, min(len(a), len(b))) > _ALIKE
