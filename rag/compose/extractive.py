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
from rag.text.names import names, system_of

MAX_SENTENCES = 3
MAX_SURVEY = 10
_MAX_PART = 2  # sentences for each part of a double question
_NEARLY_AS_GOOD = 0.85  # a further sentence has to fit this well, relative to the best
_FLOOR = 0.3  # relevance below which a sentence answers nothing
_PAPER_FLOOR = 0.55  # share of the question that the paper has to speak of
_SIDE_FLOOR = 0.6  # share of a side's words that a paper has to have to be about that side
_AS_DEFINING = 0.2  # how much less well an earlier sentence may fit that defines as well
_MENTIONS = 2  # sentences on a topic from which an abstract is about it
_SURVEY_FLOOR = 0.6  # share of the question that a survey's line has to speak of, its title in view
_SURVEY_NEARLY = 0.8  # … and how relevant a paper has to be, relative to the most relevant one
_SURELY_ABOUT = 0.95  # … and from which it is about the question although only its background says so
_ALIKE = 0.6  # share of words from which two sentences say the same
_BEFORE = 300  # characters before a sentence in which a name is still what the sentence is about
_OFTEN = 3  # mentions from which an abstract is about a name that is not its system's

_OPENS_WITHOUT_NAME = re.compile(
    r"(?:It|Its|They|Their|We|Our|This|These|Both|The (?:proposed|resulting|method|model|approach|system|framework))\b"
    r"|.{0,60}?\b(?:we|our|it|they|the (?:proposed|method|model|approach|system|framework))\b"
    r"|.{0,60}?, (?:its|their)\b",
)
_RESULT_OPENS = re.compile(r"(?:On|For|With|In|At|Across|Experiments?|Results?|Extensive|Compared|The|Run|Its)\b")
_GOES_ON = re.compile(r"(?:It|Its|This|These|Such)\b")
_GAP = 2  # characters between two sentences that follow each other
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
    text = evidence.text
    fits = evidence.relevance + _of_kind(question, evidence)
    fits += 0.04 * sum(name in text for name in question.names)  # as it is written: RETRO is not Retro
    fits += 0.05 * cues.has_phrase(text, question.content)
    if cues.OPEN_END.search(text):
        fits -= 0.25
    if cues.ADDRESS.search(text):
        fits -= 0.2
    if cues.WISH.search(text):
        fits -= 0.15
    if cues.is_background(evidence) and not _wants_background(question, evidence):
        fits -= 0.25 if question.kind is Kind.METHOD else 0.15
    return fits


def _wants_background(question: Question, evidence: Evidence) -> bool:
    """What a paper builds on explains a notion, though not its own system, and answers what was wrong before it."""
    return cues.asks_for_background(question.text) or (question.kind is Kind.DEFINITION and not evidence.own)


def _of_kind(question: Question, evidence: Evidence) -> float:
    text = evidence.text
    concludes = cues.CONCLUDES.search(text) is not None
    proposes = cues.PROPOSES.search(text) is not None
    figure = 0.2 * cues.figure_fit(text, question.figure) if question.figure else 0.0
    match question.kind:
        case Kind.FIGURE:
            return figure
        case Kind.METHOD:
            mechanism = 0.12 if evidence.own and cues.is_mechanism(evidence) else 0.0
            return mechanism + 0.04 * min(3, len(cues.HOW.findall(text))) - (0.1 if cues.is_result(text) else 0.0)
        case Kind.DEFINITION:
            return 0.25 if cues.defines(text, question.content) else 0.0
        case Kind.SURVEY:
            return 0.2 if cues.INTRODUCES.search(text) else 0.0
        case Kind.COMPARISON:
            return figure + (0.1 if cues.COMPARES.search(text) else 0.0)
        case Kind.YES_NO:
            return 0.1 if concludes else -0.1 if cues.sets_up(text) else 0.0
        case _:
            return (0.08 if concludes or proposes else 0.0) + 0.1 * cues.gives_thing(text, question.text)


def confidence(chosen: Sequence[Evidence]) -> float:
    """The relevance of the best sentence, in [0, 1]: an order, not yet a probability."""
    return max((min(1.0, e.relevance) for e in chosen), default=0.0)


def subject(paper: Paper, sentence: str) -> str | None:
    """The name of the paper's system, where the sentence speaks of it without naming it; None where none is needed."""
    name = system_of(paper.title, paper.abstract)
    if name is None or _OF_OTHERS.match(sentence):
        return None
    if any(re.search(rf"(?<!\w){re.escape(part)}", sentence, re.IGNORECASE) for part in (name, *names(name))):
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
        and _has_required(question, e)
        and (question.figure is None or not question.figure.strict or cues.figure_fit(e.text, question.figure))
    ]
    if any(e.own for e in able):
        able = [e for e in able if e.own]
    return _ranked(able, lambda e: fit(question, e))


