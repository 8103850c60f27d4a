"""The rules that tell a follow-up, in the order in which they are asked. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.followup import chosen, ellipsis, marks, rewording
from rag.followup.followed import Followed, about, among, unknown
from rag.followup.marks import AUX, PREPOSITION, WH, Opened, Pointer
from rag.followup.rewording import bare, whole
from rag.followup.said import Past, Subject, Turn, free_names, proper, topical
from rag.text.names import names
from rag.text.terms import terms
from rag.text.words import stem


def follow(question: str, turns: Sequence[Turn]) -> Followed:
    """A question in the light of the turns before it, the oldest first."""
    if len(question) > _LONGEST:
        return Followed(question)
    past = Past(tuple(turns))
    opened = marks.opened(question)
    if opened.switches:
        return Followed(whole(opened.text))
    for rule in (ellipsis.more, chosen.compared, chosen.some, chosen.one, put_in_front, pointing, *_WITHOUT_POINTER):
        found = rule(opened, past)
        if found is not None:
            return found
    return Followed(question, perhaps=ellipsis.perhaps(opened, past))


_LONGEST = 1_000  # characters of what may be a follow-up: what is longer says itself what it is about


def stands_alone(question: str, followed: Followed) -> bool:
    """Whether a question is surely no follow-up: no rule changed it, and it names what it is about."""
    return followed == Followed(question) and bool(proper(question))


_WITHOUT_POINTER = (ellipsis.fragment, ellipsis.left_out)

# --------------------------------------------------------------------------------------------------- X, how big is it?

_IN_FRONT = re.compile(
    r"(?:back to|as for|as to|regarding|concerning|about|for|with|what about|how about)?\s*"
    r"(?P<front>[^,:;?]{2,60}?)(?:\s+(?:then|now|though))?\s*[,:;–-]\s+"
    rf"(?P<rest>(?:{PREPOSITION}\s+)?(?:{WH}|{AUX})\b.+)$",
    re.IGNORECASE,
)
_MOST_IN_FRONT = 5  # words of a name


def put_in_front(opened: Opened, past: Past) -> Followed | None:
    """ "And Token Recycling, how much storage does it want?": nothing is carried over."""
    found = _IN_FRONT.match(opened.text)
    if found is None or not past.turns:
        return None
    front = found["front"].split()
    one_name = len(front) <= _MOST_IN_FRONT and not re.search(
        rf"\b(?:{AUX}|vs\.?|versus|and|or|{PREPOSITION})\b", found["front"], re.I
    )
    back = marks.pointers(found["rest"])
    if not back or not one_name or not (names(found["front"]) or rewording.capitalised(found["front"])):
        return None
    return Followed(whole(rewording.replaced(found["rest"], back, Subject((found["front"],)))))


# ---------------------------------------------------------------------------------------------------- it, they, those

_SAYS_ENOUGH = 3  # words on a topic from which a question is asked although what it points to is unknown
_PLURAL_ASKED = re.compile(rf"\b(?:which|what|how many)\s+(?P<things>[^?,]*?)\s+{AUX}\b", re.IGNORECASE)


def pointing(opened: Opened, past: Past) -> Followed | None:
    """ "How does it work?", "what do they report?", "how many reactions do these datasets hold?"."""
    text = opened.text
    back = marks.pointers(text)
    if not back:
        return None
    focus = past.focus
    if back[0].of_papers and len(past.group) < 2:
        return Followed(opened.question)  # "these papers" after a single one are all that there are
    if focus is None:
        enough = _SAYS_ENOUGH if past.turns else 1
        named = [name for name in free_names(text) if not ellipsis.ATTRIBUTE.fullmatch(name)]
        says_enough = named or len(ellipsis.besides_attributes(text)) >= enough
        return None if says_enough else unknown(bare(text), past)
    if ellipsis.turns_away(text, focus) and not _taken_up(back[0], past):
        return None
    if re.match(r"(?:its|their)\b", text, re.I) and not re.search(rf"\b{AUX}\b", text, re.I):
        return about(rewording.attribute_of(text, focus), focus)
    group = _several_meant(back[0], past)
    if len(group) > 2:
        papers = (Subject(("the papers",)),)
        asked = rewording.replaced(text, back, focus, group=papers)
        return among(rewording.replaced(text, back, focus, group=group), asked, group)
    if group:
        return Followed(whole(rewording.replaced(text, back, focus, group=group)))
    thing = _thing_asked(back[0], past)
    if thing is not None:
        return about(f"{text[: back[0].start]}the {thing} of {focus.called}{text[back[0].end :]}", focus)
    return about(rewording.replaced(text, back, focus), focus)


def _taken_up(pointer: Pointer, past: Past) -> bool:
    """Whether a pointer takes up a word of the last question: "that budget"."""
    asked = past.last.question if past.last is not None else ""
    noun = pointer.noun.split()[-1] if pointer.noun else ""
    return bool(noun) and stem(noun.casefold()) in {stem(word) for word in terms(asked)}


def _several_meant(pointer: Pointer, past: Past) -> tuple[Subject, ...]:
    """The subjects that "they" are, where the last turn was about several; "these models" may be of an earlier one."""
    if not pointer.plural or past.last is None:
        return ()
    if pointer.of_papers:
        return past.group
    return past.last.subjects if len(past.last.subjects) > 1 and not pointer.noun else ()


def _thing_asked(pointer: Pointer, past: Past) -> str | None:
    """What "those" are after "which models does X use?": the models of X."""
    last = past.last
    if last is None or not pointer.plural or pointer.noun or pointer.word == "their" or len(last.subjects) != 1:
        return None
    asked = _PLURAL_ASKED.search(last.question)
    if asked is None or last.surveys:
        return None
    thing = re.split(r"\s+(?:and|or)\s+", asked["things"])[-1]
    return thing if re.search(r"[^s]s$", thing) and topical(thing) and not names(thing) else None
