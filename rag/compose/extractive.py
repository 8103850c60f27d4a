"""Composing without a model: the sentences that answer best, as they stand. Pure.

What makes a sentence fit is its relevance and, by the kind of question, what an answer of that kind looks like: a
figure where one was asked for, the proposing sentence where it says what something is, a sentence of each side where
two are compared. Result sentences often stand late in an abstract and carry no name: `subject` brings it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from rag.models import Paper
from rag.question import Kind, Question
from rag.retrieve import Evidence
from rag.text.names import system_name, system_of

MAX_SENTENCES = 3
MAX_SURVEY = 8
_NEARLY_AS_GOOD = 0.85  # a further sentence has to fit this well, relative to the best
_FLOOR = 0.3  # relevance below which a sentence answers nothing
_PAPER_FLOOR = 0.55  # share of the question that the paper has to speak of
_SURVEY_FLOOR = 0.5  # the same for each line of a survey
_ALIKE = 0.6  # share of words from which two sentences say the same

_FIGURE = re.compile(
    r"(?<![\w.-])[~<>$]?\d[\d,.]*(?:%|x|k|m|b|K|M|B)?(?![\w-])|\b(?:half|twice|double|triple|hundreds?)\b"
)
_PROPOSES = re.compile(
    r"\b(?:propose[sd]?|introduc(?:e[sd]?|ing)|present(?:s|ed)?|develop(?:s|ed)?|call(?:ed)?|namely|named|dubbed|"
    r"is an?|are)\b",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"\b(?:by|via|through|using|uses?|employs?|consists?|compris\w+|first|then|specifically|instead|based on|"
    r"leverag\w+|propose[sd]?|introduces?|apply|applies|train(?:s|ed|ing)?|replac\w+|combin\w+|"
    r"to (?:avoid|address|alleviate|tackle))\b",
    re.IGNORECASE,
)
_CONCLUDES = re.compile(
    r"\b(?:we (?:find|show|observe|demonstrate|confirm|conclude)|results? (?:show|suggest|indicate|demonstrate)|"
    r"findings?|outperform\w*|improv\w+|achiev\w+|reveal\w*|demonstrat\w+|surpass\w*)\b",
    re.IGNORECASE,
)
_COMPARES = re.compile(
    r"\b(?:than|compared|outperform\w*|surpass\w*|unlike|whereas|while|over|instead|contrast|versus|limited|bounded|"
    r"better|fewer|more)\b",
    re.IGNORECASE,
)
_OPEN_END = re.compile(r"\?\W*$|\b(?:unclear|open question|remains? (?:challenging|unexplored|unclear))\b", re.I)
_ADDRESS = re.compile(
    r"https?:|\b(?:code|models?|data|datasets?)\b[^.]{0,60}\b(?:available|released|open-sourced)\b", re.I
)
_BACKGROUND = re.compile(
    r"^(?:However|Despite|Although|Recent(?:ly)?|Existing|Previous|Traditional|Current|Most|In the past|In recent)\b"
)

_OPENS_WITHOUT_NAME = re.compile(
    r"(?:It|Its|They|Their|We|Our|This|These|Both|The (?:proposed|resulting|method|model|approach|system|framework))\b"
    r"|.{0,60}?\b(?:we|our|it|they|the (?:proposed|method|model|approach|system|framework))\b"
    r"|.{0,60}?, (?:its|their)\b",
)
_RESULT_OPENS = re.compile(r"(?:On|For|With|In|At|Across|Experiments?|Results?|Extensive|Compared|The)\b")
_OF_OTHERS = re.compile(r"(?:Prior|Previous|Existing|Earlier|Recent|Other|Most|Many|Current|Traditional|In the past)\b")


def choose(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that answer, in the order to read them; none when the evidence is below the floor.

    One to three, or a line for each paper when a survey is asked for. Sentences of the paper that answers best come
    first, each paper's in the order of its abstract.
    """
    able = [e for e in evidence if e.relevance >= _FLOOR and e.paper_coverage >= _PAPER_FLOOR and _about(question, e)]
    ranked = sorted(able, key=lambda e: (-fit(question, e), e.paper.id, e.start))
    if not ranked:
        return []
    if question.kind is Kind.SURVEY:
        return _first_of_each([e for e in ranked if e.coverage >= _SURVEY_FLOOR or e is ranked[0]])[:MAX_SURVEY]
    if question.kind is Kind.COMPARISON:
        return _in_order(_sides(question, ranked))
    return _in_order(_best(question, ranked))


