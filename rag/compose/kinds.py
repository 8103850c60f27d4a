"""The sentences that answer, by the kind of question: the best, those of each part, both sides, a line each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.compose import cues
from rag.compose.fit import FLOOR, alike, as_seen_by, best_first, fit, possible, same, sound
from rag.question import Kind, Question
from rag.retrieve import Evidence
from rag.text.names import system_of

MAX_SENTENCES = 3
MAX_SURVEY = 10
_MAX_PART = 2  # sentences for each part of a double question, and for each side of a comparison
_NEARLY_AS_GOOD = 0.12  # how much less well than the best a further sentence may fit
_SIDE_FLOOR = 0.6  # share of a side's words that a paper has to have to be about that side
_AS_DEFINING = 0.2  # how much less well an earlier sentence may fit that defines as well
_MENTIONS = 2  # sentences on a topic from which an abstract is about it
_SURVEY_FLOOR = 0.6  # share of the question that a survey's line has to speak of, its title in view
_SURVEY_NEARLY = 0.8  # … and how relevant a paper has to be, relative to the most relevant one
_SURELY_ABOUT = 0.95  # … and from which it is about the question although only its background says so
_GOES_ON = re.compile(r"(?:It|Its|This|These|Such)\b")
_GAP = 2  # characters between two sentences that follow each other
_TOPIC = 4  # content words up to which a question may only name a topic


@dataclass(frozen=True, slots=True)
class Part:
    """The best that can be said to one part of a question, and whether it answers by the rules alone."""

    sentences: tuple[Evidence, ...]
    sound: bool


def best(question: Question, evidence: Sequence[Evidence], most: int) -> Part:
    """The best sentence, and further ones that fit nearly as well and say something that was asked for."""
    ranked = possible(question, evidence)
    if not ranked:
        return Part((), sound=False)
    if question.kind is Kind.DEFINITION:
        return _defining(question, ranked)
    chosen: list[Evidence] = []
    for candidate in ranked:
        if len(chosen) == most or not _near(question, candidate, ranked[0]):
            break
        if not chosen or _adds(question, candidate, chosen):
            chosen.append(candidate)
    return Part(tuple(chosen), sound(question, chosen[0]))


def _near(question: Question, candidate: Evidence, first: Evidence) -> bool:
    """Whether a sentence fits nearly as well as the first."""
    return fit(question, candidate) >= fit(question, first) - _NEARLY_AS_GOOD


def _defining(question: Question, ranked: Sequence[Evidence]) -> Part:
    """The first of the sentences that define about equally well, and the next one where it goes on about the thing."""
    defining = [e for e in ranked if cues.defines(e.text, question.content)]
    if not defining:
        named_only = bool(question.names) and not any(e.own for e in ranked)  # mentioned, and not explained
        return Part((ranked[0],), sound=not named_only and sound(question, ranked[0]))
    enough = fit(question, defining[0]) - _AS_DEFINING
    equal = [e for e in defining if fit(question, e) >= enough and e.paper.id == defining[0].paper.id]
    first = min(equal, key=lambda e: e.start)
    after = [e for e in ranked if e.paper.id == first.paper.id and e.start > first.start]
    second = min(after, key=lambda e: e.start, default=None)
    follows = second is not None and second.start - first.end <= _GAP and not cues.is_result(second.text)
    if second is None or not follows or not _GOES_ON.match(second.text):
        return Part((first,), sound(question, first))
    return Part((first, second), sound(question, first))


def _adds(question: Question, candidate: Evidence, chosen: Sequence[Evidence]) -> bool:
    """Whether a sentence says more than those chosen: words of the question, or how it is done."""
    if any(alike(candidate.text, other.text) for other in chosen) or cues.is_background(candidate):
        return False
    if cues.WISH.search(candidate.text) or cues.ADDRESS.search(candidate.text) or not sound(question, candidate):
        return False
    if candidate.paper.id not in {other.paper.id for other in chosen}:
        topic = question.kind is Kind.OPEN and len(question.content.split()) <= _TOPIC
        return topic and len(candidate.has) >= len(chosen[0].has)  # another paper that says as much about a topic
    title = f"{candidate.paper.title} {system_of(candidate.paper.title, candidate.paper.abstract)}".casefold()
    new = candidate.has - frozenset().union(*(other.has for other in chosen))
    if any(word.casefold().rstrip("s") not in title for word in new):
        return True
    return question.kind is Kind.METHOD and cues.is_mechanism(candidate) and cues.says_how(candidate.text)


def of_parts(question: Question, evidence: Sequence[Evidence]) -> list[Part]:
    """The best of each part; what answers two parts at once is said once."""
    found: list[Part] = []
    for place, part in enumerate(question.parts):
        one = best(part, [as_seen_by(part, place, e) for e in evidence], _MAX_PART)
        said = [sentence for other in found for sentence in other.sentences]
        new = [s for s in one.sentences if not any(same(s, o) or alike(s.text, o.text) for o in said)]
        found.append(Part(tuple(new), one.sound))
    return found


def systems(evidence: Sequence[Evidence]) -> list[str]:
    """The papers whose systems the question names, those of the most relevant sentences first."""
    return list(dict.fromkeys(e.paper.id for e in evidence if e.own))


def compared(question: Question, evidence: Sequence[Evidence]) -> Part:
    """What is said of each system that the question names, by its own paper; else of both sides at once."""
    named = systems(evidence)
    if len(named) > 1:
        return _of_each(question, evidence, named)
    sides = [_of_side(question, place, evidence) for place in range(len(question.parts))]
    whole = replace(question, parts=())
    both = best_first(question, (e for e in evidence if _speaks_of_both(question, e)))
    words = {word for part in question.parts for word in part.content.split()}
    either = [e for e in possible(whole, evidence) if e.has & words]
    chosen = _differing(question, both) or _differing(question, either) or list(possible(whole, evidence)[:1])
    answers = bool(chosen) and all(
        any(sound(part, e) for e in side) for part, side in zip(question.parts, sides, strict=True)
    )
    return Part(tuple(chosen), answers)


def _of_each(question: Question, evidence: Sequence[Evidence], named: Sequence[str]) -> Part:
    """The best sentences of each named system's paper: those that speak of what is compared, or that introduce it."""
    chosen: list[Evidence] = []
    answers = True
    for paper in named[:MAX_SENTENCES]:
        mine = [e for e in evidence if e.paper.id == paper]
        ranked = possible(question, mine)
        if not any(e.asks for e in ranked) and question.figure is None:
            ranked = _introduced(ranked) + ranked
        side: list[Evidence] = []
        for candidate in ranked:
            near = len(side) < _MAX_PART and _near(question, candidate, ranked[0])
            if not side or (near and _adds(question, candidate, side)):
                side.append(candidate)
        chosen += side
        answers = answers and bool(side)
    return Part(tuple(chosen), answers)


