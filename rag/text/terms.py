"""Terms of a text for keyword search, so that names with signs are found: `PC^2`, `C++`, `GPT-4`, `SpecDec++`.

A token with signs inside gives its joined form and its parts (`GPT-4`: gpt4, gpt, 4; `pre-training`: pretraining, pre,
training), a trailing `++`, `+` or `#` stays with its name (`C++`: c++). Stemming is left to the index.
"""

from __future__ import annotations

import re
import unicodedata

_EDGE_LEFT = "()[]{}<>\"'“”‘’`,.;:!?*_~|=^+-–—/\\$&%#@…•"
_EDGE_RIGHT = "()[]{}<>\"'“”‘’`,.;:!?*_~|=^-–—/\\$&@…•"
_APOSTROPHE = re.compile(r"['’](?:[sS]\b)?")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_PART = re.compile(r"\d+(?:\.\d+)+[a-z%]*|[^\W_]+")
_SIGNS = re.compile(r"[\W_]+")
_TRAILING = re.compile(r"[^\W_]([+#]+|%)$")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def terms(text: str, *, name_parts: bool = False) -> list[str]:
    """The terms of `text` in order, lower case, accents folded, repeats kept.

    With `name_parts`, the parts of a joined name are terms too (`SOBertBase`: sobertbase, sobert, base): for texts that
    are indexed, so that a question finds a name by its stem; not for queries, where `MosaicBERT` means just that.
    """
    folded = text if text.isascii() else _folded(text)
    found: list[str] = []
    for token in _THOUSANDS.sub("", _APOSTROPHE.sub("", folded)).split():
        core = token.lstrip(_EDGE_LEFT).rstrip(_EDGE_RIGHT)
        found.extend(_variants(core.casefold()))
        if name_parts and (humps := _HUMP.split(core)) and len(humps) > 1:
            found.extend(part.casefold() for part in humps if part.isalnum() and len(part) > 2)
    return found


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _variants(token: str) -> list[str]:
    if not token:
        return []
    if token.isalnum():
        return [token]
    trailing = _TRAILING.search(token)
    sign = trailing[1] if trailing else ""
    parts = _PART.findall(token)
    if len(parts) == 1 and not sign:
        return parts
    joined = _SIGNS.sub("", token)
    if "." in token and len(parts) == 1:
        joined = parts[0].rstrip("%")  # a decimal is not joined: 3.79 is not 379
    found = [joined + sign] if sign and sign != "%" else [joined]
    if max(map(len, parts), default=0) > 1:  # the letters of "e.g" or "A/B" say nothing
        found += [part for part in parts if part not in found]
    return [term for term in found if term]
