"""The sentences that answer, by the kind of question: the best, those of each part, both sides, a line each. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.compose import cues
from rag.compose.fit import FLOOR, alike, as_seen_by, best_first, fit, possible, same
from rag.question import Kind, Question
from rag.retrieve import Evidence
from rag.text.names import system_of

MAX_SENTENCES = 3
MAX_SURVEY = 10
_MAX_PART = 2  # sentences for each part of a double question
_NEARLY_AS_GOOD = 0.85  # a further sentence has to fit this well, relative to the best
_SIDE_FLOOR = 0.6  # share of a side's words that a paper has to have to be about that side
_AS_DEFINING = 0.2  # how much less well an earlier sentence may fit that defines as well
_MENTIONS = 2  # sentences on a topic from which an abstract is about it
_SURVEY_FLOOR = 0.6  # share of the question that a survey's line has to speak of, its title in view
_SURVEY_NEARLY = 0.8  # … and how relevant a paper has to be, relative to the most relevant one
_SURELY_ABOUT = 0.95  # … and from which it is about the question although only its background says so
_GOES_ON = re.compile(r"(?:It|Its|This|These|Such)\b")
_GAP = 2  # characters between two sentences that follow each other


def best(question: Question, evidence: Sequence[Evidence], most: int) -> list[Evidence]:
    """The best sentence, and further ones that fit nearly as well and say something that was asked for."""
    ranked = possible(question, evidence)
    if question.kind is Kind.DEFINITION:
        return _defining(question, ranked)
    chosen: list[Evidence] = []
    for candidate in ranked:
        if fit(question, candidate) < _NEARLY_AS_GOOD * fit(question, ranked[0]) or len(chosen) == most:
            break
        if not chosen or _adds(question, candidate, chosen):
            chosen.append(candidate)
    return chosen


def _defining(question: Question, ranked: Sequence[Evidence]) -> list[Evidence]:
    """The first of the sentences that define about equally well, and the next one where it goes on about the thing."""
    defining = [e for e in ranked if cues.defines(e.text, question.content)]
    if not defining:
        named_only = bool(question.names) and not any(e.own for e in ranked)
        return [] if named_only else list(ranked[:1])  # a name that is only mentioned is not explained
    enough = fit(question, defining[0]) - _AS_DEFINING
    equal = [e for e in defining if fit(question, e) >= enough and e.paper.id == defining[0].paper.id]
    first = min(equal, key=lambda e: e.start)
    after = [e for e in ranked if e.paper.id == first.paper.id and e.start > first.start]
    second = min(after, key=lambda e: e.start, default=None)
    if second is None or second.start - first.end > _GAP or cues.is_result(second.text):
        return [first]
    return [first, second] if _GOES_ON.match(second.text) else [first]


def _adds(question: Question, candidate: Evidence, chosen: Sequence[Evidence]) -> bool:
    """Whether a sentence says more than those chosen: words of the question, or how it is done."""
    if any(alike(candidate.text, other.text) for other in chosen) or cues.is_background(candidate):
        return False
    if cues.WISH.search(candidate.text) or cues.ADDRESS.search(candidate.text):
        return False
    if question.kind is Kind.OPEN and candidate.paper.id not in {other.paper.id for other in chosen}:
        return len(candidate.has) >= len(chosen[0].has)  # another paper that says as much about a topic
    title = f"{candidate.paper.title} {system_of(candidate.paper.title, candidate.paper.abstract)}".casefold()
    new = candidate.has - frozenset().union(*(other.has for other in chosen))
    if any(word.casefold().rstrip("s") not in title for word in new):
        return True
    goes_on = candidate.paper.id == chosen[0].paper.id and cues.is_mechanism(candidate)
    return question.kind is Kind.METHOD and goes_on and cues.says_how(candidate.text)


def of_parts(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best of each part; what answers two parts at once is said once."""
    chosen: list[Evidence] = []
    for place, part in enumerate(question.parts):
        for candidate in best(part, [as_seen_by(part, place, e) for e in evidence], _MAX_PART):
            if not any(same(candidate, other) or alike(candidate.text, other.text) for other in chosen):
                chosen.append(candidate)
    return chosen


