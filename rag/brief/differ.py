"""Where papers differ: one paper's finding against another's system, and findings that point in opposite ways. Pure.

Rules, and strict ones: that papers differ is said only where one names the other's system in what it found to be better
or worse, or where two findings are of the same things by their rare words and turn opposite ways. Both sides are then
quoted or closely worded, and named.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from rag.analysis import analysed
from rag.brief.roles import Line
from rag.brief.say import Voice, said
from rag.ground import Grounded
from rag.text.words import NEGATIONS, alike, direction, stem

MOST = 3
"""Pairs that a brief shows."""
_BETTER = re.compile(
    r"\b(?:outperform\w*|surpass\w*|beats?|exceed\w*|superior|better than|worse than|lags? behind|improvements? over|"
    r"improves? (?:up)?on|unlike|than)\b",
    re.IGNORECASE,
)
_FAULTS = re.compile(
    r"\b(?:vulnerable|susceptible|bounded by|limited (?:by|to)|fails?|suffers?|struggles?|unable|cannot|lacks?|"
    r"overlooks?|ignores?|degrad\w+|unreliable|inefficien\w+)\b",
    re.IGNORECASE,
)
_SHARED = 0.5  # share of the lighter sentence's weight that two findings must have in common
_COMMON_WORDS = 4  # … and content words that are not those of every result
_EVERYBODYS = frozenset(
    alike(stem(word))
    for word in (
        *("achieve", "result", "baseline", "method", "improve", "significant", "experiment", "task", "model", "models"),
        *("dataset", "benchmark", "performance", "downstream", "tuning", "pre-training", "fine-tuning", "training"),
        *(
            "variety",
            "various",
            "existing",
            "show",
            "state-of-the-art",
            "language",
            "data",
            "different",
            "new",
            "prior",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two papers that differ, what each says, and about what, as a sentence for a note."""

    first: Grounded
    second: Grounded
    detail: str


def differences(voices: Sequence[Voice]) -> list[Difference]:
    """The pairs of papers that differ, named ones first; at most `MOST`, and each paper in one pair at most."""
    found: list[Difference] = []
    used: set[str] = set()
    for one, line, other in _named(voices):
        if {one.paper.id, other.paper.id} & used:
            continue
        pair = _told(one, line, other)
        if pair is not None:
            used |= {one.paper.id, other.paper.id}
            found.append(pair)
    for (one, mine), (other, theirs) in _opposed(voices):
        if {one.paper.id, other.paper.id} & used:
            continue
        first, second = said(one, mine), said(other, theirs)
        if first is not None and second is not None:
            used |= {one.paper.id, other.paper.id}
            detail = f"{one.called.label} and {other.called.label} report opposite findings on the same matter."
            found.append(Difference(first, second, detail))
    return found[:MOST]


def _named(voices: Sequence[Voice]) -> list[tuple[Voice, Line, Voice]]:
    """A paper's finding that measures another stored paper's system by name, or the fault that it finds with it."""
    systems = {voice.called.system: voice for voice in voices if voice.called.system and len(voice.called.system) > 2}
    found = []
    for voice in voices:
        for line in voice.told:
            finds = line.own and line.concludes > 0 and _BETTER.search(line.text)
            if not finds and not _FAULTS.search(line.text):
                continue
            for name, other in systems.items():
                if name is None or other is voice:
                    continue
                if re.search(rf"(?<![\w+^-]){re.escape(name)}(?![\w+^-])", line.text):
                    found.append((voice, line, other))
    return found


def _told(one: Voice, line: Line, other: Voice) -> Difference | None:
    first = said(one, line)
    claims = [done for theirs in other.results[:3] if (done := said(other, theirs)) is not None]
    second = next((c for c in claims if other.names_itself(c.text)), claims[0] if claims else None)
    if first is None or second is None:
        return None
    return Difference(
        first, second, f"{one.called.label} is measured against {other.called.label}, which makes its own claim."
    )


def _opposed(voices: Sequence[Voice]) -> list[tuple[tuple[Voice, Line], tuple[Voice, Line]]]:
    """Findings on the same things that turn opposite ways."""
    findings = [(voice, line) for voice in voices for line in voice.results[:3]]
    keys = [_content(line.text) for _, line in findings]
    often = Counter(key for mine in keys for key in mine)
    weight = {key: math.log(1 + len(findings) / count) for key, count in often.items()}
    found = []
    for i, j in combinations(range(len(findings)), 2):
        if findings[i][0] is findings[j][0]:
            continue
        shared = keys[i] & keys[j]
        if len(shared) < _COMMON_WORDS:
            continue
        lighter = min(sum(weight[k] for k in keys[i]), sum(weight[k] for k in keys[j]))
        share = sum(weight[k] for k in shared) / lighter if lighter else 0.0
        if share >= _SHARED and _turns(findings[i][1].text, findings[j][1].text):
            found.append((share, findings[i], findings[j]))
    found.sort(key=lambda pair: (-pair[0], pair[1][0].paper.id, pair[2][0].paper.id))
    return [(one, other) for _, one, other in found]


def _content(text: str) -> frozenset[str]:
    return frozenset(
        word.key
        for word in analysed(text).words
        if word.content and word.key not in _EVERYBODYS and direction(stem(word.text)) is None
    )


def _turns(one: str, other: str) -> bool:
    """Whether two sentences point opposite ways: on one axis, or by a negation that only one has."""
    mine, theirs = _signs(one), _signs(other)
    opposite = any(axis in theirs and theirs[axis] == -sign for axis, sign in mine.items())
    return opposite != (_negates(one) != _negates(other))


def _signs(text: str) -> dict[int, int]:
    found: dict[int, int] = {}
    for word in analysed(text).words:
        points = direction(stem(word.text))
        if points is not None:
            found.setdefault(*points)
    return found


def _negates(text: str) -> bool:
    return any(word.text in NEGATIONS and word.text != "without" for word in analysed(text).words)
