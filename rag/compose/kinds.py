"""The sentences that answer, by the kind of question: the best, those of each part, both sides, a line each. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.compose import cues
from rag.compose.fit import FLOOR, alike, as_seen_by, best_first, fit, possible, same, sound, thing
from rag.compose.surveys import belonging, speaks_of_it
from rag.question import Kind, Question
from rag.retrieve import Evidence

MAX_SENTENCES = 3
_MAX_PART = 2  # sentences for each part of a double question
_MAX_SIDE = 3  # … for each side of a comparison, since either half of the answer may be any of several
_NEARLY_AS_GOOD = 0.25  # how much less well than the best a further sentence of its paper may fit
_ELSEWHERE = 0.12  # … and one of another paper
_NEAREST = 3  # papers that a single answer may come from
_SIDE_FLOOR = 0.6  # share of a side's words that a paper has to have to be about that side
_AS_DEFINING = 0.2  # how much less well an earlier sentence may fit that defines as well
_GOES_ON = re.compile(r"(?:It|Its|This|These|Such)\b")
_SPELLS_OUT = re.compile(
    r"(?:One|The (?:first|former)|First(?:ly)?|Specifically|Concretely|In particular|Namely|That is|These|Such|This|"
    r"Both)\b"
)
# "… with three parts.": what they are stands in the sentences that follow.
_ANNOUNCES = re.compile(
    r"\b(?:two|three|four|five|several|the following|threefold|twofold)\b(?: [\w-]+){0,3}? ?"
    r"(?:parts|components|steps|stages|modules|phases|strategies|tasks|ingredients|ideas|strategy|ways)?[.:]?$",
    re.IGNORECASE,
)
_GOES_ON_AFTER = frozenset({Kind.METHOD, Kind.OPEN})
_GAP = 2  # characters between two sentences that follow each other
_TOPIC = 4  # content words up to which a question may only name a topic


@dataclass(frozen=True, slots=True)
class Part:
    """The best that can be said to one part of a question, and whether it answers by the rules alone."""

    sentences: tuple[Evidence, ...]
    sound: bool


def best(question: Question, evidence: Sequence[Evidence], most: int) -> Part:
    """The best sentence, and further ones that fit nearly as well: of its paper, or of another where a topic is asked.

    Where the best does not lead clearly it is often another sentence of the same paper that answers, and two or three
    read better than one.
    """
    ranked = possible(question, _nearest(evidence))
    if not ranked:
        return Part((), sound=False)
    if question.kind is Kind.DEFINITION:
        return _defining(question, ranked)
    chosen = [ranked[0]]
    if question.kind in _GOES_ON_AFTER:
        chosen += _continued(chosen, ranked)[: most - 1]
    for candidate in ranked[1:]:
        if len(chosen) < most and _near(question, candidate, ranked[0]) and _adds(question, candidate, chosen):
            chosen.append(candidate)
    return Part(tuple(chosen), sound(question, chosen[0]))


def _nearest(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences of the papers nearest to the question as a whole, and of those whose system it names.

    One sentence of a paper far down may have the figure or the words that are wanted by chance.
    """
    standing = {e.paper.id: e.standing for e in evidence}
    first = sorted(standing, key=lambda paper: (-standing[paper], paper))[:_NEAREST]
    return [e for e in evidence if e.own or e.paper.id in first]


def _continued(chosen: Sequence[Evidence], ranked: Sequence[Evidence]) -> list[Evidence]:
    """What follows the best one, where it only spells out what that one says: "One is …", "Specifically, …"."""
    first = chosen[0]
    after = sorted((e for e in ranked if e.paper.id == first.paper.id and e.start > first.start), key=lambda e: e.start)
    if _ANNOUNCES.search(first.text):
        return [e for e in after if not cues.is_result(e.text) and not any(same(e, other) for other in chosen)]
    following = [e for e in after if e.start - first.end <= _GAP and _SPELLS_OUT.match(e.text)]
    return [e for e in following if not any(same(e, other) for other in chosen)]