def compared(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """What is said of both sides at once, then of each by its own paper; nothing where one side is unknown."""
    sides = [_of_side(question, place, evidence) for place in range(len(question.parts))]
    if not all(sides):
        return []
    own = [{e.paper.id for e in side if e.own} for side in sides]
    both = best_first(question, (e for e in evidence if _speaks_of_both(question, e, own)))
    if not all(own):
        words = {word for part in question.parts for word in part.content.split()}
        either = [e for e in possible(replace(question, parts=()), evidence) if e.has & words]
        return _differing(question, both) or _differing(question, either)
    chosen: list[Evidence] = []
    for mine, side in zip(own, sides, strict=True):
        told = [e for e in both if e.paper.id in mine]
        of_side = _introduced(side) if not question.figure else []
        fresh = [e for e in (*of_side, *told[:1], *side) if not any(same(e, other) for other in chosen)]
        distinct = list({e.start: e for e in fresh}.values())
        chosen.extend(distinct[: 1 if question.figure else _MAX_PART])
    return chosen


def _of_side(question: Question, place: int, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences about one side, best first; those of the side's own paper where it has one."""
    part = question.parts[place]
    seen = [as_seen_by(part, place, e) for e in evidence]
    about = [e for e in seen if e.paper_coverage >= _SIDE_FLOOR]
    return [e for e in possible(part, about) if e.own or e.has or e.names & set(part.names)]


def _introduced(side: Sequence[Evidence]) -> list[Evidence]:
    """The sentence of a side that introduces it, if there is one."""
    return [e for e in side if cues.PROPOSES.search(e.text) and not cues.is_background(e)][:1]


def _speaks_of_both(question: Question, evidence: Evidence, own: Sequence[set[str]]) -> bool:
    """Whether a sentence is about each side; in one side's own paper it is enough that it names the other."""
    if evidence.relevance < FLOOR or (not all(own) and cues.is_background(evidence)):
        return False
    spoken = [part.coverage >= _SIDE_FLOOR and bool(evidence.has) for part in evidence.parts]
    mine = [evidence.paper.id in papers for papers in own]
    words = [set(part.content.split()) for part in question.parts]
    named = [bool(evidence.has & side) for side in words]
    if any(mine):
        return all(is_mine or says for is_mine, says in zip(mine, named, strict=True))
    return all(spoken)


def _differing(question: Question, ranked: Sequence[Evidence]) -> list[Evidence]:
    """The first few that fit nearly as well as the first and do not say the same."""
    chosen: list[Evidence] = []
    for candidate in ranked:
        if len(chosen) == MAX_SENTENCES or fit(question, candidate) < _NEARLY_AS_GOOD * fit(question, ranked[0]):
            break
        if not any(alike(candidate.text, other.text) for other in chosen):
            chosen.append(candidate)
    return chosen


def surveyed(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """A line for each paper whose own work is about the question, or about one of its alternatives; the best first."""
    papers: dict[str, list[Evidence]] = {}
    for e in evidence:
        parts = (as_seen_by(part, place, e) for place, part in enumerate(question.parts))
        papers.setdefault(e.paper.id, []).append(max([e, *parts], key=lambda s: s.relevance))
    about = {paper: max(e.relevance for e in said) for paper, said in papers.items()}
    enough = max(FLOOR, _SURVEY_NEARLY * max(about.values(), default=0.0))
    surely = _SURELY_ABOUT * max(about.values(), default=0.0)
    lines = {
        paper: _line(question, said, sure=about[paper] >= surely)
        for paper, said in papers.items()
        if about[paper] >= enough
    }
    ranked = sorted((paper for paper, line in lines.items() if line), key=lambda paper: (-about[paper], paper))
    return [line for paper in ranked[:MAX_SURVEY] if (line := lines[paper])]


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
