"""Follow-ups that leave out what the last question said: "why?", "and on images?", "the speedup?". Pure."""

from __future__ import annotations

import re

from rag.followup import marks, rewording
from rag.followup.chosen import same_of
from rag.followup.followed import Followed, about, unknown
from rag.followup.marks import AUX, PREPOSITION, WH, Opened
from rag.followup.rewording import bare, whole
from rag.followup.said import Past, Subject, free_names, proper, topical
from rag.question import Kind, understand

# ------------------------------------------------------------------------------------------------------- tell me more

_ELSE = re.compile(r"(?:what|anything|something)(?:'s| is| do(?:es)? (?:it|they))? else\b(?: \w+){0,4}", re.IGNORECASE)
_MORE_WORD = re.compile(r"\b(?:more|further|elaborate|continue|go on|detail|expand|keep going|deeper|else)\b", re.I)


def more(opened: Opened, past: Past) -> Followed | None:
    """ "Tell me more", "anything else?": what was not asked of the subject yet."""
    text = bare(opened.text)
    if not _MORE_WORD.search(text) or not (marks.ASKS_FOR_MORE.fullmatch(text) or _ELSE.fullmatch(text)):
        return None
    if past.focus is None:
        return unknown(text, past)
    return about(rewording.further(past, past.focus), past.focus)


# --------------------------------------------------------------------------------------------------------- fragments

ATTRIBUTE = re.compile(
    r"\b(?:accuracy|speed|speed-?ups?|costs?|price|size|memory|parameters?|latency|throughput|results?|performance|"
    r"limitations?|limits|drawbacks?|weakness(?:es)?|advantages?|benefits?|code|data|datasets?|training|baselines?|"
    r"evaluation|experiments?|metrics?|scores?|f1|bleu|rouge|perplexity|recall|precision|languages?|tasks?|architecture|"
    r"ideas?|contributions?|novelty|findings?|conclusions?|goal|purpose|motivation|problem|gains?|improvements?|overhead|"
    r"compute|budget|hardware|gpus?|time|quality|robustness|efficiency|complexity|applications?|authors?|year|venue|"
    r"reduction|savings?|storage|benchmarks?|numbers?|figures?|tokens?)\b",
    re.IGNORECASE,
)
"""What can be asked of any paper."""

_WHAT_ABOUT = re.compile(
    r"(?:(?:what|how) about|what of|(?:the )?same (?:question |thing )?(?:for|with|on|about)|i meant?|make that)"
    r"\s+(?P<said>.+)",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"(?:i meant?|rather|not (?:it|that|this one),? but)\s+(?P<said>[^.?!,;]+)(?P<more>,[^.?!;]*)?[.?!;]\s+"
    r"(?P<rest>\S.*)",
    re.IGNORECASE,
)
_MEANT = re.compile(r"i meant?\b|make that\b", re.IGNORECASE)
_SAME = re.compile(r"(?:the )?same\b", re.IGNORECASE)
_BARE_WH = re.compile(
    rf"(?:by |{PREPOSITION} )?{WH}(?: [^\s?]+){{0,4}}|how (?:much )?[a-z]+(?: {PREPOSITION} [^?]+)?"
    r"|compared (?:to|with) what|than what",
    re.IGNORECASE,
)
_HOW_MUCH = re.compile(rf"how (?:much )?(?!many\b)[a-z]+(?: {PREPOSITION} [^?]+)?", re.IGNORECASE)
_WHOLE = re.compile(
    r"(?:list|show|give|find|tell|explain|describe|compare|summari[sz]e|define|name|write|recommend|overview|i)\b",
    re.I,
)
_ARTICLE = re.compile(r"^(?:the|its|their)\s+", re.IGNORECASE)
_THE_ONE = re.compile(r"^([\w-]+) ones?$", re.IGNORECASE)
_ONE = re.compile(r"(?:(?:the|a|an|its|their)\s+)?[\w-]+ ones?", re.IGNORECASE)
_TOO = re.compile(r"\s+(?:too|as well|instead|either)$", re.IGNORECASE)
_LONGEST = 7


def fragment(opened: Opened, past: Past) -> Followed | None:
    """ "And on images?", "why?", "what about B-PROP?", "the speedup?"."""
    text = bare(opened.text)
    asked_about = _WHAT_ABOUT.fullmatch(text)
    if not asked_about and _BARE_WH.fullmatch(text) and not re.search(rf"\b{AUX}\b", text, re.I) and not _names(text):
        return _asking(text, past)
    corrected = _CORRECTED.fullmatch(text)
    if corrected is not None and past.last is not None:
        return _put_right(corrected["said"], corrected["more"] or "", corrected["rest"], past)
    if past.last is not None and not asked_about and not opened.goes_on and _ONE.fullmatch(text):
        return about(f"{bare(past.last.question)}, {rewording.uncapitalised(text)}?", past.focus)
    said = _TOO.sub("", asked_about["said"] if asked_about else text)
    if past.last is None or not (asked_about or _is_fragment(said, opened)):
        return None
    inside = opened.goes_on or asked_about is not None  # a capital there is not that of a first word
    named = bool(free_names(said)) or (inside and rewording.capitalised(said))
    same = _SAME.match(text) is not None
    meant = _MEANT.match(text) is not None
    named = named and not re.match(rf"{PREPOSITION}\b", said, re.I)
    return _saying(said, past, named=named, same=same, meant=meant)


