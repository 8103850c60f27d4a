"""Papers into themes: by the tags that they share, by their vectors and words where tags leave it open. Pure.

    tags -> the fewest themes that cover the papers (greedy cover, weighted by how much each speaks of the tag)
    -> a paper that fits several themes goes to the one whose papers it resembles
    -> what is too large is divided by clustering vectors and words (average linkage), named by what the part shares

The same papers give the same themes: ties go by name and by identifier, and nothing is drawn at random.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.text.words import FUNCTION, stem, words

TOO_LARGE = 8
"""Papers from which a theme is divided, where parts of it have names of their own."""
REST = "Other topics"
_SMALLEST = 2
_MOST_THEMES = 9
_PART_SHARES = 0.6  # share of a part that has to carry the tag that names it
_PREFERRED = 1.3  # how much more a tag weighs that the topic itself speaks of
_ADOPTED = 0.62  # cosine to a theme from which a paper without its tag is taken in
_CLEAR = 0.5  # strength from which a tag says clearly what a paper is about
_WORDS_SHARE = 0.3  # what words weigh against vectors in clustering
_CLUSTERED = 400  # papers that are clustered at most; memory grows with their square


@dataclass(frozen=True, slots=True)
class Member:
    """A paper to be grouped: its tags with their strength, and its title and abstract."""

    paper_id: str
    tags: Mapping[str, float]
    text: str


@dataclass(frozen=True, slots=True)
class Theme:
    """A tag, None for the rest, and the places of its papers in the order given."""

    tag: str | None
    places: tuple[int, ...]

    @property
    def heading(self) -> str:
        """The name of the theme for a reader."""
        return heading(self.tag)


def heading(tag: str | None) -> str:
    """A tag as a heading: with a capital, unless it is written with one inside."""
    return REST if tag is None else tag[:1].upper() + tag[1:]


def themes(
    members: Sequence[Member], vectors: NDArray[np.float32], preferred: frozenset[str] = frozenset()
) -> list[Theme]:
    """The papers in themes, the largest first and the rest last; each paper is in exactly one.

    `vectors` has a row of unit length for each member, zeros where none is known. Members come best first: of a theme's
    papers, those named first are the better ones. Of tags that cover as much, `preferred` ones name themes.
    """
    covered = _cover(members, preferred)
    placed = _by_likeness(members, vectors, covered)
    placed = _rest_adopted(placed, members, vectors)
    divided: list[Theme] = []
    for tag, places in placed.items():
        divided += _divided(tag, places, members, vectors) if tag is not None else [Theme(None, tuple(places))]
    named = _merged(divided)
    return sorted(named, key=lambda theme: (theme.tag is None, -len(theme.places), theme.tag or ""))


def _cover(members: Sequence[Member], preferred: frozenset[str]) -> list[str]:
    """Tags that together cover the papers, each the one that the papers not covered yet speak of most."""
    left = set(range(len(members)))
    chosen: list[str] = []
    often = Counter(tag for member in members for tag in member.tags)

    def liked(tag: str) -> float:
        return _PREFERRED if tag in preferred else 1.0

    while left and len(chosen) < _MOST_THEMES:
        weight: dict[str, float] = {}
        papers: Counter[str] = Counter()
        for place in left:
            for tag, strength in members[place].tags.items():
                weight[tag] = weight.get(tag, 0.0) + strength
                papers[tag] += 1
        able = [tag for tag in weight if papers[tag] >= _SMALLEST and tag not in chosen]
        if not able:
            break
        # What everybody carries parts nobody: a tag that most of its carriers still need is worth more.
        best = min(able, key=lambda tag: (-weight[tag] * (papers[tag] / often[tag]) ** 0.5 * liked(tag), tag))
        chosen.append(best)
        left -= {place for place in left if best in members[place].tags}
    return chosen


def _by_likeness(
    members: Sequence[Member], vectors: NDArray[np.float32], covered: Sequence[str]
) -> dict[str | None, list[int]]:
    """Each paper in the theme, of those whose tag it carries, whose papers it resembles most."""
    centres = {
        tag: _centre(vectors, [place for place, member in enumerate(members) if tag in member.tags]) for tag in covered
    }
    placed: dict[str | None, list[int]] = {tag: [] for tag in covered}
    for place, member in enumerate(members):
        own = [tag for tag in covered if tag in member.tags]
        best = max(
            own,
            key=lambda tag: (member.tags[tag] + float(vectors[place] @ centres[tag]), -covered.index(tag)),
            default=None,
        )
        placed.setdefault(best, []).append(place)
    # A theme that lost all but one of its papers to others is none.
    for tag in [tag for tag, places in placed.items() if tag is not None and len(places) < _SMALLEST]:
        for place in placed.pop(tag):
            others = [other for other in placed if other is not None and other in members[place].tags]
            best = max(others, key=lambda other: (members[place].tags[other], other), default=None)
            placed.setdefault(best, []).append(place)
    return {tag: sorted(places) for tag, places in placed.items() if places}


def _rest_adopted(
    placed: Mapping[str | None, list[int]], members: Sequence[Member], vectors: NDArray[np.float32]
) -> dict[str | None, list[int]]:
    """A paper without a theme joins the one whose papers it clearly resembles, unless it clearly has another topic."""
    kept: dict[str | None, list[int]] = {tag: list(places) for tag, places in placed.items() if tag is not None}
    centres = {tag: _centre(vectors, places) for tag, places in kept.items()}
    rest = []
    for place in placed.get(None, ()):
        cosines = {tag: float(vectors[place] @ centre) for tag, centre in centres.items()}
        best = max(cosines, key=lambda tag: (cosines[tag], str(tag)), default=None)
        other = max(members[place].tags.values(), default=0.0) >= _CLEAR
        if best is not None and cosines[best] >= _ADOPTED and not other:
            kept[best].append(place)
        else:
            rest.append(place)
    made = {tag: sorted(places) for tag, places in kept.items()}
    return {**made, None: rest} if rest else made


def _divided(tag: str, places: Sequence[int], members: Sequence[Member], vectors: NDArray[np.float32]) -> list[Theme]:
    """A large theme in parts that each share a further tag; the theme as it is where there are no such parts."""
    if len(places) <= TOO_LARGE:
        return [Theme(tag, tuple(places))]
    parts = clusters([members[place] for place in places], vectors[list(places)], -(-len(places) // TOO_LARGE))
    made: dict[str, list[int]] = {}
    for part in parts:
        mine = [places[i] for i in part]
        shares: Counter[str] = Counter(t for place in mine for t in members[place].tags if t != tag)
        able = [t for t, count in shares.items() if count >= max(_SMALLEST, _PART_SHARES * len(mine))]
        name = min(able, key=lambda t: (-shares[t], t), default=tag)
        for place in mine:
            made.setdefault(name if name in members[place].tags else tag, []).append(place)
    for name in [name for name, own in made.items() if name != tag and len(own) < _SMALLEST]:
        made.setdefault(tag, []).extend(made.pop(name))
    return [Theme(name, tuple(sorted(own))) for name, own in made.items()]


def _merged(parts: Sequence[Theme]) -> list[Theme]:
    together: dict[str | None, list[int]] = {}
    for part in parts:
        together.setdefault(part.tag, []).extend(part.places)
    return [Theme(tag, tuple(sorted(places))) for tag, places in together.items()]


def clusters(members: Sequence[Member], vectors: NDArray[np.float32], count: int) -> list[list[int]]:
    """`count` clusters of the members by vectors and words, average linkage; each a list of places, in their order.

    Only the first `_CLUSTERED` members are clustered, the others join the cluster whose vectors are nearest.
    """
    first = min(len(members), _CLUSTERED)
    if count >= first:
        return [[place] for place in range(len(members))]
    distance = _distances(members[:first], vectors[:first])
    labels = average_linkage(distance, count)
    found: dict[int, list[int]] = {}
    for place, label in enumerate(labels):
        found.setdefault(label, []).append(place)
    groups = sorted(found.values())
    if len(members) > first:
        centres = np.stack([_centre(vectors, group) for group in groups])
        for place, best in enumerate(np.argmax(vectors[first:] @ centres.T, axis=1), first):
            groups[int(best)].append(place)
    return groups


def average_linkage(distance: NDArray[np.float64], count: int) -> list[int]:
    """Labels of `count` clusters: the two nearest by the mean distance of their members are joined until it is so many.

    Sokal and Michener 1958. Of equal distances the first pair is joined. Our own, since scikit-learn takes longer to
    import than a brief takes to write; a test holds the two against each other.
    """
    size = len(distance)
    between = distance.astype(np.float64, copy=True)
    np.fill_diagonal(between, np.inf)
    weight = np.ones(size)
    label = list(range(size))
    for _ in range(size - count):
        one, other = divmod(int(np.argmin(between)), size)
        one, other = min(one, other), max(one, other)
        mean = (weight[one] * between[one] + weight[other] * between[other]) / (weight[one] + weight[other])
        between[one], between[:, one] = mean, mean
        between[one, one] = np.inf
        between[other], between[:, other] = np.inf, np.inf
        weight[one] += weight[other]
        label = [one if mine == other else mine for mine in label]
    return label


def _distances(members: Sequence[Member], vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """1 minus similarity: the cosine of the vectors, and that of the words weighed by rarity (tf-idf, binary tf)."""
    stems = [{stem(word) for word, _, _ in words(member.text) if word not in FUNCTION} for member in members]
    vocabulary = sorted(set().union(*stems))
    column = {word: number for number, word in enumerate(vocabulary)}
    table = np.zeros((len(members), len(vocabulary)), np.float64)
    for row, mine in enumerate(stems):
        table[row, [column[word] for word in sorted(mine)]] = 1.0
    table *= np.log((1 + len(members)) / (1 + table.sum(axis=0)))
    norms = np.linalg.norm(table, axis=1, keepdims=True)
    table /= np.where(norms > 0, norms, 1.0)
    similarity = (1 - _WORDS_SHARE) * (vectors @ vectors.T).astype(np.float64) + _WORDS_SHARE * (table @ table.T)
    distance = np.clip(1.0 - (similarity + similarity.T) / 2, 0.0, 2.0)
    np.fill_diagonal(distance, 0.0)
    # Rounded, so that the last bit of a sum, which depends on the machine, decides nothing.
    return np.round(distance, 6)


def _centre(vectors: NDArray[np.float32], places: Sequence[int]) -> NDArray[np.float32]:
    total: NDArray[np.float32] = vectors[list(places)].sum(axis=0)
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm else total, np.float32)
