"""Topic tags of papers, so that a theme has the same name every week. Pure.

    what the text speaks of (a vocabulary)  +  what similar tagged papers carry  +  what is common in the corpus
    -> a few tags for each paper

The order is that of retrieval-augmented tagging: retrieve candidates, weigh them by a global signal, then choose. Names
come from the vocabulary (topics.txt) or from tags that papers carry already, put there by their source or by hand; none
is made up on the way. A tag that only the neighbours carry has to be carried by most of them.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rag.errors import InputError

MOST = 3
"""Tags that a paper is given at most."""
MAX_TAG = 60
"""Characters of a tag."""
_NEIGHBOURS = 8
_NEAR = 0.45  # cosine from which a paper is a neighbour
_TEXT, _CARRIED, _COMMON = 0.75, 0.2, 0.05  # what text, neighbours and the corpus weigh in the choice
_ENOUGH = 0.28  # the least that a tag has to reach
_BESIDE = 0.5  # … and the least beside the best tag of the paper
_ONLY_CARRIED = 0.6  # share of the neighbours that must carry what the text does not say
_CODE = re.compile(r"[a-z-]+\.[A-Z]{2}")  # `cs.CL`: a category's code names nothing to a reader


def carried(
    vectors: NDArray[np.float32], pool: NDArray[np.float32], pool_tags: Sequence[Mapping[str, float]]
) -> list[dict[str, float]]:
    """For each row of `vectors` (papers x dimension) the share of its neighbours in `pool` that carry each tag.

    Rows are of unit length; a paper that is itself in the pool is not its own neighbour.
    """
    if not len(pool):
        return [{} for _ in vectors]
    found: list[dict[str, float]] = []
    for start in range(0, len(vectors), _BLOCK):
        cosines = vectors[start : start + _BLOCK] @ pool.T
        for row in cosines:
            nearest = np.argsort(-row, kind="stable")[: _NEIGHBOURS + 1]
            kept = [int(i) for i in nearest if _NEAR <= row[i] < _ITSELF][:_NEIGHBOURS]
            total = float(sum(row[i] for i in kept))
            shares: defaultdict[str, float] = defaultdict(float)
            for i in kept:
                for tag, strength in pool_tags[i].items():
                    shares[tag] += float(row[i]) * strength
            # With few neighbours a share says little.
            trust = min(1.0, len(kept) / 3)
            found.append({tag: trust * share / total for tag, share in shares.items()} if total else {})
    return found


_BLOCK = 512
_ITSELF = 0.9999


def checked_tag(name: str) -> str:
    """A tag as it is kept: one line, of at most 60 characters. Raises InputError for what is none."""
    tag = " ".join("".join(c if c.isprintable() else " " for c in name).split())
    if not any(c.isalnum() for c in tag) or len(tag) > MAX_TAG:
        raise InputError(f"{name[:80]!r} is no tag.", hint=f"Give a few words, up to {MAX_TAG} characters.")
    return tag


def choose(
    text: Mapping[str, float], near: Mapping[str, float], common: Mapping[str, int]
) -> tuple[tuple[str, float], ...]:
    """Up to `MOST` tags with their strength, the strongest first."""
    most = math.log1p(max(common.values(), default=0)) or 1.0
    scores = {}
    for tag in sorted({*text, *near}):
        if _CODE.fullmatch(tag) or (tag not in text and near.get(tag, 0.0) < _ONLY_CARRIED):
            continue
        said = max(text.get(tag, 0.0), 0.5 * near.get(tag, 0.0))
        frequent = math.log1p(common.get(tag, 0)) / most
        scores[tag] = _TEXT * said + _CARRIED * near.get(tag, 0.0) + _COMMON * frequent
    ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
    if not ranked:
        return ()
    floor = max(_ENOUGH, _BESIDE * ranked[0][1])
    return tuple((tag, round(score, 4)) for tag, score in ranked[:MOST] if score >= floor)