def _near(question: Question, candidate: Evidence, first: Evidence) -> bool:
    """Whether a sentence fits nearly as well as the first."""
    slack = _NEARLY_AS_GOOD if candidate.paper.id == first.paper.id else _ELSEWHERE
    return fit(question, candidate) >= fit(question, first) - slack


def _defining(question: Question, ranked: Sequence[Evidence]) -> Part:
    """The first of the sentences that define about equally well, and the next one where it goes on about the thing."""
    defining = [e for e in ranked if cues.defines(e.text, thing(question))]
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
    """Whether a sentence says more than those chosen, and of the same paper's work, or as much about a topic."""
    if any(alike(candidate.text, other.text) for other in chosen) or any(same(candidate, other) for other in chosen):
        return False
    if cues.is_background(candidate) or (question.kind is Kind.METHOD and cues.is_result(candidate.text)):
        return False
    if any(cue.search(candidate.text) for cue in (cues.WISH, cues.ADDRESS, cues.OPEN_END)):
        return False
    if candidate.paper.id in {other.paper.id for other in chosen}:
        return True
    topic = question.kind is Kind.OPEN and len(question.content.split()) <= _TOPIC
    return topic and sound(question, candidate) and len(candidate.has) >= len(chosen[0].has)


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
    """What is said of each side by its own paper; where both are in one, what it says of both at once."""
    papers = _papers_of_sides(question, evidence)
    if len(papers) > 1:
        return _of_each(question, evidence, papers)
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


def _papers_of_sides(question: Question, evidence: Sequence[Evidence]) -> list[str]:
    """The papers whose systems the question names; where it names one, the other is the nearest to the other side."""
    named = systems(evidence)
    if len(named) != 1 or not question.parts:
        return named
    others = []
    for place, part in enumerate(question.parts):
        if any(e.own and place < len(e.parts) and e.parts[place].own for e in evidence):
            continue
        about = [e for e in evidence if e.paper.id not in named and _is_about(e, part, place)]
        if about:
            others.append(max(about, key=lambda e: _of(e, place)).paper.id)
    return named + others


def _is_about(evidence: Evidence, part: Question, place: int) -> bool:
    """Whether a paper is one side of a comparison whose other side is a system: it has the name that the side goes by.

    "The baselines" and "earlier methods" are those that the system's own paper compares it with.
    """
    return _of(evidence, place) >= _SIDE_FLOOR and bool(evidence.names & set(part.names))


def _of(evidence: Evidence, place: int) -> float:
    """How much of a side its paper speaks of."""
    return evidence.parts[place].paper_coverage if place < len(evidence.parts) else 0.0


def _of_each(question: Question, evidence: Sequence[Evidence], named: Sequence[str]) -> Part:
    """The best sentences of each named system's paper: those that speak of what is compared, or that introduce it."""
    asked = replace(question, kind=Kind.COMPARISON, parts=())
    chosen: list[Evidence] = []
    for paper in named[:MAX_SENTENCES]:
        ranked = possible(asked, [e for e in evidence if e.paper.id == paper])
        if not any(e.asks for e in ranked) and question.figure is None:
            ranked = _introduced(ranked) + ranked
        side: list[Evidence] = []
        for candidate in ranked:
            near = len(side) < _MAX_SIDE and _near(asked, candidate, ranked[0])
            if not side or (near and _adds(asked, candidate, side)):
                side.append(candidate)
        chosen += side
    return Part(tuple(chosen), sound=True)


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
    """A line for each paper that belongs to what is asked; the best first."""
    shown = belonging(question, evidence)
    return Part(tuple(shown), speaks_of_it(shown))


def in_order(chosen: Iterable[Evidence]) -> list[Evidence]:
    """Sentences in the order to read them: paper by paper as they come, each paper's as its abstract has them."""
    chosen = list(chosen)
    papers = list(dict.fromkeys(e.paper.id for e in chosen))
    return sorted(chosen, key=lambda e: (papers.index(e.paper.id), e.start))
