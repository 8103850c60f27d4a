"""Whether a draft sentence agrees with its source: figures, names, negation, direction, order, coverage. Pure.

Each check answers with the reason of a disagreement or with nothing, and says how sure it is. A *conflict* is certain:
the source says otherwise, or nowhere says it. A *doubt* is not: the draft may be faithful in words that cannot be
checked, and is then better replaced by the source's own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.analysis import NEAR, Analysed, Sides, closeness, context_of, counted, known, name_keys, sides
from rag.models import DropReason
from rag.text.figures import Figure, same_value
from rag.text.names import names
from rag.text.terms import terms
from rag.text.words import NEGATIONS, QUANTIFIERS, direction, stem

_COUNTED_NEAR = 4
_SAME_THING = 4  # shared words around two opposite directions that make them a contradiction


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Why a draft sentence is not what its source says. `certain` False means that it could not be checked."""

    reason: DropReason
    detail: str
    certain: bool


_PREFIX = re.compile(r"([^\s:][^:]{0,40}):\s")


def check_figures(draft: Analysed, source: Sequence[Analysed], paper: Sequence[Analysed]) -> Disagreement | None:
    """Every figure of the draft stands in the source, with its unit and in its place."""
    available = [(figure, one) for one in source for figure in one.figures]
    for figure in draft.figures:
        spelled = draft.text[figure.start : figure.end]
        equal = [(other, one) for other, one in available if same_value(figure, other)]
        if not equal:
            elsewhere = any(same_value(figure, other) for one in paper for other in one.figures)
            certain = spelled[:1].isdigit() and not elsewhere
            return Disagreement("number_not_in_evidence", f"{spelled!r} does not stand there", certain)
        if not any(other.unit == figure.unit for other, _ in equal):
            certain = bool(figure.unit) and all(other.unit for other, _ in equal)
            return Disagreement("unit", f"{spelled!r} has another unit there", certain)
        if not any(_same_place(draft, figure, one, other, source) for other, one in equal if other.unit == figure.unit):
            return Disagreement("number_not_in_evidence", f"{spelled!r} belongs to something else there", False)
    return _check_order(draft, source)


def _same_place(draft: Analysed, figure: Figure, own: Analysed, other: Figure, source: Sequence[Analysed]) -> bool:
    """Whether the figure stands with the same words; of several figures of one unit, with its own more than others."""
    noun = counted(draft, figure)
    if noun is not None and not any(noun.key in side for side in sides(own, other.start, _COUNTED_NEAR)):
        return False
    rivals = [(one, f) for one in source for f in one.figures if f.unit == other.unit and not same_value(f, other)]
    ours, mine = sides(draft, figure.start, NEAR), sides(own, other.start, NEAR)
    if own is not source[0] and not any(map(closeness, ours, mine)):
        return False  # borrowed: the words come from one sentence and the figure from another
    return all(
        _nearer(ours, mine, sides(one, rival.start, NEAR), tie=any(same_value(rival, f) for f in draft.figures))
        for one, rival in rivals
    )


def _nearer(ours: Sides, mine: Sides, theirs: Sides, *, tie: bool) -> bool:
    """Whether the words around a place of the draft are those of its own place in the source, not of a rival's.

    Both sides count by themselves: what was exchanged with its rival has the rival's words on one of them. `tie` is the
    answer where they are alike: two figures side by side are told apart by their order, if both are said.
    """
    margins = [
        closeness(side, own) - closeness(side, rival) for side, own, rival in zip(ours, mine, theirs, strict=True)
    ]
    if min(margins) < 0:
        return False
    return sum(margins) > 0 or tie


def _check_order(draft: Analysed, source: Sequence[Analysed]) -> Disagreement | None:
    """Figures, or names, in another order while the words keep theirs: two of them were exchanged."""
    for one in source:
        shared = _shared_positions(draft, one, draft.names)
        figures_here = [
            (figure.start, other.start)
            for figure in draft.figures
            for other in one.figures
            if same_value(figure, other) and figure.unit == other.unit
        ]
        names_here = _name_positions(draft, one)
        for moved, fixed in ((figures_here, shared + names_here), (names_here, shared + figures_here)):
            if _inversions(moved) and _inversions(fixed) * 4 <= _pairs(fixed):
                return Disagreement("attribution", "its parts stand in another order there", False)
    return None


