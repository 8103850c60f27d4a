"""A sentence of an abstract in the third person: who did it is named, what points elsewhere is cut off. Pure.

    In this paper, we propose X, a framework that …      ->  X is a framework that …
    Extensive experiments show that our method achieves …  ->  X achieves …

Only the frame changes: openings, "we" and "our", the verb of proposing. Every other word stays as it stands, so that
`rag.ground` can show the result in its source. `worded` offers several wordings, the most readable first; the caller
takes the first that the guard accepts, and quotes where it accepts none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.brief.frames import unframed
from rag.brief.news import unpraised
from rag.brief.proposing import capital, proposed

LONGEST = 36
"""Words from which a sentence loses clauses at its end that only praise or repeat."""


@dataclass(frozen=True, slots=True)
class Called:
    """What a paper is spoken of as: the name of its system, or None, and its title, cut to be read in a sentence."""

    system: str | None
    title: str
    whole: str = ""
    """The title as it stands."""

    @property
    def in_full(self) -> str:
        """The label with what the title says of it: for a reader who is told nothing else."""
        whole = self.whole or self.title
        if self.system is None:
            head = re.split(r":\s", whole, maxsplit=1)[0]
            return f"“{head if len(head.split()) >= _TELLS else whole}”"
        rest = whole.removeprefix(self.system)
        rest = _COLON.sub("", rest) if _COLON.match(rest) and rest != whole else whole
        return f"{self.system}, “{rest}”"

    @property
    def label(self) -> str:
        """The system's name, or the short title in quotation marks."""
        return self.system or f"“{self.title}”"


_COLON = re.compile(r"^\s*:\s+")
_TELLS = 4  # words of a title in front of its colon that say enough


def short_title(title: str) -> str:
    """A title as a sentence can hold it: up to its colon or question, and not much longer than ten words."""
    head = re.split(r"(?<=[?!])\s|:\s|\s--?\s", title, maxsplit=1)[0].strip()
    if len(head.split()) < 3:
        head = title.strip()
    if len(head) > _LONGEST_TITLE:
        cut = [found.start() for found in _TITLE_ENDS.finditer(head, 20, _LONGEST_TITLE)]
        head = f"{head[: cut[-1]] if cut else head[:_LONGEST_TITLE].rsplit(' ', 1)[0]} …"
    return head


_LONGEST_TITLE = 64
_TITLE_ENDS = re.compile(r"\s(?:for|via|with|by|through|using|towards?|in|from|under)\s")


def worded(text: str, called: Called, *, speaks_of_system: bool = True) -> list[str]:
    """Wordings of a sentence in the third person, the most readable first; the sentence itself is not among them.

    `speaks_of_system` False says that "it" stands for something else, and is left as it is.
    """
    plain = _one_finding(_without_marks(text))
    bare = _cut_openings(_following(plain, called.system), called.system)
    made: list[str] = []
    for start in dict.fromkeys((bare, plain)):
        framed = unframed(start)
        for one in dict.fromkeys((framed, start)):
            for sentence in proposed(one, called.system):
                made += _finished(sentence, called, speaks_of_system)
            made += _finished(one, called, speaks_of_system)
    made += [piece for one in dict.fromkeys(made) for piece in _pieces(one, called.system)]
    made = [sober for one in dict.fromkeys(made) for sober in (unpraised(one), one)]
    fresh = (one for one in dict.fromkeys(made) if one != text)
    return [one for one in fresh if not FIRST_PERSON.search(one) and not _POINTS.match(one)]


_APPOSITION = re.compile(r"(?P<what>(?: \([^()]*\))?, an? [^,;()]{8,120}), (?=[a-z])")
_SHORTEST_PIECE = 5  # words
_KIN = re.compile(r"^Its [^,;]{3,50}, (?P<name>[^,;]{2,60}), (?=[a-z])")


