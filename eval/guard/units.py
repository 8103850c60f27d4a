"""Class unit: the figure stays, its unit or what it counts is another. Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from eval.guard.world import Mutant, Statement, World

_N = r"(?P<n>(?<![\w.-])~?<?\$?\d[\d,.]*)"
_COMPARED = r"(?:as|more|fewer|less|faster|slower|smaller|larger|higher|lower|better|reduction|speedup|its|the size)"
_GROWN = r"(?:better|higher|lower|fewer|less|more|above|below|over|ahead|improvement|gain|longer|faster|slower)"
_CHANGES = r"(?:by|gains?|gained|up|rises?|lead was|another|further|increase of|improvements? of|gains? of|reach)"
_BOUND = r"(?:about |up to |at least |more than |over |approximately |around |a further |an? |~|than )*"

# A pattern of the whole place, what becomes of it, and what to call the change.
_RULES: tuple[tuple[str, str, str], ...] = (
    (rf"{_N}x\b(?=[ ,.)])", r"\g<n>%", "x to %"),
    (rf"{_N} times(?= (?:{_COMPARED}|in|on|over|and)\b)", r"\g<n>%", "times to %"),
    (rf"(?<=\bby ){_N} times\b", r"\g<n>%", "times to %"),
    (rf"{_N}(?:%| percent)(?=(?: \w+)? {_GROWN}\b)", r"\g<n> points", "% to points"),
    (rf"(?<=\bby ){_N}(?:%| percent)(?! of\b)", r"\g<n> points", "% to points"),
    (rf"(?P<c>\b{_CHANGES} {_BOUND}){_N}(?:%| percent)(?! of\b|-)", r"\g<c>\g<n> points", "% to points"),
    (rf"{_N}%(?= {_GROWN}\b)", r"\g<n>x", "% to x"),
    (rf"{_N} percent(?= {_GROWN}\b)", r"\g<n> times", "% to x"),
    (rf"(?<=\bby ){_N}%(?! of\b)", r"\g<n>x", "% to x"),
    (rf"{_N} points(?= (?:{_GROWN})\b)", r"\g<n>%", "points to %"),
    (r"(?P<n>\d[\d.]*[ -])million\b", r"\g<n>billion", "million to billion"),
    (r"(?P<n>\d[\d.]*[ -])billion\b", r"\g<n>million", "billion to million"),
    (r"(?P<n>\d[\d.]*[ -])billion\b", r"\g<n>trillion", "billion to trillion"),
    (r"(?P<n>\d[\d.]*[ -])trillion\b", r"\g<n>billion", "trillion to billion"),
    (rf"{_N}M\b", r"\g<n>B", "M to B"),
    (rf"{_N}M\b", r"\g<n>K", "M to K"),
    (rf"{_N}B\b", r"\g<n>M", "B to M"),
    (rf"{_N}B\b", r"\g<n>T", "B to T"),
    (rf"{_N}T\b", r"\g<n>B", "T to B"),
    (rf"{_N}[kK]\b", r"\g<n>M", "k to M"),
    (rf"{_N}(?P<s> ?)GB\b", r"\g<n>\g<s>MB", "GB to MB"),
    (rf"{_N}(?P<s> ?)GB\b", r"\g<n>\g<s>TB", "GB to TB"),
    (rf"{_N}(?P<s> ?)MB\b", r"\g<n>\g<s>GB", "MB to GB"),
    (rf"{_N}(?P<s> ?)MB\b", r"\g<n>\g<s>KB", "MB to KB"),
    (rf"{_N} hours\b", r"\g<n> days", "hours to days"),
    (rf"{_N} hours\b", r"\g<n> minutes", "hours to minutes"),
    (rf"{_N} days\b", r"\g<n> hours", "days to hours"),
    (rf"{_N} minutes\b", r"\g<n> hours", "minutes to hours"),
    (r"\ba year\b(?! ago)", "a month", "year to month"),
    (rf"{_N}(?P<s>[MBT]| [mbt]r?illion) parameters\b", r"\g<n>\g<s> tokens", "parameters to tokens"),
    (rf"{_N}(?P<s>[MBT]| [mbt]r?illion) tokens\b", r"\g<n>\g<s> parameters", "tokens to parameters"),
    (rf"{_N} tokens\b", r"\g<n> sentences", "tokens to sentences"),
    (rf"{_N}(?P<s> [mbt]r?illion|[MBT]) base pairs\b", r"\g<n>\g<s> tokens", "base pairs to tokens"),
    (
        rf"{_N}(?P<s>[kKM]?|,000) (?P<w>datasets|tasks|pairs|binaries|samples)\b",
        r"\g<n>\g<s> {other}",
        "what is counted",
    ),
)
_COMPILED = tuple((re.compile(pattern), put, how) for pattern, put, how in _RULES)
_COUNTED = {"datasets": "tasks", "tasks": "datasets", "pairs": "tokens", "binaries": "functions", "samples": "tokens"}


def unit_mutants(statement: Statement, world: World, rng: random.Random) -> list[Mutant]:
    """Every changed unit, one place at a time, in random order; units within names (`A100-40GB`) are left alone."""
    found = [mutant for mutant in _changed(statement) if mutant.text not in statement.paper.abstract]
    rng.shuffle(found)
    return found


def _changed(statement: Statement) -> Iterator[Mutant]:
    text, seen = statement.text, {statement.text}
    for pattern, put, how in _COMPILED:
        for match in pattern.finditer(text):
            if how == "what is counted":
                expanded = match.expand(put.replace("{other}", _COUNTED[match["w"]]))
            else:
                expanded = match.expand(put)
            changed = text[: match.start()] + expanded + text[match.end() :]
            # The abstract may say the other thing of the same figure: "28 datasets" and "28 tasks" could both hold.
            if expanded in statement.paper.abstract or changed in seen:
                continue
            seen.add(changed)
            yield Mutant(changed, statement.paper.id, "unit", how)
