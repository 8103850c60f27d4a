"""What a paper says that it does not do, or that is another paper's, taken for granted by a question. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from rag.compose.cues import asks_for_background, is_background
from rag.retrieve import Evidence
from rag.text.everyday import everyday
from rag.text.names import called
from rag.text.words import FUNCTION, stem

# What stands behind these is what is not done: "instead of syntax trees", "replaces k-mers with", "without a draft".
_EXCLUDES = re.compile(
    r"\b(?:instead of|rather than|in place of|replac(?:e|es|ed|ing)|substitut(?:e|es|ed|ing)|without|"
    r"avoid(?:s|ed|ing)?|dispens\w+ with|do(?:es)? not (?:use|need|require|rely on|take)|"
    r"no longer (?:use|need|require)s?|no need (?:for|of))\b"
    r"(?P<what>[^.;:,]{3,90})",
    re.IGNORECASE,
)
_UP_TO = re.compile(r"\b(?:with|by|we|it|they|is|are|to|and|that|which|who|only|but|so)\b", re.IGNORECASE)
_FREE = re.compile(r"\b(?P<what>[a-z]{4,})-free\b", re.IGNORECASE)
# A question that says itself that something is left out, or bad, takes nothing of it for granted.
_AWARE = re.compile(
    r"\b(?:instead|rather|replac\w+|substitut\w+|without|avoid\w*|not|no|than|against|versus|compared|unlike|"
    r"rid of|remov\w+|inefficien\w+|bad|poor|wrong|wast\w+|weak\w*|worse|free|deal with|handle|tackle|cope|"
    r"place)\b|n['’]t\b",
    re.IGNORECASE,
)
_BEFORE_OTHERS = re.compile(
    r"\b(?:on|than|against|versus|vs\.?|over|with|to|from|like|into)\s+(?:the |a |an )?$", re.IGNORECASE
)
_PHRASE = re.compile(r"\b[A-Z][\w^+-]*(?:[ -][A-Z][\w^+-]*)+\b|\b\w*[a-z][A-Z]\w*\b|\b[A-Z][\w]*[-^+][\w^+-]+")


def excluded(asserted: str, evidence: Sequence[Evidence]) -> Evidence | None:
    """The sentence of the named system's paper that says that it does without what the assertion has it do."""
    if _AWARE.search(asserted) or asks_for_background(asserted):
        return None
    own = [e for e in evidence if e.own and not is_background(e)]
    if not own:
        return None
    system = {stem(word) for name in called(own[0].paper.title, own[0].paper.abstract) for word in _plain(name)}
    words = {stem(word): word for word in _plain(asserted) if word not in FUNCTION}
    topics = {key for key, word in words.items() if key not in system and not everyday(word)}
    # What the paper speaks of elsewhere too is not what it does without.
    done = frozenset[str]().union(*(map(stem, _plain(_EXCLUDES.sub(" ", e.text))) for e in own))
    for candidate in own:
        if any((topics - done) & _left_out(found["what"]) for found in _EXCLUDES.finditer(candidate.text)):
            return candidate
        if any(_free_of(found["what"], words, own) for found in _FREE.finditer(candidate.text)):
            return candidate
    return None


def _free_of(what: str, words: Collection[str], own: Sequence[Evidence]) -> bool:
    """Whether what the paper's system is free of is asserted, and the paper does not say of anything that it is so."""
    key = stem(what.casefold())
    done = re.compile(rf"\b(?:is|are|was|were|been)\s(?:\w+ly\s)?{re.escape(key)}\w*(?!-)", re.IGNORECASE)
    return key in words and not any(done.search(e.text) for e in own)


def _plain(text: str) -> list[str]:
    return re.findall(r"[^\W_]+(?:-[^\W_]+)*", text.casefold())


def _left_out(what: str) -> frozenset[str]:
    """The stems of what is left out: up to the word that says what is done instead."""
    end = _UP_TO.search(what)
    return frozenset(map(stem, _plain(what[: end.start()] if end else what)))


def of_another(text: str, evidence: Sequence[Evidence]) -> Evidence | None:
    """The sentence of another paper on the thing that the question has the named system do, where that has none of it.

    Only what is written as a name counts, and only where it is not a thing that the system is compared with or run on.
    """
    own = {e.paper.id: e.paper for e in evidence if e.own}
    if len(own) != 1:
        return None
    paper = next(iter(own.values()))
    theirs = f"{paper.title} {paper.abstract}".casefold()
    ours = {name.casefold() for name in called(paper.title, paper.abstract)}
    for found in _PHRASE.finditer(text):
        phrase = found[0].casefold()
        known = phrase in ours or any(word in theirs for word in re.split(r"[\s-]", phrase))
        if known or _BEFORE_OTHERS.search(text[: found.start()]):
            continue
        others = [e for e in evidence if e.paper.id != paper.id and phrase in e.text.casefold()]
        introduced = [e for e in others if not is_background(e)]
        if introduced:
            return min(introduced, key=lambda e: (e.paper.id, e.start))
    return None