def _pieces(text: str, system: str | None) -> list[str]:
    """What a sentence says in its main clauses one by one, for when the whole points at something untold.

    "X, a Y, is the first to …; it needs …" gives "X is a Y." and "X needs …".
    """
    made = []
    if system and text.startswith(system) and (found := _APPOSITION.match(text, len(system))):
        made.append(f"{text[: found.end() - 2].replace(', a', ' is a', 1)}.")
    if system and (kin := _KIN.match(text)) and kin["name"] == system:
        made.append(f"{system} {text[kin.end() :]}")
    parts = re.split(r";\s|\s--\s", text.rstrip("."))
    if len(parts) > 1:
        for part in parts:
            whole = re.sub(r"^(?:and |but |while )", "", part.strip())
            if system:
                whole = re.sub(r"^it(?= )", system, re.sub(r"^its(?= )", f"{system}’s", whole))
            if len(whole.split()) >= _SHORTEST_PIECE:
                made.append(f"{capital(whole)}.")
    return made


# ---------------------------------------------------------------------------------------------------- what is cut off

_REFERENCE = re.compile(
    r"\s*\((?:see )?(?:[A-Z][\w'’.-]+(?: et al\.?| (?:and|&) [A-Z][\w'’.-]+)?,? \d{4}[a-z]?(?:; )?)+\)"
)
_LIST_MARK = re.compile(r"^(?:\(?(?:\d|[ivx]{1,3})[.)]\s+)+")
_HERE = re.compile(r",? (?:in|of) (?:this|our) (?:paper|work|study|article)(?=[,.;]| )")
_AIM = re.compile(
    r"(?<!order) (?:to|for) (?:address|tackle|solve|overcome|alleviate|mitigate|resolve|handl)(?:ing)? "
    r"(?:this|these|the above|such) (?:\w+ )?\w+(?=[.,])"
)
_WAY = re.compile(r",? (?:in (?:this|such a|that) (?:way|manner)|in so doing|by doing so|in doing so)(?=[.,;])")
_PARTS = re.compile(
    r",? (?:(?:which|that|and) (?:comprises|consists of|has|contains)|with|consisting of|comprising) "
    r"(?:two|three|four) (?:main |key |core )?(?:part|component|stage|module|step|phase)s(?=\.)"
)
_OPENING = re.compile(
    r"(?:However|Moreover|Furthermore|Further|Additionally|Besides|Also|Specifically|Concretely|In particular|More "
    r"specifically|More importantly|Most importantly|Importantly|Particularly|Therefore|Thus|Hence|Consequently|"
    r"Accordingly|Notably|Nevertheless|Nonetheless|Instead|In addition|First(?:ly)?|Second(?:ly)?|Third(?:ly)?|Finally|"
    r"Lastly|At last|Last but not least|On the other hand|On the one hand|Conversely|Meanwhile|Meantime|That is|"
    r"As a result|As evidence|In contrast|For example|For instance|Here|Indeed|Remarkably|Surprisingly|Interestingly|"
    r"Crucially|Perhaps more surprisingly|Overall|Altogether|In summary|In short|To summarize|Unfortunately|Next|Then|"
    r"Again|Still|Yet|But|And|Similarly|Likewise|Empirically|Theoretically|Technically|Briefly|Ultimately|Subsequently|"
    r"In (?:this|our|the present) (?:paper|work|study|article|research|report|survey)|In this (?:way|setting|regard|"
    r"context|respect|vein)|In light of this|In doing so|In response|"
    r"(?:Motivated|Inspired|Driven|Guided|Enabled) by (?:this|these|that|the above|such)(?: [\w-]+){0,3}|"
    r"(?:Based|Building) (?:on|upon) (?:this|these|that|those|the above|such|our)(?: [\w-]+){0,3}|"
    r"(?:Given|Considering|Following|Leveraging|Using|With|From|Under|Despite|Beyond|Besides|Along with|Due to) "
    r"(?:this|these|that|those|the above)(?: [\w-]+){0,3}|"
    r"To(?:wards?)? (?:this|that|these) (?:end|goal|aim|purpose|ends)s?|Toward (?:this|that) (?:end|goal)|"
    r"To do (?:so|this|that)|For (?:this|that) (?:purpose|reason|goal)|"
    r"(?:In order )?[Tt]o (?:address|tackle|solve|overcome|alleviate|mitigate|resolve|answer|achieve|leverage|fill|"
    r"close|bridge|remedy|handle|meet|facilitate|combat|circumvent|deal with|cope with|fill in|explore)\w* "
    r"(?:this|these|the above|it|that|those|such|the aforementioned|the)\b[^,]{0,130}(?=,)|"
    r"First and foremost|Taken together|In the process|Along the way|Under the hood|At its core),? "
    r"|(?:[A-Z][a-z]+ing (?:on|to|from|into|at|upon|for)|(?:In order t|T)o [a-z-]+) [^,]{3,110}, "
    r"(?=(?:in this (?:paper|work|study), )?we (?:propose|introduce|present|develop|design)\b)",
)


