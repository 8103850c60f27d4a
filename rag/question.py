"""What kind of question it is, what it falls into, and which of its words it is about. Pure.

Rules over the wording, not a model: they cost nothing, can be read, and what they miss falls back to `Kind.OPEN`, which
is answered by relevance alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from rag.text.asked import FUNCTION_WORDS, GENERIC, Sought, head_noun, sought
from rag.text.names import names


class Kind(StrEnum):
    """What an answer has to be."""

    FIGURE = "figure"  # how much, how many, how fast: the sentence with the figure that was asked for
    METHOD = "method"  # how does it work, how is it done
    COMPARISON = "comparison"  # two sides, both named
    SURVEY = "survey"  # every relevant paper, a line each
    YES_NO = "yes_no"  # the statement that decides
    DEFINITION = "definition"  # what is X: the sentence that introduces it
    IMPRINT = "imprint"  # who wrote it, when and where it appeared: no abstract says so
    OPEN = "open"  # none of these


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood. `content` is its text without the words that every question has.

    `parts` are what it falls into: the questions of a double one, the sides of a comparison, the alternatives of a
    survey ("images or video"); empty when it is one. `figure` says which figure is sought, and `required` is the word
    that an answer's paper has to have, whatever else it has: what stands after "which" and "how many".
    """

    text: str
    kind: Kind
    names: tuple[str, ...]
    content: str
    parts: tuple[Question, ...] = ()
    figure: Sought | None = None
    required: str | None = None


