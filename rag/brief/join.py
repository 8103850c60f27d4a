"""Two sentences on one paper made into one, and openings that do not repeat; each shown by the guard. Pure."""

from __future__ import annotations

import re

from rag.brief.alone import points_away
from rag.brief.roles import Line
from rag.brief.say import Voice, first_shown, length
from rag.ground import Grounded

JOINED = 44
"""Words up to which two sentences are made one."""
BRIEF = 34
"""Words up to which a sentence stands for a paper alone."""
_APPOSED = 16  # words of what a system is, between commas
_FRONT = re.compile(
    r"^(?P<rest>.{15,}?) (?P<where>(?:on|across|in) (?:the |both |all |various |several |\d+ )?[^,;:.()]{3,60})\.$"
)

_CLAUSES = re.compile(r"[,;:]|\b(?:and|while|whereas|but|or|that|which|as)\b")


def joined(
    voice: Voice, line: Line, first: Grounded | None, second: Grounded | None, *, most: int = JOINED
) -> Grounded | None:
    """The introduction and the result of `line` in one sentence, where the guard shows it within `most` words."""
    if first is None or second is None or voice.intro is None:
        return None
    if length(first.text) + length(second.text) > most or ";" in first.text or ":" in first.text or ";" in second.text:
        return None
    able = [one for one in _joins(voice, first.text, second.text) if not points_away(one)]
    return first_shown(voice, [voice.intro, line], able)


def apposed(voice: Voice, line: Line, first: Grounded | None, second: Grounded | None) -> Grounded | None:
    """ "X is a Y that …" and "X reaches …" as "X, a Y, reaches …", cut to what a sentence can hold."""
    system = voice.called.system
    if system is None or first is None or second is None or voice.intro is None:
        return None
    what = _what(first.text, system)
    at = second.text.find(f"{system} ")
    if what is None or not first.text.endswith(".") or at < 0 or (at and not second.text[:at].endswith(", ")):
        return None
    told = first.text[what:-1]
    head, rest = first.text[: what - len(" is ")], second.text[at + len(system) + 1 :]
    able = []
    for kept in dict.fromkeys((told, re.split(r",| (?:that|which|whose|in which) |: ", told)[0])):
        if 2 < length(kept) <= _APPOSED and length(kept) + length(second.text) < JOINED - 2:
            able.append(f"{second.text[:at]}{head}, {kept}, {rest}")
    able = [one for one in able if not points_away(one)]
    return first_shown(voice, [voice.intro, line], able)


_FAR = 90  # characters before a name, at most, where a sentence says what it is
_IS = re.compile(r"\)? is (?=(?:an?|the) .)")


def _what(text: str, system: str) -> int | None:
    """Where a sentence says what the system is: behind the first "SYSTEM is"."""
    at = text.find(system)
    while 0 <= at <= _FAR:
        if found := _IS.match(text, at + len(system)):
            return found.end()
        at = text.find(system, at + 1)
    return None


def cut_short(voice: Voice, first: Grounded | None) -> Grounded | None:
    """What a system is without the clauses behind it: "X is a small reader." None where that says too little."""
    system = voice.called.system
    if system is None or first is None or voice.intro is None:
        return None
    what = _what(first.text, system)
    if what is None:
        return None
    able = []
    for end in _ENDS.finditer(first.text, what):
        said = first.text[what : end.start()]
        if ": " in said or said.count("(") > said.count(")"):
            continue
        words = length(said)
        if _SAYS_ENOUGH <= words <= _APPOSED:
            able.append(f"{first.text[: end.start()]}.")
    return first_shown(voice, [voice.intro], [one for one in able[::-1] if not points_away(one)])


_ENDS = re.compile(r",? (?:that|which|whose|in which)\b|, (?=(?:an?|the|where|including|with|so|by) )|[:;] ")
_SAYS_ENOUGH = 5  # words of what a system is, the article among them


def _joins(voice: Voice, first: str, second: str) -> list[str]:
    head = first.rstrip(".")
    system = voice.called.system
    if system and second.startswith(f"{system} ") and first.startswith(system):
        return [f"{head}; it {second[len(system) + 1 :]}"]
    if system and second.startswith(f"{system}’s ") and first.startswith(system):
        return [f"{head}; its {second[len(system) + 3 :]}"]
    lowered = _small(voice, second)
    if system:
        lowered = _by_pronoun(lowered, system)
    return [f"{head}; {lowered}"]


def _by_pronoun(text: str, system: str) -> str:
    """The sentence with "it" for the system where a clause opens with it."""
    at = text.find(f", {system} ")
    end = at + len(system) + 3
    if at >= 0 and text[end : end + 1].islower():
        text = f"{text[:at]}, it {text[end:]}"
    return text.replace(f", {system}’s ", ", its ", 1)


def _plain_opening(text: str) -> bool:
    """Whether a sentence opens with an ordinary word, which is written small after a semicolon."""
    first = text.split(maxsplit=1)[0]
    word = first[1:].rstrip(",").replace("-", "")
    return (word.isalpha() and word.islower()) or first in ("A", "I")


def _small(voice: Voice, text: str) -> str:
    """A sentence as it goes on after a semicolon: names keep their capital."""
    named = voice.called.system is not None and text.startswith(voice.called.system)
    return text[:1].lower() + text[1:] if _plain_opening(text) and not named else text


def opened_otherwise(voice: Voice, line: Line, first: Grounded | None, second: Grounded) -> Grounded:
    """The sentence of `line` with where it holds in front, or with "it", if both would open with the system's name."""
    system = voice.called.system
    if first is None or system is None:
        return second
    if not (first.text.startswith(system) and second.text.startswith(system)):
        return second
    able = []
    fronted = _FRONT.match(second.text)
    if fronted and not _CLAUSES.search(fronted["rest"]):
        where = fronted["where"][:1].upper() + fronted["where"][1:]
        able.append(f"{where}, {fronted['rest']}.")
    if (rest := second.text.removeprefix(f"{system} ")) != second.text and rest[:1].islower():
        able.append(f"It {rest}")
    elif (rest := second.text.removeprefix(f"{system}’s ")) != second.text:
        able.append(f"Its {rest}")
    return first_shown(voice, [line], able) or second


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
    return first_shown(voice, of, able) or one
