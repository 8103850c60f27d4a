"""What kind of question it is, what it falls into, and which of its words it is about. Pure.

Rules over the wording, not a model: they cost nothing, can be read, and what they miss falls back to `Kind.OPEN`, which
is answered by relevance alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from rag.text.asked import FUNCTION_WORDS, GENERIC, Sought, asking, head_noun, measured, sought
from rag.text.names import names
from rag.text.overviews import is_overview


class Kind(StrEnum):
    """What an answer has to be."""

    FIGURE = "figure"  # how much, how many, how fast: the sentence with the figure that was asked for
    METHOD = "method"  # how does it work, how is it done
    COMPARISON = "comparison"  # two sides, both named
    SURVEY = "survey"  # every relevant paper, a line each
    YES_NO = "yes_no"  # the statement that decides
    DEFINITION = "definition"  # what is X: the sentence that introduces it
    IMPRINT = "imprint"  # who wrote it, when and where it appeared: no abstract says so
    OVERVIEW = "overview"  # what there is as a whole: a brief tells, and no single abstract
    OPEN = "open"  # none of these


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood. `content` is its text without the words that every question has.

    `asks` are those of the clause that asks: what stands around it ("I read of X. How fast is it?") says of what.
    `parts` are what it falls into: the questions of a double one, the sides of a comparison, the alternatives of a
    survey ("images or video"); empty when it is one. `figure` says which figure is sought, and `required` is the word
    that an answer's paper has to have, whatever else it has: what stands after "which" and "how many".
    """

    text: str
    kind: Kind
    names: tuple[str, ...]
    content: str
    asks: str = ""
    parts: tuple[Question, ...] = ()
    figure: Sought | None = None
    required: str | None = None