def _shared_positions(draft: Analysed, source: Analysed, leave_out: Sequence[str]) -> list[tuple[int, int]]:
    """Places of content words that stand once in each sentence."""
    skipped = {name.casefold() for name in leave_out}

    def single(sentence: Analysed) -> dict[str, int]:
        places: dict[str, list[int]] = {}
        for word in sentence.words:
            if word.content and word.text not in skipped:
                places.setdefault(word.key, []).append(word.start)
        return {key: starts[0] for key, starts in places.items() if len(starts) == 1}

    ours, theirs = single(draft), single(source)
    return [(place, theirs[key]) for key, place in ours.items() if key in theirs]


def _name_positions(draft: Analysed, source: Analysed) -> list[tuple[int, int]]:
    return [
        (draft.text.find(name), source.text.find(name))
        for name in draft.names
        if draft.text.count(name) == 1 and source.text.count(name) == 1
    ]


def _inversions(places: Sequence[tuple[int, int]]) -> int:
    ordered = [there for _, there in sorted(places)]
    return sum(a > b for i, a in enumerate(ordered) for b in ordered[i + 1 :])


def _pairs(places: Sequence[object]) -> int:
    return len(places) * (len(places) - 1) // 2


def check_names(
    draft: Analysed, source: Sequence[Analysed], about: Sequence[Analysed], paper: Sequence[Analysed]
) -> Disagreement | None:
    """Every name of the draft stands in the source, or is the paper's own (`about`: its title and subject)."""
    here = frozenset().union(*(one.name_keys for one in (*source, *about)))
    everywhere = frozenset().union(*(one.keys for one in (*paper, *about)))
    for name in draft.names:
        if not name_keys(name) & here:
            similar = bool({stem(term) for term in terms(name)} & everywhere)
            return Disagreement("name_not_in_evidence", f"{name!r} does not stand there", not similar and _sure(name))
    return _check_borrowed(draft, source, about) or _check_subject(draft, source, about)


def _check_borrowed(draft: Analysed, source: Sequence[Analysed], about: Sequence[Analysed]) -> Disagreement | None:
    """A name that the best source does not have comes from another sentence: it must not stand in a name's place.

    It does where the draft opens with it, or leaves out a name that the best source has.
    """
    first, left_out = source[0], [name for name in source[0].names if not name_keys(name) & draft.name_keys]
    called = frozenset().union(*(one.name_keys for one in about))
    system = frozenset().union(*(one.name_keys for one in about[1:]))
    prefix = _PREFIX.match(draft.text)
    if prefix and names(prefix[1]) and not name_keys(prefix[1]) & called:
        return Disagreement("attribution", f"{prefix[1]!r} is not what is spoken of there", False)
    # A word of the title may be a name in the wrong place; that of the system stands for "it" and "the method".
    own = first.name_keys | (system if left_out else called)
    for name in draft.names:
        if not name_keys(name) & own and (left_out or draft.text.startswith(name)):
            return Disagreement("attribution", f"{name!r} stands in another sentence there", False)
    return None


def _check_subject(draft: Analysed, source: Sequence[Analysed], about: Sequence[Analysed]) -> Disagreement | None:
    """What a sentence opens with is what it is about: it must be known, and must not be another than in the source."""
    if not draft.words:
        return None
    first = draft.words[0]
    stems = frozenset().union(*(one.keys for one in (*source, *about)))
    if first.content and first.text not in QUANTIFIERS and not known(first, stems):
        return Disagreement("name_not_in_evidence", f"{first.text!r} does not stand there", False)
    own = frozenset().union(*(one.name_keys for one in about))
    opening = [name for name in draft.names if draft.text.find(name) <= first.start + 12]
    if opening and name_keys(opening[0]) & own:
        for one in source[:1]:
            theirs = [name for name in one.names if one.text.find(name) < 25]
            if theirs and not any(name_keys(name) & own for name in theirs):
                return Disagreement("attribution", f"it is said of {theirs[0]!r} there", False)
    return None


def _sure(name: str) -> bool:
    """A word that is a name by its writing; one that is merely capitalised may be an ordinary word."""
    return bool(names(name))


def check_negation(draft: Analysed, source: Sequence[Analysed]) -> Disagreement | None:
    """What is negated in one is negated in the other."""
    ours, theirs = _negated(draft), [pair for one in source for pair in _negated(one)]
    said = {word.key for word in draft.words}
    stems = frozenset().union(*(one.keys for one in source))
    if theirs and len(ours) > len(theirs):
        return Disagreement("negation", f"{ours[0][0]!r} stands there less often", False)
    left = list(theirs)
    for cue, heads in ours:
        if not theirs:
            return Disagreement("negation", f"{cue!r} does not stand there", bool(heads) and heads <= stems)
        # One negation answers for one: "no less A, no less B" is not met by "less A, no less B".
        nearest = max(left, key=lambda pair: len(heads & pair[1]))
        if not heads & nearest[1]:
            return Disagreement("negation", f"{cue!r} negates something else there", False)
        left.remove(nearest)
    for cue, heads in left:
        if heads & said:
            return Disagreement("negation", f"{cue!r} is missing", not ours and heads <= said)
    return None


