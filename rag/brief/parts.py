"""The parts of a topic that names several things, each of which is enough: "hashing and image retrieval". Pure."""

from __future__ import annotations

import re

from rag.question import understand

MOST = 4
"""Parts of a topic that are looked for."""
_BETWEEN = re.compile(r"\s*(?:[;:,]|\s/)\s+(?:and |or )?|\s+(?:and|or|&|\+|vs\.?|versus|as well as)\s+", re.IGNORECASE)
_SHARED = re.compile(
    r"^(?P<head>.+?\s(?:for|of|in|with|on|by|from|to|about|using))\s",
    re.IGNORECASE,
)


def parts_of(topic: str) -> list[str]:
    """What a topic names, each whole: `binary and ternary networks` are binary networks, and ternary networks.

    What is said once is shared: the words behind a single word ("speech and image recognition"), and those in front of
    the last preposition ("retrieval for code and law"). A topic of one thing has no parts.
    """
    pieces = [piece.strip() for piece in _BETWEEN.split(topic) if understand(piece).content]
    if not 1 < len(pieces) <= MOST:
        return []
    last, head = pieces[-1].split(), _SHARED.match(pieces[0])
    made = []
    for number, piece in enumerate(pieces):
        single = len(piece.split()) == 1
        if single and number < len(pieces) - 1 and len(last) > 1:
            piece = f"{piece} {' '.join(last[1:])}"
        elif single and number and head is not None:
            piece = f"{head['head']} {piece}"
        made.append(piece)
    return made