_PAPERS = r"(?:papers?|works?|studies|study|articles?|publications|research|literature|authors|groups)"
_THINGS = (
    rf"(?:{_PAPERS}|methods|approaches|models|techniques|systems|benchmarks|data ?sets|corpora|metrics|frameworks|"
    r"algorithms|tools)"
)
# Not "paper that probes code models: which layers hold the syntax?", which goes on to ask of that one paper.
_ALONE = r"(?!.*(?:[?.:;]| [-–—]+)\s+(?:and |so )?(?:how|what|which|why|where|who)\b)"
_SURVEY = re.compile(
    r"(?<!-)\b(?:which|what|list|name|show|find|any|are there(?: any)?|is there(?: any)?|give me|all)\b"
    rf"(?:\s+[\w-]+){{0,3}}?\s+{_THINGS}\b"
    rf"|^(?:(?:recent|related|new|all|any) )?{_PAPERS} (?:on|about|that|which|with|for|using|dealing)\b"
    rf"{_ALONE}|^{_THINGS} (?:on|about|that|which|for)\b{_ALONE}"
    r"|\bwhat (?:is|has been|was|do (?:you|we)|did (?:you|they)) (?:there|known|done|written|published|new|have|find)\b"
    r"(?: (?:about|on|in|for|with)\b|\s*\?)"
    r"|\bwhat['’]?s (?:new|there|known|(?:out )?there) (?:about|on|in|for)\b"
    r"|(?<!two )(?<!both )(?<!three )\bpapers (?:on|about|that|which|dealing)\b"
    r"|\b(?:all|any) (?:the )?(?:papers|works|studies)\b|\bwhat (?:have you got|do you have)\b"
    r"|\b(?:show|give|find|list)(?: me)? (?:everything|all|anything)\b|\banything (?:about|on)\b"
    r"|\b(?:overview|related work|reading list|literature on|summary of (?:the )?(?:work|papers|literature))\b"
    r"|\bwhat(?: is|['’]s) the state of the art\b"
    r"|\bwho (?:in (?:\w+ ){1,3})?(?:works?|worked|is working|else|has worked|uses?|used|stud(?:y|ies|ied))\b",
    re.IGNORECASE,
)
# One paper is meant that has several: "which models does it use"; or a paper with something, told apart by it.
_NOT_SURVEY = re.compile(
    r"\b(?:which|what) (?:[\w-]+ ){0,4}?"
    r"(?:models?|methods?|approach(?:es)?|systems?|techniques?|benchmarks?|data ?sets?|corpora|metrics|frameworks|"
    r"algorithms|tools)\b (?:does|did|do|was|is|were)\b"
    r"|\bhow (?:much|many)\b|(?<!which )(?<!that )\bwork (?:well|better|without|with|on its own|together)\b"
    r"|\bwhat (?:technique|method|approach|mechanism) (?:is|are|was|were)\b",
    re.IGNORECASE,
)
_METHOD = re.compile(
    r"\b(?:how|in what way|by what means|why|ideas?|tricks?)\b|\bwhat (?:technique|mechanism|strategy|trick|idea)\b"
    r"|\b(?:explain|explanation|describe|ingredients?|used for|uses? .* for)\b"
    r"|\b(?:consists?|made|built|composed) (?:up )?of\b"
    r"|\bwhat (?:stops|prevents|keeps|lets|makes|takes|replaces|goes)\b"
    r"|\bwhat (?:do|does|did)\b.* (?:do|add|change|exploit|use)\b"
    r"|\b(?:which|what)(?: are the)?(?: \w+)? (?:parts|components|steps|stages|modules)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^(?:and |but |so |then )?(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|shall|may)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(
    r"^(?:and |so )?(?:wh?at(?:['’]?s| is| are)|define|explain|describe|tell me (?:about|what))\b"
    r"|\bstands? for\b|\b(?:idea|point|purpose|meaning) (?:of|behind)\b|^what does \S+ (?:do|mean)\W*$",
    re.IGNORECASE,
)
_IMPRINT = re.compile(
    r"\bwho (?:wrote|are the authors|is the author|published|made|built|created|developed|invented|proposed)\b"
    r"|\bauthors? of\b|\bwhen (?:was|were|did)\b.*\b(?:publish\w*|released?|written|appear\w*|come out|came out)\b"
    r"|\b(?:which|what) (?:university|conference|journal|venue|institution|company wrote|year)\b",
    re.IGNORECASE,
)
# What is said to whom one asks, and says nothing of what is asked.
_POLITE = re.compile(
    r"^\s*(?:(?:hi|hello|hey)\b[\s,!.]*|please[\s,]+|(?:(?:could|can|would|will) you (?:please |kindly )?"
    r"(?:tell|explain to|show|give) (?:me|us) (?=how|what|which|who|where|when|why|whether)"
    r"|(?:please )?tell (?:me|us) (?=how|which|what (?!about|is\b|are\b)|who|where|when|why|whether)"
    r"|(?:do you know|i (?:want|would like|['’]d like|wonder|need) (?:to know)?)[\s,]+"
    r"(?=how|what|which|who|where|when|why)))",
    re.IGNORECASE,
)

_DEFINES_AT_MOST = 5  # content words of "what is …": a longer question asks for more than a definition

