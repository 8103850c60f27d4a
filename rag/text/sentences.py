"""Sentences of an abstract with their offsets.

A rule-based splitter for the English of abstracts. It is our own since spans are what paperbrief promises: offsets are
exact by construction (each sentence is cut from the text, never rebuilt), and the rules know what stands in abstracts:
`et al., 2020`, `Llama-3.1-70B`, `github.io`, `pre-training.We are`.
"""

from __future__ import annotations

import re

from rag.models import Sentence

# A word before a full stop that does not end a sentence, whatever follows.
_NEVER_LAST = frozenset(
    (
        *("e.g", "i.e", "cf", "vs", "viz", "w.r.t", "resp", "approx", "al", "ca", "ver"),
        *("fig", "figs", "eq", "eqs", "eqn", "eqns", "sec", "sect", "secs", "tab", "ref", "refs", "ch", "vol", "pp"),
        *("ed", "eds", "no", "nos", "dr", "mr", "mrs", "ms", "prof", "st", "dept", "univ", "inc", "ltd", "d.o.f"),
        *("proc", "natl", "acad", "assoc", "amer", "statist", "biol", "chem", "sci"),
    )
)
# … and one that may end a sentence, when what follows looks like the beginning of one.
_MAYBE_LAST = frozenset(("no", "al", "inc", "ltd", "ca", "st", "ver", "d.o.f", "sci"))
_MONTHS = frozenset(("jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"))

# The end marks with their closing quotes and brackets, before white space or the end of the text; or, where the space
# was lost ("pre-training.We are"), a mark between a lower-case word and a capitalised one. Possessive, and never from
# the middle of a run of marks: a line of a million dots takes no longer than its length.
_MARK = re.compile(
    r"""(?<![.!?])(?P<mark>[.!?]++)(?P<close>["'”’)\]]*+)(?=\s|$)"""
    r"""|(?<=[a-z)\]%])(?P<glued>[.!?])(?=(?:(?:[A-Z][a-z]{2,}|[WIOTBAIDSN][enofystd])(?:[\s,'’:-]|$)|(?:A|I)\s|[A-Z]{2,}[a-z]*[\s,-]))"""
)
_BEFORE_WORD = frozenset("(\"'“‘[")
_LONGEST_WORD = 300  # characters looked at; an address may be long, and text without any space must not stall us
_LONGEST_LIST_MARK = 20
_NOTHING_FOLLOWS = re.compile(r"\s*\Z")
_BEGINNING = re.compile(r"""[\s("'“‘\[*_~$\\#]*+(?P<signs>(?:[^\w.!?]|\.(?=\w))*+)(?P<word>\w[^\s(/]*)""")
_ADDRESS = re.compile(r"://|www\.|\w/\w|@|\.(?:com|org|io|net|edu|ai|github)$", re.IGNORECASE)
_LIST_MARK = re.compile(r"^\W*\w{1,2}\W*$")


def sentences(text: str) -> list[Sentence]:
    """Split `text` into sentences in order, without overlap; white space between them belongs to none.

    Every character that is not white space lies in exactly one sentence, and `s.text == text[s.start:s.end]`.
    An empty or blank text gives an empty list.
    """
    found: list[Sentence] = []
    start = _skip_space(text, 0)
    for match in _MARK.finditer(text):
        end = match.end()
        if end <= start or not _ends_sentence(text, start, match):
            continue
        found.append(Sentence(start, end, text[start:end]))
        start = _skip_space(text, end)
    if start < len(text):
        end = len(text.rstrip())
        found.append(Sentence(start, end, text[start:end]))
    return found


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    if match["glued"]:
        word = _last_word(text, start, match.start())
        # The word before must be a plain one of some length, and not the beginning of an address.
        return len(word) > 2 and not _ADDRESS.search(word) and "." not in word
    end = match.end()
    if _NOTHING_FOLLOWS.match(text, end):
        return True
    if end - start < _LONGEST_LIST_MARK and _LIST_MARK.match(text[start:end]):
        return False  # "1." or "(a)." opens an item
    if match["mark"] == "." and _is_abbreviation(text, start, match):
        return False
    return _begins_sentence(text, end)


def _last_word(text: str, start: int, end: int) -> str:
    """The word of `text[start:end]` at its end, without an opening quote or bracket; empty after a space."""
    first = end
    start = max(start, end - _LONGEST_WORD)
    while first > start and not text[first - 1].isspace() and text[first - 1] not in _BEFORE_WORD:
        first -= 1
    return text[first:end]


def _is_abbreviation(text: str, start: int, match: re.Match[str]) -> bool:
    word = _last_word(text, start, match.start())
    prose = _PROSE.match(text, match.end()) is not None
    if len(word) == 1 and "A" <= word <= "Z":
        return not prose  # "J. Smith" goes on; "vitamin C. We" ends
    last = word.lower()
    if last in _MONTHS:
        return _DAY.match(text, match.end()) is not None
    # "Dr. Smith" goes on; "in patients with MS. It" ends, since the abbreviation is never written so.
    return last in _NEVER_LAST and not (prose and (last in _MAYBE_LAST or word.isupper()))


_PROSE = re.compile(
    r"\s+(?:We|Our|The|This|These|Those|In|It|Its|To|For|However|Moreover|Furthermore|Here|On|By|With|Both|Such|As|A|An|"
    r"Experiments?|Results?|Code|Compared|When|While|Although|Finally|First|Then|They|Their|There|Using|From|At|"
    r"Recently|Since|Based|Without|Through|Given|If|After|Second|Additionally|Specifically|Extensive|Experimental)\b"
    r"(?!\.)"
)
_DAY = re.compile(r"\s+\d")


def _begins_sentence(text: str, position: int) -> bool:
    """Whether what follows `position` begins with a word: a lone quote or a row of dots is no sentence of its own."""
    found = _BEGINNING.match(text, position)
    if found is None:
        return False
    word = found["word"]
    # A lower-case word opens a sentence only when it is a name such as `fastText`, `mBERT` or `p53`.
    return bool(found["signs"]) or not word[0].islower() or any(c.isupper() or c.isdigit() for c in word[1:])
