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


_PROPOSES = (
    r"(?:propos(?:e[sd]?|ing)|introduc(?:e[sd]?|ing)|present(?:s|ed|ing)?|develop(?:s|ed|ing)?|creat(?:e[sd]?|ing)|"
    r"design(?:s|ed)?|descri(?:be[sd]?)|build|built|yields?)"
)
_WRITTEN = r"[A-Z][\w.^+#-]*(?:[ -][A-Z][\w.^+#-]*){0,2}"  # one to three capitalised words
_ANY_NAME = r"[A-Za-z][\w.^+#-]*[\w+#](?: \d+[BM])?"
# Where a text says what its system is called, the surest first. `name` may be an ordinary capitalised word.
_CHRISTENED = (
    re.compile(rf"\b{_PROPOSES}\b[^.;()]{{0,200}}\((?:i\.e\., )?(?P<name>{_ANY_NAME})\)"),
    re.compile(rf"\b(?:called|named|namely|dubbed|termed)\s[^.;()]{{0,90}}\((?P<name>{_ANY_NAME})\)"),
    re.compile(rf"\((?P<name>{_ANY_NAME})\)(?: \w+)? (?:is|are|was) (?:\w+ )?(?:{_PROPOSES}|an?|the)\b"),
    re.compile(rf"\b(?:called|named|namely|dubbed|termed|name it)\s+(?P<name>{_WRITTEN})"),
    re.compile(rf"\b(?i:we|paper|work|study|here),?\s(?:\w+\s)?{_PROPOSES}\s(?P<name>{_WRITTEN})(?=[,.:]|\s[a-z])"),
    re.compile(rf"\bto {_PROPOSES}\s(?P<name>{_WRITTEN})(?=[,.:]|\s[a-z])"),
    re.compile(rf"(?:^|[.;!?]\s)(?P<name>{_WRITTEN})(?:, [^.,]{{0,80}},)? (?:is|are) (?:an?|the|our|their)\b"),
    re.compile(rf"\b(?P<name>{_ANY_NAME}), (?:an?|our|their) (?:new |novel )?[a-z]"),
)


@lru_cache(maxsize=4_096)
def system_of(title: str, abstract: str) -> str | None:
    """What the paper's system is called: by the title before its colon, or by the sentence that proposes it.

    What the abstract mentions before that sentence existed before it, and is not the system; nor is a word that the
    abstract also writes small, save where the title has it.
    """
    name = system_name(title) or _head_phrase(title, abstract)
    if name is not None:
        return name
    for pattern in _CHRISTENED:
        for match in pattern.finditer(abstract):
            if _is_system(match["name"], abstract, match.start()):
                return match["name"]
    return None


def _head_phrase(title: str, abstract: str) -> str | None:
    """`Superposed Decoding: …`: the words before a colon, or after "with", where the abstract writes them as a name."""
    found = _SYSTEM.match(title)
    phrase = found[1] if found else title.rpartition(" with ")[2]
    few = 1 < len(phrase.split()) <= 3 and all(word[:1].isupper() for word in phrase.split())
    return phrase if few and re.search(rf"\b{re.escape(phrase)}\b", abstract) else None


def _is_system(name: str, abstract: str, place: int) -> bool:
    sentence = max(abstract.rfind(". ", 0, place), abstract.rfind("? ", 0, place)) + 1
    if name in abstract[:sentence] or name.split()[0] in _NO_SYSTEMS:
        return False
    if names(name):
        return not (name.endswith("s") and name[:-1].isupper())  # "LLMs" are many
    return name.casefold() not in abstract and abstract.count(name) > 1


_NO_SYSTEMS = frozenset(
    (
        *("A", "An", "The", "This", "These", "Our", "We", "It", "Its", "In", "On", "For", "With", "Such", "There"),
        *("One", "First", "Second", "Third", "Experiments", "Results", "Extensive", "Code", "Models", "Both", "Each"),
    )
)