_THINGS = (
    r"(?:papers?|works?|studies|study|articles?|methods|approaches|models|techniques|systems|publications|authors)"
)
_SURVEY = re.compile(
    r"\b(?:which|what|list|name|show|find|any|are there(?: any)?|is there(?: any)?|give me|all)\b(?:\s+\w+){0,3}?\s+"
    + _THINGS
    + r"\b|\bwhich (?:paper|study|work)\b|^"
    + _THINGS
    + r" (?:on|about|that|with|for)\b"
    r"|\bwhat (?:is|has been|was) (?:there|known|done|written|published|new) (?:about|on|in|for)\b"
    r"|\b(?:show|give|find|list)(?: me)? (?:everything|all|anything)\b|\banything (?:about|on)\b",
    re.IGNORECASE,
)
_NOT_SURVEY = re.compile(
    r"\b(?:which|what) (?:models?|methods?|approach(?:es)?|systems?|techniques?)\b.*\b(?:does|did|do)\b"
    r"|\bhow (?:much|many)\b|\bwork (?:well|better|without|with|on its own)\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"\bhow (?:much|many|large|big|fast|long|often|high|low|small|far|accurate|expensive|costly|cheap|well|close|"
    r"deep|quick|quickly)\b"
    r"|\b(?:what|which|wat|by what|at what) (?:is |are |was |were |the |fraction|factor|portion|sort of |kind of )*"
    r"(?:[\w-]+ ){0,2}?(?:percentage|percent|number|amount|size|rate|ratio|factor|speed-?up|accuracy|scores?|f1|bleu|"
    r"rouge|cost|price|margin|improvement|gain|reduction|increase|decrease|perplexity|latency|throughput|share|"
    r"fraction|count|budget|saving)s?\b(?!\s+(?:law|function))",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"\b(?:how|in what way|by what means|why|ideas?|tricks?)\b|\bwhat (?:technique|mechanism|strategy|trick|idea)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^(?:and |but |so |then )?(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|shall|may)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"^(?:and |so )?(?:wh?at(?:['’]?s| is| are)|define|explain|describe|tell me (?:about|what))\b"
    r"|\bstands? for\b|\b(?:idea|point|purpose|meaning) (?:of|behind)\b|^what does \S+ (?:do|mean)\b",
    re.IGNORECASE,
)
_IMPRINT = re.compile(
    r"\bwho (?:wrote|are the authors|is the author|published|made|built|created|developed|invented|proposed)\b"
    r"|\bauthors? of\b|\bwhen (?:was|were|did)\b.*\b(?:publish\w*|released?|written|appear\w*|come out|came out)\b"
    r"|\b(?:which|what) (?:university|conference|journal|venue|institution|company wrote|year)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(?:I|my|me)\b")

_DEFINES_AT_MOST = 5  # content words of "what is …": a longer question asks for more than a definition

_PART = re.compile(
    r"[,;]?\s+and\s+(?=(?:(?:on|in|by|at|to|for|with)\s+)?(?:how|what|which|who|where|when|why)\b)", re.IGNORECASE
)
_SIDES = (
    re.compile(r"\b(?:differences?|comparison|differ\w*|distinguish\w*) between (?P<a>.+?) and (?P<b>.+)", re.I),
    re.compile(r"\bcompare (?P<a>.+?) (?:and|with|to|against|versus|vs\.?) (?P<b>.+)", re.I),
    re.compile(r"(?P<a>.+?) (?:versus|vs\.?|compared (?:to|with)|in contrast to|as opposed to) (?P<b>.+)", re.I),
    re.compile(r"\bhow (?:do|does|did) (?P<a>.+?) and (?P<b>.+?) (?:differ|compare)\b", re.I),
    re.compile(
        r"\bhow (?:do|does|did|is|are) (?P<a>.+?) (?:compare (?:with|to|against)|differ from|fare against|do against|"
        r"perform against|different from|stack up against|relate to) (?P<b>.+)",
        re.I,
    ),
    re.compile(r"\bwh(?:ich|at) (?:\w+ )?(?:is|are|works?|does|performs?) .*?[,:] (?P<a>.+?) or (?P<b>.+)", re.I),
    re.compile(r"(?P<a>.+?) against (?P<b>.+)", re.I),
)
_TAIL = re.compile(r"\s(?:compare|differ|for|when|with respect|in terms|on|in|at)\b.*", re.IGNORECASE)
_ALTERNATIVES = re.compile(r"\s+or\s+(?:other |any )?", re.IGNORECASE)
_POINTS_BACK = re.compile(r"\b(?:it|its|they|them|their|this|these|that)\b", re.IGNORECASE)

_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’]\w+)?")


def understand(text: str) -> Question:
    """The kind of a question, the names in it, its content words, and what it falls into."""
    asked = re.sub(r"\bdata sets?\b", lambda m: m[0].replace(" ", ""), text.strip())
    pieces = [piece for piece in _PART.split(asked) if piece.strip()]
    if len(pieces) > 1:
        return replace(_of_several(asked, pieces), text=text)
    return replace(_single(asked), text=text)


def _of_several(text: str, pieces: list[str]) -> Question:
    """A question with several: each part is understood by itself, and told what the first one is about."""
    first = _single(pieces[0])
    topic = " ".join(first.names) or first.content
    parts = [first]
    for piece in pieces[1:]:
        part = _single(piece)
        if _POINTS_BACK.search(piece) or not part.names:
            part = replace(part, content=f"{part.content} {topic}".strip(), names=part.names or first.names)
        parts.append(part)
    return Question(text, first.kind, names(text), _content(text), tuple(parts))


def _single(text: str) -> Question:
    sides = _sides(text)
    kind = Kind.COMPARISON if sides else _kind(text)
    whole = Question(
        text,
        kind,
        names(text),
        _content(text),
        figure=_figure(text, kind),
        required=head_noun(text) if kind is not Kind.SURVEY else None,
    )
    pieces = sides or (_same_noun(_ALTERNATIVES.split(text)) if kind is Kind.SURVEY else [])
    contents = [_content(piece) for piece in pieces]
    if len(contents) < 2 or not all(contents):
        return whole
    shared = _without(whole.content, " ".join(contents)) if sides else ""
    return replace(
        whole,
        parts=tuple(
            replace(whole, text=piece, content=f"{content} {shared}".strip(), names=names(piece))
            for piece, content in zip(pieces, contents, strict=True)
        ),
    )


def _figure(text: str, kind: Kind) -> Sought | None:
    """The figure that is sought; a comparison by speed or cost is better answered with one, and may be without."""
    if kind is Kind.FIGURE:
        return sought(text)
    wanted = sought(text) if kind is Kind.COMPARISON else None
    return replace(wanted, strict=False) if wanted is not None and "*" not in wanted.units else None


def _kind(text: str) -> Kind:
    """The kind of a question that is neither several nor a comparison; the rules that are surer come first."""
    if _IMPRINT.search(text) and not _SURVEY.search(text):
        return Kind.IMPRINT
    if _SURVEY.search(text) and not _NOT_SURVEY.search(text):
        return Kind.SURVEY
    if _YES_NO.match(text):
        return Kind.YES_NO
    if _FIGURE.search(text):
        return Kind.FIGURE
    if _DEFINITION.search(text) and len(_content(text).split()) <= _DEFINES_AT_MOST:
        return Kind.DEFINITION
    if _METHOD.search(text):
        return Kind.METHOD
    return Kind.OPEN


def _sides(text: str) -> list[str]:
    """The two things that a comparison compares, as they stand; empty when nothing is compared."""
    if _YES_NO.match(text) or (_SURVEY.search(text) and not re.match(r"compare\b", text, re.I)):
        return []
    for pattern in _SIDES:
        found = pattern.search(text)
        if found and _content(found["a"]) and _content(found["b"]):
            return _same_noun([found["a"], _TAIL.sub("", found["b"], count=1)])
    return []


def _same_noun(pieces: list[str]) -> list[str]:
    """`binary or ternary networks`: the noun that is said once, at the end, belongs to each piece."""
    last = _content(pieces[-1]).split()
    if len(last) < 2 or names(last[-1]):
        return pieces
    alone = [len(_content(piece).split()) == 1 and not names(piece) for piece in pieces]
    return [f"{piece} {last[-1]}" if single else piece for piece, single in zip(pieces, alone, strict=True)]


def _content(text: str) -> str:
    """The words that say what the question is about; names stay, function words and question words go."""
    named = {word for name in names(text) for word in name.split()}
    kept = []
    for match in _WORD.finditer(text):
        letters = _LETTERS.search(match[0])
        plain = letters[0].casefold().removesuffix("'s").removesuffix("’s") if letters else ""
        if match[0].strip("?.,;:!()\"'") in named or (plain not in FUNCTION_WORDS and plain not in GENERIC):
            kept.append(match[0].strip("?,;:!()\"'"))
    return " ".join(kept)


def _without(text: str, other: str) -> str:
    gone = set(other.split())
    return " ".join(word for word in text.split() if word not in gone)
