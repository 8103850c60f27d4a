"""Whether a sentence gives the sort of thing that was asked for: a count of it, a figure in its unit, its metric. Pure.

Stricter than the cue by which sentences are ranked, where a doubtful figure is better than none: here it is asked
whether the figure is there. "Five tasks" is no percentage, and a sentence with an accuracy gives no recall.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rag.text.asked import Sought, sought
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
        (r"(?:queries|requests|tokens|images|samples|frames) (?:per|a|each) (?:second|sec)\b|QPS\b|throughput", ""),
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


def wants_figure(text: str, wanted: Sought | None) -> Sought | None:
    """The figure that a question wants: as it was understood, or that of "what F1 …" and of a terse "… F1 on …"."""
    if wanted is not None:
        return wanted
    by_name = any(re.search(rf"{_WHAT}{asked}", text, re.IGNORECASE) for asked, _ in _METRICS)
    terse = not _ASKS.search(text) and any(re.search(asked, text, re.IGNORECASE) for asked, _ in _METRICS)
    return sought(text) if by_name or terse else None


def gives_figure(text: str, wanted: Sought, sentences: Iterable[str]) -> float:
    """How well the best of the sentences gives the figure that `text` asks for: 1 the very thing, 0 none."""
    metrics = [given for asked, given in _METRICS if re.search(asked, text, re.IGNORECASE)]
    return max((_gives(sentence, wanted, metrics) for sentence in sentences), default=0.0)


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