def _put_right(said: str, more: str, rest: str, past: Past) -> Followed:
    """ "No, I meant X. How big is it?": asked of X, nothing carried over; of its description where X names nothing."""
    back = marks.pointers(rest)
    known = _spoken_of(said, past)
    called = said.strip()
    if known is not None or _names(said) or rewording.capitalised(said):
        subject = known or Subject((called,))
        if back:
            return about(rewording.replaced(rest, back, subject), known)
        return about(rest if subject.mention(rest) else rewording.attached(rest, subject), known)
    return Followed(whole(f"{said}{more}: {rest}"))


def _is_fragment(text: str, opened: Opened) -> bool:
    words = text.split()
    if len(words) > _LONGEST or re.search(rf"\b{AUX}\b", text, re.I) or re.match(rf"{WH}\b", text, re.I):
        return False
    if _WHOLE.match(text) or understand(text).kind is Kind.SURVEY:
        return False
    if opened.goes_on or re.match(rf"(?:{PREPOSITION}|any)\b", text, re.I) or _ONE.fullmatch(text):
        return True
    if free_names(text):
        return len(words) == 1
    return bool(ATTRIBUTE.search(text)) and len(besides_attributes(text)) < 2


def _names(text: str) -> list[str]:
    return [name for name in proper(text) if not ATTRIBUTE.fullmatch(name)]


def _asking(text: str, past: Past) -> Followed | None:
    """ "Why?", "by how much?", "on which data?" put to the last question."""
    own = besides_attributes(text)
    said_of = past.focus is not None and past.focus.share_of(own) == 1.0 and len(text.split()) < 5
    verbless = re.match(rf"{PREPOSITION}\b", text, re.I) or _HOW_MUCH.fullmatch(text)
    if own and not said_of and not verbless:
        return None
    made = rewording.for_asking(past.last, text, past.focus) if past.last else None
    return unknown(text, past) if made is None else about(made, past.focus)


def _saying(said: str, past: Past, *, named: bool, same: bool = False, meant: bool = False) -> Followed | None:
    """ "B-PROP", "on images", "summarization", "the cost": put where the last question said something else."""
    assert past.last is not None
    known = _spoken_of(said, past)
    if known is not None:
        return same_of(known, past) if not past.last.surveys else _surveyed(known.called, known, past)
    if named:
        other = rewording.with_other(past.last, said) if meant and not past.last.surveys else None
        return about(other, past.focus) if other is not None else _surveyed(said, None, past)
    focus = past.focus
    phrase = re.match(rf"{PREPOSITION}\b", said, re.I)
    head = re.split(rf"\s{PREPOSITION}\s", said, maxsplit=1, flags=re.I)[0]
    if focus is not None and not phrase and (ATTRIBUTE.search(head) or re.match(r"any\b", said, re.I)):
        return about(rewording.attribute_of(said, focus), focus)
    said = rewording.uncapitalised(_THE_ONE.sub(r"\1", _ARTICLE.sub("", said)))
    made = rewording.with_phrase(past.last, said) if phrase else rewording.with_topic(past.last, said)
    if made is not None:
        return about(made, focus)
    if focus is not None and same and topical(bare(past.last.question)):
        return about(rewording.with_phrase(past.last, f"for {said}"), focus)
    return about(f"What does {focus.called} say about {said}?", focus) if focus is not None else None


def _surveyed(name: str, subject: Subject | None, past: Past) -> Followed:
    made = rewording.with_name(past.last, name) if past.last else None
    return about(made or f"What is {name}?", subject)


def _spoken_of(said: str, past: Past) -> Subject | None:
    """The subject that a fragment names, where it names nothing else."""
    for turn in reversed(past.turns):
        for subject in turn.subjects:
            found = subject.mention(said)
            if found and found[0] == said.strip():
                return subject
    return None


def besides_attributes(text: str) -> list[str]:
    """The words that name a topic, and not just what can be asked of any paper."""
    return [word for word in topical(text) if not ATTRIBUTE.fullmatch(word)]


# ------------------------------------------------------------------------------------- whole, and of nobody knows what