_PART = re.compile(
    r"[,;]?\s+and\s+(?=(?:(?:on|in|by|at|to|for|with|from|after|under|over|into|of|within)\s+)?"
    r"(?:how|what|which|who|where|when|why)\b)"
    # "… at 128k? Also the peak memory", "the size of it, and licence?"
    r"|(?:[?;,.]\s+(?:and\s+)?|\s+and\s+)also\b[,:]?\s+(?=\S+\s+\S)"
    r"|,?\s+(?:as well as|plus)\s+(?=(?:how|what|which|who|where|when|why)\b)"
    r"|,\s+and\s+(?=(?:(?:its|their|the) )?[a-z-]+\s*\?)",
    re.IGNORECASE,
)
_ALSO = re.compile(r"\?\s+(?:and\s+)?also\b", re.IGNORECASE)
_LISTED = re.compile(r"\b(?:two|three|both|these|following)\b[^:.?]{0,40}:\s*(?=(?:the|its|their)\s)", re.IGNORECASE)
_NEXT = re.compile(r"(?:,\s*and|,|;|\s+and)\s+(?=(?:the|its|their)\s)", re.IGNORECASE)
_SIDES = (
    re.compile(
        r"\b(?:differences?|comparison|differ\w*|distinguish\w*)(?: in [\w\s-]+?)? between (?P<a>.+?) and (?P<b>.+)",
        re.I,
    ),
    re.compile(r"\bcompare (?P<a>.+?) (?:and|with|to|against|versus|vs\.?) (?P<b>.+)", re.I),
    re.compile(r"(?P<a>.+?) (?:versus|vs\.?|compared (?:to|with)|in contrast to|as opposed to) (?P<b>.+)", re.I),
    re.compile(r"\bhow (?:do|does|did) (?P<a>.+?) and (?P<b>.+?) (?:differ|compare)\b", re.I),
    re.compile(
        r"(?:^|[:.;] )(?P<a>(?:(?!\. )[^,:;?])+?) and (?P<b>(?:(?!\. )[^,:;?])+?)"
        r"(?:\. [^,.:;?]{1,60}?)? (?:both|each)\b",
        re.I,
    ),
    re.compile(r"\b(?:what|how) (?:do|does|did) (?P<a>[^,]+?) and (?P<b>[^,]+?) (?:both|each)\b", re.I),
    re.compile(
        r"\bhow (?:do|does|did|is|are) (?P<a>.+?) (?:compare (?:with|to|against)|differ from|different from|"
        r"stack up against|relate to) (?P<b>.+)",
        re.I,
    ),
    re.compile(r"\bwh(?:ich|at) (?:\w+ )?(?:is|are|works?|does|performs?) .*?[,:] (?P<a>.+?) or (?P<b>.+)", re.I),
)
_AGAINST = re.compile(r"(?P<a>.+?) against (?P<b>.+)", re.I)
_TAIL = re.compile(r"(?:\s(?:compare|differ|for|when|with respect|in terms|on|in|at)\b|[:;?!]\s).*", re.IGNORECASE)
_OR = re.compile(r"(?P<first>\S+(?:, \S+)*?),?\s+or\s+(?:other |any )?(?P<last>\S+)", re.IGNORECASE)
_POINTS_BACK = re.compile(r"\b(?:it|its|they|them|their|this|these|that)\b", re.IGNORECASE)

_WORD = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’]\w+)?")
_JOINED = re.compile(r"\w-\w")  # "one-bit" is no "one"
_QUANTITY = re.compile(r"\d+(?:\.\d+)?[kKMBT%]?")
_BARE = 2  # content words of a part that only says which figure it wants
_STRESSED = FUNCTION_WORDS | {"best", "worst", "first", "last", "least", "every", "exact", "actual", "new", "real"}
_MOSTLY = 0.6  # share of a text's words in capitals from which capitals mean nothing


def understand(text: str) -> Question:
    """The kind of a question, the names in it, its content words, and what it falls into."""
    asked = _POLITE.sub("", re.sub(r"\bdata sets?\b", lambda m: m[0].replace(" ", ""), text.strip())) or text.strip()
    pieces = _pieces(asked)
    if len(pieces) > 1 and (_ALSO.search(asked) or not _sides(asked)):
        return replace(_of_several(asked, pieces), text=text)
    return replace(_single(asked), text=text)


def _pieces(text: str) -> list[str]:
    """What a question falls into: at "and how", "also", "as well as what", and at each of two things that it lists."""
    pieces = [piece for piece in _PART.split(text) if piece.strip()]
    listed = _LISTED.search(text) if len(pieces) == 1 else None
    if listed is None:
        return pieces
    first, *others = _NEXT.split(text[listed.end() :])
    return [text[: listed.end()] + first, *others]


def _of_several(text: str, pieces: list[str]) -> Question:
    """A question with several: each part is understood by itself, and told what the first one is about.

    "How much memory and how many hours does X need" says only in the last part what the first is about.
    """
    first, *others = map(_single, pieces)
    if first.kind is Kind.FIGURE and len(first.content.split()) <= _BARE and not first.names:
        first = _about(first, " ".join(others[-1].names) or others[-1].content, others[-1].names)
    topic = " ".join(first.names) or first.content
    parts = [first]
    for piece, part in zip(pieces[1:], others, strict=True):
        back = _POINTS_BACK.search(piece) or not part.names
        parts.append(_about(part, topic, part.names or first.names) if back else part)
    return Question(text, first.kind, named(text), _content(text), _content(asking(text)), tuple(parts))


