"""When are two records the same paper? Pure functions; fingerprints.py keeps what they need in the database.

A paper comes under a second title when a feed drops the subtitle, mistypes a word or adds `(Extended Abstract)`, and
under a second identifier when two sources list it. But a follow-up paper of the same authors can share most of its
title, or most of its abstract, with the first. So both must be alike, and the less the titles agree the more the
abstracts must. The rule and what it was measured on: docs/decisions/0004-near-duplicates.md.

Candidates are found by title and by MinHash bands over the abstract's word shingles (A. Broder, On the resemblance and
containment of documents, 1997); each candidate is then checked on the texts themselves, so the estimate only decides
who is looked at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from rensa import RMinHash

from rag.text.clean import normalised_title

SHINGLE_WORDS = 3
BANDS = 14
BAND_VALUES = 3
"""14 bands of 3 values find 97 % of pairs at a Jaccard similarity of 0.6, 99.7 % at 0.7, and next to none by chance."""

SCHEME = f"{SHINGLE_WORDS} words, {BANDS}x{BAND_VALUES}, rensa {RMinHash.ALGORITHM_VERSION}, titles 1"
"""How keys are made. When this changes, stored keys are made again."""

# The lowest similarity of abstracts at which titles of each kind belong to one paper.
SAME_TITLE = 0.3
SUBTITLE_DROPPED = 0.7
MISSPELT = 0.6
RETITLED = 0.9
NEVER = 2.0

_WORD = re.compile(r"\w+")
_BETWEEN_WORDS = re.compile(r"[\s/:‐-―-]+")
_NO_SOURCE_IDENTIFIER = re.compile(r"t-[0-9a-f]{12}")
_MARK = r"(?:extended abstract|abridged (?:version|report)|video(?: contribution)?)"
_EDITION = re.compile(rf"\s*(?:[(\[]{_MARK}[)\]]|\s[-–—]\s*{_MARK}|\sextended abstract)$", re.IGNORECASE)
_VERSION = re.compile(r"\s+\(?v(?:er(?:sion|\.)?)?\s?\d{1,2}\)?$", re.IGNORECASE)
_BOUNDARY = re.compile(r"[:?!.]\s+|\s+[-–—]+\s+|\s*[—(]\s*")
_ENUMERATOR = re.compile(
    r"\w*\d\w*|[b-z]|i{1,3}|iv|vi{1,3}|ix"
    r"|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third|fourth|fifth"
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared: `title` normalised, `key` the same without a mark of the edition, `shingles` of the abstract.

    `bands` are keys below 2**31, short to keep their table small; abstracts that are alike have at least one in common.
    `sourced` tells whether a source gave the identifier, rather than the title.
    """

    display_title: str
    title: str
    key: str
    shingles: frozenset[str]
    bands: tuple[int, ...]
    sourced: bool


def fingerprints(records: Sequence[tuple[str, str, str]]) -> list[Fingerprint]:
    """The fingerprints of records given as (identifier, title, abstract)."""
    shingles = [_shingles(abstract) for _, _, abstract in records]
    return [
        _fingerprint(paper_id, title, its_shingles, its_bands)
        for (paper_id, title, _), its_shingles, its_bands in zip(records, shingles, _bands(shingles), strict=True)
    ]


def _fingerprint(paper_id: str, title: str, shingles: frozenset[str], bands: tuple[int, ...]) -> Fingerprint:
    edition_dropped = _EDITION.sub("", title)
    normalised = normalised_title(title)
    return Fingerprint(
        display_title=edition_dropped,
        title=normalised,
        key=normalised if edition_dropped in ("", title) else normalised_title(edition_dropped),
        shingles=shingles,
        bands=bands,
        sourced=_NO_SOURCE_IDENTIFIER.fullmatch(paper_id) is None,
    )


def _shingles(text: str) -> frozenset[str]:
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    runs = zip(*(words[first:] for first in range(SHINGLE_WORDS)), strict=False)
    return frozenset(map(" ".join, runs)) or frozenset([" ".join(words)])


