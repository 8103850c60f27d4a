"""A paper as a brief speaks of it, and one sentence of it worded to be read by itself, shown by the guard. Pure.

Wordings are tried from the most readable to the source's own sentence, those first that point at nothing untold, and
the first that `rag.ground` shows as verbatim or close is taken: in a brief nothing stands that is weakly supported. A
clause that only leads over from the sentence before is no part of the quoted span.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.brief.alone import points_away
from rag.brief.defines import says_what
from rag.brief.roles import Line, conclusions, introduces, introduction, lines, mechanisms, surprises
from rag.brief.wording import FIRST_PERSON, Called, opening, short_title, worded
from rag.ground import DraftSentence, EvidenceSentence, Grounded, ground
from rag.models import Paper
from rag.text.names import names, system_of

_LONG = 38  # words from which a sentence that says what a thing is gives way to a shorter one
_CUMBERS = 0.6
_TRIED = 5  # sentences of a paper that are tried as its introduction


@dataclass(frozen=True, slots=True)
class Voice:
    """A paper as a brief speaks of it: its sentences by what they do, and what it is called.

    `intro` is the sentence that introduces it, `defined` whether it says by itself what the paper brings; `news` are
    findings that something fails, costs or surprises.
    """

    paper: Paper
    called: Called
    told: tuple[Line, ...]
    intro: Line | None
    results: tuple[Line, ...]
    how: tuple[Line, ...]
    defined: bool = False
    news: tuple[Line, ...] = ()
    kept: dict[tuple[int, bool, str], Grounded | None] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, paper: Paper) -> Voice:
        """Read a paper for its voice."""
        told = lines(paper)
        called = Called(system_of(paper.title, paper.abstract), short_title(paper.title), paper.title)
        voice = cls(paper, called, told, introduction(told), (), ())
        what = _introduced(voice)
        intro = what or voice.intro
        how = tuple(mechanisms(told, [line for line in (intro,) if line is not None]))
        results, news = tuple(conclusions(told, intro)), tuple(surprises(told, intro))
        return replace(voice, intro=intro, defined=what is not None, results=results, how=how, news=news)

    def names_itself(self, text: str) -> bool:
        """Whether a text says what it is about."""
        known = [part for part in (self.called.system, *names(self.called.system or ""), self.called.title) if part]
        return any(part.casefold() in text.casefold() for part in known)

    def explains(self, text: str) -> bool:
        """Whether a text says what the paper brings: what its system is, or what its authors did."""
        if self.called.system is None:
            return self.names_itself(text)
        return any(says_what(text, name) for name in (self.called.system, *names(self.called.system)))

    def subject(self, text: str) -> str | None:
        """What is said in front of a text that is read first of a paper; None where it says itself what it is about."""
        if self.explains(text):
            return None
        return self.called.in_full


class Voices(Mapping[str, Voice]):
    """The voices of papers by identifier, each read when it is first asked for: not every planned paper is told."""

    def __init__(self, papers: Mapping[str, Paper]) -> None:
        self.papers = papers
        self._read: dict[str, Voice] = {}

    def __getitem__(self, paper_id: str) -> Voice:
        if paper_id not in self._read:
            self._read[paper_id] = Voice.of(self.papers[paper_id])
        return self._read[paper_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self.papers)

    def __len__(self) -> int:
        return len(self.papers)


def _introduced(voice: Voice) -> Line | None:
    """The sentence that says by itself what the paper brings, None where no sentence does."""
    able = []
    ranked = sorted(voice.told, key=lambda line: -line.introduces - _christening(voice, line))
    for line in ranked[:_TRIED]:
        done = said(voice, line, named=False)
        if done is None or points_away(done.text) or FIRST_PERSON.search(done.text) or line.text.endswith("?"):
            continue
        explains = voice.explains(done.text) if voice.called.system else line.own and introduces(line.text)
        if explains:
            long = length(done.text) > _LONG
            able.append((line.introduces + _christening(voice, line) - _CUMBERS * long, line))
            if not long:
                break  # those behind it introduce less
    return max(able, key=lambda one: one[0])[1] if able else None


def _christening(voice: Voice, line: Line) -> float:
    """How much more a sentence introduces for saying outright that the system is something."""
    # It may stand before what the paper's own work seems to begin with.
    name = voice.called.system
    if name is None or (at := line.text.find(name)) < 0:
        return 0.0
    while at >= 0:
        if _OUTRIGHT.match(line.text, at + len(name)):
            return 0.8
        at = line.text.find(name, at + 1)
    return 0.0


_OUTRIGHT = re.compile(r"\)?,? (?:is|are) (?:\w+ly )?(?:an?|the|our)\b")


def said(voice: Voice, line: Line, *, named: bool = True, before: str = "") -> Grounded | None:
    """A sentence in its best wording that the guard accepts; the sentence itself where it accepts none.

    `named` says whose authors they are, where it is only "the authors": not needed behind a sentence that did. `before`
    is what was told of the paper right before. What was made once is kept with the voice.
    """
    asked = line.number, named, before
    if asked not in voice.kept:
        voice.kept[asked] = _said(voice, line, named=named, before=before)
    return voice.kept[asked]


def _said(voice: Voice, line: Line, *, named: bool, before: str) -> Grounded | None:
    candidates = worded(line.text, voice.called, speaks_of_system=_of_system(voice, line))
    if named:
        candidates = [better for one in candidates for better in _with_name(voice, one)]
    if line.text[:1].isupper() and not FIRST_PERSON.search(line.text):
        candidates.append(line.text)
    alone = [one for one in candidates if not points_away(one, before)]
    shown = first_shown(voice, [line], alone)
    if shown is not None:
        return shown
    return first_shown(voice, [line], [one for one in candidates if one not in alone]) or _quoted(voice, line)


def _with_name(voice: Voice, text: str) -> list[str]:
    """ "The authors" are somebody's: with the name of their system, or the title of their paper, first."""
    if voice.names_itself(text) or not text.startswith("The authors "):
        return [text]
    return [f"The authors of {voice.called.label} {text.removeprefix('The authors ')}", text]


def length(text: str) -> int:
    """Words of a text."""
    return len(text.split())


# --------------------------------------------------------------------------------------------------- shown by the guard


def first_shown(voice: Voice, of: Sequence[Line], candidates: Iterable[str]) -> Grounded | None:
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
