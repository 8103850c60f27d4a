"""Follow-ups about several that were found: some of them, one of them, what sets two apart. Pure."""

from __future__ import annotations

import re

from rag.followup import marks, rewording
from rag.followup.followed import Followed, about, among, unclear, unknown
from rag.followup.marks import AUX, PLACES, PREPOSITION, THING, Opened
from rag.followup.rewording import bare, listed, whole
from rag.followup.said import Past, Subject, topical
from rag.text.names import names

# ---------------------------------------------------------------------------------------------------- some of them

_END = rf"(?=\s*(?:[?.!,;:]|$)|\s+{AUX}\b)"
_SEVERAL = (
    rf"(?:all\s+)?(?:(?:these|those)\s+(?:(?:two|three|four|five)\s+)?(?:papers|{THING})\b"
    r"|(?:these|those|the)\s+(?:two|three|four|ones|others)\b|them\b|(?P<bare>these|those)\b)"
)
_SOME_OF_THEM = re.compile(
    r"\b(?P<some>which|what|how many|any|some|ones?|two|three|none|all|each|both|either|neither|most|best|only)\s+of\s+"
    + _SEVERAL,
    re.IGNORECASE,
)
_AMONG_THEM = re.compile(rf"\b(?P<some>of|among|amongst|from|in)\s+{_SEVERAL}{_END}", re.IGNORECASE)
_A_NOUN = re.compile(rf"\s+[a-z-]+s{_END}", re.IGNORECASE)
_NARROWS = (
    r"(?:(?:what|how) about|show(?: me)?|list|keep|give me|just|only|narrow (?:(?:it|that|this|them) )?(?:down )?to|"
    r"(?:restrict|limit|filter) (?:(?:it|that|this|them) )?(?:down )?(?:to|by|for))"
)
_PARTICIPLE = "dealing|related|relating|working|concerning|evaluated|tested|trained"
_DEFINES = rf"(?:{PREPOSITION}|that|which|who|whose|where|{_PARTICIPLE})"
_ONES = re.compile(
    rf"(?:{_NARROWS}\s+)*"
    r"(?:(?:the|those|these)\s+(?:ones|papers|methods|models|systems|approaches|studies|works)|those|these)"
    rf"\s+(?P<rest>{_DEFINES}\b.+)",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"(?:(?:show me|give me|list|keep)\s+)?(?:just|only|narrow (?:(?:it|that|this|them) )?(?:down )?to|"
    r"(?:restrict|limit|filter) (?:(?:it|that|this|them) )?(?:down )?(?:to|by|for))\s+(?:the\s+)?"
    r"(?P<rest>.+?)(?:\s+(?:ones?|papers?|models?|methods?))?",
    re.IGNORECASE,
)
_WHICH_ONES = re.compile(
    rf"which(?P<ones>\s+ones?)?\s+(?P<rest>(?:{AUX}\b|(?(ones)\w+|(?:use|work|come|need|make|report|run)s?\b)).*)",
    re.IGNORECASE,
)
_AGREEING = {"is": "are", "was": "were", "has": "have", "does": "do"}


def some(opened: Opened, past: Past) -> Followed | None:
    """ "Which of them …", "only the ones on …", "which ones …"."""
    text = bare(opened.text)
    ones = _ONES.fullmatch(text) or _ONLY.fullmatch(text)
    if ones and past.last:
        return _narrowed(ones["rest"], past)
    which = _which_ones(text, past, goes_on=opened.goes_on)
    if which is not None:
        return which
    found = _SOME_OF_THEM.search(text) or _AMONG_THEM.search(text)
    if found is None or marks.has_antecedent(text, found.start()):
        return None
    before, after = text[: found.end("some")], text[found.end() :]
    if found["bare"] and _A_NOUN.match(after):
        return None  # "any of these datasets": not the papers
    group = past.pair if re.search(r"\btwo$", found[0], re.IGNORECASE) else past.group
    if not group and past.last and past.last.subjects:
        group = past.last.subjects if past.last.surveys else ()
    if not group:
        lost = past.last is not None and not past.last.subjects and not re.search(THING, found[0], re.IGNORECASE)
        return unknown(text, past) if lost else None
    of = "" if found.re is _AMONG_THEM else " of"
    return among(f"{before}{of} {listed(group)}{after}", _of_papers(before, of, after), group)


