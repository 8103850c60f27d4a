"""Follow-ups put into words that stand by themselves. Pure.

What comes out is plain and near to what was asked; it is read by people, and by the same rules as every question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.followup.marks import AUX, PREPOSITION, THING, WH, Pointer
from rag.followup.said import Past, Subject, Turn, proper, topical
from rag.question import Kind
from rag.text.asked import FUNCTION_WORDS
from rag.text.figures import Figure, figures
from rag.text.names import names

_QUESTION = re.compile(rf"^(?P<wh>(?:{PREPOSITION}\s+)?{WH}\b.*?)\s(?P<aux>{AUX})\s+(?P<rest>.+)$", re.IGNORECASE)
_YES_NO = re.compile(rf"^(?P<aux>{AUX})\s+(?P<rest>.+)$", re.IGNORECASE)
_ASKS_HOW = re.compile(r"^(?:how(?: so| come)?|why(?: (?:not|so|is that|that))?|what for)$", re.IGNORECASE)
_PREPOSITIONS = re.compile(rf"\b(?P<preposition>{PREPOSITION})\s+", re.IGNORECASE)
_LONGEST_NOUN = 3
_MOST_LISTED = 6
_NEAR = ("on", "in", "for", "with", "at", "over", "across")


_ORDER = re.compile(r"(?:summari[sz]e|explain|describe|list|compare|tell|show|give|define)\b", re.IGNORECASE)


def whole(text: str) -> str:
    """A text as a question: a capital in front where it is a plain word, one sign at the end."""
    text = " ".join(text.split()).strip(" ,;:")
    first = text.split(" ", 1)[0]
    if first.replace("'", "").replace("’", "").isalpha() and first.islower():
        text = text[:1].upper() + text[1:]
    return text if text.endswith(("?", ".", "!")) else f"{text}{'.' if _ORDER.match(text) else '?'}"


def bare(question: str) -> str:
    """A question without its closing sign."""
    return question.rstrip(" ?.!")


def inner(question: str) -> str:
    """A question as it stands inside a sentence: without closing sign and without its capital, if that is all it is."""
    text = bare(question)
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first.istitle() and not names(first) else text


def listed(subjects: Sequence[Subject], word: str = "and") -> str:
    """ "A, B and C"; of many the first ones, and how many more."""
    called = [s.called for s in subjects]
    if len(called) > _MOST_LISTED:
        called = [*called[: _MOST_LISTED - 1], f"{len(called) - _MOST_LISTED + 1} other papers"]
    *first, last = called
    return f"{', '.join(first)} {word} {last}" if first else last


def possessive(name: str) -> str:
    """ "X's"; "Zephyr Maps'"."""
    return f"{name}'" if name.endswith("s") and not name.isupper() else f"{name}'s"


def replaced(text: str, pointers: Sequence[Pointer], subject: Subject, *, group: Sequence[Subject] = ()) -> str:
    """The text with what points back replaced by what is meant; several of them where `group` is given."""
    called = listed(group) if group else subject.called
    pieces, at = [], 0
    for n, pointer in enumerate(pointers):
        pieces.append(text[at : pointer.start])
        pieces.append(_put(text, pointer, called, alone=not group, first=n == 0))
        at = pointer.end
    return "".join(pieces) + text[at:]


def _put(text: str, pointer: Pointer, called: str, *, alone: bool, first: bool) -> str:
    suffix = "'s" if re.search(r"['’]s$", text[pointer.start : pointer.end]) else ""
    if pointer.noun is not None:
        return f"the {pointer.noun} of {called}" if first else f"the {pointer.noun}"
    match pointer.word:
        case "its" | "their":
            return possessive(called)
        case "they" if alone:
            return f"the {called} authors" if called[:1] != "“" else f"the authors of {called}"
        case _:
            return called + suffix


def with_thing(text: str, found: re.Match[str], subject: Subject) -> str:
    """The text with "the method" or "the authors" replaced by what is meant."""
    called = subject.called
    if found["thing"].casefold().startswith("author"):
        if re.match(r"who\b", text, re.IGNORECASE):
            return f"{text[: found.end()]} of {called}{text[found.end() :]}"
        called = f"the {called} authors" if called[:1] != "“" else f"the authors of {called}"
    return text[: found.start()] + called + (found["of"] or "") + text[found.end() :]


def attached(text: str, subject: Subject, preposition: str = "in") -> str:
    """The question, said to be about a subject."""
    return f"{bare(text)} {preposition} {subject.called}?"


# ------------------------------------------------------------------------------------------------------------ ellipsis


def capitalised(text: str) -> bool:
    """Whether every word begins with a capital."""
    return all(word[:1].isupper() for word in text.split())


def uncapitalised(text: str) -> str:
    """A text without the capital of its first word, unless the word is a name."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first.istitle() and not names(first) else text


