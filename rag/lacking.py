"""What of a question the papers do not have: its names, and other words that are not everyday ones. Pure.

A word that stands in a paper in another form is not missing, and neither is one that says nothing which a paper could
have.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence import Evidence
from rag.question import Kind, Question
from rag.relevance import Word
from rag.text.everyday import everyday
from rag.text.names import proper_names

_NARROWS = frozenset(
    ("than", "on", "for", "in", "at", "against", "into", "from", "of", "over", "with", "under", "when")
)
_ENDS_NARROWING = frozenset(
    (
        *("on", "for", "in", "at", "and", "or", "to", "than", "with", "it", "they", "what", "which", "how", "that"),
        *("is", "are", "was", "were", "does", "do", "did", "has", "have", "can"),
    )
)
_QUALIFIED = 6  # words that one such word narrows at most
_LIKE_A_NAME = re.compile(r"(?=.*[A-Za-z])(?=.*[\d@^+])")


@dataclass(frozen=True, slots=True)
class Missing:
    """The question's words that the papers answered from do not have: names, and others that are not everyday ones."""

    names: tuple[Word, ...]
    topics: tuple[Word, ...]


def missing(
    question: Question, chosen: Sequence[Evidence], evidence: Sequence[Evidence], words: Sequence[Word]
) -> Missing:
    """What is missing; a name is not where another paper that the question names has it."""
    have = frozenset[str]().union(*(e.paper_has for e in chosen))
    sides = question.kind is Kind.COMPARISON
    named = frozenset[str]().union(*(e.paper_has for e in evidence if e.own or sides))
    written = {*question.names, *proper_names(question.text)}
    texts = list({e.paper.id: f"{e.paper.title} {e.paper.abstract}" for e in chosen}.values())
    absent = [word for word in words if word.text not in have and not _said_otherwise(word.text, texts)]
    names = [word for word in absent if like_a_name(word.text, written)]
    return Missing(
        tuple(word for word in names if word.text not in named),
        tuple(word for word in absent if word not in names and not everyday(word.text)),
    )


_INITIALS = re.compile(r"(?P<letters>[A-Z]{2,5})s?")
_SHORT_FOR = re.compile(r"(?P<letters>[a-z]{4,}?)s?")
_SHARED = 6  # letters that two words begin with alike from which they are forms of one: summariser, summarization
_SHARED_OF = 0.65  # … and the share of the shorter one
_NOT = re.compile(r"(?:.*n['’]t|w/o?|[~<>≈+-]*\d[\d.,]*(?:-[a-z]+|[a-zA-Z]{0,2})?)")
_TALK = frozenset(
    re.findall(
        r"\S+",
        """
        million billion trillion thousand hundred dozen one two three four five six ten earlier observation observations
        finding findings pls plz ok okay etc incl vs approx whats wat i'm it's
        """,
    )
)
_COMPANIES = frozenset(
    re.findall(r"\w+", "openai google meta facebook microsoft nvidia deepmind anthropic apple amazon alibaba")
)  # whose product is meant, and seldom named by its company in an abstract
_LIKE = re.compile(r"-(?:like|style|based|type|sized?|family)$", re.IGNORECASE)


def _said_otherwise(text: str, papers: Sequence[str]) -> bool:
    """Whether a word that papers do not have stands in them in another form, or says nothing that they could have.

    Initials stand for words that follow each other (`LM`, `NER`), a beginning for the word that it is short for
    (`params`), and words that begin alike for each other. A figure is not a name: `~10x`, `3-valued`.
    """
    plain = bare(text)
    base = _LIKE.sub("", plain)
    if base != plain and any(base.casefold() in paper.casefold() for paper in papers):
        return True
    if _NOT.fullmatch(plain) or plain.casefold() in _TALK | _COMPANIES:
        return True
    initials = _INITIALS.fullmatch(plain)
    if initials is not None:
        spelled = r"[\s-]+".join(rf"{letter}[a-z]*" for letter in initials["letters"])
        return any(re.search(rf"\b{spelled}", paper, re.IGNORECASE) for paper in papers)
    short = _SHORT_FOR.fullmatch(plain.casefold()) if plain.islower() or plain.istitle() else None
    if short is None:
        return False
    head = short["letters"] if len(short["letters"]) < _SHARED else short["letters"][:_SHARED]
    return any(
        _one_word(short["letters"], found[0].casefold())
        for paper in papers
        for found in re.finditer(rf"\b{head}[a-z]*", paper, re.IGNORECASE)
    )


def _one_word(short: str, other: str) -> bool:
    if other.startswith(short):
        return True
    shared = next(
        (n for n, (a, b) in enumerate(zip(short, other, strict=False)) if a != b), min(len(short), len(other))
    )
    return shared >= max(_SHARED, _SHARED_OF * min(len(short), len(other)))


def like_a_name(word: str, written: frozenset[str] | set[str]) -> bool:
    """Whether a word is one of the names `written` in the question, or has letters with digits or signs: `recall@1`."""
    return bare(word) in written or word in written or _LIKE_A_NAME.match(bare(word)) is not None


_LIKE_A_SYSTEM = re.compile(r".*(?:[a-z][A-Z]|[A-Za-z]-?\d|[A-Z]{2,}[a-z]|[a-z]-[A-Z]).*")


def like_a_system(name: str) -> bool:
    """Whether a name is written as those of systems are: a capital inside, a digit behind letters."""
    return _LIKE_A_SYSTEM.fullmatch(name) is not None


def bare(word: str) -> str:
    """A word without the signs and the possessive at its end."""
    return word.strip(".'’").removesuffix("'s").removesuffix("’s")


def qualifiers(text: str) -> frozenset[str]:
    """The words that narrow a question down: those after "on", "for", "in" or "than", up to the next small word."""
    found, left = set(), 0
    for token in text.split():
        word = bare(token.strip("?.,;:!()\"'"))
        if word.casefold() in _NARROWS:
            left = _QUALIFIED
        elif word.casefold() in _ENDS_NARROWING:
            left = 0
        elif left:
            found.add(word)
            left = 0 if token[-1:] in "?,.;:" else left - 1
    return frozenset(found)