def _which_ones(text: str, past: Past, *, goes_on: bool) -> Followed | None:
    """ "Which ones use X?"; without "ones" only right after several were told of, or after "and"."""
    which = _WHICH_ONES.fullmatch(text)
    just_told = past.last is not None and len(past.last.subjects) > 1
    if which is None or len(past.group) < 2 or not (just_told or goes_on or which["ones"]):
        return None
    rest = _OF_ALL.sub("", which["rest"])
    if names(rest) and " or " in rest:
        return None
    return among(f"which of {listed(past.group)} {rest}", f"which papers {_plural(rest)}", past.group)


_OF_ALL = re.compile(r"\s+(?:of|among) (?:them|these|those|all)(?: all)?$", re.IGNORECASE)


def _of_papers(before: str, of: str, after: str) -> str:
    """ "Which of them is …" as it is asked among them: "which papers are …"."""
    if re.fullmatch(r"which|what", before, re.IGNORECASE):
        return f"which papers {_plural(after.strip())}"
    if re.fullmatch(r"of|among|amongst|from|in", before, re.IGNORECASE):
        return after.strip(" ,")
    return f"{before}{of} the papers{after}"


def _plural(text: str) -> str:
    """A clause that begins with a verb, as it is said of several."""
    first, _, rest = text.partition(" ")
    plain = first.removesuffix("es" if first.endswith(("ches", "shes", "xes")) else "s")
    return f"{_AGREEING.get(first.casefold(), first if first.endswith('ss') else plain)} {rest}".strip()


def _narrowed(rest: str, past: Past) -> Followed | None:
    """The last question once more, for those of its papers that "on DNA" fits; of all papers, where it found none."""
    clause = re.match(r"(?:that|which|who)\s+(?P<said>.+)$", rest, re.IGNORECASE)
    if not clause and not re.match(rf"{_DEFINES}\b", rest, re.IGNORECASE):
        rest = f"on {rest}"
    asked = f"which papers {clause['said']}" if clause else f"which papers are {rest}"
    if past.last and past.last.surveys:
        if len(past.last.subjects) < 2:
            return Followed(whole(f"{bare(past.last.question)} {rest}"))
        return among(f"{bare(past.last.question)}, only those {rest}", asked, past.group)
    if len(past.group) < 2:
        return None
    return among(f"which of {listed(past.group)} {clause['said'] if clause else f'are {rest}'}", asked, past.group)


# -------------------------------------------------------------------------------------------------------- two of them

_DIFFER = re.compile(
    r"\b(?:differ|differences?|different|in common|compare[ds]?(?: (?:to|with) each other)?|versus each other|similar|"
    r"similarit\w+|disagree|agree|contrast)\b",
    re.IGNORECASE,
)
_BETTER = re.compile(
    r"^which(?: (?:one|of (?:the two|them)))? (?:is|was|works|does|performs) (?:the )?(?:(?:more|less) )?[\w-]+$", re.I
)
_BOTH = re.compile(r"\b(?:both|the two|these two|those two|each other|either|neither)\b", re.IGNORECASE)


def compared(opened: Opened, past: Past) -> Followed | None:
    """ "How do they differ?", "what is the difference?", "which is better?": both that were spoken of."""
    text = bare(opened.text)
    better = _BETTER.match(text) and past.last is not None and len(past.last.subjects) == 2
    if names(text) or len(past.pair) < 2 or not (better or _DIFFER.search(text)):
        return None
    a, b = (subject.called for subject in past.pair)
    if better:
        return Followed(whole(f"{re.sub(r' (?:one|of (?:the two|them))', '', text)}: {a} or {b}"))
    back = [pointer for pointer in marks.pointers(text) if pointer.plural]
    if back:
        return Followed(whole(rewording.replaced(text, back, past.pair[0], group=past.pair)))
    if topical(_DIFFER.sub("", text)) and not _BOTH.search(text):
        return None
    if re.match(r"compare\b", text, re.IGNORECASE):
        return Followed(f"Compare {a} and {b}.")
    if re.search(r"\bdifferences?\b", text, re.IGNORECASE):
        return Followed(f"What is the difference between {a} and {b}?")
    return Followed(f"How do {a} and {b} differ?")


