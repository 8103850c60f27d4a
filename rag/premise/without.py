"""What the paper does without and the claim has it do, and what the claim denies and the paper does. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.agreement import check_negation
from rag.analysis import Word, analysed, known
from rag.premise.claims import How
from rag.premise.doubt import By, Doubt
from rag.premise.matter import Matter, Told, meets, of_the_same, share
from rag.text.everyday import everyday
from rag.text.words import NEGATIONS

# What stands behind these is what is not done: "instead of syntax trees", "replaces k-mers with", "without a draft".
_EXCLUDES = re.compile(
    r"\b(?:instead of|rather than|in place of|replac(?:e|es|ed|ing)|substitut(?:e|es|ed|ing)|without|"
    r"avoid(?:s|ed|ing)?|dispens\w+ with|do(?:es)? not (?:use|need|require|rely on|take)|needs? not|needs? no|"
    r"no longer (?:use|need|require)s?|no need (?:for|of)|never|free of|with no|with neither|no|not|hardly|nothing of|"
    r"ignor\w+|skip(?:s|ped|ping)?|lacks?)\b"
    r"(?P<what>[^.;:,]{3,90})",
    re.IGNORECASE,
)
_WITHOUT = re.compile(
    r"\b(?:instead of|rather than|in place of|replac(?:e|es|ed|ing)|substitut(?:e|es|ed|ing)|without|"
    r"avoid(?:s|ed|ing)?|dispens\w+ with|do(?:es)? not (?:use|need|require|rely on|take|overlap)|needs? no\b|"
    r"no longer (?:use|need|require)s?|no need (?:for|of)|with no)\b(?P<what>[^.;:,]{3,90})",
    re.IGNORECASE,
)
_UNDONE = re.compile(
    r"\b(?:do|does|did|is|are|was|were|need|needs) (?:not|never) (?P<what>\w+(?= ?[,.;]|$))", re.IGNORECASE
)
_FAILS = re.compile(r"\b(?:fails?|failed|failing|struggles?|unable|cannot)\b(?P<what>[^.;:,]{3,90})", re.IGNORECASE)
_UP_TO = re.compile(r"\b(?:with|by|we|it|they|is|are|to|and|that|which|who|only|but|so|just)\b", re.IGNORECASE)
_OR = re.compile(r"\bor\b|,", re.IGNORECASE)
_FREE = re.compile(r"\b(?P<what>[a-z]{4,})-free\b", re.IGNORECASE)
# A question that says itself that something is left out, or bad, takes nothing of it for granted.
_AWARE = re.compile(
    r"\b(?:instead|rather|replac(?:e|es|ed|ing)|substitut\w+|without|avoid\w*|not|no|never|than|against|versus|compared|unlike|"
    r"rid of|remov\w+|inefficien\w+|bad|poor|wrong|wast\w+|weak\w*|worse|free|deal with|handle|tackle|"
    r"place)\b|n['’]t\b|-free\b",
    re.IGNORECASE,
)


_OTHERS = re.compile(r"\b(?:beats?|outperforms?|surpass\w*|exceeds?|ahead of|better)\b", re.IGNORECASE)


_LEFT_OUT = re.compile(r"without|with no\b", re.IGNORECASE)


def done_without(about: Matter) -> Iterator[Doubt]:
    """Each sentence that says that the paper does without something that the claim has it do."""
    if _AWARE.search(about.claim.text) or about.claim.how is How.WHETHER:
        return
    own = [told for told in about.told if told.own]
    elsewhere = frozenset[str]().union(
        *(analysed(_FREE.sub(" ", _UNDONE.sub(" ", _WITHOUT.sub(" ", told.said.text)))).keys for told in own)
    )
    beside = _OTHERS.search(about.claim.text)
    for told in own:
        for found in _WITHOUT.finditer(told.said.text):
            # Of "without A or B", B is done without as surely as both.
            parts = [part for piece in _OR.split(_cut(found["what"])) if (part := _words(piece))]
            gone = max(parts, key=lambda part: share(about.topic, _keys(part)), default=())
            met = [w for w in about.topic if meets(w, _keys(gone)) == 1]
            if not all(everyday(w.text) for w in met) and sum(known(w, elsewhere) for w in met) * 2 < len(met):
                yield _doubt(about, By.WITHOUT, told, met, gone, elsewhere)
        for found in _UNDONE.finditer(told.said.text):
            undone = _words(found["what"])
            met = [w for w in about.topic if meets(w, _keys(undone)) == 1]
            if met and not share(met, elsewhere) and of_the_same(about, told, {w.start for w in met}):
                yield _doubt(about, By.WITHOUT, told, met, undone, elsewhere)
        for found in _FREE.finditer(told.said.text):
            gone = _words(found["what"])
            met = [w for w in about.topic if meets(w, _keys(gone)) == 1]
            if met and beside is None:
                yield _doubt(about, By.WITHOUT, told, met, gone, elsewhere, weight=1.0 if told.of_system else 0.4)


def denied(about: Matter) -> Iterator[Doubt]:
    """Each sentence of the paper's own work that does what the claim says is not done."""
    for found in _EXCLUDES.finditer(about.claim.text):
        gone = [w for w in _words(found["what"]) if not w.stems & about.system]
        if not gone or (about.claim.how is How.ASKED and not _LEFT_OUT.match(found[0])):
            continue
        agreed = any(
            share(gone, analysed(other["what"]).keys) > 0.5
            for told in about.told
            for other in (*_EXCLUDES.finditer(told.said.text), *_FAILS.finditer(told.said.text))
        ) or any(
            meets(w, analysed(free["what"]).keys)
            for told in about.told
            for free in _FREE.finditer(told.said.text)
            for w in gone
        )
        if agreed or any(share(gone, told.said.keys) > 0.5 and _denies(told) for told in about.told):
            continue
        for told in about.told:
            said = analysed(_EXCLUDES.sub(" ", told.said.text))
            strength = share(gone, said.keys)
            if strength:
                same = of_the_same(
                    about, told, {w.start for w in about.topic if found.start() <= w.start < found.end()}
                )
                yield Doubt(about.claim, By.NEEDED, told.evidence, strength, same, 0.0, found[0], told.own, about.named)


