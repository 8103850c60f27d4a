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
        actually basically curious currently interested overview thank thanks want wanted wants wonder wondering
        """,
    )
)
GENERIC = frozenset(
    re.findall(
        r"\w+",
        "fraction percentage percent share proportion amount quantity number numbers count counts factor terms idea "
        "ideas point purpose meaning",
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
    price beside "budget". `rather` are the units of the thing itself where relative ones would do as well: memory in
    gigabytes, and not by how many percent it is less. `strict` says that nothing but such a figure is an answer: "how
    much did it cost" without a price is not answered, "how well does it work" may be answered in words.
    """

    units: frozenset[str]
    counted: str | None = None
    strict: bool = True
    beside: str | None = None
    rather: frozenset[str] = frozenset()


_ANYTHING = r""
_PRICE_WORDS = r"\b(?:cost|price|budget|expens|dollar|money|cheap|afford)"
_SCORE_WORDS = r"\b(?:scor|accura|F1|BLEU|ROUGE|perplexity|recall|precision|R1|EM|MAP|nDCG|AUC|MRR|correlat)"

# ------------------------------------------------------------------------------------------------- the clause that asks

_ASKS = r"(?:how|what|what['’]s|whats|which|who|whose|where|when|why|wat)"
_BREAK = re.compile(
    r"(?<=[.?!;:])\s+|\s+[-–—]+\s+|,\s+(?=(?:and |or |but |so |then )?(?:(?:on|in|by|at|to|for|from|with|of)\s+)?"
    r"(?:how|what|why|where|when)\b)",
    re.IGNORECASE,
)
_OPENS_ASKING = re.compile(rf"(?:[^\s,]+\s+){{0,3}}?{_ASKS}\b", re.IGNORECASE)


def asking(text: str) -> str:
    """The clause of a question that asks; what stands around it says of what: "I read of X. How fast is it?"

    The last clause that opens with a question word, or that ends in a question mark; the whole text where none does.
    """
    clauses = [clause for clause in _BREAK.split(text) if clause.strip()]
    if len(clauses) < 2:
        return text
    opening = [clause for clause in clauses if _OPENS_ASKING.match(clause)]
    ending = [clause for clause in clauses if clause.rstrip().endswith("?")]
    return (opening or ending or [text])[-1]


# ------------------------------------------------------------------------------------------- the figure that is sought

_STOPS = (
    "is|are|was|were|do|does|did|can|could|has|have|had|should|would|will|may|might|must|in|on|of|for|to|with|from|by|at|"
    "per|there|it|they|the|a|an|and|or|than|that|which|less|more|fewer"
)
_NOUN = rf"(?P<of>(?!(?:{_STOPS})\b)(?:(?!(?:{_STOPS})\b)[\w@^+%/-]+\s+){{0,3}}?[\w@^+%/-]+)"
_NOUN += rf"(?=\s+(?:{_STOPS})\b|\s*[?,.:;!]|\s*$)"
_COUNTED = re.compile(
    rf"\b(?:how many|(?:number|amount|count|quantity) of)\s+(?:different |distinct )?{_NOUN}", re.IGNORECASE
)
_MUCH = re.compile(rf"\bhow much\s+{_NOUN}", re.IGNORECASE)
_WHAT = re.compile(
    rf"\b(?:which|what|wat|what['’]s|whats)\s+(?:(?:is|are|was|were)\s+)?(?:(?:the|its|their|an?)\s+)?{_NOUN}",
    re.IGNORECASE,
)
_SIZE_OF = re.compile(r"\b(?P<of>[a-z-]+) size\b", re.IGNORECASE)
_TIMES_AS = re.compile(r"\bhow many times\b", re.IGNORECASE)
_BY = re.compile(
    r"\bby (?:how (?:much|many)\b|what\b(?= (?:do|does|did|is|was)\b|\W*$))|\bhow much of\b", re.IGNORECASE
)
_MORE = re.compile(r"\bhow (?:much\s+(?:more|less|better|worse|\w+er)|many\s+(?:more|less|fewer))\b", re.IGNORECASE)
_HOW = re.compile(r"\bhow\s+(?P<how>\w+)", re.IGNORECASE)
_COSTS = re.compile(r"\b(?:costs?|prices?|priced|budget|money|expens\w+|pay|paid|spen[dt])\b", re.IGNORECASE)