_SURVEYED = re.compile(
    rf"^(?:which|what)\s+(?:\w+\s+)?{THING}\s+(?:(?P<be>are|were|have)\s+)?(?P<rest>.+)$", re.IGNORECASE
)
_SINGULAR = {"are": "Is", "were": "Was", "have": "Has"}


def with_name(last: Turn, name: str) -> str | None:
    """The last question with a name in the place of the system that it asked about; None where there is none."""
    question = bare(last.question)
    if last.surveys:
        asked = _SURVEYED.match(question)
        verb = _SINGULAR[asked["be"].casefold()] if asked and asked["be"] else "Does"
        return f"{verb} {name} {asked['rest']}" if asked else None
    if last.kind is Kind.COMPARISON or sum(s.mention(question) is not None for s in last.subjects) > 1:
        return None  # one takes the place of one
    for subject in last.subjects:
        found = subject.mention(question)
        if found:
            return question[: found.start()] + name + question[found.end() :]
    free = [n for n in names(question) if not re.search(rf"\b{PREPOSITION}\s+$", question[: question.index(n)])]
    if free:
        return question.replace(free[0], name, 1)
    return None


def with_other(last: Turn, name: str) -> str | None:
    """The last question with a name in the place of the last one in it that is not its subject; None without one."""
    question = bare(last.question)
    others = [n for n in proper(question) if not _is_subject(last, n)]
    if not others:
        return None
    latest = max(others, key=question.rindex)
    at = question.rindex(latest)
    return question[:at] + name + question[at + len(latest) :]


def with_phrase(last: Turn, phrase: str) -> str:
    """The last question with "on images" in the place of "on text", or at its end."""
    question = bare(last.question)
    exchanged = _figure_exchanged(question, phrase)
    if exchanged is not None:
        return exchanged
    preposition = phrase.split(" ", 1)[0].casefold()
    alike = _NEAR if preposition in _NEAR else (preposition,)
    found = list(_PREPOSITIONS.finditer(question))
    for same in ((preposition,), alike):
        for other in reversed(found):
            if other["preposition"].casefold() in same and not _is_subject(last, question[other.end() :]):
                return f"{question[: other.start()]}{phrase}{question[_end_of_phrase(question, other.end()) :]}"
    return f"{question} {phrase}"


def _figure_exchanged(question: str, phrase: str) -> str | None:
    """The question with the one figure of a phrase in the place of its own: "with 1B" after "… on 400M pairs"."""
    asked, held = figures(phrase), figures(question)
    alike = [figure for figure in held if asked and _unit(figure) == _unit(asked[0])]
    if len(asked) != 1 or len(alike) != 1:
        return None
    (new,), (old,) = asked, alike
    rest = phrase[new.end :].strip()
    if rest and topical(rest) and not set(topical(rest)) <= set(topical(question)):
        return None
    return question[: old.start] + phrase[new.start : new.end] + question[old.end :]


def _unit(figure: Figure) -> str:
    return "" if figure.unit == "m" else figure.unit  # "400m pairs" are millions


def _end_of_phrase(question: str, start: int) -> int:
    """Where the noun phrase behind a preposition ends: at the next preposition, comma or verb, or with the question."""
    end = re.compile(rf"[,;](?!\d)|\s(?:{PREPOSITION}|{AUX}|{WH}|and|or|that|if|while)\b", re.IGNORECASE).search(
        question, start
    )
    return end.start() if end else len(question)


def with_topic(last: Turn, topic: str) -> str | None:
    """The last question with a topic in the place of the last thing that it names; None where that is its subject."""
    question = bare(last.question)
    *_, phrase = [None, *_PREPOSITIONS.finditer(question)]
    if phrase is not None:
        held = question[phrase.end() :]
        ends = _end_of_phrase(question, phrase.end()) == len(question)
        if ends and re.search(r"\d", held):
            return None
        if ends and topical(held) and not _is_subject(last, held):
            return question[: phrase.end()] + topic
    words = question.split()
    run = 0
    while run < min(_LONGEST_NOUN, len(words) - 2) and _noun_like(last, words[-1 - run]):
        run += 1
    if run > 1 and _ends_with_subject(last, words[:-run]):
        run -= 1  # "how much does X improve code refinement": the verb stays
    return " ".join((*words[:-run], topic)) if run else None


