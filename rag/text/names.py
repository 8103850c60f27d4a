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


_INSIDE = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}(?![\w'’-]*[A-Z])")


def proper_names(text: str) -> tuple[str, ...]:
    """Capitalised words inside a sentence, in order: `Medusa`, `Oslo`. None where most words are, as in a title."""
    found = _INSIDE.findall(text)
    return tuple(found) if 2 * len(found) < len(text.split()) else ()


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
_APPOSED = re.compile(
    rf"(?<=[a-z] )(?<!\bfor )(?<!\bon )(?<!\bwith )(?<!\bthan )(?<!\blike )(?<!\bincluding )(?P<name>{_WORD}), an? "
    r"(?:[\w-]+ ){0,5}?"
    r"(?:method|approach|framework|model|strategy|technique|system)\b"
)
_NO_SYSTEM = re.compile(r"\)?,? (?:is|are) (?:an?|the) (?:[\w-]+ ){0,2}(?:problem|task|setting|challenge|paradigm)s?\b")

_OF_A_PART = re.compile(r"\) (?:adapters|layers|modules|heads|tokens|tasks|labels|scores|losses|objectives)\b")


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
            if _is_system(match["name"], title, abstract, match):
                return _usual_spelling(match["name"], abstract)
    apposed = _APPOSED.search(abstract)
    if (
        apposed is not None
        and apposed["name"].casefold() != apposed["name"]
        and _new(apposed["name"], abstract, apposed)
    ):
        return str(apposed["name"])
    return None


@lru_cache(maxsize=4_096)
def called(title: str, abstract: str) -> tuple[str, ...]:
    """All that the paper's system is called: `system_of` first, then its long or short form; empty for no name.

    `FTP` is also `Future Token Prediction`, and `Row Reading` is also `RoRe`: a question may use either. A title that
    opens with two names (`HingCorpus and HingBERT: …`) is about each.
    """
    name = system_of(title, abstract)
    if name is None:
        return ()
    text = f"{title}. {abstract}"
    several = tuple(part for part in _SEVERAL.split(name) if names(part))
    if len(several) > 1:
        return (name, *several)
    if " " in name:
        short = re.search(rf"\b{re.escape(name)} \((?P<other>{_ANY_NAME})\)", text, re.IGNORECASE)
        return (name, short["other"]) if short else (name,)
    return tuple(dict.fromkeys((name, *_long_forms(name, text))))


_SEVERAL = re.compile(r" (?:and|&) ")


def _long_forms(name: str, text: str) -> list[str]:
    """The words before `(NAME)`, or behind `NAME, …,`, that the name stands for."""
    found = []
    for match in re.finditer(rf"(?P<before>(?:[\w^+-]+ ){{1,8}})\({re.escape(name)}\)", text):
        words = match["before"].split()
        for start in range(len(words)):
            if _stands_for(name, words[start:]):
                found.append(" ".join(words[start:]))
                break
    for match in re.finditer(rf"\b{re.escape(name)}, (?:the )?(?P<long>(?:[\w^+-]+ ){{1,7}}[\w^+-]+),", text):
        if _stands_for(name, match["long"].split()):
            found.append(match["long"])
    return found


def _stands_for(name: str, words: list[str]) -> bool:
    """Whether the words are a name's long form: their first letters stand in it in order, or all are capitalised."""
    if len(words) > 1 and words[0].casefold() not in ("the", "a", "an", "our") and all(w[:1].isupper() for w in words):
        return True
    parts = [part for word in words for part in word.split("-") if part]
    letters = [c for c in name.casefold() if c.isalpha()]
    wanted = [part[0].casefold() for part in parts]
    if len(parts) < 2 or not letters or not wanted or letters[0] != wanted[0]:
        return False
    rest = iter(letters)
    return all(any(c == letter for c in rest) for letter in wanted)


def _head_phrase(title: str, abstract: str) -> str | None:
    """`Superposed Decoding: …`: the words before a colon, where the abstract writes them as a name."""
    found = _SYSTEM.match(title)
    phrase = found[1] if found else ""
    few = 1 < len(phrase.split()) <= 3 and all(word[:1].isupper() for word in phrase.split())
    return phrase if few and re.search(rf"\b{re.escape(phrase)}\b", abstract) else None


def _new(name: str, abstract: str, match: re.Match[str]) -> bool:
    """Whether a name is first met where it is introduced, and not as the work of others."""
    sentence = max(abstract.rfind(mark, 0, match.start("name")) for mark in (". ", "? ", "! ")) + 1
    if re.search(rf"\b{re.escape(name)}\b", abstract[:sentence]) or name.split()[0] in _NO_SYSTEMS:
        return False
    return not _OF_OTHERS.search(abstract, sentence, match.start("name"))


def _is_system(name: str, title: str, abstract: str, match: re.Match[str]) -> bool:
    if not _new(name, abstract, match) or _NO_SYSTEM.match(abstract, match.end("name")):
        return False
    if _OF_A_PART.match(abstract, match.end("name")):
        return False
    if names(name):
        return not (name.endswith("s") and name[:-1].isupper())  # "LLMs" are many
    often = abstract.casefold().count(name.casefold()) > 1 or (" " in name and name in title)
    return name.casefold() not in abstract and often


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
