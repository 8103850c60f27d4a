"""Whether a sentence gives the sort of thing that was asked for: a count of it, a figure in its unit, its metric. Pure.

Stricter than the cue by which sentences are ranked, where a doubtful figure is better than none: here it is asked
whether the figure is there. "Five tasks" is no percentage, and a sentence with an accuracy gives no recall.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import replace

from rag.text.asked import GENERIC, Sought, asking, sought
from rag.text.figures import Figure, figures
from rag.text.kin import kin
from rag.text.words import stem

_SCORE = frozenset({"%", "points", ""})
_METRICS: tuple[tuple[str, str], ...] = tuple(
    (rf"\b(?:{pattern})", rf"\b(?:{other or pattern})")
    for pattern, other in (
        (r"accura\w+|accurate", r"accura\w+"),
        (r"F1\b|F-?scores?\b|F-?measure", ""),
        (r"BLEU\b", ""),
        (r"ROUGE\b|R1\b|R-1\b", ""),
        (r"perplexit\w+", ""),
        (r"recall\b", r"recall\b|R@"),
        (r"mean average precision|mAP\b", ""),
        (r"MRR\b|mean reciprocal rank", ""),
        (r"nDCG\b", ""),
        (r"AUC\b|AUROC\b|ROC\b", ""),
        (r"m?IoU\b|intersection over union", ""),
        (r"exact match|EM\b", ""),
        (r"word error rate|WER\b", ""),
        (r"error rate", r"error"),
        (r"pass@|pass rate", r"pass"),
        (r"success rate", r"success"),
        (r"win rate", r"win"),
        (r"correlation", r"correlat\w+"),
        (r"rewards?\b", ""),
        (
            r"(?:queries|requests|tokens|images|samples|frames) ?(?:per |a |each |/ ?)s(?:ec\w*)?\b|QPS|throughput",
            "",
        ),
        (r"mean average|average precision", ""),
    )
)
_WHAT = r"\b(?:what|which)\s+(?:[\w@-]+\s+){0,3}?"
_ASKS = re.compile(r"\b(?:how|what|which|why|who|where|when|does|do|did|is|are|can|has|have|explain|list)\b", re.I)
_PLURAL = re.compile(r"[\s-]+(?:[\w-]+[\s-]+){0,2}?[a-z-]{3,}s\b(?!\s*[(%])")
_QUANTITY = re.compile(
    r"\b(?:orders? of magnitude|(?:two|three|four|five|ten)-?\s?fold|a third|a quarter|half)\b", re.I
)
_ENDS_COUNT = frozenset(
    (
        *("and", "or", "but", "with", "while", "which", "that", "is", "are"),
        *("for", "to", "in", "on", "from", "at", "by", "as", "than"),
    )
)
_SAID = {"$": "a price", "hours": "a time", "GB": "a size in bytes", "%": "such a percentage or factor"}
_NEAR = 40  # characters between a figure and what it counts where they do not stand side by side
_LARGE = 1_000.0  # a size is at least so large, or has a unit


# A unit that is named as such: "in dollars", "in GPU-days", "how many percent"; nothing else is an answer then.
_IN = r"(?:\b(?:in|how many|of how many)\s+)(?:[\w-]+[\s-])?"
_UNITS: tuple[tuple[str, frozenset[str]], ...] = (
    (rf"{_IN}(?:dollars|usd|euros)\b|\$\s*(?:total|in total)|\bhow many \$", frozenset({"$", "€", "£", "cents"})),
    (
        rf"{_IN}(?:hours?|days?|minutes?|(?:milli)?seconds?|ms|weeks?|months?)\b|\bgpu[ -](?:hrs?|hours?|days?)\b",
        frozenset({"hours", "minutes", "seconds", "ms", "days", "weeks", "months"}),
    ),
    (r"\bhow many points\b|\bin points\b", frozenset({"points", "%", ""})),
    (r"\bhow many (?:percent|per cent|%)|\bin (?:%|percent|per cent)|\bpct\b", frozenset({"%", "points"})),
    (r"\bwhat (?:%|percent\b|percentage\b|pct\b)", frozenset({"%", "points", "x"})),
    (r"\b(?:percentage|percent|fraction|proportion)s? of\b", frozenset({"%", "x", "points"})),
    (
        r"\bhow many (?:more|less|better|worse|fewer|larger|smaller|higher|lower|faster|slower|cheaper|longer|shorter|"
        r"bigger|greater)\b",
        frozenset({"%", "x", "points"}),
    ),
)
_MOMENT = re.compile(
    r"\b(?:run|test|inference|training|train|real|decoding|compile|serving|each|every|first|one|same|long|some|any|over|"
    r"with|in)[ -]time\b",
    re.IGNORECASE,
)
_VALUE = re.compile(r"\b(?:numerical|numeric|exact|precise) (?:value|figure|number)s?\b", re.IGNORECASE)
_WHAT_RATE = re.compile(r"\b(?:what|which)\s+(?:(?:is|was)\s+)?(?:[\w-]+\s+){0,4}?rate\b", re.IGNORECASE)
_RATE = re.compile(r"\b(?:tokens|queries|requests|images|samples|frames|words)\s?/\s?s(?:ec)?\b", re.IGNORECASE)


def wants_figure(text: str, wanted: Sought | None) -> Sought | None:
    """The figure that a question wants: as it was understood, or that of "what F1 …" and of a terse "… F1 on …".

    A unit that the question names itself is the one that is wanted; "at run time" asks for no time.
    """
    clause = asking(text)
    named = next((units for pattern, units in _UNITS if re.search(pattern, clause, re.IGNORECASE)), None)
    if named is not None:
        return Sought(named)
    if wanted is not None and "hours" in wanted.units and _MOMENT.search(text):
        wanted = sought(_MOMENT.sub("", text))
    if _RATE.search(clause):
        return Sought(frozenset({"*"}))
    if wanted is not None:
        return replace(wanted, counted=_plain_thing(wanted.counted, text)) if wanted.counted else wanted
    if _VALUE.search(clause):
        return Sought(frozenset({"*"}))
    rate = _WHAT_RATE.search(clause)
    if rate is not None:
        return Sought(frozenset({"%", "points"}), beside=r"\brate")
    by_name = any(re.search(rf"{_WHAT}{asked}", text, re.IGNORECASE) for asked, _ in _METRICS)
    terse = not _ASKS.search(text) and any(re.search(asked, text, re.IGNORECASE) for asked, _ in _METRICS)
    return sought(text) if by_name or terse else None


_OF_WHAT = re.compile(
    r"\b(?:how many|(?:number|amount|count|quantity) of)\s+(?P<thing>[a-z-]+)(?:\s+of\s+(?P<of>[a-z-]+))?", re.I
)


def _plain_thing(counted: str, text: str) -> str:
    """What is counted, where it was taken for a name that follows it: "number of tokens Kestrel-2 was trained on"."""
    sort = _SORT.search(text)
    if sort is not None:
        return "datasets" if sort["of"].casefold() == "data" else sort["of"].casefold()
    if counted.isalpha():
        return counted
    found = _OF_WHAT.search(text)
    return found["thing"].casefold() if found else counted


_SORT = re.compile(
    r"\b(?:how many|(?:number|amount|count|quantity) of)\s+(?:sets|kinds|types|sorts|lines|pieces|rows|forms)\s+of\s+"
    r"(?P<of>[a-z-]+)",
    re.IGNORECASE,
)


_SIZE_OF_THING = re.compile(
    r"\b(?:how (?:large|big|small|wide|deep|high|low)\s+(?:is|was|are|were|does|did)|"
    r"(?:size|length|value|amount|price|cost) of)\s+"
    r"(?:(?:the|its|their|an?)\s+)?(?P<thing>[a-z-]+(?:\s+[a-z-]+)?)(?![\w'’-])",
    re.IGNORECASE,
)
_MUCH_OF_THING = re.compile(
    r"\bhow much\s+(?P<thing>(?!(?:more|less|fewer|better|worse|is|are|was|were|do|does|did|can|could|has|have|"
    r"had|would|will|extra|of|the|an?|it|its|they|their|this|that|by|in|on|for|to|further|cost|costs)\b|\w+er\b)[a-z-]+)(?![\w'’-])",
    re.IGNORECASE,
)
_THE_SYSTEM = frozenset(
    (
        "it",
        "this",
        "that",
        "they",
        "them",
        "model",
        "models",
        "system",
        "network",
        "paper",
        "improvement",
        "gain",
        "effect",
    )
)


def sized(text: str) -> str | None:
    """The thing whose size is asked for: "how large is the vocabulary of …"; None where it is the system.

    Not that of which a share is asked for, or that takes a time: an abstract says "98% of full performance" of quality.
    """
    clause = asking(text)
    found = _SIZE_OF_THING.search(clause) or _MUCH_OF_THING.search(clause)
    if found is None:
        return None
    words = [word for word in found["thing"].casefold().split() if word not in _STOPS_THING]
    head = words[-1] if words else None
    return None if head is None or head in _THE_SYSTEM or head in GENERIC else head


_STOPS_THING = frozenset(
    (
        "of",
        "in",
        "for",
        "on",
        "at",
        "to",
        "by",
        "with",
        "that",
        "which",
        "is",
        "was",
        "are",
        "were",
        "the",
        "and",
        "than",
    )
)


def gives_figure(text: str, wanted: Sought, sentences: Iterable[str]) -> float:
    """How well the best of the sentences gives the figure that `text` asks for: 1 the very thing, 0 none."""
    metrics = [given for asked, given in _METRICS if re.search(asked, text, re.IGNORECASE)]
    thing = sized(text)
    stems = {stem(word) for word in (thing, *kin(thing))} if thing else frozenset[str]()
    return max(
        (
            _gives(sentence, wanted, metrics) * (1.0 if _has_any(sentence, stems) else _OF_ANOTHER)
            for sentence in sentences
        ),
        default=0.0,
    )


_OF_ANOTHER = 0.3  # what a figure counts in a sentence that does not speak of the thing whose size is asked for


def _has_any(sentence: str, stems: Collection[str]) -> bool:
    return not stems or any(stem(word.casefold()) in stems for word in re.findall(r"[\w-]+", sentence))


def asked_figure(text: str, wanted: Sought) -> str:
    """The figure that is asked for in a few words: "a figure for MRR", "how many parameters", "a price"."""
    metric = next((found[0] for asked, _ in _METRICS if (found := re.search(asked, text, re.IGNORECASE))), None)
    if metric is not None:
        return f"a figure for {metric}"
    if wanted.counted:
        return f"how many {wanted.counted}"
    for unit, said in _SAID.items():
        if unit in wanted.units:
            return said
    return "that figure"


def _gives(sentence: str, wanted: Sought, metrics: list[str]) -> float:
    found = figures(sentence)
    if wanted.counted and not metrics:
        return max((_counts(sentence, figure, wanted.counted) for figure in found), default=0.0)
    if metrics:
        if not any(figure.unit in _SCORE and not _counts_something(sentence, figure) for figure in found):
            return 0.0
        return 1.0 if any(re.search(given, sentence, re.IGNORECASE) for given in metrics) else 0.3
    if "*" in wanted.units:
        return max((_is_size(sentence, figure) for figure in found), default=0.0)
    if any(figure.unit in wanted.units for figure in found) or ("x" in wanted.units and _QUANTITY.search(sentence)):
        return 1.0
    beside = wanted.beside is not None and re.search(wanted.beside, sentence, re.IGNORECASE)
    bare = any(figure.unit in ("", "%") and not _counts_something(sentence, figure) for figure in found)
    return 0.7 if beside and bare else 0.0


def _is_size(sentence: str, figure: Figure) -> float:
    """A size or an amount: with a unit or large; a small bare number that counts something is hardly meant."""
    if figure.unit or figure.value >= _LARGE or figure.value != int(figure.value):
        return 1.0
    return 0.4 if _counts_something(sentence, figure) else 0.7


def _counts_something(sentence: str, figure: Figure) -> bool:
    """Whether a bare whole number stands in front of a plural: the 5 of "five downstream tasks"."""
    whole = not figure.unit and figure.value == int(figure.value)
    return whole and _PLURAL.match(sentence, figure.end) is not None


def _counts(sentence: str, figure: Figure, thing: str) -> float:
    """Whether the figure counts the thing: it stands in front of it, or of "kinds of" it, or close behind it."""
    stems = {stem(word) for word in (thing, *kin(thing), *kin(thing.removesuffix("s")))}
    behind = re.findall(r"[\w+#]+", sentence[figure.end : figure.end + 3 * _NEAR])[:5]
    for place, word in enumerate(behind):
        if stem(word.casefold()) in stems:
            return 1.0 if place <= 3 else 0.5
        if word.casefold() in _ENDS_COUNT:
            break
    before = sentence[max(0, figure.start - _NEAR) : figure.start]
    last = [stem(word.casefold()) for word in re.findall(r"[\w+#]+", before)[-4:]]
    return 0.6 if stems.intersection(last) and not _counts_something(sentence, figure) else 0.0