def _noun_like(last: Turn, word: str) -> bool:
    plain = word.strip(",;:'\"()").casefold()
    if not plain.replace("-", "").isalpha() or plain in FUNCTION_WORDS or re.fullmatch(AUX, plain):
        return False
    return not _is_subject(last, word)


def _is_subject(last: Turn, text: str) -> bool:
    """Whether a text is, or holds, what the last turn was about."""
    words = set(text.casefold().split())
    return any(s.mention(text) or words <= set(s.called.casefold().split()) for s in last.subjects[:2])


def _ends_with_subject(last: Turn, words: Sequence[str]) -> bool:
    """Whether words end with what the last turn was about, behind a "does": a verb follows."""
    text = " ".join(words)
    if not re.search(rf"\b{AUX}\b", text, re.IGNORECASE):
        return False
    return any((found := s.mention(text)) and not text[found.end() :].strip(" ,") for s in last.subjects)


def for_asking(last: Turn, fragment: str, subject: Subject | None) -> str | None:
    """ "Why?", "by how much?", "on which data?" put to the last question; None where it gives nothing to put it to."""
    asked = bare(fragment)
    question = inner(last.question)
    if re.match(r"(?:compared (?:to|with)|than|against|over) what", asked, re.IGNORECASE):
        return f"{bare(last.question)}, {asked}?"
    yes_no = _YES_NO.match(question)
    if yes_no and subject is not None and asked.casefold() == "why not" and yes_no["rest"].startswith(subject.called):
        return f"Why {yes_no['aux']} {subject.called} not{yes_no['rest'].removeprefix(subject.called)}?"
    if yes_no:
        return f"{asked} {question}?"
    parsed = _QUESTION.match(question)
    how = _ASKS_HOW.match(asked)
    states = parsed is not None and parsed["aux"].casefold() in ("is", "are", "was", "were") and parsed["wh"] == "what"
    if parsed is None or states or last.surveys or last.kind is Kind.DEFINITION:
        if subject is None:
            return None
        return _of_nothing_said(asked, subject) if how else f"{asked} in {subject.called}?"
    if how:
        return f"{asked.split()[0]} {parsed['aux']} {parsed['rest']}{_measure(parsed['wh'])}?"
    if (
        re.match(r"(?:by )?how (?:much|many|far|long)\b|when\b|where\b|who\b", asked, re.IGNORECASE)
        and len(asked.split()) < 4
    ):
        return f"{asked} {parsed['aux']} {parsed['rest']}?"
    if subject is None:
        return f"{asked} {parsed['aux']} {parsed['rest']}?"
    if re.match(r"how \w+$", asked, re.IGNORECASE):
        return f"{asked} is {subject.called}?"
    return f"{asked} {parsed['aux']} {parsed['rest']}?" if topical(parsed["rest"]) else f"{asked} for {subject.called}?"


def _of_nothing_said(asked: str, subject: Subject) -> str:
    return f"How does {subject.called} work?" if asked[:1] in "hH" else f"What problem does {subject.called} solve?"


def _measure(wh: str) -> str:
    """What "what accuracy" or "how much faster" asked for, as it is taken up again: "that accuracy", "faster"."""
    found = re.match(r"(?:\w+ )?(?:what|which|how many)\s+(?P<noun>.+)$", wh, re.IGNORECASE)
    if found:
        return f" that {found['noun']}"
    found = re.match(r"(?:\w+ )?how (?:much |many )?(?P<rest>\S.*)$", wh, re.IGNORECASE)
    return f" {found['rest']}" if found else ""


def attribute_of(text: str, subject: Subject) -> str:
    """ "The speedup?" as a question about a subject."""
    if re.match(r"any\b", text, re.IGNORECASE):
        return f"Is there {uncapitalised(bare(text))} for {subject.called}?"
    asked = re.sub(r"^(?:the|its|their)\s+", "", bare(text), flags=re.IGNORECASE)
    split = re.search(rf"\s(?={PREPOSITION}\s)", asked, re.IGNORECASE)
    noun, rest = (asked[: split.start()], asked[split.start() :]) if split else (asked, "")
    verb = "are" if re.search(r"[^s]s$", noun) else "is"
    return f"What {verb} the {noun} of {subject.called}{rest}?"


def further(past: Past, subject: Subject) -> str:
    """ "Tell me more": what was not asked of a subject yet."""
    asked = {t.kind for t in past.turns if subject in t.subjects[:1]}
    if Kind.METHOD not in asked:
        return f"How does {subject.called} work?"
    if not asked & {Kind.FIGURE, Kind.COMPARISON, Kind.YES_NO}:
        return f"What are the results of {subject.called}?"
    return f"What is {subject.called}?"
