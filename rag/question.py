"""What kind of question it is, and which of its words it is about. Pure.

Rules over the wording, not a model: they cost nothing, can be read, and what they miss falls back to `Kind.OPEN`, which
is answered by relevance alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rag.text.names import names


class Kind(StrEnum):
    """What an answer has to be."""

    FIGURE = "figure"  # how much, how many, how fast: the sentence with the figure that was asked for
    METHOD = "method"  # how does it work, how is it done
    COMPARISON = "comparison"  # two sides, both named
    SURVEY = "survey"  # every relevant paper, a line each
    YES_NO = "yes_no"  # the statement that decides
    DEFINITION = "definition"  # what is X: the sentence that introduces it
    OPEN = "open"  # none of these


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood. `content` is its text without the words that every question has."""

    text: str
    kind: Kind
    names: tuple[str, ...]
    content: str


_SURVEY = re.compile(
    r"\b(?:which|what|list|name|show|find|any|are there(?: any)?|give me|all)\b(?:\s+\w+){0,3}?\s+"
    r"(?:papers?|works?|studies|articles|methods|approaches|models|techniques|systems|publications)\b"
    r"|^(?:papers|works|studies) (?:on|about)\b|\bwhat (?:is|has been) (?:known|done|written) (?:about|on)\b",
    re.IGNORECASE,
)
_ONE_PAPER = re.compile(
    r"\b(?:which|what) (?:paper|model|method|system|approach|technique|work|study)\b", re.IGNORECASE
)
_FIGURE = re.compile(
    r"\bhow (?:much|many|large|big|fast|long|often|high|low|small|far|accurate|expensive|costly|cheap|well|close|"
    r"deep)\b"
    r"|\b(?:what|which|by what|at what) (?:is |are |was |were |the |fraction|factor|portion|sort of |kind of )*"
    r"(?:[\w-]+ ){0,2}?(?:percentage|percent|number|amount|size|rate|ratio|factor|speed-?up|accuracy|score|f1|bleu|"
    r"cost|price|margin|improvement|gain|reduction|increase|decrease|perplexity|latency|throughput|share|fraction|"
    r"count|budget|saving)s?\b",
    re.IGNORECASE,
)
_COMPARISON = re.compile(
    r"\b(?:compare[ds]?|comparison|versus|vs\.?|differ(?:s|ence|ences|ent)?|better than|worse than|faster than|"
    r"compared (?:to|with)|rather than|distinguish(?:es)?|in contrast)\b|\bchange[sd]? (?:from|over)\b",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"\b(?:how|in what way|by what means|why)\b|\bwhat (?:technique|mechanism|strategy|trick|idea)\b", re.IGNORECASE
)
_YES_NO = re.compile(
    r"^(?:and |but |so |then )?(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|shall|may)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"^(?:and |so )?(?:what(?:'s| is| are| does| do)|who is|define|explain|describe|tell me (?:about|what))\b",
    re.IGNORECASE,
)

_FUNCTION_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about above according achieve achieved achieves across after again all also although always am
        among an and another answer any approach approaches are around article articles as ask at author
        authors be became because become been before being between both but by call called came can cannot
        come compare compared compares comparison could dataset datasets deal deals define describe
        describes did difference different do does doing done down each either else ever every exactly
        exist exists explain far few find for found from gave get gets give given gives go goes had happen
        happens has have having help helps her here his how i if in instead into introduce introduced
        introduces is it its itself just kind know let like list long made mainly make makes many may me
        mean means mention mentioned mentions method methods might more most much must my name named near
        need needs new no not now obtain obtained of off on once one only or other others our out over own
        paper papers people please present presented presents propose proposed proposes publication
        publications question rather reach reached reaches really regarding relate related relative report
        reported reports same say says see seen several shall she should show showed shown shows since so
        some something sort still studies study such take takes talk tell than that the their them then
        there these they thing things this those through thus to too toward towards turn under until up
        upon us use used uses using versus very via vs was way ways we well were what when where whether
        which while who whom whose why will with within without work works would wrote yes yet you your
        """,
    )
)
_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’]\w+)?")


def understand(text: str) -> Question:
    """The kind of a question, the names in it, and its content words."""
    return Question(text=text, kind=_kind(text), names=names(text), content=_content(text))


def _kind(text: str) -> Kind:
    wanted = text.strip()
    if _COMPARISON.search(wanted) and len(names(wanted)) >= 2:
        return Kind.COMPARISON
    if _SURVEY.search(wanted) and not _ONE_PAPER.search(wanted):
        return Kind.SURVEY
    if _FIGURE.search(wanted):
        return Kind.FIGURE
    if _YES_NO.match(wanted):
        return Kind.YES_NO
    if _DEFINITION.match(wanted) and len(_content(wanted).split()) <= 4:
        return Kind.DEFINITION
    if _METHOD.search(wanted):
        return Kind.METHOD
    return Kind.OPEN


def _content(text: str) -> str:
    """The words that say what the question is about; names stay, function words and question words go."""
    named = {word for name in names(text) for word in name.split()}
    kept = []
    for match in _WORD.finditer(text):
        letters = _LETTERS.search(match[0])
        plain = letters[0].casefold().removesuffix("'s").removesuffix("’s") if letters else ""
        if match[0].strip("?.,;:!()\"'") in named or plain not in _FUNCTION_WORDS:
            kept.append(match[0])
    return " ".join(kept)