def _without_marks(text: str) -> str:
    """The sentence without references in brackets, marks of a list in front, and "in this paper"."""
    return _PARTS.sub(
        "", _WAY.sub("", _AIM.sub("", _HERE.sub("", _REFERENCE.sub("", _LIST_MARK.sub("", text)))))
    ).strip()


_LISTED = re.compile(
    r"^(?:[^:]{0,60})?\bwe have the following (?:[a-z]+ ){0,2}(?:findings|results|observations): (?:i|1)\) "
)
_NEXT = re.compile(r"(?<=[.;]) (?:and )?(?:\(?(?:ii|2)\)) ")
_NUMBERED = re.compile(r"(?<=\w): (?:\(1\)|1\)|\(i\)|i\)|\(a\)) .*$")


def _one_finding(text: str) -> str:
    """The first of several findings that an abstract numbers in one sentence; a long list of parts is cut off."""
    found = _LISTED.match(text)
    if found:
        text = capital(text[found.end() :])
        second = _NEXT.search(text)
        return text[: second.start()].rstrip(";") if second else text
    if len(text.split()) > LONGEST and (listed := _NUMBERED.search(text)):
        return text[: listed.start()] + "."
    return text


_FOLLOWS = re.compile(r"From (?:this|these|that)(?: \w+)? (?:follows?|comes?) (?P<name>[^,]{2,40}), (?P<what>an? )")


def _following(text: str, system: str | None) -> str:
    """ "From this follows X, a Y that …" as "X is a Y that …"."""
    found = re.match(
        r"From (?:this|these|that)(?: \w+)? (?:follows?|comes?) (?P<name>[^,]{2,40}), (?P<what>an? )", text
    )
    return f"{found['name']} is {text[found.start('what') :]}" if found and found["name"] == system else text


def _cut_openings(text: str, system: str | None = None) -> str:
    """The sentence without openings that point to what is not shown, as long as a sentence is left.

    An opening that names the paper's system is none.
    """
    rest = text
    while (found := _OPENING.match(rest)) and len(rest[found.end() :].split()) > _SHORTEST:
        if found[0].rstrip()[-1:] != "," and not _ADVERB.match(found[0]):
            break
        if system and system in found[0]:
            break
        rest = rest[found.end() :]
    return capital(rest)


_SHORTEST = 4  # words that are left at least
_ADVERB = re.compile(
    r"(?:Also|Further|Then|Here|Thus|Hence|Therefore|And|But|Yet|Finally|Firstly?|Secondly?|Thirdly?) $"
)


# ------------------------------------------------------------------------------------------------------------ who is it

_METHOD = (
    r"(?:method|approach|model|framework|algorithm|system|technique|solution|strategy|architecture|pipeline|proposal|"
    r"scheme|work)"
)
_OURS = re.compile(
    rf"\b(?P<who>[Oo]ur|[Tt]he proposed|[Oo]ur proposed)(?: (?:proposed|novel|new|adaptive|simple))* "
    rf"{_METHOD}(?P<s>'s|’s|s)?(?= (?!of\b|for\b|to\b))"
)
_THIS = re.compile(
    rf"^(?:This|The)(?: (?:proposed|novel|new|simple))* (?!work\b){_METHOD}(?P<s>'s|’s)?"
    r"(?= (?!of\b|for\b|to\b|that\b|which\b|in\b|with\b))"
)
_FRONTED = re.compile(r"^(?P<where>(?:In|On|For|With|At|Under) [^,;:.]{3,50}) it (?=[a-z]+s\b)")
FIRST_PERSON = re.compile(r"\b(?:[Ww]e|[Oo]urs?|us|ourselves)\b")
_POINTS = re.compile(r"(?:It|Its|They|Their|These|Those|This|Such|Both of (?:these|them))\b")


_ADDS = re.compile(
    r"(?P<who>\b(?:[Tt]he authors|that|which|it)) (?:also|instead|further|thus|therefore|hence|additionally|moreover|"
    r"furthermore|consequently|thereby) (?=[a-z]+(?:s|ed|es|e)\b)(?!instead of)"
)


