"""What was found, without "experiments show that" in front. Pure."""

from __future__ import annotations

import re

from rag.brief.proposing import capital

_SURE = r"(?:show|demonstrate|find|observe|prove|reveal|report|establish|confirm|verify|indicate|see|discover|note)"
_HEDGED = r"(?:argue|believe|hypothesi[sz]e|suggest|claim|conjecture|posit|contend|speculate|assume)"
_FINDINGS = (
    r"(?:experiments?|experimentations?|results?|evaluations?|analys[ei]s|stud(?:y|ies)|findings?|investigations?|tests?|"
    r"observations?|comparisons?|ablations?|benchmarks?)"
)
_FRAMES = (
    # "Extensive experiments (on A and B) show that …": what they were made on goes to the front.
    re.compile(
        rf"^(?:(?:Our|The|These|Extensive|Comprehensive|Empirical|Experimental|Further|In-depth|Detailed|Thorough|"
        rf"Numerous|Additional|Quantitative|Systematic|Large-scale|[a-z]+) ){{0,4}}{_FINDINGS}"
        rf"(?: (?P<on>(?:on|across|over|with|in|under|for) [^,;]{{3,90}}?))? (?:also |further |clearly |consistently )?"
        rf"{_SURE}(?:s|ed|d)? that ",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:Through|In|By|Via|With) (?:(?:our|the|extensive|comprehensive|empirical|controlled|various) ){{0,3}}"
        rf"{_FINDINGS}(?: (?P<on>(?:on|across|over|with|in) [^,;]{{3,90}}?))?, we (?:\w+ )?{_SURE}(?:s|ed|d)? that ",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:(?P<on>(?:On|Across|In|With|For|By) [^,;]{{3,90}}?), )?[Ww]e (?:\w+ ){{0,2}}?{_SURE}(?:s|ed|d)? that "
    ),
)


_REVEALS = re.compile(
    rf"^(?:(?:Our|The|These|Extensive|Comprehensive|Empirical|Experimental|[a-z]+) ){{0,4}}{_FINDINGS} (?:[a-z]+ )?"
    rf"{_SURE}"
    r"(?:s|ed|d)? (?:(?!that\b)[a-z-]+ ){0,4}[a-z-]+: (?=[a-z])",
    re.IGNORECASE,
)


_VALIDATES = re.compile(
    rf"^(?:[A-Z][a-z-]+ )?(?:(?:[a-z]+ ){{0,2}})?{_FINDINGS}(?: (?P<on>(?:on|across|over) [^,;]{{3,60}}?))? "
    r"(?:clearly |further |also )?(?:validat|demonstrat|show|verif|confirm|prov)\w* the "
    r"(?:effectiveness|superiority|efficacy|efficiency|advantages?|benefits?)(?: and \w+)? of "
    r"(?P<who>[^,;]{2,60}), (?P<verb>surpass|outperform|exceed|yield|reach|achiev|improv|reduc|sav|rais)ing ",
    re.IGNORECASE,
)
_ENDINGS = {"surpass": "es", "reach": "es"}


def _validated(text: str) -> str | None:
    """ "Experiments validate the effectiveness of X, surpassing Y by 3%" as "X surpasses Y by 3%"."""
    found = _VALIDATES.match(text)
    if found is None:
        return None
    verb, who = found["verb"].casefold(), found["who"]
    several = re.search(r"[A-Za-z]s$", who) is not None and not who.endswith("ss")
    e = "e" if verb in ("achiev", "improv", "reduc", "sav", "rais") else ""
    acts = f"{verb}{e}" if several else f"{verb}{e}s" if verb not in _ENDINGS else f"{verb}{_ENDINGS[verb]}"
    said = f"{capital(who)} {acts} {text[found.end() :]}"
    if found["on"]:
        small = said[:1].lower() + said[1:] if said[1:2] == " " or said[1:4].islower() else said
        return f"{capital(found['on'])}, {small}"
    return said


def unframed(text: str) -> str:
    """What was found without "experiments show that"; on what it was found is kept, in front."""
    for frame in _FRAMES:
        found = frame.match(text)
        if found:
            rest = text[found.end() :]
            on = found["on"]
            return f"{capital(on)}, {rest}" if on else capital(rest)
    if (validated := _validated(text)) is not None:
        return validated
    if found := _REVEALS.match(text):
        return capital(text[found.end() :])
    return text