def fit(question: Question, evidence: Evidence) -> float:
    """How well a sentence fits as the answer: its relevance, and cues for this kind of question."""
    text, fits = evidence.text, evidence.relevance
    match question.kind:
        case Kind.FIGURE:
            fits += 0.15 if _FIGURE.search(_without_names(text)) else -0.1
        case Kind.METHOD:
            fits += 0.06 * min(3, len(_HOW.findall(text)))
        case Kind.DEFINITION | Kind.SURVEY:
            fits += 0.15 if _PROPOSES.search(text) else 0.0
            fits += 0.15 if system_name(evidence.paper.title) in question.names else 0.0
        case Kind.COMPARISON:
            fits += 0.1 if _COMPARES.search(text) else 0.0
        case Kind.YES_NO | Kind.OPEN:
            fits += 0.08 if _CONCLUDES.search(text) else 0.0
    if _OPEN_END.search(text):
        fits -= 0.25
    if _ADDRESS.search(text):
        fits -= 0.2
    if _BACKGROUND.match(text):
        fits -= 0.06
    return fits


def confidence(chosen: Sequence[Evidence]) -> float:
    """The relevance of the best sentence, in [0, 1]: an order, not yet a probability."""
    return max((min(1.0, e.relevance) for e in chosen), default=0.0)


def subject(paper: Paper, sentence: str) -> str | None:
    """The name of the paper's system, where the sentence speaks of it without naming it; None where none is needed."""
    name = system_of(paper.title, paper.abstract)
    if name is None or name.casefold() in sentence.casefold() or _OF_OTHERS.match(sentence):
        return None
    if _OPENS_WITHOUT_NAME.match(sentence) or (_RESULT_OPENS.match(sentence) and _FIGURE.search(sentence)):
        return name
    return None


def _about(question: Question, evidence: Evidence) -> bool:
    """A paper that has none of the question's names is not what was asked about; a survey may name a mere topic."""
    return not question.names or bool(evidence.names)


def _best(question: Question, ranked: Sequence[Evidence]) -> list[Evidence]:
    best = fit(question, ranked[0])
    chosen: list[Evidence] = []
    for candidate in ranked:
        if fit(question, candidate) < _NEARLY_AS_GOOD * best or len(chosen) == MAX_SENTENCES:
            break
        if not any(_alike(candidate.text, other.text) for other in chosen):
            chosen.append(candidate)
    return chosen


def _sides(question: Question, ranked: Sequence[Evidence]) -> list[Evidence]:
    """The best sentence, then the best of each other named side: of the paper that has the name, if any has."""
    chosen = [ranked[0]]
    for name in question.names:
        own = [e for e in ranked if (system_name(e.paper.title) or "").casefold() == name.casefold()]
        for candidate in own or [e for e in ranked if name in e.names]:
            if candidate not in chosen and not any(_alike(candidate.text, other.text) for other in chosen):
                chosen.append(candidate)
                break
    return chosen[: MAX_SENTENCES + 1]


def _first_of_each(ranked: Iterable[Evidence]) -> list[Evidence]:
    best: dict[str, Evidence] = {}
    for candidate in ranked:
        best.setdefault(candidate.paper.id, candidate)
    return list(best.values())


def _in_order(chosen: Sequence[Evidence]) -> list[Evidence]:
    papers = list(dict.fromkeys(e.paper.id for e in chosen))
    ordered = sorted(chosen, key=lambda e: (papers.index(e.paper.id), e.start))
    return [e for _, group in groupby(ordered, key=lambda e: e.paper.id) for e in group]


def _without_names(text: str) -> str:
    """The text without tokens that mix letters and digits as names do: the 4 of GPT-4 is no figure."""
    return re.sub(r"\b[A-Za-z]+[\w.]*-\d[\w.]*|\b[A-Z][A-Za-z]*\d+\b", "", text)


def _alike(one: str, other: str) -> bool:
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) / max(1, min(len(a), len(b))) > _ALIKE
