"""What a question asks for in words that every question has: the figure sought, the thing meant. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above according achieve achieved achieves across after again against all also although always am among
        an and another answer any anything approach approaches are around article articles as ask at author authors be
        became because become been before being between both but by call called came can cannot come compare compared
        compares comparison could dataset datasets deal deals define describe described describes did differ
        difference differences different do does doing done dose down each either else ever every everything exactly
        exist exists explain far few find for found from gave get gets give given gives go goes had happen happens has
        have having he help helps her here his how i if in instead into introduce introduced introduces is it its
        itself just kind know known let like list long made mainly make makes many may me mean means mention mentioned
        mentions method methods might more most much must my name named near need needs new no not now obtain obtained
        of off on once one only or other others our out over own paper papers people please present presented presents
        propose proposed proposes publication publications question rather reach reached reaches really regarding
        relate related relative report reported reports same say says see seen several shall she should show showed
        shown shows since so some something sort stand stands still studies study such take takes talk talks tell than
        that the their them then there these they thing things this those through thus to too toward towards turn
        under until up upon us use used uses using versus very via vs was wat way ways we well were what whats when
        where whether which while who whom whose why will with within without work works would wrote yes yet you your
        """,
    )
)
GENERIC = frozenset(
    re.findall(
        r"\w+",
        "fraction percentage percent share proportion amount number numbers count counts factor terms idea ideas point "
        "purpose meaning",
    )
)
"""Words that name the form of an answer and never stand in it."""

_ANY = frozenset({"*"})
_TIMES = frozenset({"hours", "minutes", "seconds", "ms", "days", "weeks", "months", "years"})
_RELATIVE = frozenset({"%", "x", "points"})
_SCORE = frozenset({"%", "points"})
_BYTES = frozenset({"KB", "MB", "GB", "TB", "PB", "bytes", "bits"})
_MONEY = frozenset({"$", "€", "£", "cents"})


@dataclass(frozen=True, slots=True)
class Sought:
    """The figure that is asked for: its units ("*" for any), and what is counted.

    `beside` is a pattern: in a sentence that it matches, a bare number or a percentage is such a figure too; 187 is a
    price beside "budget". `strict` says that nothing but such a figure is an answer: "how much did it cost" without a
    price is not answered, "how well does it work" may be answered in words.
    """

    units: frozenset[str]
    counted: str | None = None
    strict: bool = True
    beside: str | None = None


_ANYTHING = r""
_PRICE_WORDS = r"\b(?:cost|price|budget|expens|dollar|money|cheap|afford)"
_SCORE_WORDS = r"\b(?:scor|accura|F1|BLEU|ROUGE|perplexity|recall|precision|R1|EM|MAP|nDCG|AUC|MRR|correlat)"
# The first that fits: what is said of the unit itself is surer than what is said of the thing.
_UNITS: tuple[tuple[str, frozenset[str], str | None], ...] = (
    (r"\bgigabytes?\b|\bmegabytes?\b|\bkilobytes?\b|\b[KMG]B\b", _BYTES, None),
    (
        r"\bmilliseconds?\b|\b(?:in|how many) (?:\w+ )?(?:seconds?|minutes?|hours?|days|weeks|months|years)\b",
        _TIMES,
        None,
    ),
    (r"\bdollars?\b|\busd\b|\beuros?\b", _MONEY, None),
    (r"\bpercent|\bper cent\b|\bfraction\b|\bshare\b|\bproportion\b", _RELATIVE, _ANYTHING),
    (
        r"\bhow (?:many times|much (?:more|less|fewer|better|worse|faster|slower|quicker|cheaper|smaller|larger))\b"
        r"|\bby (?:how much|what)\b|\bhow much (?:\w+ )*?(?:save|improve|reduce|cut|gain|speed up|accelerate)\b"
        r"|\bspeed-?ups?\b|\bfaster\b|\bquicker\b|\bslower\b",
        _RELATIVE,
        None,
    ),
    (r"\bhow (?:fast|quick\w*)\b|\blatency\b|\bthroughput\b", _RELATIVE | _TIMES | {"FPS"}, None),
    (r"\bhow much (?:\w+ )?(?:memory|storage|space)\b|\bfootprint\b", _BYTES | _RELATIVE, None),
    (r"\bhow long\b|\bhow much time\b|\bduration\b", _TIMES, None),
    (r"\bcosts?\b|\bprices?\b|\bexpensive\b|\bbudget\b|\bmoney\b|\bcheap\w*\b|\bhow much to\b", _MONEY, _PRICE_WORDS),
    (r"\bimprovement|\bgains?\b|\breduction|\bincrease|\bdecrease|\bsavings?\b|\bmargin", _RELATIVE, _ANYTHING),
    (
        r"\baccura\w+|\bacura\w+|\bscores?\b|\bf1\b|\bbleu\b|\brouge\b|\bperplexity\b|\brecall\b|\bprecision\b",
        _SCORE,
        _SCORE_WORDS,
    ),
)
_STOPS = (
    "is|are|was|were|do|does|did|can|could|has|have|had|should|would|will|in|on|of|for|to|with|from|by|at|per|there|it|"
    "the|a|an|and|less|more|fewer"
)
_NOUN = rf"(?P<of>(?!(?:{_STOPS})\b)(?:[\w-]+\s+){{0,3}}?[\w-]+)(?=\s+(?:{_STOPS})\b|\s*[?,.]|\s*$)"
_COUNTED = re.compile(rf"\b(?:how many|number of)\s+{_NOUN}", re.IGNORECASE)
_WHICH = re.compile(rf"\b(?:which|what|wat)\s+{_NOUN}", re.IGNORECASE)
_MUCH = re.compile(rf"\bhow much\s+{_NOUN}", re.IGNORECASE)
_MORE = re.compile(r"(?:er|more|less)$")
_LOOSE = re.compile(r"\bhow (?:well|close|deep|far|accurate|good)\b", re.IGNORECASE)
_NO_HEAD = frozenset(
    re.findall(
        r"\w+",
        """
        algorithm architecture benchmark cases data difference effect extent framework gain gains hardware improvement
        kind mechanism model models novelty part problem question reason result results role score scores set sets sort
        speedup strategy system task tasks technique technology times tool trick type
        """,
    )
)
_SIZE_OF = re.compile(r"\b(?P<of>[a-z-]+) size\b", re.IGNORECASE)


def sought(text: str) -> Sought:
    """The figure that a question for a figure wants."""
    strict = _LOOSE.search(text) is None
    for pattern, units, beside in _UNITS:
        if re.search(pattern, text, re.IGNORECASE):
            return Sought(units, strict=strict, beside=beside)
    counted, size = _COUNTED.search(text), _SIZE_OF.search(text)
    if counted is not None:
        return Sought(_ANY, counted["of"].split()[-1].casefold(), strict)
    thing = size["of"].casefold() if size else None
    return Sought(_ANY, thing if thing not in FUNCTION_WORDS else None, strict)


def head_noun(text: str) -> str | None:
    """The thing after "which", "what", "how many" or "how much" that an answer has to speak of; None where none is."""
    found = _COUNTED.search(text) or _MUCH.search(text) or _WHICH.search(text)
    if found is None:
        return None
    noun = found["of"].split()[-1]
    plain = noun.casefold()
    return None if plain in FUNCTION_WORDS | GENERIC | _NO_HEAD or _MORE.search(plain) else noun
