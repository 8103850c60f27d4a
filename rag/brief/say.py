"""What is said of one paper: its introduction and its result, worded to be read, each shown by the guard. Pure.

Wordings are tried from the most readable to the source's own sentence, and the first that `rag.ground` shows as
verbatim or close is taken: in a brief nothing stands that is weakly supported. A clause that only leads over from the
sentence before is no part of the quoted span.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.brief.roles import MEASURED, Line, conclusions, introduction, leans, lines, mechanism
from rag.brief.wording import Called, opening, short_title, shortened, worded
from rag.compose import cues
from rag.ground import DraftSentence, DroppedSentence, EvidenceSentence, Grounded, ground
from rag.models import Paper
from rag.text.figures import figures
from rag.text.names import names, system_of

JOINED = 46
"""Words up to which two sentences are made one."""
_APPOSED = 16  # words of what a system is, between commas
BRIEF = 34
"""Words up to which a sentence stands for a paper alone."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A paper as a brief speaks of it: its sentences by what they do, and what it is called."""

    paper: Paper
    called: Called
    told: tuple[Line, ...]
    intro: Line | None
    results: tuple[Line, ...]
    how: Line | None

    @classmethod
    def of(cls, paper: Paper) -> Voice:
        """Read a paper for its voice."""
        told = lines(paper)
        intro = introduction(told)
        results = tuple(conclusions(told, intro))
        how = mechanism(told, [line for line in (intro, *results[:1]) if line is not None])
        called = Called(system_of(paper.title, paper.abstract), short_title(paper.title))
        return cls(paper, called, told, intro, results, how)

    @property
    def second(self) -> Line | None:
        """What is said after the introduction: the best result, else how it works."""
        return self.results[0] if self.results else self.how

    def names_itself(self, text: str) -> bool:
        """Whether a text says what it is about."""
        known = [part for part in (self.called.system, *names(self.called.system or ""), self.called.title) if part]
        return any(part.casefold() in text.casefold() for part in known)


@dataclass(frozen=True, slots=True)
class Account:
    """What is said of a paper, in its order, and what was tried and refused for good."""

    said: tuple[Grounded, ...]
    dropped: tuple[DroppedSentence, ...] = ()


def in_full(voice: Voice) -> Account:
    """The introduction and the result: as one sentence where that stays readable, else as two.

    The second one stays away where it points at what is not said.
    """
    if voice.intro is None:
        return Account(())
    if voice.second is None:
        return _kept(voice, said(voice, voice.intro))
    first, second = said(voice, voice.intro), said(voice, voice.second, named=False)
    joined = _joined(voice, first, second)
    if joined is not None:
        return Account((joined,))
    return _kept(voice, first, _opened_otherwise(voice, first, second))


def besides(voice: Voice, told: Grounded) -> Voice:
    """The voice of a paper of which something was told already: it says something else after its introduction.

    How the work does it, else a further result; nothing where there is neither.
    """
    spans = [(e.start, e.end) for e in told.evidence]
    if voice.intro is not None and any(s < voice.intro.end and voice.intro.start < t for s, t in spans):
        return voice
    left = tuple(line for line in voice.results if not any(s < line.end and line.start < t for s, t in spans))
    how = voice.how if voice.how is not None and _tells(voice.how) else None
    further = tuple(line for line in left if line.concludes >= _WORTH and _tells(line))
    return replace(voice, results=() if how is not None else further[:1], how=how)


def _tells(line: Line) -> bool:
    """Whether a sentence says what is so: it neither points back nor only holds, hopes or sets out to do something."""
    return not (leans(line.text) or cues.sets_up(line.text) or _HOLDS.search(line.text))


_HOLDS = re.compile(
    r"\b(?:we|the authors) (?:\w+ )?(?:argue|believe|hypothesi[sz]e|suggest|conjecture|posit|contend|assume)\b", re.I
)
_WORTH = 0.4  # how well a further result has to conclude to be told


def in_short(voice: Voice) -> Account:
    """One sentence: both in one where they are short, else the result where it names its system, else what it is."""
    if voice.intro is None:
        return Account(())
    if voice.second is None:
        return _kept(voice, said(voice, voice.intro))
    first, second = said(voice, voice.intro), said(voice, voice.second)
    joined = _joined(voice, first, second, most=BRIEF) or _apposed(voice, first, second)
    if joined is not None:
        return Account((joined,))
    if second is not None and voice.results and _alone(voice, second) and _length(second.text) <= BRIEF:
        return Account((second,))
    return _kept(voice, first or second)


