"""The forms in which a sentence of an abstract can stand alone in an answer. Pure."""

from __future__ import annotations

import re

from eval.guard.lexicon import occurrence, system_of
from rag.models import Paper
from rag.text.sentences import sentences

_OPENER = re.compile(
    r"^(?:However|Moreover|Furthermore|Additionally|In addition|Besides|But|Thus|Yet|Specifically|Concretely|Notably|"
    r"Remarkably|Surprisingly|Finally|In particular|(?:Extensive e|E)xperiments show that)(?:,|(?<=But)|(?<=that)) "
)
# What may be left off the end: a relative clause, a contrast, an example. A sentence of some length must be left.
_TAIL = re.compile(
    r"(?:, (?:which|where|whereas|while|so that|for example|although) [^.,;:]+|; [^;]+|, [\w ]+ for instance)\.$"
)
_ASIDE = re.compile(r" \([^()]{2,60}\)(?=[ ,.;])")
_SHORTEST = 30  # characters

_PRONOUN = re.compile(
    r"^(It|Its|The (?:method|approach|network|system|model|framework|technique)|Our (?:method|approach|model))(?= )"
)
# "On BigCodeBench it outperforms …": an adverbial before the pronoun, without a noun that "it" could mean instead.
_INNER = re.compile(r"^((?:On|In|For|With|Over|Compared|Starting|To|Reusing) [^.;]{3,80}?,?) it (?=\w)")
_FIRST_PERSON = re.compile(r"^(?:In this (?:paper|work), )?[Ww]e (?=\w)")
_OUR = re.compile(r"\b([Oo])ur(s?) ")


def cut(text: str) -> list[str]:
    """The sentence lightly cut, each cut by itself: without its opener, its last clause, an aside in brackets."""
    found = []
    opened = _OPENER.sub("", text)
    if opened != text:
        found.append(opened[0].upper() + opened[1:])
    tail = _TAIL.search(text)
    if (
        tail is not None
        and tail.start() >= _SHORTEST
        and text[: tail.start()].count("(") == text[: tail.start()].count(")")
    ):
        found.append(text[: tail.start()] + ".")
    aside = _ASIDE.search(text)
    if aside is not None and not re.search(r"\d", aside[0]):
        found.append(text[: aside.start()] + text[aside.end() :])
    return [form for form in found if len(form) >= _SHORTEST and form != text]


def named(paper: Paper) -> dict[str, str]:
    """Sentences of the abstract that open with a pronoun, each with the form that names the subject.

    "It" is the paper's system only where the sentence before is about it, by name or by such a pronoun itself. "We"
    becomes "The authors", whoever the paper is by.
    """
    system = system_of(paper)
    found: dict[str, str] = {}
    about_it = False
    for sentence in sentences(paper.abstract):
        text = sentence.text
        pronoun = _PRONOUN.match(text)
        resolved = pronoun is not None and (about_it or pronoun[1].startswith("Our"))
        if system is not None and pronoun is not None and resolved:
            found[text] = _with_subject(text, pronoun[1], system)
        elif system is not None and about_it and (inner := _INNER.match(text)) is not None:
            found[text] = f"{inner[1]} {_subject(system, first=False)} {text[inner.end() :]}"
            resolved = True
        elif _FIRST_PERSON.match(text) and not re.search(r"\b(?:us|we|We)\b", _FIRST_PERSON.sub("", text)):
            found[text] = _OUR.sub(
                lambda m: "their " if m[1] == "o" else "Their ", _FIRST_PERSON.sub("The authors ", text)
            )
        about_it = system is not None and (_opens_with(system, text) or resolved)
    return found


def _with_subject(text: str, pronoun: str, system: str) -> str:
    subject = _subject(system, first=True)
    return f"{subject}'s{text[len(pronoun) :]}" if pronoun == "Its" else f"{subject}{text[len(pronoun) :]}"


def _subject(system: str, *, first: bool) -> str:
    article = "The " if first else "the "
    return f"{article}{system}" if system.endswith((" Law", "-Probe")) else system


def _opens_with(system: str, text: str) -> bool:
    found = occurrence(system).search(text)
    if found is None:
        return False
    rest = text[found.end() :]
    # Of "CASENT beats ChatGPT" the subject is CASENT; of "ChatGPT gains with RIGHT" it is not.
    return found.start() <= 60 and bool(re.match(r"\)?,? (?:(?:\w+ly |also )?(?:is|are|has|[a-z]+s)\b)|, ", rest))