def _about(part: Question, topic: str, named_there: tuple[str, ...]) -> Question:
    """The part with the words that another part has for what both are about; what it asks stays as it is."""
    return replace(part, content=f"{part.content} {topic}".strip(), names=named_there)


def _single(text: str) -> Question:
    sides = _sides(text)
    kind = Kind.COMPARISON if sides else _kind(text)
    whole = Question(
        text,
        kind,
        named(text),
        _content(text),
        _content(asking(text)),
        figure=_figure(text, kind),
        required=head_noun(text) if kind is not Kind.SURVEY else None,
    )
    if kind is Kind.SURVEY:
        alternatives = _alternatives(text)
        return replace(whole, parts=tuple(replace(whole, text=a, content=a, names=named(a)) for a in alternatives))
    contents = [_content(side) for side in sides]
    shared = _without(whole.content, " ".join(contents))
    return replace(
        whole,
        parts=tuple(
            replace(whole, text=side, content=f"{content} {shared}".strip(), asks=shared, names=named(side))
            for side, content in zip(sides, contents, strict=True)
        ),
    )


def _alternatives(text: str) -> list[str]:
    """What a survey asks for once for each of the words around its "or": narrow tables, wide tables."""
    found = _OR.search(text)
    either = [_content(word) for word in (*found["first"].split(","), found["last"])] if found else []
    content = _content(text)
    if len(either) < 2 or not all(either) or not all(word in content.split() for word in either):
        return []
    return [_without(content, " ".join(other for other in either if other != word)) for word in either]


def named(text: str) -> tuple[str, ...]:
    """The names in a question: words written like names, but for figures (70B) and for what is only written large."""
    words = re.findall(r"[^\W\d_]{2,}", text)
    shouted = len(words) > 2 and sum(word.isupper() for word in words) > _MOSTLY * len(words)
    return tuple(
        name
        for name in names(text)
        if not _QUANTITY.fullmatch(name)
        and not (name.isalpha() and name.isupper() and (shouted or name.casefold() in _STRESSED))
    )


def _figure(text: str, kind: Kind) -> Sought | None:
    """The figure that is sought; a comparison by speed or cost is better answered with one, and may be without."""
    if kind is Kind.FIGURE:
        return sought(text)
    wanted = (sought(text) or measured(asking(text))) if kind is Kind.COMPARISON else None
    return replace(wanted, strict=False) if wanted is not None else None


def _kind(text: str) -> Kind:
    """The kind of a question that is neither several nor a comparison; the rules that are surer come first."""
    if is_overview(text):
        return Kind.OVERVIEW
    if _IMPRINT.search(text) and not _SURVEY.search(text):
        return Kind.IMPRINT
    if _SURVEY.search(text) and not _NOT_SURVEY.search(text):
        return Kind.SURVEY
    if _YES_NO.match(text):
        return Kind.YES_NO
    if sought(text) is not None:
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
    found = _AGAINST.search(text)  # what stands for many other things, unless both are written like names
    if found and _capitalised(found["a"]) and _capitalised(_TAIL.sub("", found["b"], count=1)):
        return [found["a"], _TAIL.sub("", found["b"], count=1)]
    return []


def _capitalised(text: str) -> bool:
    """Whether a content word starts with a capital, as names do."""
    return any(word[:1].isupper() for word in _content(text).split())


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
        letters = None if _JOINED.search(match[0]) else _LETTERS.search(match[0])
        plain = letters[0].casefold().removesuffix("'s").removesuffix("’s") if letters else ""
        if match[0].strip("?.,;:!()\"'") in named or (plain not in FUNCTION_WORDS and plain not in GENERIC):
            kept.append(match[0].strip("?,;:!()\"'").rstrip("."))
    return " ".join(kept)


def _without(text: str, other: str) -> str:
    gone = set(other.split())
    return " ".join(word for word in text.split() if word not in gone)