def headline(voice: Voice) -> Grounded | None:
    """The result in one sentence that can stand alone, for a summary; the introduction where there is no such one."""
    every = [done for line in voice.results[:3] if (done := said(voice, line))]
    able = sorted((done for done in every if _alone(voice, done)), key=lambda done: not _measures(done.text))
    short = [one for one in able if _length(one.text) <= BRIEF]
    if short or able:
        return (short or able)[0]
    # A measured result without the name is told behind it; an introduction would be told again in its section.
    measured = [done for done in every if _measures(done.text) and _length(done.text) <= BRIEF]
    if measured or voice.intro is None or (leans(voice.intro.text) and every):
        return next(iter(measured or every), None)
    return said(voice, voice.intro)


def _measures(text: str) -> bool:
    return any(figure.unit in MEASURED for figure in figures(text))


def _alone(voice: Voice, one: Grounded) -> bool:
    """Whether a sentence can be told without the one before: it names its system, or there is none to name.

    Without a name of its own, a paper is told by its title, which is put in front.
    """
    return voice.names_itself(one.text) or voice.called.system is None


def said(voice: Voice, line: Line, *, named: bool = True) -> Grounded | None:
    """A sentence in its best wording that the guard accepts; the sentence itself where it accepts none.

    `named` says whose authors they are, where it is only "the authors": not needed behind a sentence that did.
    """
    candidates = worded(line.text, voice.called, speaks_of_system=_of_system(voice, line))
    if named:
        candidates = [better for one in candidates for better in _with_name(voice, one)]
    return _first_shown(voice, [line], candidates) or _quoted(voice, line)


def _with_name(voice: Voice, text: str) -> list[str]:
    """ "The authors" are somebody's: with the name of their system, or the title of their paper, first."""
    if voice.names_itself(text) or not text.startswith("The authors "):
        return [text]
    return [f"The authors of {voice.called.label} {text.removeprefix('The authors ')}", text]


def _kept(voice: Voice, *parts: Grounded | None) -> Account:
    return Account(tuple(part for part in parts if part is not None))


def _length(text: str) -> int:
    return len(text.split())


# --------------------------------------------------------------------------------------------------- shown by the guard


def _first_shown(voice: Voice, of: Sequence[Line], candidates: Iterable[str]) -> Grounded | None:
    """The first of the wordings that the guard shows by the very lines that it was made of, and by each of them."""
    pool = [source(voice, line, cut=True) for line in of]
    spans = [(line.start, line.end) for line in of]
    for text in candidates:
        ledger = ground([DraftSentence(text, (voice.paper.id,))], pool)
        for shown in ledger.sentences:
            every = all(any(s <= e.start and e.end <= t for e in shown.evidence) for s, t in spans)
            if shown.support != "weak" and not shown.replaced_wording and every:
                return shown
    return None


def source(voice: Voice, line: Line, *, cut: bool = False) -> EvidenceSentence:
    """A sentence as evidence; with `cut`, without the clause that leads over from the sentence before."""
    start = opening(line.text) if cut else 0
    paper = voice.paper
    return EvidenceSentence(paper.id, paper.title, voice.called.system, line.text[start:], line.start + start, line.end)


def _quoted(voice: Voice, line: Line) -> Grounded:
    """The sentence as it stands, without its opening where it goes on with a capital."""
    piece = source(voice, line, cut=True)
    if not piece.text[:1].isupper():
        piece = source(voice, line)
    return Grounded(piece.text, "verbatim", (piece,))


def _of_system(voice: Voice, line: Line) -> bool:
    """Whether "it" in a sentence is the paper's system: the sentences right before speak of it."""
    system = voice.called.system
    if system is None:
        return False
    before = [other for other in voice.told if other.number < line.number and other.own][-2:]
    return any(
        system in other.text or re.match(r"(?:It|Its|Our (?:method|model|approach))\b", other.text) for other in before
    )


# ---------------------------------------------------------------------------------------------------- two made into one

_FRONT = re.compile(
    r"^(?P<rest>.{15,}?) (?P<where>(?:on|across|in) (?:the |both |all |various |several |\d+ )?[^,;:.()]{3,60})\.$"
)
_PRONOUN = re.compile(
    r"^(?:is|are|was|has|can|does|outperform|achiev|reach|improv|reduc|sav|yield|attain|surpass|beat|match)"
)


