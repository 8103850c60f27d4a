"""What a claim says is more, better or faster, and a sentence that says it is less, worse or slower. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import takewhile

from rag.analysis import Analysed, Word
from rag.premise.doubt import By, Doubt
from rag.premise.matter import Matter, Told, around, meets, of_the_same, share, whole
from rag.text.words import NEGATIONS, stem

# Words that rank what stands before them against what stands behind.
_RANKING = frozenset(
    stem(word)
    for word in (
        *("beat", "beats", "outperform", "outperforms", "surpass", "exceed", "lag", "lags", "trail", "behind", "ahead"),
        *("below", "above", "superior", "inferior", "match", "equal", "equals"),
    )
)
_THAN = re.compile(r"\s+(?:[\w-]+\s+){0,5}?than\b|\s+(?:out\s+)?(?:against|ahead of|over)\b", re.IGNORECASE)
_THAN_ALONE = re.compile(r"\bthan\b|\bagainst\b|\bahead of\b", re.IGNORECASE)
_WHERE = re.compile(r"\b(?:on|at|in|for|with|by|after|when|under|across|within|while|and|as)\b", re.IGNORECASE)
_EQUAL = re.compile(
    r"\b(?:equals?|equalled|match(?:es|ed)?|on par|comparable|identical|the same|similar|"
    r"no (?:less|more|worse|better)|equally|as \w+(?: and \w+)? as)\b",
    re.IGNORECASE,
)
_MEASURING = frozenset(("more", "less", "up", "above", "below", "fewer"))
_DENIALS = NEGATIONS | {"hardly", "barely", "little", "avoid", "avoids", "prevent", "prevents"}
_NEITHER = frozenset(("neither", "nor"))
_NOTHING = frozenset(("no", "nothing", "none", "not"))
_REACH = 6
_CLEARLY = 0.95  # what agrees at least so much, beside what does not, is agreement
_OF_ONE_KIND = 2  # axes from this on say themselves what they measure: speed, price
_BEFORE_FIGURE = re.compile(r"\s(?:than\s|to\s)?(?:about\s)?[~<>]?\d")
_NEXT = 2  # content words beside one that points that say what it is said of
_BOUNDS = re.compile(r"[;:]|,\s(?:and|but|yet|while|whereas|although|so)\b")
_GENERIC = re.compile(r"\b(?:baselines?|rivals?|competitors?|others|methods|existing|previous|earlier|prior)\b")
_OWN = re.compile(r"^(?:both|all|it|they|the|our|we)\b", re.IGNORECASE)
_ASKED_THERE = re.compile(
    r"\b(?:stud|ask|examin|investigat|explor)\w+ (?:which|whether|how|what|where)\b", re.IGNORECASE
)
_SYSTEM = re.compile(
    r"^(?:it|they|this|the (?:method|approach|model|network|framework|system)|we|our)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Pointed:
    """A word that points somewhere, with what stands before and behind it, and whether it ranks the two."""

    text: str
    start: int
    points: tuple[tuple[int, int], ...]
    before: tuple[Word, ...]
    after: tuple[Word, ...]
    ranks: bool
    first: tuple[Word, ...] = ()
    """What is ranked before, and `second` behind, without where and when."""
    second: tuple[Word, ...] = ()


def other_way(about: Matter) -> Iterator[Doubt]:
    """Each sentence that points the other way of a word of the claim, or ranks two things the other way round."""
    for pointed in _pointed(about.said):
        found: list[tuple[Told, float, float, bool]] = []
        for told in about.told:
            for other in () if _ASKED_THERE.search(told.said.text) else _pointed(told.said):
                judged = _compared(about, pointed, told, other)
                if judged is not None:
                    found.append((told, *judged))
        for told in about.told:
            same = of_the_same(about, told, {pointed.start})
            apart = max((weight for one, weight, sign, _ in found if one is told and sign < 0), default=0.0)
            alike = max((weight for one, weight, sign, _ in found if sign > 0), default=0.0)
            agreed = max((w * of_the_same(about, one, set()) for one, w, sign, _ in found if sign > 0), default=0.0)
            if not apart or (agreed and agreed >= _CLEARLY * apart * same):
                continue
            by = max((w, By.SIDES if r else By.DIRECTION) for one, w, s, r in found if one is told and s < 0)[1]
            yield Doubt(
                about.claim,
                by,
                told.evidence,
                apart / (1 + apart),
                same,
                alike / (1 + alike),
                pointed.text,
                told.own,
                about.named,
            )
    yield from _levelled(about)


def _compared(about: Matter, one: _Pointed, told: Told, other: _Pointed) -> tuple[float, float, bool] | None:
    """How much two words are said of the same, whether they agree (1) or not (-1), and whether by their sides."""
    axes = dict(one.points)
    common = [axes[axis] * sign for axis, sign in other.points if axis in axes]
    if not common:
        return None
    sign = 1.0 if max(common) > 0 else -1.0
    theirs_before, theirs_after = _keys(other.before), _keys(other.after)
    if one.ranks and other.ranks:
        ranked = _by_rank(about, one, told, other)
        if ranked:
            return abs(ranked), sign * (1.0 if ranked > 0 else -1.0), True
    straight = _met(one.before, theirs_before, about) + _met(one.after, theirs_after, about)
    crossed = _met(one.before, theirs_after, about) + _met(one.after, theirs_before, about)
    shared = straight + crossed
    theirs = theirs_before | theirs_after
    if any(axis in axes and axis >= _OF_ONE_KIND for axis, _ in other.points):  # "faster" needs no noun beside it
        theirs |= told.said.keys
        shared = max(shared, _met((*one.before, *one.after), theirs, about))
    if not _met(_beside(one), theirs, about):
        return None
    return (shared, sign, False) if shared else None


def _by_rank(about: Matter, one: _Pointed, told: Told, other: _Pointed) -> float:
    """How much more two rankings have the same on the same sides (above 0) than on the other ones (below)."""
    theirs_first, theirs_second = _keys(other.first), _keys(other.second)
    if _SYSTEM.match(told.said.text) or not theirs_first:
        theirs_first |= about.system
    straight = _met(one.first, theirs_first, about) + _met(one.second, theirs_second, about)
    crossed = _met(one.first, theirs_second, about) + _met(one.second, theirs_first, about)
    if (
        straight == crossed == 0
        and _GENERIC.search(" ".join(w.text for w in other.second))
        and _OWN.match(told.said.text)
    ):
        # "both models outperform all baselines" says of whatever the system is ranked against that it is ranked below
        ours = [side for side in (one.first, one.second) if any(w.stems & about.system for w in side)]
        return 0.0 if len(ours) != 1 else (0.6 if ours[0] is one.first else -0.6)
    return straight - crossed


def _beside(one: _Pointed) -> tuple[Word, ...]:
    """The words next to one that points, up to the next one that does: of "small with large bags", none for "small"."""
    before = list(takewhile(lambda w: w.key not in _lexicon(), reversed(one.before)))[:_NEXT]
    return (*before, *list(takewhile(lambda w: w.key not in _lexicon(), one.after))[:_NEXT])


def _met(words: tuple[Word, ...], keys: frozenset[str], about: Matter) -> float:
    return sum(meets(w, keys) * (0.3 if w.stems & about.system else 1.0) for w in words if w.key not in _lexicon())


def _keys(words: tuple[Word, ...]) -> frozenset[str]:
    return frozenset(key for word in words for key in whole(word) | word.parts)


@lru_cache(maxsize=1)
def _lexicon() -> Mapping[str, tuple[tuple[int, int], ...]]:
    """The axes that each stem is on, with its sign.

    `directions.txt` has an axis a line, the words that point one way and, behind the bar, the other. A word may be on
    several: accuracy that drops gets worse and less.
    """
    found: dict[str, dict[tuple[int, int], None]] = {}
    lines = (files("rag.premise") / "directions.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        for sign, words in zip((1, -1), line.split("|"), strict=True):
            for word in words.split():
                found.setdefault(stem(word), {})[number, sign] = None
    return {word: tuple(points) for word, points in found.items()}


def _pointed(sentence: Analysed) -> list[_Pointed]:
    found = []
    words = sentence.words
    for place, word in enumerate(words):
        points = next((p for part in (word.text, *word.text.split("-")) if (p := _lexicon().get(stem(part)))), None)
        if points is None:
            continue
        denied = any(w.text in _DENIALS for w in words[max(0, place - 3) : place] if w is not word)
        denied = denied or any(w.text in _NEITHER for w in words[:place])
        denied = denied != any(w.text in _NOTHING for w in words[place + 1 : place + 3])
        figured = _BEFORE_FIGURE.match(sentence.text, word.start + len(word.text)) and word.text in _MEASURING
        if (
            figured
            or (place and words[place - 1].text in ("how", "speed", "speeds", "sped"))
            or word.text == "matching"
        ):
            continue
        before, after = _within(sentence, word)
        end = word.start + len(word.text)
        ranks = stem(word.text) in _RANKING or _THAN.match(sentence.text, end) is not None
        first, second = _ranked(sentence.text, word, before, after) if ranks else ((), ())
        found.append(
            _Pointed(
                word.text,
                word.start,
                tuple((axis, -sign if denied else sign) for axis, sign in points),
                before,
                after,
                ranks,
                first,
                second,
            )
        )
    return found


def _ranked(
    text: str, word: Word, before: tuple[Word, ...], after: tuple[Word, ...]
) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """What is ranked, without where and when: of "on oceans A beats B at night", A and B."""
    comma = text.rfind(", ", 0, word.start)
    subject = tuple(w for w in before if w.start > comma)
    end = word.start + len(word.text)
    than = _THAN_ALONE.search(text, end)
    behind = than.end() if than else end
    where = _WHERE.search(text, behind)
    last = where.start() if where else len(text)
    ranked = tuple(w for w in after if behind <= w.start < last)
    return (subject or before, ranked or after)


def _within(sentence: Analysed, word: Word) -> tuple[tuple[Word, ...], tuple[Word, ...]]:
    """The content words before and after one, within its clause."""
    first = max((b.end() for b in _BOUNDS.finditer(sentence.text, 0, word.start)), default=0)
    following = _BOUNDS.search(sentence.text, word.start)
    last = following.start() if following else len(sentence.text)
    before, after = around(sentence, word.start, word.start + len(word.text), _REACH)
    return tuple(w for w in before if w.start >= first), tuple(w for w in after if w.start < last)


def _levelled(about: Matter) -> Iterator[Doubt]:
    """What the claim takes for less or more, and a sentence says is the same."""
    ranked = [pointed for pointed in _pointed(about.said) if pointed.ranks]
    if not ranked or _EQUAL.search(about.said.text):
        return
    for told in about.told:
        level = _EQUAL.search(told.said.text)
        if level is None:
            continue
        for pointed in ranked:
            behind = level.end()
            theirs = frozenset(k for w in told.said.words if w.content and w.start >= behind for k in w.stems | w.parts)
            both = min(share(pointed.before, told.said.keys | about.system), share(pointed.after, theirs))
            agreed = any(
                judged is not None and judged[1] > 0 and judged[0] >= 1
                for one in about.told
                for other in _pointed(one.said)
                if (judged := _compared(about, pointed, one, other)) is not None
            )
            if both > 0 and not agreed:
                same = of_the_same(about, told, {pointed.start})
                yield Doubt(
                    about.claim, By.SIDES, told.evidence, both * same, same, 0.0, pointed.text, told.own, about.named
                )


def points(word: str) -> bool:
    """Whether a word points somewhere."""
    return stem(word) in _lexicon()