def _of_side(question: Question, place: int, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences about one side, best first; those of the side's own paper where it has one."""
    part = question.parts[place]
    seen = [as_seen_by(part, place, e) for e in evidence]
    about = [e for e in seen if e.paper_coverage >= _SIDE_FLOOR]
    return [e for e in possible(part, about) if e.own or e.has or e.names & set(part.names)]


def _introduced(side: Sequence[Evidence]) -> list[Evidence]:
    """The sentence of a side that introduces it, if there is one."""
    return [e for e in side if cues.PROPOSES.search(e.text) and not cues.is_background(e)][:1]


def _speaks_of_both(question: Question, evidence: Evidence) -> bool:
    """Whether a sentence is about each side."""
    if evidence.relevance < FLOOR or cues.is_background(evidence):
        return False
    return all(part.coverage >= _SIDE_FLOOR and bool(evidence.has) for part in evidence.parts)


def _differing(question: Question, ranked: Sequence[Evidence]) -> list[Evidence]:
    """The first few that fit nearly as well as the first and do not say the same."""
    chosen: list[Evidence] = []
    for candidate in ranked:
        if len(chosen) == MAX_SENTENCES or not _near(question, candidate, ranked[0]):
            break
        if not any(alike(candidate.text, other.text) for other in chosen):
            chosen.append(candidate)
    return chosen


def surveyed(question: Question, evidence: Sequence[Evidence]) -> Part:
    """A line for each paper whose own work is about the question, or about one of its alternatives; the best first."""
    papers: dict[str, list[Evidence]] = {}
    for e in evidence:
        parts = (as_seen_by(part, place, e) for place, part in enumerate(question.parts))
        papers.setdefault(e.paper.id, []).append(max([e, *parts], key=lambda s: s.relevance))
    about = {paper: max(e.relevance for e in said) for paper, said in papers.items()}
    enough = _SURVEY_NEARLY * max(about.values(), default=0.0)
    surely = _SURELY_ABOUT * max(about.values(), default=0.0)
    lines = {
        paper: _line(question, said, sure=about[paper] >= surely)
        for paper, said in papers.items()
        if about[paper] >= enough
    }
    ranked = sorted((paper for paper, line in lines.items() if line), key=lambda paper: (-about[paper], paper))
    shown = [line for paper in ranked[:MAX_SURVEY] if (line := lines[paper])]
    return Part(tuple(shown), any(about[e.paper.id] >= FLOOR for e in shown))


def _line(question: Question, said: Sequence[Evidence], *, sure: bool) -> Evidence | None:
    """The sentence that stands for a paper in a survey; None where its own work is not about the question.

    It is, where a sentence on its own work speaks of it, or where the abstract comes back to it, or is `sure` to be.
    """
    work = [e for e in said if not cues.is_background(e)]
    able = [e for e in work if e.coverage >= _SURVEY_FLOOR]
    if cues.asks_for_new(question.text):
        able = [e for e in able if cues.INTRODUCES.search(e.text)]
    elif not able and (sure or sum(e.coverage >= _SURVEY_FLOOR and bool(e.has) for e in said) >= _MENTIONS):
        able = work
    return max(able, key=lambda e: (fit(question, e), -e.start), default=None)


def in_order(chosen: Iterable[Evidence]) -> list[Evidence]:
    """Sentences in the order to read them: paper by paper as they come, each paper's as its abstract has them."""
    chosen = list(chosen)
    papers = list(dict.fromkeys(e.paper.id for e in chosen))
    return sorted(chosen, key=lambda e: (papers.index(e.paper.id), e.start))
