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


def unframed(text: str) -> str:
    """What was found without "experiments show that"; on what it was found is kept, in front."""
    for frame in _FRAMES:
        found = frame.match(text)
        if found:
            rest = text[found.end() :]
            on = found["on"]
            return f"{capital(on)}, {rest}" if on else capital(rest)
    if found := _REVEALS.match(text):
        return capital(text[found.end() :])
    return text
