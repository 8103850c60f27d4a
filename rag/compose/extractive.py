"""Composing without a model: the sentences that answer best, as they stand. Pure.

What makes a sentence fit is its relevance and, by the kind of question, what an answer of that kind looks like: the
figure that was asked for, the proposing sentence where it says what something is, a sentence of each side where two are
compared. Nothing is said where no sentence can be the answer, whatever its relevance: a price was asked for and none is
given. Result sentences often stand late in an abstract and carry no name: `subject` brings it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.compose.fit import fit
from rag.compose.kinds import MAX_SENTENCES, Part, best, compared, in_order, of_parts, surveyed, systems
from rag.compose.surveys import MAX_SURVEY
from rag.models import Paper
from rag.question import Kind, Question
from rag.retrieve import Evidence
from rag.text.figures import figures
from rag.text.names import names, system_of

__all__ = ["MAX_SENTENCES", "MAX_SURVEY", "Draft", "Part", "choose", "confidence", "draft", "fit", "subject"]

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
    r"(?:this|these|the above|it)[^,]{0,40}|"
    r"In order to (?:solve|address|tackle|overcome) (?:this|these)[^,]{0,30}), )+"
)


@dataclass(frozen=True, slots=True)
class Draft:
    """The best that the evidence has to say, part by part, whether or not it answers: that is decided elsewhere."""

    parts: tuple[Part, ...]

    @property
    def sentences(self) -> list[Evidence]:
        """All of it, in the order to read it."""
        return readable_order(part.sentences for part in self.parts)

    @property
    def sound(self) -> list[Evidence]:
        """What answers by the rules alone."""
        return readable_order(part.sentences for part in self.parts if part.sound)


def choose(question: Question, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that answer, in the order to read them; none when the evidence does not answer by the rules alone.

    One to three, or a line for each paper when a survey is asked for. Sentences of the paper that answers best come
    first, each paper's in the order of its abstract. Openings that point to what is not shown are cut off.
    """
    return draft(question, evidence).sound


def draft(question: Question, evidence: Sequence[Evidence]) -> Draft:
    """What would be said if it had to be: see `Draft`."""
    if question.kind is Kind.IMPRINT or (question.kind is Kind.OVERVIEW and len({e.paper.id for e in evidence}) > 1):
        return Draft(())
    if question.kind is Kind.SURVEY:
        return Draft((surveyed(question, evidence),))
    if question.kind is Kind.COMPARISON and question.parts:
        return Draft((compared(question, evidence),))
    if len(systems(evidence)) > 1:  # however it is asked, each has to be spoken of
        return Draft((compared(question, evidence),))
    if question.parts:
        return Draft(tuple(of_parts(question, evidence)))
    return Draft((best(question, evidence, MAX_SENTENCES),))


def readable_order(parts: Iterable[Sequence[Evidence]]) -> list[Evidence]:
    """All sentences in the order to read them: each paper's stand together, openings that point back are cut off."""
    return [_without_lead_in(chosen) for chosen in in_order(e for part in parts for e in part)]


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


def _without_lead_in(evidence: Evidence) -> Evidence:
    """The sentence without an opening that points back; it has to go on with a capital or under the system's name."""
    found = _LEAD_IN.match(evidence.text)
    if found is None:
        return evidence
    rest = evidence.text[found.end() :]
    if rest[:1].isupper() or subject(evidence.paper, rest):
        return replace(evidence, start=evidence.start + found.end(), text=rest)
    return evidence
