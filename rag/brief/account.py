"""What is said of one paper: first what it brings, then what came of it; in a section, and in a summary. Pure.

A sentence that points at what is not said stays away. Where no sentence says by itself what a paper brings, its title
does, in front of the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from rag.brief.alone import points_away
from rag.brief.join import BRIEF, apposed, cut_short, joined, opened_otherwise
from rag.brief.roles import MEASURED, Line, introduces
from rag.brief.say import Voice, length, said
from rag.brief.wording import FIRST_PERSON
from rag.compose import cues
from rag.ground import Grounded
from rag.text.figures import figures

_LONGEST = 44
"""Words from which a second sentence is passed over for a shorter one."""
_SHORT = 40  # words of a paper, with its subject, where there is little room
_TITLE = 12  # words that a sentence saying what the paper brings may take more than the title
_ENOUGH = 24  # words of what a paper brings that are not cut
_BESIDE = 14  # words of what a paper brings that stand beside a result there
_RESULTS = 4  # results that are tried


@dataclass(frozen=True, slots=True)
class Account:
    """What is said of a paper, in its order."""

    said: tuple[Grounded, ...]


def words_of(voice: Voice, account: Account) -> int:
    """Words that an account takes, with the subject in front of it."""
    if not account.said:
        return 0
    subject = voice.subject(account.said[0].text)
    return sum(length(one.text) for one in account.said) + (length(subject) if subject else 0)


def in_full(voice: Voice) -> Account:
    """What the paper brings and what came of it: as one sentence where that stays readable, else as two."""
    first = _introduction(voice)
    line, second = next(_seconds(voice, first), (None, None))
    if line is None or second is None:
        return _kept(first) if first is not None else _least(voice)
    made = joined(voice, line, first, second)
    return _kept(made) if made is not None else _kept(first, opened_otherwise(voice, line, first, second))


def in_short(voice: Voice) -> Account:
    """What the paper brings and its result in few words; what it brings alone where both take too many."""
    first = _introduction(voice)
    able: list[Account] = []
    for line, second in _seconds(voice, first, named=True):
        if line in voice.results:
            able += _both(voice, line, first, second)
            break
    short = [account for account in able if words_of(voice, account) <= _SHORT]
    if short:
        return min(short, key=lambda one: words_of(voice, one) + _TITLE * (voice.subject(one.said[0].text) is not None))
    if first is not None:
        return _kept((cut_short(voice, first) or first) if length(first.text) > _ENOUGH else first)
    return able[0] if able else _least(voice)


def _both(voice: Voice, line: Line, first: Grounded | None, second: Grounded) -> Iterator[Account]:
    """What the paper brings and its result: in one sentence, in two, or the result behind the paper's title."""
    for what in (first, cut_short(voice, first)):
        for made in (joined(voice, line, what, second), apposed(voice, line, what, second)):
            if made is not None:
                yield _kept(made)
    if first is not None and length(first.text) <= _BESIDE:
        yield _kept(first, opened_otherwise(voice, line, first, second))
    if not points_away(second.text):
        yield _kept(second)


def headline(voice: Voice) -> Grounded | None:
    """What the paper brings and its measured result in one sentence, for a summary; else a result that stands alone."""
    first = _introduction(voice)
    tried = [(line, second) for line, second in _seconds(voice, None, named=True) if line in voice.results]
    tried.sort(key=lambda one: not measures(one[1].text))
    for line, second in tried:
        made = apposed(voice, line, first, second) or joined(voice, line, first, second)
        if made is not None:
            return made
    short = [second for _, second in tried if length(second.text) <= BRIEF]
    return next(iter([*short, *(second for _, second in tried)]), first)


def _introduction(voice: Voice) -> Grounded | None:
    """The sentence that says what the paper brings; its title stands in front where it has no name."""
    if voice.intro is None or not voice.defined:
        return None
    return said(voice, voice.intro, named=voice.called.system is not None)


def besides(voice: Voice, told: Grounded) -> Voice:
    """The voice of a paper of which a result was told: it goes on with how the work does it, else a further result."""
    spans = [(e.start, e.end) for e in told.evidence]
    left = tuple(line for line in voice.results if not any(s < line.end and line.start < t for s, t in spans))
    how = tuple(line for line in voice.how if _tells(line) and not introduces(line.text))
    further = tuple(line for line in left if line.concludes >= _WORTH and _tells(line))
    if voice.intro is not None and any(s < voice.intro.end and voice.intro.start < t for s, t in spans):
        # What it is was told too: how it works says enough of it, where a sentence does so by itself.
        for line in how:
            done = said(voice, line)
            if done is not None and voice.explains(done.text) and not points_away(done.text):
                return replace(voice, defined=False, results=(), how=(line,))
    return replace(voice, results=() if how else further[:1], how=how)


def _tells(line: Line) -> bool:
    """Whether a sentence says what is so: it does not only hold, hope or set out to do something."""
    return not (cues.sets_up(line.text) or _HOLDS.search(line.text))


_HOLDS = re.compile(
    r"\b(?:we|the authors) (?:\w+ )?(?:argue|believe|hypothesi[sz]e|suggest|conjecture|posit|contend|assume)\b", re.I
)
_WORTH = 0.4  # how well a further result has to conclude to be told


def _seconds(voice: Voice, first: Grounded | None, *, named: bool = False) -> Iterator[tuple[Line, Grounded]]:
    """What can follow the introduction, best first: results, then how the work does it; nothing that points away."""
    before = "" if first is None else first.text
    named = (named or first is None) and voice.called.system is not None
    long = []
    for line in (*voice.results[:_RESULTS], *voice.how):
        done = said(voice, line, named=named, before=before)
        if done is None or points_away(done.text, before) or FIRST_PERSON.search(done.text):
            continue
        if length(done.text) > _LONGEST:
            long.append((line, done))
        else:
            yield line, done
    yield from long


def _least(voice: Voice) -> Account:
    """Where every sentence points away: the one that introduces it, behind the paper's title."""
    named = voice.called.system is not None
    return _kept(said(voice, voice.intro, named=named)) if voice.intro is not None else Account(())


def _kept(*parts: Grounded | None) -> Account:
    return Account(tuple(part for part in parts if part is not None))


def measures(text: str) -> bool:
    """Whether a text gives a measured figure."""
    return any(figure.unit in MEASURED for figure in figures(text))