# What a measure is called, with the units it is given in; the first that a text has.
_MEASURES: tuple[tuple[str, Sought], ...] = (
    (r"speed-?ups?", Sought(_RELATIVE)),
    (
        r"percentages?|percent|per cent|fraction|share|proportion|ratio|factor|margin|improvements?|gains?|reductions?|"
        r"increases?|decreases?|savings?|drop|relative",
        Sought(_RELATIVE, beside=_ANYTHING),
    ),
    (r"gigabytes?|megabytes?|kilobytes?|terabytes?|[KMGT]B|bytes?|bits?", Sought(_BYTES)),
    (r"milliseconds?|seconds?|minutes?|hours?|days|weeks|months|years", Sought(_TIMES)),
    (r"dollars?|usd|euros?", Sought(_MONEY)),
    (r"memory|storage|disk|footprint|space", Sought(_BYTES | _RELATIVE, rather=_BYTES)),
    (r"latency|throughput|speed", Sought(_RELATIVE | _TIMES | {"FPS"})),
    (r"duration|runtime|time", Sought(_TIMES)),
    (r"costs?|prices?|budget|money", Sought(_MONEY, beside=_PRICE_WORDS)),
    (
        r"accura\w+|acura\w+|acc|scores?|f1|bleu\S*|rouge\S*|r1|perplexity|recall\S*|precision\S*|mrr\S*|ndcg\S*|map|auc|wer|cer|"
        r"iou|miou|(?:error|success|hit|pass|acceptance) rate|pass@\d+|exact match",
        Sought(_SCORE, beside=_SCORE_WORDS),
    ),
)
_LARGE_OR_SMALL = frozenset(["big", "large", "small", "tiny", "huge", "little", "long-context", "deep", "wide", "many"])
_FAST = frozenset(["fast", "quick", "quickly", "slow", "slowly"])
_DEAR = frozenset(["expensive", "costly", "cheap", "cheaply", "dear"])
_WELL = frozenset(["well", "good", "close", "accurate", "accurately", "high", "low", "reliable"])
_FAR = frozenset(["far", "often", "frequently"])


def sought(text: str) -> Sought | None:
    """The figure that a question for a figure wants; None where it asks for none."""
    clause = asking(text)
    return _counted(clause) or _how_much(clause) or _how(clause) or _what(clause)


def _counted(clause: str) -> Sought | None:
    """How many of what: a unit of its own (hours, gigabytes), how many times as much, or things that are counted."""
    found = _COUNTED.search(clause)
    if _TIMES_AS.search(clause) or (found is not None and _MORE.search(clause)):
        return Sought(_RELATIVE)
    if found is None:
        return Sought(_ANY) if re.search(r"\bhow many\b", clause, re.IGNORECASE) else None
    thing = _noun(found["of"])
    unit = measured(thing)
    return unit if unit is not None and "%" not in unit.units else Sought(_ANY, thing.casefold())


def _how_much(clause: str) -> Sought | None:
    """How much of what, how much more, by how much."""
    if _MORE.search(clause):
        return Sought(_RELATIVE)
    if _BY.search(clause):
        return Sought(_RELATIVE, beside=_ANYTHING)
    found = _MUCH.search(clause)
    if found is not None:
        return measured(found["of"]) or Sought(_ANY)
    if not re.search(r"\bhow much\b", clause, re.IGNORECASE):
        return None
    return Sought(_MONEY, beside=_PRICE_WORDS) if _COSTS.search(clause) else Sought(_RELATIVE, beside=_ANYTHING)


