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
    if word.islower() or (word.isalpha() and word[1:].islower()):
        return False  # nearly every word: decided here, since this is asked of every word of the evidence
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
    r"design(?:s|ed)|descri(?:be[sd]?))"
)
_AUTHORS = r"\b(?i:we|paper|work|study|authors|research)\b,?(?:\s\w+){0,2}?\s"
_WORD = r"[A-Z][\w^+#-]*(?:\.\d+)*"
_WRITTEN = rf"{_WORD}(?: {_WORD}){{0,2}}"  # one to three capitalised words
_ANY_NAME = r"[A-Za-z][\w^+#-]*[\w+#]"
_FOLLOWS = r"(?=[.:]|,(?! [A-Z])|\s(?!and [A-Z])[a-z(])"  # not the first of a list
_UP_TO = r"(?:(?!\b(?:and|using|from|via|through|with|by)\b|--)[^.;()]){0,200}"
# Where a text says what its system is called, the surest first.
_CHRISTENED = (
    re.compile(rf"\b{_PROPOSES}\b{_UP_TO}\((?:i\.e\., )?(?P<name>{_ANY_NAME})\)"),
    re.compile(rf"\b(?:called|named|namely|dubbed|termed)\s[^.;()]{{0,120}}\((?P<name>{_ANY_NAME})\)"),
    re.compile(rf"\((?P<name>{_ANY_NAME})\)(?: \w+)? (?:is|are) (?:\w+ )?{_PROPOSES}\b"),
    re.compile(rf"(?:^|[.;!?]\s)[^.;()]{{3,80}} \((?P<name>{_ANY_NAME})\),? (?:is|restores) (?:an?|the)\b"),
    re.compile(rf"\b(?:called|named|namely|dubbed|termed)\s(?P<name>{_WRITTEN}){_FOLLOWS}"),
    re.compile(rf"{_AUTHORS}{_PROPOSES}\s(?P<name>{_WRITTEN}){_FOLLOWS}"),
    re.compile(rf"\bto {_PROPOSES}\s(?P<name>{_WRITTEN}){_FOLLOWS}"),
    re.compile(
        rf"(?:^|[.;!?]\s)(?P<name>{_WRITTEN})(?:, [^.,]{{0,80}},)? is (?:an?|the|our|their|proposed|designed)\b"
    ),
    re.compile(rf"(?:^|[.;!?]\s)(?P<name>{_WORD}) \([A-Za-z][a-z]"),
    re.compile(rf"\b[Oo]ur (?:proposed |novel |new )?(?P<name>{_WORD})\b"),
)
_NO_SYSTEM = re.compile(r"\)?,? (?:is|are) (?:an?|the) (?:[\w-]+ ){0,2}(?:problem|task|setting|challenge|paradigm)s?\b")


@lru_cache(maxsize=4_096)
def system_of(title: str, abstract: str) -> str | None:
    """What the paper's system is called: by the title before its colon, or by the sentence that proposes it.

    What the abstract mentions before the sentence that proposes it existed before, and is not the system; nor is an
    ordinary word that the abstract also writes small.
    """
    name = system_name(title)
    if name is not None:
        return name
    phrase = _head_phrase(title, abstract)
    if phrase is not None:
        short = re.search(rf"{re.escape(phrase)} \((?P<name>{_ANY_NAME})\)", abstract)
        return str(short["name"]) if short else phrase
    for pattern in _CHRISTENED:
        for match in pattern.finditer(abstract):
            if _is_system(match["name"], abstract, match):
                return _usual_spelling(match["name"], abstract)
    return None


def _head_phrase(title: str, abstract: str) -> str | None:
    """`Superposed Decoding: …`: the words before a colon, where the abstract writes them as a name."""
    found = _SYSTEM.match(title)
    phrase = found[1] if found else ""
    few = 1 < len(phrase.split()) <= 3 and all(word[:1].isupper() for word in phrase.split())
    return phrase if few and re.search(rf"\b{re.escape(phrase)}\b", abstract) else None


def _is_system(name: str, abstract: str, match: re.Match[str]) -> bool:
    sentence = max(abstract.rfind(mark, 0, match.start("name")) for mark in (". ", "? ", "! ")) + 1
    if re.search(rf"\b{re.escape(name)}\b", abstract[:sentence]) or name.split()[0] in _NO_SYSTEMS:
        return False
    if _OF_OTHERS.search(abstract, sentence, match.start("name")):
        return False
    if _NO_SYSTEM.match(abstract, match.end("name")):
        return False
    if names(name):
        return not (name.endswith("s") and name[:-1].isupper())  # "LLMs" are many
    return name.casefold() not in abstract and abstract.casefold().count(name.casefold()) > 1


def _usual_spelling(name: str, abstract: str) -> str:
    """The name as the abstract mostly writes it: `Preselect` is introduced and `PreSelect` used."""
    written: list[str] = re.findall(rf"\b{re.escape(name)}(?!\w)", abstract, re.IGNORECASE) or [name]
    return max(dict.fromkeys(written), key=written.count)


_OF_OTHERS = re.compile(
    r"\b(?:some|other|previous|prior|existing|several|many|recent) (?:\w+ )?(?:studies|works?|methods|approaches)\b",
    re.I,
)
_NO_SYSTEMS = frozenset(
    (
        *("A", "An", "The", "This", "These", "Our", "We", "It", "Its", "In", "On", "For", "With", "Such", "There"),
        *("One", "First", "Second", "Third", "Experiments", "Results", "Extensive", "Code", "Models", "Both", "Each"),
    )
)
