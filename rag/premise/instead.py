"""Another of several things that exclude each other: the last layers for the middle ones, Wikipedia for Twitter. Pure.

The sets stand in `sets.txt`, a line a set, its members between bars, ways to say a member between commas. Where a claim
has one member and the paper's sentence another, of the same matter or in the same place, they differ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from rag.analysis import Word, analysed
from rag.premise.claims import How
from rag.premise.doubt import By, Doubt
from rag.premise.matter import Matter, Told, around, meets, of_the_same

_ROLE = re.compile(
    r"\b(?P<role>from|on|with|by|in|using|is|are|into|as)\s(?:an? |the )?(?:[\w-]+ ){0,2}$", re.IGNORECASE
)
_REACH = 5
_NEXT = 2
_SURE = 0.4


@lru_cache(maxsize=1)
def _sets() -> tuple[tuple[re.Pattern[str], ...], ...]:
    lines = (files("rag.premise") / "sets.txt").read_text(encoding="utf-8").splitlines()
    return tuple(
        tuple(
            re.compile(
                rf"(?<![\w-])(?:{'|'.join(_spelled(way) for way in member.split(','))})(?![\w])(?!-(?:free|less)\b)",
                re.IGNORECASE,
            )
            for member in line.split("|")
        )
        for line in lines
    )


def _spelled(way: str) -> str:
    return r"[\s-]+".join(re.escape(word) for word in re.split(r"[\s]+", way.strip()))


def another_of_its_kind(about: Matter) -> Iterator[Doubt]:
    """Each sentence that has another member of a set than the claim, in a place where the same is spoken of."""
    title = about.told[0].evidence.paper.title
    for members in _sets():
        for place, member in enumerate(members):
            met = member.search(about.claim.text)
            if met is None:
                continue
            also = [n for n, other in enumerate(members) if n == place or other.search(about.claim.text)]
            known = [told for told in about.told if told.own and member.search(told.said.text)]
            there = {w.start for w in about.topic if met.start() <= w.start < met.end()}
            against = max((of_the_same(about, told, there) for told in known), default=0.0)
            if not known and member.search(title):
                continue
            for told in about.told:
                others = [m for n, m in enumerate(members) if n not in also]
                doubt = _in(about, met, told, others, member, bool(known))
                if doubt is not None and not (known and doubt.context <= against):
                    yield doubt


def _in(
    about: Matter, met: re.Match[str], told: Told, others: list[re.Pattern[str]], member: re.Pattern[str], known: bool
) -> Doubt | None:
    rivals = [found for other in others if (found := other.search(told.said.text)) is not None]
    if not rivals or member.search(told.said.text):
        return None
    reach = _NEXT if known else _REACH
    ours = _beside(about.said.text, met, about, reach)
    strength = max(
        max(
            _shared(ours, _beside(told.said.text, rival, None, reach)),
            _same_role(about.said.text, met, told.said.text, rival),
        )
        for rival in rivals
    )
    context = of_the_same(about, told, {w.start for w in about.topic if met.start() <= w.start < met.end()})
    if (known and (strength < _SURE or not told.own)) or (about.claim.how is How.ASKED and not (strength and context)):
        return None
    return Doubt(
        about.claim,
        By.INSTEAD,
        told.evidence,
        strength,
        context,
        float(known),
        met[0],
        told.own,
        about.named,
    )


def _same_role(text: str, one: re.Match[str], other_text: str, other: re.Match[str]) -> float:
    """Whether the same word of place or means stands before both: "from Twitter", "from Wikipedia"."""
    ours, theirs = _ROLE.search(text[: one.start()]), _ROLE.search(other_text[: other.start()])
    return 0.5 if ours and theirs and ours["role"].casefold() == theirs["role"].casefold() else 0.0


def _beside(text: str, met: re.Match[str], about: Matter | None, reach: int) -> tuple[Word, ...]:
    before, after = around(analysed(text), met.start(), met.end(), reach)
    return tuple(w for w in (*before, *after) if about is None or not w.stems & about.system)


def _shared(ours: tuple[Word, ...], theirs: tuple[Word, ...]) -> float:
    keys = frozenset(key for word in theirs for key in word.stems | word.parts)
    shared = sum(meets(word, keys) for word in ours)
    return shared / (1 + shared)
