"""What is said in place of an answer: what was looked through, what comes nearest, and what it does not give. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.abstain import Decision, Judged
from rag.evidence import Evidence
from rag.given import asked_figure, wants_figure
from rag.lacking import missing
from rag.models import Nearest, Note, Paper
from rag.question import Kind

_NEAREST = 3
_NAMED_AT_MOST = 3  # words that a sentence lists
_HALF = 0.5


_NOT_ASKED_OF_ABSTRACTS = {
    Kind.OVERVIEW: "No single abstract says what all of them bring: a brief does. Open Briefs, run `paperbrief brief`, "
    "or post to /v1/briefs, for a week or for a topic.",
    Kind.IMPRINT: "Titles and abstracts do not say who wrote a paper, or when and where it appeared.",
}


def refusal(
    decision: Decision,
    evidence: Sequence[Evidence],
    *,
    searched: int,
    found: Sequence[Nearest],
    kind: Kind = Kind.OPEN,
) -> str:
    """Why a question is declined, in one to three plain sentences. `found` are the nearest papers, best first."""
    if not searched:
        return "There are no papers to search: load some first, or widen the scope."
    if kind in _NOT_ASKED_OF_ABSTRACTS and searched > 1 and decision.outcome != "out_of_scope":
        return _NOT_ASKED_OF_ABSTRACTS[kind]
    abstracts = f"{searched:,} abstract{'s' if searched != 1 else ''}"
    if decision.outcome == "out_of_scope":
        return f"This is not about anything in the papers here: I looked through {abstracts} and none comes near it."
    looked = f"I looked through {abstracts} and found no sentence that answers this."
    near = near_miss(decision, evidence)
    if near is not None:
        looked = f"{looked} {near}"
    return f"{looked} The nearest papers are listed." if found else looked


def nearest(decision: Decision, found: Sequence[tuple[Paper, float]]) -> tuple[Nearest, ...]:
    """Up to three papers: the one that nearly answers first, then as they were found with their scores."""
    nearly = [e.paper.id for part in _by_probability(decision) for e in part.proposal.sentences[:1]]
    ranked = sorted(found, key=lambda pair: nearly.index(pair[0].id) if pair[0].id in nearly else len(nearly))
    return tuple(Nearest(paper_id=p.id, title=p.title, score=round(score, 4)) for p, score in ranked[:_NEAREST])


def _by_probability(decision: Decision) -> list[Judged]:
    return sorted(decision.parts, key=lambda part: -part.probability)


def near_miss(decision: Decision, evidence: Sequence[Evidence]) -> str | None:
    """The paper that nearly answers and what its abstract lacks; None where no paper comes near or nothing is known."""
    for part in _by_probability(decision):
        lacks = lacking(part, evidence)
        if part.proposal.sentences and lacks and (part.features.named or part.features.coverage >= _HALF):
            return f"“{part.proposal.sentences[0].paper.title}” comes nearest, but its abstract {lacks}."
    return None


def lacking(part: Judged, evidence: Sequence[Evidence]) -> str | None:
    """What an abstract does not have of what was asked, as the end of a sentence; None where nothing can be named."""
    question, chosen = part.proposal.question, part.proposal.sentences
    lacks = missing(question, chosen, evidence, part.words)
    wanted = wants_figure(question.text, question.figure)
    said = []
    if wanted is not None and max(part.features.figure_missing, part.features.figure_missing_loosely) >= _HALF:
        said.append(f"does not give {asked_figure(question.text, wanted)}")
    if lacks.names:
        said.append(f"does not mention {_listed(word.text for word in lacks.names)}")
    elif lacks.topics:
        said.append(f"says nothing of {_listed(word.text for word in lacks.topics)}")
    return " and ".join(said) or None


def gaps(decision: Decision, evidence: Sequence[Evidence]) -> tuple[Note, ...]:
    """A note for each part that is not answered beside others that are, and for a figure that no abstract gives."""
    notes = []
    for part in decision.withheld:
        figure = wants_figure(part.proposal.question.text, part.proposal.question.figure) is not None
        if decision.outcome == "partial" or (decision.outcome == "insufficient_evidence" and figure):
            notes.append(Note(kind="figure_not_given", detail=_gap(part, evidence)))
    return tuple(notes)


def _gap(part: Judged, evidence: Sequence[Evidence]) -> str:
    asked = part.proposal.question.text.strip().rstrip("?.! ")
    lacks = lacking(part, evidence)
    if part.proposal.sentences and part.features.named and lacks:
        return f"The abstract of “{part.proposal.sentences[0].paper.title}” {lacks}."
    return f"No abstract says: {asked[:1].lower()}{asked[1:]}."


def _listed(words: Iterable[str]) -> str:
    *first, last = [f"“{re.sub(r'[?,;:.!]+$', '', word)}”" for word in words][:_NAMED_AT_MOST]
    return f"{', '.join(first)} or {last}" if first else last
