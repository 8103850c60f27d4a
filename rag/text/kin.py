"""Words of one family: what a question calls `price` stands in an abstract as `cost` or `budget`. Pure.

The families stand in `rag.text.families`. A relative counts less than the word itself, and a word that no family
knows is compared by its stem alone, so that a wrong entry costs little and a missing one costs an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.families import FAMILIES
from rag.text.words import stem

# Common words that name no topic. In a small library each of them looks as rare as a name does.
_ORDINARY = frozenset(
    re.findall(
        r"\S+",
        """
        able actually amount bad bare basic best better big bigger bit broad care cause certain change changed changes
        check clear close collect collected come common current cut cuts decide differ differs easy employ enough even
        everything example extra fact fail fair fare far fast find finds fit full get gets give gives go good great
        grow hard hardest harm help helps high higher hold holds huge hurt idea important include increase inside
        interesting involve issue keep kind know large larger largest lead least learn leave less lift limit limited
        list little lot low lower main manage many matter most move much necessary new nice number old original part
        perform performs pick plain plenty plus point possible power practice prevent problem produce purpose put
        quick quite ran reason reduce reduces remain require result results rid right run runs save saves saving
        sense set show simple simply single size small smaller smallest solve spend spread start stop stuff support
        system systems tell test tested together train trained training treat trick tried try turn two type typical use
        useful usual version want way well whole work works worse worth
        """,
    )
)


def kin(word: str) -> frozenset[str]:
    """The other members of a word's families, lower case; empty for a word that belongs to none."""
    return _KIN.get(_key(word), frozenset())


def relatives(words: Sequence[str]) -> tuple[frozenset[str], ...]:
    """The relatives of each word where it stands: by itself, and together with its neighbours ("parse trees")."""
    tokens = [(place, token) for place, word in enumerate(words) for token in _key(word)]
    found: list[set[str]] = [set() for _ in words]
    for first in range(len(tokens)):
        for length in range(1, _LONGEST + 1):
            among = tokens[first : first + length]
            if members := _KIN.get(tuple(token for _, token in among)):
                for place, _ in among:
                    found[place] |= members
    return tuple(map(frozenset, found))


def ordinary(word: str) -> bool:
    """Whether a word names no topic, so that a paper need not have it to be about the question."""
    return word.casefold() in _ORDINARY


def _key(member: str) -> tuple[str, ...]:
    """What a member is found by: the stems of its words."""
    return tuple(map(stem, _WORD.findall(member.casefold())))


_WORD = re.compile(r"[^\W_]+")


def _families() -> dict[tuple[str, ...], frozenset[str]]:
    families: dict[tuple[str, ...], set[str]] = {}
    for line in FAMILIES.splitlines():
        members = [member.strip() for member in line.split(",") if member.strip()]
        for member in members:
            own = _key(member)
            families.setdefault(own, set()).update(other for other in members if _key(other) != own)
    return {member: frozenset(others) for member, others in families.items()}


_KIN = _families()
_LONGEST = max(map(len, _KIN))
