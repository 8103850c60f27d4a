"""What each sentence of an abstract does for a brief: says what the work is, says what came of it, or neither. Pure.

Rules over the wording, the same for every paper: an abstract sets the scene, says what is proposed and how it works,
and ends with what was measured. A brief wants the sentence that introduces and the sentence that concludes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.brief.news import AGAINST, praise, unexpected
from rag.brief.wording import opening
from rag.compose import cues
from rag.models import Paper
from rag.text.figures import figures
from rag.text.names import names, system_of
from rag.text.orders import is_order
from rag.text.sentences import sentences

MEASURED = frozenset(("x", "%", "points", "hours", "minutes", "days", "seconds", "ms", "$"))
"""Units of a figure that says how well something works, or what it costs."""
_SCORED = re.compile(
    r"\b(?:scores?|accuracy|F1|BLEU\S*|ROUGE\S*|EM|MAP|AUC|perplexity|recall|precision|FLOPs|parameters)\b"
)
_BRINGS = re.compile(
    r"\b(?:we|authors|this (?:paper|work|study|research)) (?:\w+ ){0,2}?(?:propos|introduc|present|develop|design|"
    r"releas|pre-?train|train|creat|build|built|construct|describ|curat|suggest|extend|offer|conceiv)\w*\b",
    re.IGNORECASE,
)
_STUDIES = re.compile(
    r"\b(?:we|authors|this (?:\w+ )?(?:paper|work|study|research)|our (?:\w+ ){0,2}study) (?:\w+ ){0,2}?"
    r"(?:stud(?:y|ies)|investigat\w*|examin\w*|compar\w*|explor\w*|evaluat\w*|assess\w*|perform\w*|conduct\w*|"
    r"report\w*|show\w*|look\w*|analy[sz]\w*|ask\w*|participat\w*)\b",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"\b(?:also|further|furthermore|additionally|moreover|besides|in addition|finally|lastly)\b", re.I
)
_OVERALL = re.compile(
    r"\b(?:outperform\w*|state.of.the.art|surpass\w*|on average|average|overall|up to|faster)\b", re.I
)
_POINTS_BACK = re.compile(r"(?:Its?|They|Their|These|This|Specifically|For example|For instance|Additionally|Then)\b")
_LEANS = re.compile(
    r"\b(?:these|the above|the aforementioned|the resulting|the latter|the former|the first such|such an?|"
    r"this (?!(?:paper|work|study|article|research|survey|report|method|approach|framework|model|system|is|was|"
    r"technique|allows|enables)\b))\b"
    r"|\bsuch (?:[\w-]+ )?(?:methods?|models?|systems?|data|approach(?:es)?|techniques?|settings?|ideas?|tasks?)\b",
    re.IGNORECASE,
)
_LEANING = 1.2
"""What it costs a sentence to point at what only the sentence before says."""
_MANY = 10_000
_LIKED = re.compile(r"\b(?:downloaded|downloads|stars on|citations)\b")  # says nothing of what came of the work


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of an abstract, `text == abstract[start:end]`, with how well it introduces and how well it concludes.

    Both are orders, not probabilities; what is below 0 should not be used for that. `own` is False for what stands
    before the paper's own work.
    """

    number: int
    start: int
    end: int
    text: str
    own: bool
    introduces: float
    concludes: float


@lru_cache(maxsize=8_192)
def _lines(title: str, abstract: str) -> tuple[Line, ...]:
    system = system_of(title, abstract)
    found = sentences(abstract)
    begins = cues.own_work(title, abstract)
    made = []
    for number, sentence in enumerate(found):
        text = sentence.text
        own = sentence.start >= begins and not cues.opens_as_background(text)
        made.append(
            Line(
                number,
                sentence.start,
                sentence.end,
                text,
                own,
                _introduces(text, system, own, number / max(1, len(found) - 1)),
                _concludes(text, system, own),
            )
        )
    return tuple(made)


def lines(paper: Paper) -> tuple[Line, ...]:
    """The sentences of a paper in order, without those that order their reader about."""
    return tuple(line for line in _lines(paper.title, paper.abstract) if not is_order(line.text))


def gives_orders(paper: Paper) -> bool:
    """Whether an abstract holds a sentence that orders its reader about."""
    return any(is_order(line.text) for line in _lines(paper.title, paper.abstract))


def introduction(told: Sequence[Line]) -> Line | None:
    """The sentence that says what the work is; the first sentence of the paper's own where none introduces anything."""
    best = max(told, key=lambda line: (line.introduces, -line.number), default=None)
    if best is not None and best.introduces > 0:
        return best
    stated = [line for line in told if not line.text.endswith("?")] or list(told)
    own = [line for line in stated if line.own]
    return next((line for line in own if not leans(line.text)), next(iter(own or stated), None))


