"""Names in a text: systems, models, data sets, metrics. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

_TOKEN = re.compile(r"[^\s,;()\[\]{}\"“”?!]+")
_EDGES = ".:'’‘`*"
_SYSTEM = re.compile(r"^([^\s:][^:]{0,48}?)\s*:\s")


def names(text: str) -> tuple[str, ...]:
    """Words written like names, in order and without repeats: `BiPFT`, `GPT-4`, `C++`, `PC^2`, `k-NN`, `T5`.

    A name has a capital after its first letter, or letters with digits or signs inside. Ordinary capitalised words do
    not count: at the start of a sentence nothing tells them from others.
    """
    found: dict[str, None] = {}
    for match in _TOKEN.finditer(text):
        word = match[0].strip(_EDGES).removesuffix("'s").removesuffix("’s")
        if _is_name(word):
            found[word] = None
    return tuple(found)


def _is_name(word: str) -> bool:
    letters = [c for c in word if c.isalpha()]
    if not letters or "://" in word or not any(c.isupper() for c in letters):
        return False
    if any(c.isupper() for c in word[1:] if c.isalpha()):
        # "Pre-Training" is a capitalised word twice over, "B-PROP" and "mBERT" are names.
        return not all(_capitalised(part) for part in word.split("-"))
    return len(word) > 1 and (any(c.isdigit() for c in word) or word[-1] in "+#" or "^" in word)


def _capitalised(part: str) -> bool:
    return len(part) > 1 and part[:1].isupper() and part[1:].islower()


def system_name(title: str) -> str | None:
    """The name before a title's colon (`SpecDec++: Boosting …`), None where there is none or it is a phrase."""
    found = _SYSTEM.match(title)
    if found is None:
        return None
    words = found[1].split()
    return found[1] if len(words) == 1 or (len(words) <= 3 and names(found[1])) else None


_PROPOSED = re.compile(
    r"\b(?:propose[sd]?|introduc(?:e[sd]?|ing)|present(?:s|ed)?|develop(?:s|ed)?|call(?:ed)?|named|namely|dubbed|termed)\b"
    r"[^.;]{0,120}"
)


@lru_cache(maxsize=4_096)
def system_of(title: str, abstract: str) -> str | None:
    """What the paper's system is called: the name before the title's colon, or the one that the abstract proposes.

    A proposed name has to be written like a name and to stand in the abstract at least twice, so that a data set or a
    metric named in passing is not taken for it; an abbreviation of the title's words needs to stand there once.
    """
    name = system_name(title)
    if name is not None:
        return name
    initials = "".join(word[0] for word in re.findall(r"[A-Za-z][\w]*", title)).casefold()
    for match in _PROPOSED.finditer(abstract):
        for candidate in names(match[0]):
            if (
                len(candidate) > 2
                and candidate not in title
                and (abstract.count(candidate) > 1 or _abbreviates(candidate, initials))
            ):
                return candidate
    return None


def _abbreviates(name: str, initials: str) -> bool:
    letters = iter(initials)
    return all(letter in letters for letter in name.casefold() if letter.isalpha())