def _denies(told: Told) -> bool:
    return any(word.text in NEGATIONS for word in told.said.words)


def turned_round(about: Matter) -> Iterator[Doubt]:
    """Each sentence of the paper's own work that negates what the claim says: "neither … nor A matters"."""
    if _denying(about) or about.claim.how not in (How.STATED, How.REASON):
        return
    for told in about.told:
        negated = check_negation(about.said, [told.said]) if told.own and _denies(told) else None
        if negated is not None and negated.certain:
            same = of_the_same(about, told, set())
            yield Doubt(about.claim, By.WITHOUT, told.evidence, same, same, 0.0, "", told.own, about.named)


def _denying(about: Matter) -> bool:
    return any(word.text in NEGATIONS for word in about.said.words)


def _doubt(
    about: Matter,
    by: By,
    told: Told,
    met: list[Word],
    gone: tuple[Word, ...],
    elsewhere: frozenset[str],
    *,
    weight: float = 0.8,
) -> Doubt:
    done = sum(meets(w, elsewhere) for w in met) / len(met)
    return Doubt(
        about.claim,
        by,
        told.evidence,
        min(1.0, weight * len(met) / max(1, len(gone))),
        of_the_same(about, told, {w.start for w in met}),
        done,
        met[0].text,
        told.own,
        about.named,
    )


def _words(text: str) -> tuple[Word, ...]:
    return tuple(w for w in analysed(_cut(text)).words if w.content)


def _cut(text: str) -> str:
    """What is done without, up to the word that says what is done instead."""
    end = _UP_TO.search(text)
    return text[: end.start()] if end and end.start() > 3 else text


def _keys(words: tuple[Word, ...]) -> frozenset[str]:
    return frozenset(key for word in words for key in word.stems | word.parts)