def _how(clause: str) -> Sought | None:
    """How large, how long, how well …"""
    for found in _HOW.finditer(clause):
        how = found["how"].casefold()
        if how in _LARGE_OR_SMALL:
            return Sought(_ANY)
        if how == "long":
            return Sought(_TIMES)
        if how in _FAST:
            return Sought(_RELATIVE | _TIMES | {"FPS"}, strict=False)
        if how in _DEAR:
            return Sought(_MONEY | _RELATIVE, beside=_PRICE_WORDS, rather=_MONEY)
        if how in _WELL:
            return Sought(_SCORE, strict=False, beside=_SCORE_WORDS)
        if how in _FAR:
            return Sought(_RELATIVE, strict=False, beside=_ANYTHING)
    return None


def _what(clause: str) -> Sought | None:
    """Which measure: what accuracy, what is the size of; or one that is only named: "Kestrel accuracy on tables"."""
    found = _WHAT.search(clause)
    if found is not None:
        size = _SIZE_OF.search(clause)
        if re.search(r"\bsizes?\b", found["of"], re.IGNORECASE):
            thing = size["of"].casefold() if size else None
            return Sought(_ANY, thing if thing not in FUNCTION_WORDS else None)
        return measured(found["of"])
    if _WHAT_COST.search(clause):
        return Sought(_MONEY, beside=_PRICE_WORDS)
    if re.match(_ASKS, clause, re.IGNORECASE) or _VERB.search(clause):
        return None
    return measured(clause)


_WHAT_COST = re.compile(r"\bwhat (?:do|does|did|would|will)\b.*\bcost\b", re.IGNORECASE)


_VERB = re.compile(
    r"\b(?:is|are|was|were|do|does|did|can|could|has|have|had|should|would|will|papers?|works?|stud(?:y|ies)|explain|describe|"
    r"list|show|tell|give|compare|which|that|how|why)\b",
    re.IGNORECASE,
)


def measured(text: str) -> Sought | None:
    """The figure that a text names a measure of: accuracy, memory, a speedup."""
    for pattern, figure in _MEASURES:
        if re.search(rf"(?<![\w-])(?:{pattern})(?![\w-])", text, re.IGNORECASE):
            return figure
    return None


# ----------------------------------------------------------------------------------------- the thing that is asked for

_WHICH = re.compile(rf"\b(?:which|what|wat)\s+{_NOUN}", re.IGNORECASE)
_COMPARATIVE = re.compile(r"(?:er|more|less)$")
_NO_HEAD = frozenset(
    re.findall(
        r"\w+",
        """
        advantage algorithm architecture benchmark cases data difference drawback effect extent framework gain gains
        hardware improvement kind kinds mechanism model models novelty part problem question reason result results role
        score scores set sets sort sorts speedup strategy system task tasks technique techniques technology times tool
        trick type types
        """,
    )
)


def _noun(phrase: str) -> str:
    """The last word of a phrase; the one before where the last is a verb: "people voted", not "labelled"."""
    *before, last = phrase.split()
    return before[-1] if before and last.endswith("ed") else last


def head_noun(text: str) -> str | None:
    """The thing after "which", "what", "how many" or "how much" that an answer has to speak of; None where none is.

    Where no verb's subject follows, as in "what stops it" or "what goes wrong", the word may be a verb, and none is.
    """
    clause = asking(text)
    found = _COUNTED.search(clause) or _MUCH.search(clause)
    if found is None:
        found = _WHICH.search(clause)
        if found is None or not _IS_NOUN.match(clause, found.end("of")):
            return None
    noun = _noun(found["of"])
    plain = noun.casefold()
    return None if plain in FUNCTION_WORDS | GENERIC | _NO_HEAD or _COMPARATIVE.search(plain) else noun


_IS_NOUN = re.compile(
    r"\s+(?:is|are|was|were|do|does|did|can|could|has|have|had|should|would|will)\b|\s*[?.]?\s*$", re.IGNORECASE
)
