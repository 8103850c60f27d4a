"""Names in a text: systems, models, data sets, metrics. Pure."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"[^\s,;()\[\]{}\"“”?!]+")
_EDGES = ".:'’‘`*"
_SYSTEM = re.compile(r"^([^\s:][^:]{0,48}?)\s*:\s")


def names(text: str) -> tuple[str, ...]:
    """Words written like names, in order and without repeats: `BiPFT`, `GPT-4`, `C++`, `PC^2`, `k-NN`, `T5`.

    A name has a capital after its first letter, or letters with digits or signs inside. Ordinary capitalised words do
    not count: at the start of a sentence nothing tells them from others.
    """
    found = {}
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
