"""A cleaned copy of the text of a record, by small named operations; the raw text is kept elsewhere.

Each operation is idempotent on its own, does nothing that cannot be told by rule, and changes no digit, save where an
entity such as `&#50;` stood for one. `clean` runs all of them until nothing changes, so the whole is idempotent too.
No paper nests markup deeper than a few levels; a text made to do so, to keep us busy, is left after `MAX_PASSES`.
What is not here on purpose: a missing space between sentences (the sentence splitter decides) and a lost dollar
sign (`187 and \\800` cannot be told from other leftovers).
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from html.entities import html5
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A cleaned text and the names of the operations that changed something, in the order in which they run."""

    text: str
    operations: tuple[str, ...] = ()


MAX_PASSES = 12


def _settled(change: Callable[[str], str], text: str) -> str:
    """Apply `change` until it changes nothing more."""
    for _ in range(MAX_PASSES):
        if (changed := change(text)) == text:
            break
        text = changed
    return text


# ------------------------------------------------------------------------------------------------- characters

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_AMPERSANDS = re.compile(r"&(?:(?:amp|AMP|#38|#[xX]26);)+")
# UTF-8 read as Latin-1 leaves C1 controls behind, which no one types: `â\x80\x99` was an apostrophe.
_MOJIBAKE = re.compile(r"[\u00c2-\u00f4][\u0080-\u00bf]{1,3}")
_C1 = re.compile(r"[\u0080-\u009f]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
# Zero-width and bidi characters, soft hyphens, byte order marks and the invisible tag alphabet.
_FORMAT = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def _entity(match: re.Match[str]) -> str:
    # Only entities with their semicolon and a known name: `&copy=2` in an address is none.
    known = match[0][1] == "#" or match[0][1:] in html5
    return html.unescape(match[0]) if known else match[0]


def _decode_entities(text: str) -> str:
    # To the end, not once: text escaped twice is common in feeds, and decoding one level would not be idempotent.
    return _settled(lambda part: _ENTITY.sub(_entity, _AMPERSANDS.sub("&", part)), text) if "&" in text else text


def _repair(match: re.Match[str]) -> str:
    if not _C1.search(match[0]):
        return match[0]
    try:
        return match[0].encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return match[0]


def _repair_mojibake(text: str) -> str:
    if text.isascii() or not _C1.search(text):
        return text
    return _settled(lambda part: _MOJIBAKE.sub(_repair, part), text)


def _drop_control(text: str) -> str:
    return text if text.isprintable() else _CONTROL.sub("", text)


def _drop_format(text: str) -> str:
    return text if text.isascii() else _FORMAT.sub("", text)


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _fold_space(text: str) -> str:
    # All white space but the plain space is unprintable, so this quick look is enough for most texts.
    if text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " ":
        return text
    return " ".join(text.split())


# ------------------------------------------------------------------------------------------- leftovers of LaTeX

_ADDRESS = re.compile(r"(https?: ?//\S+)")
_STYLED = re.compile(
    r"\\(?:emph|underline|url|mbox|text(?:it|bf|sc|tt|rm|sf|sl|md|up)?)\{([^{}]*)\}"
    r"|\{\\(?:em|it|bf|sc|tt|rm|sl)(?![A-Za-z]) ?([^{}\\]*)\}"
)
_TEXT_SIGN = re.compile(r"\\text(less|greater|asciitilde)(?![A-Za-z])(?:\{\}| (?=[0-9]))?")
_TEXT_SIGNS = {"less": "<", "greater": ">", "asciitilde": "~"}
_ESCAPED = re.compile(r"(?<!\\)\\([%&#_$])")
_MATH_SIGN = re.compile(r"\$\\(times|sim|approx|pm|geq|leq|neq|ge|le|ne|ll|gg)\$")
_MATH_TIMES = re.compile(r"\$([0-9][0-9.,]*) ?\\times\$")
_RELATIONS = {"geq": ">=", "ge": ">=", "leq": "<=", "le": "<=", "neq": "!=", "ne": "!=", "ll": "<<", "gg": ">>"}
_SIGNS = {**_RELATIONS, "times": "x", "sim": "~", "approx": "~", "pm": "±"}
_TIMES = re.compile(r"(?<=[0-9])times(?![A-Za-z_])")
_FIGURE_ALONE = r"[0-9]+(?:[.,][0-9]+)*(?![A-Za-z0-9_])"
# `kge3` is k >= 3, but `age3`, `bge2`, `mle2` are words and names that happen to end so.
_VARIABLE = re.compile(
    rf"(?<![A-Za-z0-9_\\./-])(?!(?:age|bge|pge|ale|mle|nle|ole|tle)[0-9])([A-Za-z])(geq|leq|neq|ge|le)(?={_FIGURE_ALONE})"
)
_BARE = re.compile(rf"(?<![A-Za-z0-9_\\./-])(geq|leq|neq)(?={_FIGURE_ALONE})")
# `sim3x`, `sim400`, `approx2.5`; `sim2real`, `sim2sim` and the group `sim3` are names.
_ABOUT = re.compile(
    r"(?<![A-Za-z0-9_\\./-])(?:approx(?=[0-9])"
    r"|sim(?=(?:[0-9]+(?:[.,][0-9]+)*(?:x|[kKMB]|\\?%|times)|[0-9]+[.,][0-9]+|[0-9]{2,})(?![A-Za-z0-9_])))"
)
_PLUS_MINUS = re.compile(r"(?<=[0-9])pm(?=[0-9]*\.[0-9])")
# A range stands between two figures, with or without a unit, and with space on both sides or on neither.
_RANGE = re.compile(r"(?<![A-Za-z0-9])([0-9][0-9.,]{0,15}(?: ?(?:\\?%|[A-Za-z]{1,3}))?)(?:~(?=[0-9])|( )~(?= [0-9]))")
# A tie is a space after a word of two letters or more, or after a mark; `x~N(0,1)` and `x ~ 3` are none.
_TIE = re.compile(r"((?<=\w\w)(?<![0-9])|(?<=[0-9.,)\]}$%;:\"'”]))~(?=[A-Za-z(\[{\\$]|(?<=[A-Za-z.]~)[0-9])")


def _outside_addresses(change: Callable[[str], str], text: str) -> str:
    """Apply `change` to what is not a web address: `~user` and `2times` are right in there."""
    if "//" not in text:
        return change(text)
    parts = _ADDRESS.split(text)
    parts[::2] = [change(part) for part in parts[::2]]
    return "".join(parts)


def _drop_styles(text: str) -> str:
    return _settled(lambda part: _STYLED.sub(lambda m: m[1] or m[2] or "", part), text) if "\\" in text else text


def _latex_signs(text: str) -> str:
    if "\\" not in text:
        return text
    text = _TEXT_SIGN.sub(lambda m: _TEXT_SIGNS[m[1]], text)
    text = _MATH_TIMES.sub(r"\1x", text)
    return _MATH_SIGN.sub(lambda m: _SIGNS[m[1]], text)


def _unescape(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _times(text: str) -> str:
    return _outside_addresses(lambda part: _TIMES.sub("x", part), text) if "times" in text else text


def _relations_in(text: str) -> str:
    text = _VARIABLE.sub(lambda m: m[1] + _RELATIONS[m[2]], text)
    text = _BARE.sub(lambda m: _RELATIONS[m[1]], text)
    return _PLUS_MINUS.sub("±", _ABOUT.sub("~", text))


_MAYBE_RELATION = re.compile(r"[eqmx][0-9]")


def _relations(text: str) -> str:
    return _outside_addresses(_relations_in, text) if _MAYBE_RELATION.search(text) else text


def _tildes(text: str) -> str:
    if "~" not in text:
        return text
    return _outside_addresses(lambda part: _TIE.sub(" ", _RANGE.sub(r"\1\2–", part)), text)


OPERATIONS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("entities", _decode_entities),
    ("mojibake", _repair_mojibake),
    ("control characters", _drop_control),
    ("format characters", _drop_format),
    ("nfc", _nfc),
    ("white space", _fold_space),
    ("latex styles", _drop_styles),
    ("latex signs", _latex_signs),
    ("latex escapes", _unescape),
    ("times", _times),
    ("relations", _relations),
    ("tildes", _tildes),
)


def clean(raw: str) -> Cleaned:
    """The cleaned copy of `raw`: one line, NFC, without leftovers of markup. Idempotent, and never fails."""
    text, changed = raw, set()
    for _ in range(MAX_PASSES):
        before = text
        for name, operation in OPERATIONS:
            if (after := operation(text)) != text:
                text = after
                changed.add(name)
        if text == before:
            break
    return Cleaned(text, tuple(name for name, _ in OPERATIONS if name in changed))


# ------------------------------------------------------------------------------------------- the system's name

# Not `\dataset` or `\modelname`: a paper that names its data set in the title may speak of its model, or the reverse.
_OWN_NAME = re.compile(
    r"\\(?:(?:m|method|short|sys|system|tool)?name|ours?|oursnospace|method|sys|system|tool|framework)(?![A-Za-z])"
    r"(?:\{\}|\\xspace|\\(?= ))?",
    re.IGNORECASE,
)


def _system_name(title: str, abstract: str) -> str | None:
    """The system's name: one word before the title's colon, or `Title of the Paper (NAME)` in the abstract."""
    before, colon, _ = title.partition(":")
    if colon and 2 <= len(before) <= 40 and " " not in before and not before.islower() and "\\" not in before:
        return before
    defined = re.search(re.escape(title) + r" ?\(([^\s()\\]{2,40})\)", abstract, re.IGNORECASE) if title else None
    return defined[1] if defined else None


def clean_paper(title: str, abstract: str) -> tuple[Cleaned, Cleaned]:
    r"""Clean a title and its abstract; `\name` becomes the system's name where the record makes it clear."""
    clean_title, clean_abstract = clean(title), clean(abstract)
    if "\\" not in clean_abstract.text or not _OWN_NAME.search(clean_abstract.text):
        return clean_title, clean_abstract
    name = _system_name(clean_title.text, clean_abstract.text)
    if name is None:
        return clean_title, clean_abstract
    named = clean(_OWN_NAME.sub(lambda _: name, clean_abstract.text)).text
    return clean_title, Cleaned(named, (*clean_abstract.operations, "system name"))


# -------------------------------------------------------------------------------------------------- identity

# Look-alikes, after case folding: a Cyrillic or Greek letter to the Latin one whose capital or small form it shares.
_LOOK_ALIKES = str.maketrans(
    "авекмнорстухіјѕһԁԛԝ" + "αβεζηικμνορτυχ" + "×",
    "abekmhopctyxijshdqw" + "abezhikmnoptyx" + "x",
)
_MEANINGFUL = frozenset("+#*=<>")
_DECIMAL_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")


def normalised_title(title: str) -> str:
    """The key by which two titles are the same: letters, figures and the signs that tell names apart.

    `PC^2` equals `PC2` and `PC²`; `C++` differs from `C`, `GPT-3.5` from `GPT-35`. Cyrillic and Greek look-alikes
    count as Latin letters. A title of nothing but other signs is its own key.
    """
    plain = _drop_control(_drop_format(_decode_entities(title)))
    # Twice, since case folding can undo the normal form and the other way round.
    for _ in range(2):
        plain = unicodedata.normalize("NFKC", plain).casefold()
    plain = unicodedata.normalize("NFKC", plain.translate(_LOOK_ALIKES))
    plain = _DECIMAL_POINT.sub("\0", plain)
    key = "".join(c for c in plain if c.isalnum() or c in _MEANINGFUL or c == "\0" or unicodedata.category(c)[0] == "M")
    # What stood between two characters is gone, so they may compose now.
    return unicodedata.normalize("NFKC", key.replace("\0", ".")) or _fold_space(plain)


def title_id(title: str) -> str:
    """The identifier of a paper whose source gives none: `t-` and 12 hex digits of SHA-256 of its normalised title."""
    return "t-" + hashlib.sha256(normalised_title(title).encode("utf-8", "replace")).hexdigest()[:12]


# --------------------------------------------------------------------------------------------------- addresses

_LINK = re.compile(r"(https?):\s{0,2}//\s?([^\s<>\"{}|\\^`]{1,2000})", re.IGNORECASE)
_AFTER_LINK = ".,;:!?'’”*"


def links(text: str) -> tuple[str, ...]:
    """The web addresses (http and https) of `text`, mended, each once, in order. They are never fetched here."""
    found: dict[str, None] = {}
    for match in _LINK.finditer(text):
        address = f"{match[1].lower()}://{match[2]}"
        while address and (address[-1] in _AFTER_LINK or _closes_nothing(address)):
            address = address[:-1]
        if _names_a_host(address):
            found[address] = None
    return tuple(found)


def _closes_nothing(address: str) -> bool:
    opening = {")": "(", "]": "["}.get(address[-1])
    return opening is not None and address.count(address[-1]) > address.count(opening)


def _names_a_host(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    # `https://arxiv.org@elsewhere.example` shows one host and leads to another.
    return "." in (parts.hostname or "") and "@" not in parts.netloc