_OWN_TOPIC = 4  # topical words from which a question may be about something else than what was spoken of
_SAYS_MUCH = 3  # … and from which it says enough to stand alone
_OF_FOCUS = 0.5  # share of them that the paper must have for the question to be about it
_THE_ATTRIBUTE = re.compile(rf"\bthe\s+(?:\w+\s+)?{ATTRIBUTE.pattern}(?!\s+(?:of|for|in|on)\b)", re.IGNORECASE)
_OF_ATTRIBUTE = re.compile(rf"{AUX}\s+(?:there\s+)?{ATTRIBUTE.pattern}(?:\s+\w+)?\s*[?.!]*$", re.IGNORECASE)
_IS_THERE = re.compile(r"(?:is|are|was|were) there (?:an?|any|some) [\w-]+(?: [\w-]+)?\s*[?.!]*$", re.IGNORECASE)
_ASKS = re.compile(rf"(?:{PREPOSITION}\s+)?(?:{WH}|{AUX})\b", re.IGNORECASE)
_OF_THE_KIND = re.compile(
    r"\b(?:something|anything) (?:of (?:the|that|this) (?:kind|sort)|similar|comparable|alike|like (?:it|that|this))\b",
    re.I,
)
_DEFINITE = re.compile(r"\b(?:the|still|only|also)\b", re.IGNORECASE)


def turns_away(text: str, subject: Subject) -> bool:
    """Whether a question says so much that a subject has not that it is about something else."""
    own = topical(text)
    return len(own) >= _OWN_TOPIC and subject.share_of(own) < _OF_FOCUS


def left_out(opened: Opened, past: Past) -> Followed | None:
    """ "How big is the model?", "which data was used?", "what goes wrong with the retrievers?"."""
    focus, text = past.focus, opened.text
    if focus is None or free_names(text) or past.speaks_of(text) or _WHOLE.match(text) or turns_away(text, focus):
        return None
    kind = _OF_THE_KIND.search(text)
    if kind is not None:
        return Followed(whole(f"{text[: kind.start()]}{focus.sort}{text[kind.end() :]}"))
    thing = marks.the_thing(text)
    if thing:
        return about(rewording.with_thing(text, thing, focus), focus)
    if understand(text).kind is Kind.SURVEY or not _ASKS.match(text):
        return None
    attribute = _THE_ATTRIBUTE.search(text)
    if attribute and len(besides_attributes(text[: attribute.start()] + text[attribute.end() :])) < 2:
        return about(f"{text[: attribute.end()]} of {focus.called}{text[attribute.end() :]}", focus)
    own, besides = topical(text), besides_attributes(text)
    if _IS_THERE.match(text):
        return about(rewording.attached(text, focus, "for"), focus)
    if not besides or _OF_ATTRIBUTE.match(text):
        return about(rewording.attached(text, focus), focus)
    figure = understand(text).kind is Kind.FIGURE
    definite = opened.goes_on or _DEFINITE.search(text) or figure or len(besides) < len(own)
    little = len(own) < _SAYS_MUCH and definite
    return about(rewording.attached(text, focus), focus) if little and focus.share_of(besides) == 1.0 else None


# ----------------------------------------------------------------------------------------------- what words do not tell

_MOST_PERHAPS = 11  # words from which a question says itself what it is about


def perhaps(opened: Opened, past: Past) -> Followed | None:
    """The question asked of what was spoken of last, where it names nothing: "params trained there?".

    Whether it is meant so is for the papers to tell. A survey, an order and what names something of its own is not.
    """
    focus, text = past.focus, opened.text
    if focus is None or past.speaks_of(text) or len(text.split()) > _MOST_PERHAPS or _WHOLE.match(text):
        return None
    it = _IT.search(text)
    if it is not None:
        called = rewording.possessive(focus.called) if it[0].casefold() in ("its", "their") else focus.called
        return about(f"{text[: it.start()]}{called}{text[it.end() :]}", focus)
    if any(not ATTRIBUTE.fullmatch(name) for name in free_names(text)) or understand(text).kind is Kind.SURVEY:
        return None
    there = _THERE.search(text)
    if there is not None:
        return about(f"{text[: there.start()]}in {focus.called}{text[there.end() :]}", focus)
    theirs = _THEIRS.search(text)
    if theirs is not None:
        return about(f"{text[: theirs.start()]}{focus.called}{text[theirs.end() :]}", focus)
    fronted = _TWO_CLAUSES.fullmatch(bare(text))
    if fronted is not None:
        return about(f"{rewording.attached(fronted['first'], focus)[:-1]}, {fronted['second']}?", focus)
    return about(rewording.attached(text, focus), focus)


_IT = re.compile(r"\b(?:it|its|they|them|their)\b", re.IGNORECASE)
_THERE = re.compile(
    r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )\b(?:in |over )?there\b(?!\s+(?:is|are|was|were)\b)", re.I
)
_THEIRS = re.compile(r"\btheirs\b", re.IGNORECASE)
_TWO_CLAUSES = re.compile(r"(?P<first>[^?]{8,}?)\?\s+(?P<second>\S.*)")
