"""What a question states and does not ask. Pure.

"Since X is open, how …", "X is open. How …", "X is open, right?" state that X is open; "why is X open" takes it for
granted; of other questions all that they say besides what they ask is taken for granted too, though less surely.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """How surely a question takes something for granted."""

    STATED = "stated"  # said as a fact, beside the question
    REASON = "reason"  # "why …": what a reason is asked for
    ASKED = "asked"  # all that a question says: "how long does the training of X take"
    WHETHER = "whether"  # what it asks whether is so: only what it names is taken for granted


@dataclass(frozen=True, slots=True)
class Claim:
    """Words of a question that take something for granted."""

    text: str
    how: How


_PIECE = re.compile(r"(?<=[.?!;])\s+|\s+[-–—]+\s+|(?<=\w):\s+")
_ASKS = re.compile(
    r"^(?:and |but |so |then |yet |also )*(?:(?:on|in|by|at|to|for|from|with|of|under|into|about) )?"
    r"(?:how|what|what['’]s|whats|which|who|whose|where|when|why|whether|explain|describe|tell|compare|list|give|show|"
    r"name|find|summari[sz]e)\b",
    re.IGNORECASE,
)
_WHETHER = re.compile(
    r"^(?:and |but |so |then |yet )*(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|may)"
    r"(?:n['’]t)?\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r"\b(?:why|how come|how is it(?: possible)? that|how so|"
    r"what (?:explains?|makes?|made|motivat\w+|accounts? for|caused?)|"
    r"(?:for|on) what (?:reason|grounds?|basis)|(?:what|which) (?:\w+ )?(?:is |was )?(?:the )?"
    r"(?:reasons?|explanation|cause|grounds?)|the reasons?|explanation (?:for|of))\b",
    re.IGNORECASE,
)
_TURNS = (
    r"(?:(?:on|in|by|at|to|for|from|with|of) )?(?:how|what\w*|which|who|where|when|why|is|are|was|were|do|does|did|can|"
    r"could|will|would|has|have|should)"
)  # where a question turns from what it states to what it asks
_LEADING = re.compile(
    r"^(?:(?:but|and|so) )?(?:since|given(?: that)?|seeing(?: that)?|because|as(?! for\b| to\b)|even though|although|"
    r"though|considering(?: that)?|now that|if|assuming(?: that)?|granted(?: that)?)\b(?P<what>[^?]+?),\s+"
    rf"(?={_TURNS}|isn|aren|doesn|I\b|explain|tell)",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[,;]?\s(?:since|given that|seeing that|because|even though|although|considering that|now that)\s"
    r"(?P<what>[^?,]+)",
    re.IGNORECASE,
)
_SO = re.compile(
    r"^(?P<what>[^?]{8,}?),? (?:so|and so|hence|then|but|yet)\s+"
    rf"(?={_TURNS}\b)",
    re.IGNORECASE,
)
_SPLICED = re.compile(
    r"^(?!(?:for|in|on|at|of|with|by|to|from|under|between|among|when|while|according|if|as|after|before)\b)"
    rf"(?P<what>\S+ \S+ \S[^?,]+), (?={_TURNS}\b)",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"^(?P<what>.+?),? (?:right|correct|yes|no|true|or not|"
    r"(?:is|are|was|were|do|does|did|has|have|can)(?:n['’]t| not)? (?:it|they|he|she|that|this)(?: not)?)\s*\??$",
    re.IGNORECASE,
)
_APPOSED = re.compile(r"(?P<head>\b\w*[A-Z][\w+^-]*), (?P<what>(?:an?|the|which|that|who) [^,:?]+)(?=[,:?])")


def claims(text: str) -> tuple[Claim, ...]:
    """All that a question takes for granted, in its order: a claim for each statement, and one for what asks."""
    found: list[Claim] = []
    for apposed in _APPOSED.finditer(text):
        found.append(Claim(f"{apposed['head']} {apposed['what']}", How.STATED))
    text = _APPOSED.sub(lambda apposed: apposed["head"], text)
    pieces = [piece.strip() for piece in _PIECE.split(text) if re.search(r"\w", piece)]
    for piece in pieces:
        if _asks(piece):
            found += _of_question(piece)
        elif len(pieces) > 1 or _SO.match(piece) or _TAG.match(piece):
            found += _of_statement(piece)
        else:
            found.append(Claim(piece, How.ASKED))
    return tuple(claim for claim in found if re.search(r"\w", claim.text))


def _asks(piece: str) -> bool:
    return piece.endswith("?") or bool(_ASKS.match(piece) or _WHETHER.match(piece) or _LEADING.match(piece))


def _of_statement(piece: str) -> list[Claim]:
    """A statement, and what it leads to without a question mark: "X is Y, so what …"."""
    parted = _SO.match(piece)
    if parted is None:
        tagged = _TAG.match(piece)
        return [Claim(tagged["what"] if tagged else piece, How.STATED)]
    return [Claim(parted["what"], How.STATED), *_of_question(piece[parted.end() :])]


def _of_question(piece: str) -> list[Claim]:
    opened = bool(_ASKS.match(piece) or _WHETHER.match(piece))
    for pattern in () if opened else (_LEADING, _SO, _SPLICED):
        parted = pattern.match(piece)
        if parted is not None:
            return [Claim(parted["what"], How.STATED), *_of_question(piece[parted.end() :])]
    tagged = None if opened else _TAG.match(piece)
    if tagged is not None:
        return [Claim(tagged["what"], How.STATED)]
    found = []
    trailing = _TRAILING.search(piece)
    if trailing is not None and trailing.start():
        found.append(Claim(trailing["what"], How.STATED))
        piece = piece[: trailing.start()] + piece[trailing.end() :]
    reason = _REASON.search(piece)
    if reason is not None:
        before = "" if _WHETHER.match(piece) else piece[: reason.start()]
        return [*found, Claim(f"{before}{piece[reason.end() :]}".strip(" ?,"), How.REASON)]
    how = How.WHETHER if _WHETHER.match(piece) else How.ASKED
    return [*found, Claim(piece.strip(" ?"), how)]
