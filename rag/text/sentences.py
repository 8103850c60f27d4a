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
        *("ed", "eds", "no", "nos", "dr", "mr", "mrs", "ms", "prof", "st", "dept", "univ", "inc", "ltd"),
    )
)
# … and one that may end a sentence, when what follows looks like the beginning of one.
_MAYBE_LAST = frozenset(("no", "al", "inc", "ltd", "ca", "st", "ver"))

# The end marks with their closing quotes and brackets, before white space or the end of the text; or, where the space
# was lost ("pre-training.We are"), a mark between a lower-case word and a capitalised one.
_MARK = re.compile(
    r"""(?P<mark>[.!?]+)(?P<close>["'”’)\]]*)(?=\s|$)"""
    r"""|(?<=[a-z)\]%])(?P<glued>[.!?])(?=(?:[A-Z][a-z]+(?:[ ,'’:-]|$)|(?:A|I)\s|[A-Z]{2,}[a-z]*[ ,-]))"""
)
_LAST_WORD = re.compile(r"""[^\s("'“‘\[]+$""")
_OPENING = re.compile(r"""[\s("'“‘\[*_~$\\#]*""")
_ADDRESS = re.compile(r"://|www\.|\w/\w|@|\.(?:com|org|io|net|edu|ai|github)$", re.IGNORECASE)
_INITIAL = re.compile(r"^[A-Z]$")
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
        word = _LAST_WORD.search(text, start, match.start())
        # `github.Io` and `Node.Js` are names: the word before must be a plain one of some length.
        return word is not None and len(word[0]) > 2 and not _ADDRESS.search(word[0]) and "." not in word[0]
    follows = text[match.end() :]
    if not follows.strip():
        return True
    if _LIST_MARK.match(text[start : match.end()]):
        return False  # "1." or "(a)." opens an item
    if match["mark"] == "." and _is_abbreviation(text, start, match, follows):
        return False
    return _begins_sentence(follows)


def _is_abbreviation(text: str, start: int, match: re.Match[str], follows: str) -> bool:
    word = _LAST_WORD.search(text, start, match.start())
    if word is None:
        return False
    last = word[0].lower()
    if _INITIAL.match(word[0]):
        # "J. Smith" goes on; "vitamin C. We" ends: an initial stands after a capitalised word or at the start.
        return not _starts_like_prose(follows)
    if last not in _NEVER_LAST:
        return False
    return not (last in _MAYBE_LAST and _starts_like_prose(follows))


_PROSE = re.compile(
    r"\s+(?:We|Our|The|This|These|Those|In|It|Its|To|For|However|Moreover|Furthermore|Here|On|By|With|Both|Such|As|A|An|"
    r"Experiments?|Results?|Code|Compared|When|While|Although|Finally|First|Then|They|Their|There|Using|From|At)\b"
)


def _starts_like_prose(follows: str) -> bool:
    return _PROSE.match(follows) is not None


def _begins_sentence(follows: str) -> bool:
    opening = _OPENING.match(follows)
    rest = follows[opening.end() if opening else 0 :]
    if not rest:
        return True
    word = rest.split(maxsplit=1)[0]
    # A lower-case word opens a sentence only when it is a name such as `fastText` or `k-means`'s `mBERT`.
    return not word[0].islower() or any(c.isupper() for c in word[1:])