def _bands(shingles: Sequence[frozenset[str]]) -> list[tuple[int, ...]]:
    if not shingles:
        return []
    digests = RMinHash.digests_from_token_sets([list(each) for each in shingles], BANDS * BAND_VALUES, 1)
    values = np.asarray(digests, dtype=np.uint64).reshape(len(shingles), BANDS, BAND_VALUES)
    keys = np.broadcast_to(np.arange(BANDS, dtype=np.uint64), values.shape[:2])
    for place in range(BAND_VALUES):
        # One round of a multiplicative hash: equal values in equal bands give equal keys, others differ.
        keys = (keys ^ values[:, :, place]) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return [tuple(row) for row in (keys >> np.uint64(33)).tolist()]


def jaccard(a: Fingerprint, b: Fingerprint) -> float:
    """Shingles in common, as a share of all: in [0, 1]."""
    return len(a.shingles & b.shingles) / len(a.shingles | b.shingles)


def same_paper(a: Fingerprint, b: Fingerprint) -> bool:
    """Whether two records with different identifiers are one paper."""
    if a.title == b.title and not (a.sourced and b.sourced):
        return True  # one of them is known by its title alone, and this is the title
    return jaccard(a, b) >= needed_similarity(a, b)


def needed_similarity(a: Fingerprint, b: Fingerprint) -> float:
    """How alike the abstracts must be, given the titles; more than 1 where no abstract can make them one paper."""
    if a.key == b.key:
        return SAME_TITLE
    if _one_is_a_version(a, b):
        return MISSPELT
    if _one_lacks_the_subtitle(a, b):
        return SUBTITLE_DROPPED
    ours, theirs = sorted((_words(a.display_title), _words(b.display_title)))  # the matcher is not symmetric
    changes = _changes(ours, theirs)
    if _numbers(word for ours_only, _ in changes for word in ours_only) != _numbers(
        word for _, theirs_only in changes for word in theirs_only
    ):
        return NEVER  # Part I and Part II, two and three robots, DNABERT-2 and DNABERT-S
    if all(_misspelt(*change) for change in changes):
        return MISSPELT
    shared = len(set(ours) & set(theirs)) / len(set(ours) | set(theirs) or {""})
    return RETITLED if shared >= 0.5 else NEVER


def _words(title: str) -> list[str]:
    """The words of a title, each normalised; `B-PROP` is two."""
    return [normalised_title(word) for word in _BETWEEN_WORDS.split(title) if any(map(str.isalnum, word))]


def _numbers(words: Iterable[str]) -> list[str]:
    return sorted(word for word in words if _ENUMERATOR.fullmatch(word))


def _changes(ours: list[str], theirs: list[str]) -> list[tuple[list[str], list[str]]]:
    """The runs of words in which two titles differ, side by side."""
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return [(ours[i:j], theirs[k:n]) for kind, i, j, k, n in matcher.get_opcodes() if kind != "equal"]


def _misspelt(ours: list[str], theirs: list[str]) -> bool:
    """Same words but for slips within them; the beginning must agree: `non-` or `macro` for `micro` is no slip."""
    if "".join(ours) == "".join(theirs):
        return True
    return len(ours) == len(theirs) and all(
        a[:2] == b[:2] and SequenceMatcher(None, a, b, autojunk=False).ratio() >= 0.77
        for a, b in zip(ours, theirs, strict=True)
    )


def _one_is_a_version(a: Fingerprint, b: Fingerprint) -> bool:
    """`X` and `X v2`, but not `X v2` and `X v3`."""
    return any(
        short.key == normalised_title(_VERSION.sub("", long.display_title)) and _VERSION.search(long.display_title)
        for short, long in ((a, b), (b, a))
    )


def _one_lacks_the_subtitle(a: Fingerprint, b: Fingerprint) -> bool:
    for short, long in ((a, b), (b, a)):
        if len(short.key) < len(long.key):
            for kept, dropped in _parts(long.display_title):
                if kept == short.key and not _counts(dropped):
                    return True
    return False


def _parts(title: str) -> list[tuple[str, str]]:
    """For every place where a subtitle may begin: (before, after) and (after, before), what is kept normalised."""
    halves = [(title[: found.start()], title[found.end() :]) for found in _BOUNDARY.finditer(title)]
    return [(normalised_title(kept), dropped) for pair in halves for kept, dropped in (pair, pair[::-1])]


def _counts(dropped: str) -> bool:
    """True for `Part II`, `Volume 3`: a dropped part that tells one paper of a series from the next."""
    words = _words(dropped)
    return len(words) <= 3 and any(_ENUMERATOR.fullmatch(word) for word in words)