def _joined(voice: Voice, first: Grounded | None, second: Grounded | None, *, most: int = JOINED) -> Grounded | None:
    """The introduction and the result in one sentence, where the guard shows it and it stays within `most` words."""
    if first is None or second is None or voice.intro is None or voice.second is None:
        return None
    if _length(first.text) + _length(second.text) > most or ";" in first.text or ":" in first.text:
        return None
    return _first_shown(voice, [voice.intro, voice.second], _joins(voice, first.text, second.text))


def _apposed(voice: Voice, first: Grounded | None, second: Grounded | None) -> Grounded | None:
    """ "X is a Y that …" and "X reaches …" as "X, a Y, reaches …", cut to what a sentence can hold."""
    system = voice.called.system
    if system is None or first is None or second is None or voice.intro is None or voice.second is None:
        return None
    what = re.match(rf"^.{{0,90}}?{re.escape(system)}\)? is (?P<what>(?:an?|the) .+)\.$", first.text)
    if what is None or not second.text.startswith(f"{system} "):
        return None
    head, rest = first.text[: what.start("what") - len(" is ")], second.text[len(system) + 1 :]
    able = []
    for kept in dict.fromkeys((what["what"], re.split(r",| (?:that|which|whose|in which) |: ", what["what"])[0])):
        if 2 < _length(kept) <= _APPOSED and _length(kept) + _length(rest) < JOINED - 2:
            able.append(f"{head}, {kept}, {rest}")
    return _first_shown(voice, [voice.intro, voice.second], able)


def _joins(voice: Voice, first: str, second: str) -> list[str]:
    head = first.rstrip(".")
    system = voice.called.system
    if system and second.startswith(f"{system} ") and first.startswith(system):
        rest = second[len(system) + 1 :]
        return [f"{head}, and it {rest}", f"{head}; it {rest}"]
    if system and second.startswith(f"{system}’s ") and first.startswith(system):
        return [f"{head}; its {second[len(system) + 3 :]}"]
    lowered = _small(voice, second)
    if system:
        lowered = re.sub(rf"(?<=, ){re.escape(system)}(?= [a-z])", "it", lowered, count=1)
    return [f"{head}; {lowered}"]


def _plain_opening(text: str) -> bool:
    """Whether a sentence opens with an ordinary word, which is written small after a semicolon."""
    first = text.split(maxsplit=1)[0]
    return first[1:].islower() or first in ("A", "I")


def _small(voice: Voice, text: str) -> str:
    """A sentence as it goes on after a semicolon: names keep their capital."""
    named = voice.called.system is not None and text.startswith(voice.called.system)
    return text[:1].lower() + text[1:] if _plain_opening(text) and not named else text


def _opened_otherwise(voice: Voice, first: Grounded | None, second: Grounded | None) -> Grounded | None:
    """The second sentence with where it holds in front, or with "it", if both would open with the system's name."""
    system = voice.called.system
    if first is None or second is None or voice.second is None or system is None:
        return second
    if not (first.text.startswith(system) and second.text.startswith(system)):
        return second
    able = []
    if fronted := _FRONT.match(second.text):
        where = fronted["where"][:1].upper() + fronted["where"][1:]
        able.append(f"{where}, {fronted['rest']}.")
    if (rest := second.text.removeprefix(f"{system} ")) != second.text and rest[:1].islower():
        able.append(f"It {rest}")
    elif (rest := second.text.removeprefix(f"{system}’s ")) != second.text:
        able.append(f"Its {rest}")
    return _first_shown(voice, [voice.second], able) or second


_AUTHORS = re.compile(r"^The authors (?:of (?:“[^”]*”|\S+) )?")


def reopened(voice: Voice, one: Grounded, before: Grounded) -> Grounded:
    """A sentence that does not open like the one before it, where another opening is shown too."""
    found = _AUTHORS.match(one.text)
    if found is None or _AUTHORS.match(before.text) is None:
        return one
    rest = one.text[found.end() :]
    same = before.evidence[0].paper_id == voice.paper.id
    if not same and voice.called.label in rest:
        return one
    able = [f"They {rest}"] if same else [f"In {voice.called.label}, the authors {rest}"]
    spans = [(e.start, e.end) for e in one.evidence]
    of = [line for line in voice.told if any(s < line.end and line.start < t for s, t in spans)]
    return _first_shown(voice, of, able) or one


def trimmed(one: Grounded) -> Grounded:
    """A sentence without praise at its end; its evidence stays, since it says no more than before."""
    text = shortened(one.text)
    return replace(one, text=text, support="close") if text != one.text else one
