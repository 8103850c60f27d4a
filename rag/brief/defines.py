"""Whether a sentence says what a named thing is, not only how well it does. Pure."""

from __future__ import annotations

import re

from rag.compose import cues

_RESULTS = (
    r"(?:outperform|achiev|improv|reduc|sav|surpass|beat|reach|attain|yield|show|rais|equal|exceed|need|requir|gain|"
    r"perform|demonstrat|match|make|var|speed|lead|work|help|also|does|can|has|was|were|could|significantly|is|are|"
    r"display|exhibit|obtain|deliver|remain|scor|prefer|run|cut|lower|increas|offer|allow|enabl|provid|generaliz|"
    r"maintain|preserv|effectively|consistently|substantially|markedly|remarkably)"
)
_KINDS = (
    r"(?:method|approach|framework|model|system|algorithm|strategy|technique|architecture|benchmark|dataset|corpus|metric|"
    r"engine|suite|tool|network|transformer|library|task|law|attack|pipeline|paradigm|Transformer|Network|Model|Benchmark)"
)
_IN_PARTS = re.compile(
    r"\b(?:consists? of|comprises?|has|contains) (?:two|three|four|several) (?:[a-z]+ )?"
    r"(?:part|component|stage|module|step)s\.?$"
)


_NAME = "\u01c1"  # a letter that stands for the name, so that no pattern is made for each name
_CALL = rf"{_NAME}[\w.+-]*\)?(?: \([^)]*\))?"
_DOES = re.compile(rf"{_CALL},? (?:that |which )?(?!{_RESULTS}\w*\b)[a-z]+(?:s|es)\b (?!$)")
_SAYS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_CALL},? (?:is|are) (?:\w+ly )?(?:an?|the|one of|our|their)\b(?! (?:first|only) to\b)",
        rf"{_CALL}, (?:an?|the) (?:[\w-]+ ){{1,}}",
        rf"\b(?:an?|the) [^.;]{{8,}}?\b(?:called|named|namely|dubbed|termed)\b[^.;]{{0,80}}{_CALL}",
        rf"\b(?:[Aa]n?|[Tt]he first) (?:[\w-]+ ){{0,8}}?{_KINDS},? \(?{_CALL}",
        r"\b(?:propose|introduce|present|develop|create|release|curate|pretrain|build)s?\b"
        rf"[^.;]{{0,80}}{_CALL}[, ]+(?:[\w-]+,? ){{2,}}",
    )
)


def says_what(text: str, name: str) -> bool:
    """Whether a sentence says what the thing called `name` is, or how it does what it does; not only how well."""
    first = text.split("; ", maxsplit=1)[0]
    if name not in first or _IN_PARTS.search(first):
        return False
    marked = first.replace(name, _NAME)
    if _DOES.search(marked) and not cues.is_result(first):
        return True
    return any(pattern.search(marked) for pattern in _SAYS)