_ALSO = re.compile(r" (?:also|instead|further|thus|therefore|hence) (?=[a-z]+s\b)")
_PROPOSED = re.compile(r"\b(?:[Oo]ur proposed|[Tt]he proposed|[Oo]ur) ")


def _finished(text: str, called: Called, speaks_of_system: bool) -> list[str]:
    """The sentence with everyone named, whole and, where it is long, without clauses that only praise."""
    named = _ADDS.sub(r"\g<who> ", _named(text, called, speaks_of_system))
    name = called.system
    if name and named.startswith(f"{name} ") and (also := _ALSO.match(named, len(name))):
        named = f"{name} {named[also.end() :]}"
    short = shortened(named)
    return [short, named] if short != named and len(named.split()) > LONGEST else [named, short]


def _named(text: str, called: Called, speaks_of_system: bool) -> str:
    if called.system:
        name = called.system
        text = _PROPOSED.sub(lambda m: "" if text.startswith(name, m.end()) else m[0], text)
        text = _OURS.sub(lambda m: f"{name}{'’s' if m['s'] in (chr(39) + 's', '’s') else ''}", text, count=1)
        text = _THIS.sub(lambda m: f"{name}{'’s' if m['s'] else ''}", text)
        if speaks_of_system:
            text = re.sub(r"^It(?= (?!is (?:known|shown|clear|important|possible|found|also known)))", name, text)
            text = re.sub(r"^Its(?= )", f"{name}’s", text)
            text = re.sub(r", it(?= )", f", {name}", text, count=1) if name not in text else text
            text = re.sub(r", its(?= )", f", {name}’s", text, count=1) if name not in text else text
            text = _FRONTED.sub(rf"\g<where>, {name} ", text) if name not in text else text
    text = re.sub(r"^We\b(?: (?:first|then|next|also|further|therefore|thus|finally)\b)?", "The authors", text)
    if called.system:
        text = re.sub(r"^(?:This|The) (?:paper|work|study|research|article|report)\b(?= [a-z])", _paper(called), text)
    text = re.sub(r"\bwe\b", "the authors", text)
    text = re.sub(r"\bus\b", "them", text)
    text = re.sub(r"\bthe authors then\b", "then", text) if text.startswith("The authors") else text
    text = re.sub(r"^Our\b", "The", text)
    text = re.sub(r"\bour own\b", "their own", text)
    text = re.sub(r"\bour\b", "their" if text.startswith("The authors") else "the", text)
    return capital(text)


def _paper(called: Called) -> str:
    return f"The paper on {called.system}"


# --------------------------------------------------------------------------------------------------------- what is long

_PRAISE = (
    r"(?:demonstrat|showcas|indicat|suggest|highlight|show|offer|provid|validat|prov|confirm|exhibit|underscor|reveal|"
    r"mak|ensur|allow|enabl|paving|mark|facilitat|thus|thereby|which (?:further |also )?(?:demonstrat|suggest|indicat|"
    r"show|highlight|consequently|effectively|allow|enabl|makes))"
)
_TAIL = re.compile(rf"(?:,| --| -|;) (?:and )?(?:thus |thereby |hence )?{_PRAISE}[^,;]*(?:, [^;]*)?\.$")
_EXAMPLES = re.compile(r" \((?:e\.g\.|i\.e\.)[^()]*\)")
_FIGURE = re.compile(r"\d")


def shortened(text: str) -> str:
    """The sentence without a last clause that praises or explains, and without examples in brackets.

    What holds a figure is never cut.
    """
    found = _TAIL.search(text)
    if found and not _FIGURE.search(found[0]) and len(text[: found.start()].split()) > _LEFT_AT_LEAST:
        text = text[: found.start()] + "."
    if len(text.split()) > LONGEST:
        text = _EXAMPLES.sub(lambda m: m[0] if _FIGURE.search(m[0]) else "", text)
    return text


_LEFT_AT_LEAST = 8


def opening(text: str) -> int:
    """How many characters at the start of a sentence only lead over from the one before; 0 where there are none."""
    at = 0
    while (
        (found := _OPENING.match(text, at)) and found[0].rstrip()[-1:] == "," and len(text[found.end() :].split()) > 4
    ):
        at = found.end()
    return at
