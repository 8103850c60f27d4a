"""How well a sentence fits as the answer, and whether it can be one at all. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from rag.compose import cues
from rag.question import Kind, Question
from rag.relevance import relevance
from rag.retrieve import Evidence
from rag.text.everyday import everyday

FLOOR = 0.3  # relevance below which a sentence answers nothing
_PAPER_FLOOR = 0.55  # share of the question that the paper has to speak of
_ALIKE = 0.6  # share of words from which two sentences say the same
_BEFORE = 300  # characters before a sentence in which a name is still what the sentence is about
_STANDING = 1.0  # what it counts how near the paper is as a whole
_ASKED = 0.15  # … and the share of the asking clause that the sentence itself has
_OFTEN = 3  # mentions from which an abstract is about a name that is not its system's


def fit(question: Question, evidence: Evidence) -> float:
    """How well a sentence fits as the answer: its relevance, and cues for this kind of question."""
    text = evidence.text
    fits = evidence.relevance + _of_kind(question, evidence)
    fits += 0.04 * sum(name in text for name in question.names)  # as it is written: RETRO is not Retro
    fits += 0.05 * cues.has_phrase(text, question.content)
    if question.kind is Kind.OPEN and cues.asks_which(question.text) and cues.introduces_name(evidence):
        fits += 0.15
    fits += evidence.standing * _STANDING + evidence.asks * _ASKED
    if not _about(question, evidence):
        fits -= 0.3
    if not gives_figure(question, evidence):
        fits -= 0.3
    if cues.OPEN_END.search(text):
        fits -= 0.25
    if cues.ADDRESS.search(text):
        fits -= 0.2
    if cues.WISH.search(text):
        fits -= 0.15
    if cues.is_background(evidence) and not _wants_background(question, evidence):
        fits -= 0.25 if question.kind in (Kind.METHOD, Kind.COMPARISON) else 0.15
    return fits


def _wants_background(question: Question, evidence: Evidence) -> bool:
    """What a paper builds on explains a notion, though not its own system, and answers what was wrong before it.

    How a problem is got around is not answered by the problem.
    """
    if question.kind is Kind.METHOD:
        return False
    return cues.asks_for_background(question.text) or (question.kind is Kind.DEFINITION and not evidence.own)


def thing(question: Question) -> str:
    """What a definition is asked of: the content without everyday words, "what is the D-CPT Law good for"."""
    return " ".join(w for w in question.content.split() if not everyday(w)) or question.content


def _of_kind(question: Question, evidence: Evidence) -> float:
    text = evidence.text
    concludes = cues.CONCLUDES.search(text) is not None
    introduces = cues.INTRODUCES.search(text) is not None
    figure = 0.2 * cues.figure_fit(text, question.figure) if question.figure else 0.0
    match question.kind:
        case Kind.FIGURE:
            return figure
        case Kind.METHOD:
            return _tells_how(evidence)
        case Kind.DEFINITION:
            return 0.25 if cues.defines(text, thing(question)) else 0.0
        case Kind.SURVEY:
            return 0.2 if introduces else 0.0
        case Kind.COMPARISON if question.figure is None and not cues.ranks(question.text):
            return _tells_how(evidence) + (0.1 if introduces else 0.0)
        case Kind.COMPARISON:
            return figure + (0.1 if cues.COMPARES.search(text) else 0.0)
        case Kind.YES_NO:
            return 0.15 if concludes else -0.1 if cues.sets_up(text) else 0.0
        case _:
            return 0.1 * cues.gives_thing(text, question.text)


def _tells_how(evidence: Evidence) -> float:
    """The more, the more a sentence tells how it is done, and not how well it works."""
    mechanism = 0.12 if evidence.own and cues.is_mechanism(evidence) else 0.0
    how = 0.04 * min(3, len(cues.HOW.findall(evidence.text)))
    return mechanism + how - (0.1 if cues.is_result(evidence.text) else 0.0)


def possible(question: Question, evidence: Iterable[Evidence]) -> list[Evidence]:
    """The sentences that may be shown, those that fit best first; whether the best one answers is for `sound`.

    Where the question names a stored paper's system, no other paper's sentence can be one.
    """
    found = list(evidence)
    if any(e.own for e in found):
        found = [e for e in found if e.own]
    return best_first(question, found)


def sound(question: Question, evidence: Evidence) -> bool:
    """Whether a sentence can be the answer by rules alone: it speaks of the question, and gives its figure."""
    return (
        evidence.relevance >= FLOOR
        and evidence.paper_coverage >= _PAPER_FLOOR
        and _about(question, evidence)
        and _has_required(question, evidence)
        and gives_figure(question, evidence)
    )


def gives_figure(question: Question, evidence: Evidence) -> bool:
    """Whether a sentence has the figure that the question cannot be answered without; True where there is none."""
    strict = question.figure is not None and question.figure.strict
    return not strict or question.figure is None or cues.figure_fit(evidence.text, question.figure) > 0


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


def best_first(question: Question, evidence: Iterable[Evidence]) -> list[Evidence]:
    """The sentences by how well they fit; of equals, in the order of papers' identifiers and of the abstract."""
    return sorted(evidence, key=lambda e: (-fit(question, e), e.paper.id, e.start))


def as_seen_by(part: Question, place: int, evidence: Evidence) -> Evidence:
    """The evidence as it stands to one part of the question; as it is where it was not judged by parts."""
    if place >= len(evidence.parts):
        return evidence
    share = evidence.parts[place]
    return replace(
        evidence,
        coverage=share.coverage,
        paper_coverage=share.paper_coverage,
        relevance=relevance(evidence.cosine, share.coverage),
        own=share.own,
        has=evidence.has & set(part.content.split()),
    )


def same(one: Evidence, other: Evidence) -> bool:
    """Whether two pieces of evidence are the same sentence, whichever part of the question they were seen by."""
    return one.paper.id == other.paper.id and one.start == other.start


def alike(one: str, other: str) -> bool:
    """Whether two sentences say nearly the same, by the share of their words."""
    a, b = set(one.casefold().split()), set(other.casefold().split())
    return len(a & b) / max(1, min(len(a), len(b))) > _ALIKE