def leans(text: str) -> bool:
    """Whether a sentence points at what another one says ("these adapters", "in this way"), behind its opening."""
    return _LEANS.search(text, opening(text)) is not None


def conclusions(told: Sequence[Line], besides: Line | None = None) -> list[Line]:
    """The sentences that say what came of it, best first."""
    able = [line for line in told if line.concludes > 0 and line is not besides]
    return sorted(able, key=lambda line: (-line.concludes, line.number))


def surprises(told: Sequence[Line], intro: Line | None) -> list[Line]:
    """The findings behind the introduction that something fails, costs or is not what was thought, best first."""
    after = -1 if intro is None else intro.number
    able = [line for line in told if line.own and line.number > after and line.concludes > -_MARGIN]
    return sorted(filter(lambda line: unexpected(line.text), able), key=lambda line: (-line.concludes, line.number))


_MARGIN = 0.1  # how little a finding may conclude that is news


def introduces(text: str) -> bool:
    """Whether a sentence says that something is brought or studied."""
    return any(pattern.search(text) for pattern in (cues.INTRODUCES, _BRINGS, _STUDIES))


def mechanisms(told: Sequence[Line], besides: Sequence[Line]) -> list[Line]:
    """The sentences that say how it works, in their order, without the one that introduces it."""
    return [
        line
        for line in told
        if line.own
        and "?" not in line.text
        and line not in besides
        and not cues.is_result(line.text)
        and cues.says_how(line.text)
        and not cues.ADDRESS.search(line.text)
        and not cues.WISH.search(line.text)
    ]


def _named(text: str, system: str | None) -> bool:
    return bool(system) and any(part in text for part in (system or "", *names(system or "")))


def _introduces(text: str, system: str | None, own: bool, place: float) -> float:
    """How well a sentence says what the work is: it proposes, it christens, it comes early, and gives no result."""
    score = 0.1 * min(2, len(cues.HOW.findall(text))) - 0.9 * place
    brings, studies = cues.INTRODUCES.search(text) or _BRINGS.search(text), False
    if brings:
        score += 0.9 + 0.3 * _named(text, system)
    elif studies := _STUDIES.search(text) is not None:
        score += 0.7
    if system and _christens(text, system):
        score += 0.4
    if not own:
        score -= 1.0
    if _FURTHER.search(text):
        score -= 0.8
    if cues.ADDRESS.search(text) or cues.WISH.search(text) or cues.OPEN_END.search(text):
        score -= 0.8
    if leans(text):
        score -= _LEANING
    if text.rstrip().endswith("?") or "question: " in text:
        score -= 1.5
    if cues.is_result(text):
        score -= 0.2 if brings or studies else 0.6
    return score - _PRAISED * praise(text)


_PRAISED = 0.08  # what a word of praise costs a sentence


_MARK = "\u01c1"  # a letter that stands for the name, so that no pattern is made for each name
_CHRISTENS = re.compile(
    rf"\({_MARK}\)|\b(?:named|called|namely|dubbed|termed|propose|introduce|present|develop|design|pretrain|"
    rf"release|describe)s? (?:the )?{_MARK}(?!\w)|{_MARK}(?: \([^)]*\))?,? (?:is|are) (?:an?|the)\b"
)


def _christens(text: str, system: str) -> bool:
    """Whether a text gives the system its name: "(X)", "namely X", "propose X", "X is a"."""
    return system in text and _CHRISTENS.search(text.replace(system, _MARK)) is not None


def _concludes(text: str, system: str | None, own: bool) -> float:
    """How well a sentence says what came of the work: a measured figure, a comparison, the system by its name."""
    if cues.ADDRESS.search(text) or cues.OPEN_END.search(text):
        return -1.0
    found = figures(text)
    measured = sum(figure.unit in MEASURED for figure in found)
    score = 0.4 * (measured > 0) + 0.1 * (measured > 1) + 0.25 * (bool(found) and _SCORED.search(text) is not None)
    score += 0.1 * any(figure.value >= _MANY for figure in found)
    score += 0.4 * (cues.CONCLUDES.search(text) is not None) + 0.15 * _named(text, system)
    score += 0.2 * (_OVERALL.search(text) is not None) - 0.2 * (_POINTS_BACK.match(text) is not None)
    score += 0.2 * (measured > 0 and AGAINST.search(text) is not None) - _PRAISED * praise(text)
    if not own:
        score -= 1.2
    if cues.WISH.search(text):
        score -= 0.6
    if cues.sets_up(text):
        score -= 0.4
    if _LIKED.search(text):
        score -= 0.8
    if leans(text):
        score -= 0.2
    if (cues.INTRODUCES.search(text) or _BRINGS.search(text)) and not measured:
        score -= 0.3
    return score - 0.05
