"""What in a question points back to what was said before: words that stand for something, and what is left out. Pure.

A word that has its own antecedent in the question ("What is X and how does it work?") points to nothing before it, and
neither does one that stands for nothing ("is it possible to …").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from rag.followup.said import free_names, proper, topical
from rag.text.terms import terms
from rag.text.words import stem

AUX = (
    r"(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|may|might|must|isn't|aren't|doesn't|don't|"
    r"didn't)"
)
WH = r"(?:what|which|who|whom|whose|where|when|why|how)"
PREPOSITION = r"(?:on|in|for|with|without|at|about|of|from|to|by|using|via|across|against|over|under|into|than|during)"
THING = (
    r"(?:papers?|stud(?:y|ies)|articles?|publications?|methods?|approach(?:es)?|models?|systems?|frameworks?|"
    r"techniques?|algorithms?|tools?|networks?|architectures?|proposals?|things?|ones?)"
)
PLACES = {
    **{"first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "latter": -1, "third": 2, "3rd": 2, "fourth": 3},
    **{"4th": 3, "fifth": 4, "5th": 4, "sixth": 5, "seventh": 6, "eighth": 7, "last": -1, "1": 0, "2": 1, "3": 2},
    **{"4": 3, "5": 4, "6": 5, "7": 6, "8": 7, "9": 8, "10": 9},
}

_LEADS = re.compile(
    r"(?:no(?=\s+(?:sorry|wait|actually|i meant?)\b)\s+)?"
    r"(?:(?:and|but|so|also|then|or|ok(?:ay)?|in other words|well|now|oh|ah|hmm?|um+|sorry|please|actually|wait|sure)\b"
    r"[\s,.!:;…–-]*"
    r"|(?:yes|yeah|no|right|thanks(?: a lot)?|thank you|great|cool|nice|interesting|good|perfect|i see|got it|alright|"
    r"fine|hi|hello)[,.!;…–-]+\s*)+(?=\S)",
    re.IGNORECASE,
)
_CONNECTIVE = re.compile(r"\b(?:and|but|so|also|then|or)\b", re.IGNORECASE)
_TRAILING = re.compile(r"[\s,]+(?:then|though|again|please|exactly)\s*(?=[?.!]*$)", re.IGNORECASE)
_THEN = re.compile(r"[\s,]+(?:then|though|too|as well|instead|either|again)\s*[?.!]*$", re.IGNORECASE)
_SWITCH = re.compile(
    r"^(?:(?:(?:a|on a|now a|an?other|on another)\s+)?(?:completely |totally |quite |very )?"
    r"(?:different|new|other|another|unrelated|separate|next)\s+(?:topic|question|subject|matter|note|thing)"
    r"|(?:now |for |and now for )*something (?:(?:completely|totally|quite) )?(?:else|different|new)(?: entirely)?"
    r"|(?:to )?chang(?:e|ing) (?:of )?(?:the )?(?:topic|subject)s?"
    r"|(?:let'?s|let us) (?:change|switch|move|talk)\b[^,:;.?!]*|by the way|btw|apropos(?: of nothing)?|on another note"
    r"|(?:ok(?:ay)?,? )?forget (?:about )?(?:it|that|this|all that))\s*[,:;.!–-]+\s*(?=\S)",
    re.IGNORECASE,
)


ASKS_FOR_MORE = re.compile(
    r"(?:(?:can|could|would|will) you |please |i(?:'d| would)? (?:like|want|need) (?:to (?:know|hear|see|learn) )?)*"
    r"(?:(?:tell|give|show)(?: me)? |say |explain |elaborate|go (?:on|deeper)|continue|expand|keep going)?"
    r"(?:(?:it|this|that|them) )?(?:a (?:bit|little) |some |any |even )?"
    r"(?:more|further|in (?:more|greater) detail|deeper)?"
    r"(?: (?:details?|information|on|about|of|into|it|this|that|them|please))*",
    re.IGNORECASE,
)
"""All of "tell me more", "can you explain it further": whether a word like "more" is in it is asked apart."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A question, and its text without the words that only tie it to the talk.

    `switches` when it says that something else is asked now; `goes_on` when it says "and", "then", "too".
    """

    question: str
    text: str
    switches: bool
    goes_on: bool


_SHORT_WITH = re.compile(r"(?<!\S)w/(?P<out>o)?(?:\s+|(?=\d))", re.IGNORECASE)


def _written_out(found: re.Match[str]) -> str:
    return "without " if found["out"] else "with "


def opened(question: str) -> Opened:
    """A question apart from its opening and closing words of talk."""
    text = _SHORT_WITH.sub(_written_out, " ".join(question.split()))
    lead = _LEADS.match(text)
    goes_on = bool(_THEN.search(text) or (lead and _CONNECTIVE.search(lead[0])))
    text = text[lead.end() :] if lead else text
    switch = _SWITCH.match(text)
    text = text[switch.end() :] if switch else text
    return Opened(question, _TRAILING.sub("", text), switch is not None, goes_on)


# -------------------------------------------------------------------------------------------- words that point back


@dataclass(frozen=True, slots=True)
class Pointer:
    """A word or phrase at `[start, end)` that stands for something said before.

    `noun` is what a determiner stands before ("these datasets"), where that is not just a word for a paper;
    `of_papers` when it says that several papers are meant ("these models").
    """

    start: int
    end: int
    word: str
    noun: str | None = None
    of_papers: bool = False

    @property
    def plural(self) -> bool:
        """Whether it can stand for several."""
        return self.word in ("they", "them", "their", "theirs", "these", "those")


_POINTS = re.compile(
    rf"\b(?:(?P<demonstrative>this|that|these|those)(?:\s+(?P<same>very|same|particular|new|own))?\s+(?P<thing>{THING})\b"
    r"|(?P<word>it|its|itself|they|them|their|theirs|this|that|these|those)(?!['’]?\w|-))(?:['’]s\b)?",
    re.IGNORECASE,
)
_THE_THING = re.compile(
    r"\bthe\s+(?:(?:proposed|new|whole|described|resulting|main)\s+)?(?P<thing>authors?|paper|study|article|method|approach|model|system|"
    rf"framework|technique|algorithm|tool|network|architecture|proposal)\b(?P<of>['’]s?)?(?=\s*(?:[?.!,;:]|$)|\s+{AUX}\b|\s+[a-z]+\b)",
    re.IGNORECASE,
)
_BREAK = re.compile(
    rf"[.?!;:]+\s+|,\s+|\s+and\s+(?=(?:{PREPOSITION}\s+)?(?:{WH}|{AUX})\b)",
    re.IGNORECASE,
)
_FRONTED = re.compile(r"^(?:on|at|with|in|against|under|over|using|after|before|without)\b", re.IGNORECASE)
_INVERTED = re.compile(rf"\b{AUX}\s+(?:not\s+)?$|\b(?:what|how|who|where|when|that|why)['’]?s\s+$", re.IGNORECASE)
_EXPLETIVE = re.compile(
    r"(?:\b(?:is|was|be|isn't|wasn't)\s+)it\s+(?!(?:meant|supposed|intended|designed|able|made|built|used|trained|said)\b)"
    r"(?:(?:the|an?|only|not|because)\b|(?:\w+\s+){1,3}?(?:to|that|if|whether|when)\b)"
    r"|\bit\s+(?:is|was|would be|seems|appears|turns out|has been shown)\s+(?:\w+\s+){0,2}?(?:to|that|if|whether)\b"
    r"|\b(?:does|do|did|will|would|can)\s+it\s+(?:help|hurt|matter|pay(?: off)?|make (?:any )?sense|harm|take)\b"
    r"(?=\s*[?.!]*$|\s+(?:\w+\s+){0,2}?(?:to|if|when|whether|that)\b)"
    r"|\bit\s+(?:rain|snow)s?\b|\bwhat time\b.*\bit\b|\bhow come it\b",
    re.IGNORECASE,
)
_DEMONSTRATIVE_THAT = re.compile(
    rf"\bthat(?=\s*(?:[?.!,;]|$)|\s+{THING}\b|\s+(?:too|as well|again|better|faster|compare|help|mean|matter)\b)",
    re.IGNORECASE,
)
_BEHIND_PREPOSITION = re.compile(r"\b(?:on|in|for|with|of|at|to|by|from|about|than|like|under|over)\s+$", re.IGNORECASE)
_INTRODUCED = re.compile(
    r"\b(?:there(?:['’]s| is| was| are)|i (?:saw|read|heard|know)(?: about| of)?|some(?:body|one))\s+(?:\w+\s+)?$",
    re.IGNORECASE,
)
_OF_PRECEDING = re.compile(r"^(?:of|in|from|by|who)\b", re.IGNORECASE)
_DEFINED = re.compile(
    r"^(?:that|which|who|with|whose|where|on|for|about|using|of|in|from|by)\b(?!\s*[?.!]*$)", re.IGNORECASE
)


_MOST_POINTERS = 16  # that are looked at: each is judged by all that stands before it


def pointers(text: str) -> tuple[Pointer, ...]:
    """The words of a question that point back beyond it, in order; the first few, which are all that people write."""
    found = []
    for match in islice(_POINTS.finditer(text), _MOST_POINTERS):
        pointer = _pointer(text, match)
        if pointer is None:
            continue
        if pointer.noun:
            inside = stem(pointer.noun.split()[-1].casefold()) in map(stem, terms(text[: pointer.start]))
        else:
            inside = has_antecedent(text, pointer.start, plural=pointer.plural)
        if not inside:
            found.append(pointer)
    return tuple(found)


def _pointer(text: str, match: re.Match[str]) -> Pointer | None:
    """The pointer that a match is; None where the word stands for nothing, or for what follows it."""
    word = (match["demonstrative"] or match["word"]).casefold()
    after = text[match.end() :].lstrip()
    if word == "it" and any(e.start() <= match.start() < e.end() for e in _EXPLETIVE.finditer(text)):
        return None
    before = text[: match.start()]
    if word == "that" and not any(
        (_DEMONSTRATIVE_THAT.match(text, match.start()), _INVERTED.search(before), _BEHIND_PREPOSITION.search(before))
    ):
        return None
    if word in ("these", "those") and not match["thing"] and _OF_PRECEDING.match(after):
        return None  # "against those of the baselines" stands for what was just named
    if (
        word in ("these", "those", "this", "that")
        and match["thing"]
        and _DEFINED.match(after)
        and not after.startswith("of")
    ):
        return None  # "those papers that …" are what follows
    if _INTRODUCED.search(text[: match.start()]):
        return None
    several = word in ("these", "those") and match["thing"] is not None
    return Pointer(match.start(), *_with_noun(text, match, word), several)


# "How does that work", "why is this useful", but "how big is that corpus".
_NO_NOUN_FOLLOWS = re.compile(
    r"\b(?:do|does|did|can|could|will|would|should|may|might|must)\s+$|^(?:why\s+)?(?:is|are|was|were)\s+$",
    re.IGNORECASE,
)
_NO_NOUN = re.compile(
    rf"{AUX}|{WH}|{PREPOSITION}|and|or|not|all|both|also|really|so|still|just|only|any|more|less|better|worse|faster|too|as|then|"
    r"actually|even|ever|often|usually|be|been|get|come|work|works|help|compare|mean|matter|differ|true|possible|called",
    re.IGNORECASE,
)


def _with_noun(text: str, match: re.Match[str], word: str) -> tuple[int, str, str | None]:
    """Where a pointer ends: behind its noun, where it stands before one that is not just a word for a paper."""
    if match["thing"] or word not in ("this", "that", "these", "those"):
        return match.end(), word, None
    if _NO_NOUN_FOLLOWS.search(text[: match.start()]) and re.match(r"\s+\w+\s*(?:[?.!]|$)", text[match.end() :]):
        return match.end(), word, None
    noun = re.match(r"\s+(?P<noun>(?:[a-z-]+\s+)?[a-z-]+)(?=\s*(?:[?.!,;]|$)|\s)", text[match.end() :])
    first = noun["noun"].split()[0].casefold() if noun else ""
    if noun is None or _NO_NOUN.fullmatch(first):
        return match.end(), word, None
    words = noun["noun"].split()
    kept = words[:1] if len(words) > 1 and (_NO_NOUN.fullmatch(words[1]) or _verb_like(words)) else words
    end = match.end() + text[match.end() :].index(kept[-1], text[match.end() :].index(kept[0])) + len(kept[-1])
    return end, word, " ".join(kept)


def _verb_like(words: list[str]) -> bool:
    """Of two words behind "these": whether the first alone is the noun ("these datasets hold")."""
    return words[0].endswith("s") and not words[0].endswith("ss")


def has_antecedent(text: str, place: int, *, plural: bool = True) -> bool:
    """Whether what a word at `place` stands for is in the question itself, before it."""
    *earlier, clause = _BREAK.split(text[:place])
    if any(_offers(part) for part in earlier):
        return True
    inverted = _INVERTED.search(clause)
    if inverted:
        return False  # "what X does it …": before the verb stands what is asked for, not what it is asked of
    aux = re.search(rf"\b{AUX}\b", clause, re.IGNORECASE)
    spoken = clause[aux.end() :] if aux else clause
    if proper(spoken) or re.search(r"\b(?:an?|some|any|another)\s+\w+", spoken, re.IGNORECASE):
        return True
    if plural:
        return (
            bool(aux)
            and bool(re.search(r"\b(?!does|this|its|less|across)[a-z-]{3,}s\b", spoken))
            and not re.search(r"\bthe\b", spoken, re.IGNORECASE)
        )
    bare = aux and not re.match(r"\s*(?:the|its|their|this|that|these|those)\b", spoken, re.IGNORECASE)
    return bool(bare and topical(spoken))


def _offers(clause: str) -> bool:
    """Whether an earlier clause says what a later word can stand for."""
    if re.search(r"\b(?:it|its|they|them|their|this|that|these|those)\b", clause, re.IGNORECASE):
        return bool(proper(clause))
    if _FRONTED.match(clause.strip()) and not re.search(rf"\b{AUX}\b", clause, re.IGNORECASE):
        return re.search(r"\b(?:an?|some|any)\s+\w+", clause, re.IGNORECASE) is not None
    return bool(proper(clause)) or len(topical(clause)) > 1 or bool(re.search(r"\ban?\s+\w+", clause, re.IGNORECASE))


def the_thing(text: str) -> re.Match[str] | None:
    """ "The method", "the authors": a word for a paper that nothing in the question says more of."""
    if free_names(text):
        return None
    for found in _THE_THING.finditer(text):
        if not _DEFINED.match(text[found.end() :].lstrip()):
            return found
    return None