def _has_required(question: Question, evidence: Evidence) -> bool:
    """Whether the sentence has what "which …" or "how many …" asks for, and not as what others did."""
    if question.required is None or not evidence.paper_has:
        return True
    return question.required in evidence.has and not cues.is_background(evidence)


def _about(question: Question, evidence: Evidence) -> bool:
    """A sentence about the names that were asked for: it has one, or its paper's system is one, or its paper is.

    A mere mention elsewhere in the abstract says nothing: a model that uses FlashAttention is not about it.
    """
    if not question.names or evidence.own:
        return True
    abstract = evidence.paper.abstract
    near = abstract[max(0, evidence.start - _BEFORE) : evidence.end].casefold()
    return any(
        name.casefold() in near or name in evidence.paper.title or abstract.casefold().count(name.casefold()) >= _OFTEN
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
    if any(_alike(candidate.text, other.text) for other in chosen) or cues.is_background(candidate):
        return False
    if cues.WISH.search(candidate.text) or cues.ADDRESS.search(candidate.text):
        return False
    if question.kind is Kind.OPEN and candidate.paper.id not in {other.paper.id for other in chosen}:
        return len(candidate.has) >= len(chosen[0].has)  # another paper that says as much about a topic
    title = f"{candidate.paper.title} {system_of(candidate.paper.title, candidate.paper.abstract)}".casefold()
    new = candidate.has - frozenset().union(*(other.has for other in chosen))
    if any(word.casefold().rstrip("s") not in title for word in new):
        return True
    return question.kind is Kind.METHOD and candidate.paper.id == chosen[0].paper.id and cues.is_mechanism(candidate)


def _of_parts(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best of each part; what answers two parts at once is said once."""
    chosen: list[Evidence] = []
    for place, part in enumerate(question.parts):
        for candidate in _best(part, [_seen(part, place, e) for e in evidence], _MAX_PART):
            if not any(_same(candidate, other) or _alike(candidate.text, other.text) for other in chosen):
                chosen.append(candidate)
    return chosen


def _compared(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """What is said of both sides at once, then of each by its own paper; nothing where one side is unknown."""
    sides = [_of_side(question, place, evidence) for place in range(len(question.parts))]
    if not all(sides):
        return []
    own = [{e.paper.id for e in side if e.own} for side in sides]
    both = _ranked((e for e in evidence if _speaks_of_both(question, e, own)), lambda e: fit(question, e))
    if not all(own):
        words = {word for part in question.parts for word in part.content.split()}
        either = [e for e in _able(replace(question, parts=()), evidence) if e.has & words]
        return _differing(question, both) or _differing(question, either)
    chosen: list[Evidence] = []
    for mine, side in zip(own, sides, strict=True):
        told = [e for e in both if e.paper.id in mine]
        of_side = _introduced(side) if not question.figure else []
        fresh = [e for e in (*of_side, *told[:1], *side) if not any(_same(e, other) for other in chosen)]
        distinct = list({e.start: e for e in fresh}.values())
        chosen.extend(distinct[: 1 if question.figure else _MAX_PART])
    return chosen


def _of_side(question: Question, place: int, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences about one side, best first; those of the side's own paper where it has one."""
    part = question.parts[place]
    seen = [_seen(part, place, e) for e in evidence if e.parts[place].paper_coverage >= _SIDE_FLOOR]
    return [e for e in _able(part, seen) if e.own or e.has]


def _introduced(side: Sequence[Evidence]) -> list[Evidence]:
    """The sentence of a side that introduces it, if there is one."""
    return [e for e in side if cues.PROPOSES.search(e.text) and not cues.is_background(e)][:1]


def _speaks_of_both(question: Question, evidence: Evidence, own: Sequence[set[str]]) -> bool:
    """Whether a sentence is about each side; in one side's own paper it is enough that it names the other."""
    if evidence.relevance < _FLOOR or (not all(own) and cues.is_background(evidence)):
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
        if not any(_alike(candidate.text, other.text) for other in chosen):
            chosen.append(candidate)
    return chosen


def _surveyed(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """A line for each paper whose own work is about the question, or about one of its alternatives; the best first."""
    papers: dict[str, list[Evidence]] = {}
    for e in evidence:
        parts = (_seen(part, place, e) for place, part in enumerate(question.parts))
        papers.setdefault(e.paper.id, []).append(max([e, *parts], key=lambda s: s.relevance))
    about = {paper: max(e.relevance for e in said) for paper, said in papers.items()}
    enough = max(_FLOOR, _SURVEY_NEARLY * max(about.values(), default=0.0))
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