# -------------------------------------------------------------------------------------------------------- one of them

_PLACED = re.compile(
    rf"\b(?:the|that)\s+(?:very\s+)?(?:(?P<pair>former|latter)(?:\s+(?:one|{THING}))?\b"
    rf"|(?P<place>{'|'.join(p for p in PLACES if p.isalnum() and not p.isdigit())}|other)"
    rf"(?:\s+(?:{THING}|of (?:them|these|those))\b|(?=\s*(?:[?.!,;:]|$)|\s+{AUX}\b)"
    r"|(?:(?<=does the other)|(?<=did the other))(?=\s+\w+\s*[?.!]*$)))"
    r"|(?:\[(?P<number>\d{1,2})\]|\b(?:number|no\.?|paper|result)\s?#?(?P<counted>\d{1,2})\b|#(?P<hash>\d{1,2})\b)",
    re.IGNORECASE,
)
_ONE_ON = re.compile(
    r"\b(?:the|that)\s+(?:(?P<kind>[\w-]+)\s+)?(?:one|paper|method|model)\s+(?P<rest>(?:on|for|about|with|that|which|from)\s+.+?)"
    r"(?=\s+(?:work|works|do|perform|differ|compare|reach|achieve|use|need)\b[^,]*$|\s*[?.!]*$)|\bthe\s+(?P<which>[\w-]+)\s+one\b",
    re.IGNORECASE,
)
_ONLY_NAMES = re.compile(
    r"\b(?:what|how) about\b|\btell me\b|\b(?:back|same|question|thing|about|to|for|with|on|of|and|i|meant?|no)\b",
    re.IGNORECASE,
)
_IN_FRONT = re.compile(r"^(?:(?:(?:going |coming )?back to|as for|about|regarding|concerning|for|on|with)\s+)?$", re.I)


def one(opened: Opened, past: Past) -> Followed | None:
    """ "The second one", "the other paper", "[2]", "the one on gliders"."""
    text = opened.text
    found = _PLACED.search(text)
    if found is None:
        return _by_topic(text, past)
    place = (found["pair"] or found["place"] or found["number"] or found["counted"] or found["hash"]).casefold()
    subject = past.other if place == "other" else past.placed(PLACES.get(place, len(PLACES)))
    if subject is not None:
        return _with(text, found.start(), found.end(), subject, past)
    thin = not topical(text[: found.start()] + text[found.end() :])
    return unclear(bare(text), past) if thin and not names(text) else None


def _by_topic(text: str, past: Past) -> Followed | None:
    """ "The one on gliders": that of those that were found which the words fit best."""
    found = _ONE_ON.search(text)
    if found is None or len(past.group) < 2 or re.fullmatch(r"other|same|only|first|last", found["which"] or "", re.I):
        return None
    words = topical(" ".join(filter(None, found.groups())))
    ranked = sorted(past.group, key=lambda subject: -subject.share_of(words))
    best, second = (subject.share_of(words) for subject in ranked[:2])
    if best == 0.0:
        return None
    if best == second:
        return unclear(bare(text), past)
    return _with(text, found.start(), found.end(), ranked[0], past)


def _with(text: str, start: int, end: int, subject: Subject, past: Past) -> Followed:
    """The text with a subject in the place of `[start, end)`; where nothing else is said, the last question of it."""
    before, after = text[:start], text[end:]
    if not re.search(r"\w", _ONLY_NAMES.sub("", before + after)):
        return same_of(subject, past)
    if not re.search(r"\w", after) and marks.ASKS_FOR_MORE.fullmatch(before.strip()):
        return about(rewording.further(past, subject), subject)
    if _IN_FRONT.match(before) and re.match(r"\s*[,:;–-]", after):
        rest = after.lstrip(" ,:;–-")
        back = marks.pointers(rest)
        return about(rewording.replaced(rest, back, subject) if back else rewording.attached(rest, subject), subject)
    return about(f"{before}{subject.called}{after}", subject)


def same_of(subject: Subject, past: Past) -> Followed:
    """The last question asked of another subject; what it is, where that question was about several."""
    made = None
    if past.last is not None and not past.last.surveys:
        made = rewording.with_name(past.last, subject.called)
    return about(made or f"What is {subject.called}?", subject)
