"""What is said of one paper: first what it brings, then what came of it; in a section, and in a summary. Pure.

A sentence that points at what is not said stays away. Where no sentence says by itself what a paper brings, its title
does, in front of the result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.brief.alone import points_away
from rag.brief.join import BRIEF, apposed, cut_short, joined, opened_otherwise
from rag.brief.news import AGAINST, praise
from rag.brief.roles import MEASURED, Line, introduces
from rag.brief.say import Voice, length, said
from rag.brief.wording import FIRST_PERSON
from rag.compose import cues
from rag.ground import Grounded
from rag.text.figures import figures

_LONGEST = 44
"""Words from which a second sentence is passed over for a shorter one."""
_SHORT = 40  # words of a paper, with its subject, where there is little room
_MEASURED = 52  # … and where they give a measured figure
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
    best: tuple[float, Account] | None = None
    for line, second in _seconds(voice, first, named=True):
        if line not in voice.results and line not in voice.news:
            continue
        for account in _both(voice, line, first, second):
            words = words_of(voice, account)
            worth = line.concludes + _NEWS * (line in voice.news) - words / _A_POINT
            worth -= _UNTOLD * (voice.subject(account.said[0].text) is not None)
            measured = any(measures(one.text) for one in account.said)
            if words <= (_SHORT if not measured else _MEASURED) and (best is None or (worth > best[0])):
                best = worth, account
    if best is not None:
        return best[1]
    if first is not None:
        return _kept((cut_short(voice, first) or first) if length(first.text) > _ENOUGH else first)
    return _least(voice)


_NEWS = 0.4  # how much more it is worth to tell what was not thought
_A_POINT = 60  # words that weigh as much as one point of how well a sentence concludes
_UNTOLD = 0.3  # what it costs that only the title says what the paper brings


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
    tried.sort(key=lambda one: (not measures(one[1].text), AGAINST.search(one[1].text) is None, praise(one[1].text)))
    able = []
    for line, second in tried:
        made = apposed(voice, line, first, second) or joined(voice, line, first, second)
        if made is not None or length(second.text) <= BRIEF:
            able.append(made or second)
    # A measured result alone tells more than what the paper brings with a result that measures nothing.
    return next((one for one in able if measures(one.text)), next(iter([*able, *(one for _, one in tried)]), first))


def _introduction(voice: Voice) -> Grounded | None:
    """The sentence that says what the paper brings; its title stands in front where it has no name."""
    if voice.intro is None or not voice.defined:
        return None
    return said(voice, voice.intro, named=voice.called.system is not None)


def beyond(voice: Voice, told: Grounded) -> Account:
    """One more sentence of a paper of which the summary told a result: what it is, how it works, a further result.

    Nothing that was told is said again; empty where nothing else can be read by itself.
    """
    spans = [(e.start, e.end) for e in told.evidence]
    intro = [voice.intro] if voice.intro is not None and voice.defined else []
    further = [line for line in voice.results if line.concludes >= _WORTH]
    how = [line for line in voice.how if not introduces(line.text)]
    for line in (*voice.news, *intro, *further, *how):
        if any(s < line.end and line.start < t for s, t in spans) or not (line in intro or _tells(line)):
            continue
        done = said(voice, line)
        if done is not None and voice.names_itself(done.text) and _stands(done) and length(done.text) <= BRIEF:
            return _kept(done)
    return Account(())


def _stands(done: Grounded) -> bool:
    return not points_away(done.text) and FIRST_PERSON.search(done.text) is None


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
    results = [line for line in voice.results if line not in voice.news][:_RESULTS]
    for line in (*voice.news, *results, *voice.how):
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