def _negated(sentence: Analysed) -> list[tuple[str, set[str]]]:
    """Each negation with the two content words after it, or before it where none follow."""
    found = []
    for place, word in enumerate(sentence.words):
        if word.text in NEGATIONS:
            after = [w.key for w in sentence.words[place + 1 :] if w.content][:2]
            before = [w.key for w in sentence.words[:place] if w.content][-2:]
            found.append((word.text, set(after or before)))
    return found


def check_direction(draft: Analysed, source: Sequence[Analysed]) -> Disagreement | None:
    """Words that point somewhere (more, outperforms, reduces) point the same way in the source, of the same thing."""
    theirs = [entry for one in source for entry in _directed(one)]
    ours = _directed(draft)
    said = {word for word, *_ in ours}
    literal = {word for word, *_ in theirs}
    for word, axis, sign, context in ours:
        # A word that the draft has from the source is spoken for: it does not vouch for another of the draft's words.
        free = [entry for entry in theirs if entry[1] == axis and (word in literal or entry[0] not in said)]
        if not free:
            return Disagreement("direction", f"{word!r} does not stand there", False)
        if all(their_sign != sign for _, _, their_sign, _ in free):
            same_thing = any(len(context & near) >= _SAME_THING for other, _, _, near in free if other not in said)
            return Disagreement("direction", f"{word!r} against {free[0][0]!r} there", same_thing)
        nearest = max(len(context & near) for *_, near in free)
        if not any(their_sign == sign and len(context & near) == nearest for _, _, their_sign, near in free):
            return Disagreement("direction", f"{word!r} is said of something else there", False)
    return None


def _directed(sentence: Analysed) -> list[tuple[str, int, int, set[str]]]:
    found = []
    for word in sentence.words:
        points = next((points for part in word.text.split("-") if (points := direction(stem(part)))), None)
        if points is not None:
            found.append((word.text, *points, context_of(sentence, word.start)))
    return found


def check_quantifiers(draft: Analysed, source: Sequence[Analysed]) -> Disagreement | None:
    """How much, how surely and how nearly is said with the source's words, and is not left out before a figure."""
    theirs = {word.text for one in source for word in one.words}
    for word in draft.words:
        if (
            word.text in QUANTIFIERS
            and word.text not in theirs
            and not theirs & _SAME_QUANTITY.get(word.text, frozenset())
        ):
            return Disagreement("unsupported", f"{word.text!r} does not stand there", False)
    said = {word.text for word in draft.words}
    for one in source:
        for figure in one.figures:
            if any(same_value(figure, other) for other in draft.figures):
                for bound in sorted(_bounds(one, figure) - said):
                    if not said & _SAME_QUANTITY.get(bound, frozenset()):
                        return Disagreement("unsupported", f"{bound!r} is missing before a figure", False)
        for word in one.words:
            if (
                word.text in _RESTRICTS
                and word.text not in said
                and not said & _SAME_QUANTITY.get(word.text, frozenset())
            ):
                return Disagreement("unsupported", f"{word.text!r} is missing", False)
    return None


_RESTRICTS = frozenset(
    ("only", "some", "sometimes", "may", "might", "most", "partly", "mostly", "nearly", "almost", "few")
)
_BOUNDS = frozenset(
    ("up", "least", "most", "about", "approximately", "around", "roughly", "nearly", "almost", "over", "under")
)
NEARLY = frozenset(("about", "approximately", "around", "roughly", "some"))
_SAME_QUANTITY = {
    **dict.fromkeys(NEARLY, NEARLY),
    **{word: frozenset(("nearly", "almost")) for word in ("nearly", "almost")},
    **{word: frozenset(("all", "every", "each")) for word in ("all", "every", "each")},
    **{word: frozenset(("often", "usually", "typically", "generally")) for word in ("often", "usually", "typically")},
    **{word: frozenset(("can", "could")) for word in ("can", "could")},
    **{word: frozenset(("may", "might")) for word in ("may", "might")},
    **{word: frozenset(("several", "many")) for word in ("several", "many")},
    "both": frozenset(("two",)),
    "over": frozenset(("more", "than", "above")),
}


def _bounds(sentence: Analysed, figure: Figure) -> set[str]:
    before = [word.text for word in sentence.words if word.start < figure.start][-2:]
    return set(before) & _BOUNDS
