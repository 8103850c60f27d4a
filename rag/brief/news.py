"""What is news though it flatters nobody: that something does not work, does not matter, or surprises. Pure.

Also what makes a sentence worth less: praise that measures nothing.
"""

from __future__ import annotations

import re

_UNEXPECTED = re.compile(
    r"\b(?:surprising(?:ly)?|unexpected(?:ly)?|contrary to|counter-?intuitive(?:ly)?|contradicts?|"
    r"no (?:\w+ )?(?:improvements?|gains?|benefits?|advantages?|differences?|effect)|no better|"
    r"(?:does|do|did) not (?:\w+ )?(?:improve|help|lead|yield|bring|gain|scale|transfer|generali[sz]e|suffice|matter|"
    r"profit|benefit|work|outperform|beat)|(?:fail(?:s|ed)?|unable) to|"
    r"(?:lag|fall)(?:s|ged)? (?:\w+ )?(?:behind|short)|"
    r"lags? in|struggl(?:es?|ed)|hurts?|harms?|worse(?: than)?|underperform\w*|degenerates?|not necessarily|"
    r"los(?:es?|t|ing) [\d.]+(?:-[\d.]+)?%|at (?:the |a )?(?:\w+ )?(?:expense|costs?) (?:of|\())",
    re.IGNORECASE,
)
_VIRTUE = re.compile(
    r"\b(?:without|not|never|less|fewer|avoid\w*|prevent\w*|reduc\w+|mitigat\w+|where (?:others|\w+ methods))"
    r" (?:\w+ ){0,2}(?:hurt|harm|los|degrad|fail|struggl|worse)\w*",
    re.IGNORECASE,
)
_PRAISE = re.compile(
    r"\b(?:remarkabl[ey]|notabl[ey]|impressive(?:ly)?|significant(?:ly)?|superior(?:ity)?|promising|outstanding(?:ly)?|"
    r"effectiveness|efficacy|extensive|comprehensive|groundbreaking|pav(?:es?|ing) the way|great(?:ly)? potential|"
    r"novel|powerful|exciting|excellent|strong performance|valuable|crucial|critical insights|sheds? light|"
    r"open(?:s|ing)? up|seamless(?:ly)?|unprecedented|synergistic|cutting-edge|state-of-the-art performance|we hope)\b",
    re.IGNORECASE,
)
_MOST_PRAISE = 3  # words that count
AGAINST = re.compile(
    r"\b(?:(?<!more )(?<!less )(?<!fewer )than(?! (?:\d|doubl|half))|over|compared|against|baselines?|versus|vs|"
    r"relative to|beats?|outperform\w*|surpass\w*|above|from [\d.]+%? to)\b"
)
"""Words that say against what a figure was measured."""


def unexpected(text: str) -> bool:
    """Whether a finding is that something fails, does not matter, costs something, or is not what was thought."""
    return _UNEXPECTED.search(_VIRTUE.sub(" ", text)) is not None


def praise(text: str) -> int:
    """Words of a sentence that praise and measure nothing, up to three."""
    return min(_MOST_PRAISE, len(_PRAISE.findall(text)))


_DROPPED = re.compile(
    r"\b(?:(?:remarkabl[ey]|notabl[ey]|impressive(?:ly)?|novel|groundbreaking|seamlessly|exciting|powerful|outstandingly),?"
    r" (?=[a-z])|(?<=simple) (?:yet|but|and) (?:effective|powerful|efficient)\b(?: yet \w+\b)?)"
)


def unpraised(text: str) -> str:
    """The sentence without adjectives and adverbs that only praise; what is measured stays."""
    bare = re.sub(r" {2,}", " ", _DROPPED.sub("", text))
    if bare == text:
        return text
    return _articled(text, bare)


def _articled(text: str, bare: str) -> str:
    """The article in front of what was dropped, fitted to the word that follows now: "a novel attack", "an attack"."""
    for found in re.finditer(
        r"\b([Aa]n?) (?:remarkabl[ey]|notable|impressive|novel|groundbreaking|exciting|powerful),? (\w+)", text
    ):
        article, following = found[1], found[2]
        fitted = article[0] + ("n" if following[0].lower() in "aeio" or following.startswith("un") else "")
        bare = re.sub(rf"\b{article} {re.escape(following)}\b", f"{fitted} {following}", bare, count=1)
    return bare
