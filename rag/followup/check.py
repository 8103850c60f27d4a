"""Whether a follow-up as a model words it asks for the same, and of nothing that nobody spoke of. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.followup.said import Turn, forms, proper, topical
from rag.text.figures import figures
from rag.text.terms import terms
from rag.text.words import stem

_LONGEST = 400  # characters that the words put in may add
_NEW = 1  # words of a topic that may be new: "which" asked of a thing is asked of "tasks"
_LOST = 1 / 3  # share of the question's own words that may be worded otherwise
_KEPT = 0.5  # share of the question's words, ordinary ones too, that stay
_STANDS_FOR = frozenset(
    (
        *("it", "its", "itself", "they", "them", "their", "this", "that", "these", "those", "the", "one", "ones", "s"),
        *("first", "second", "third", "last", "other", "latter", "former", "same", "and", "but", "so", "also", "or"),
        *("then", "ok", "what", "how", "about", "for"),
    )
)
_LIMITS = re.compile(r"\b(?:not|no|never|only|without|except|least|most)\b|n['’]t\b", re.IGNORECASE)


def holds(rewritten: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether a rewritten question may stand for the question.

    Every name and figure in it was spoken of before, it keeps the names, figures and limits of the question, and nearly
    all its words are those of the conversation.
    """
    if not rewritten or len(rewritten) > len(question) + _LONGEST:
        return False
    said = " ".join((question, *(turn.question for turn in turns), *_subjects(turns)))
    folded = said.casefold()
    if any(name.casefold() not in folded for name in proper(rewritten)):
        return False
    if not {f.value for f in figures(rewritten)} <= {f.value for f in figures(said)}:
        return False
    if any(name.casefold() not in rewritten.casefold() for name in proper(question)):
        return False
    if not {f.value for f in figures(question)} <= {f.value for f in figures(rewritten)}:
        return False
    if _limits(question) != _limits(rewritten):
        return False
    known = {stem(word) for word in terms(said)}
    new = [word for word in topical(rewritten) if not forms(word) & known]
    kept = {stem(word) for word in terms(rewritten)}
    lost = [word for word in topical(question) if not forms(word) & kept]
    if len(new) > _NEW or len(lost) > _LOST * len(topical(question)):
        return False
    plain = [word for word in terms(question) if word not in _STANDS_FOR]
    return sum(forms(word) <= kept or stem(word) in kept for word in plain) >= _KEPT * len(plain)


def _limits(text: str) -> set[str]:
    return {found[0].casefold().replace("’", "'") for found in _LIMITS.finditer(text)}


def _subjects(turns: Sequence[Turn]) -> list[str]:
    return [f"{' '.join(subject.names)} {subject.title}" for turn in turns for subject in turn.subjects]
