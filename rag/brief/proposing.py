"""Sentences that propose a system, as sentences about it: "we propose X, a Y that …" becomes "X is a Y that …". Pure.

The system's name is put aside as one sign while the sentence is taken apart, so that the patterns are made once and not
for every name.
"""

from __future__ import annotations

import re

_N = "\ue000"  # stands for the system's name; a sign of the private use area, which no abstract holds
_WHO = r"(?:[Ww]e|[Tt]his (?:paper|work|study|research|article|survey)|[Tt]he (?:authors|paper|study|work))"
_BRING = (
    r"(?:(?:also|further|then|first|therefore|thus|hereby|here) )?"
    r"(?:propose|introduce|present|develop|describe|design|create|devise|suggest|contribute|offer|release|conceive|"
    r"curate|build|construct|collect|establish|provide|"
    r"investigate|study|explore)(?:s|d|ed)?"
)
_PROPOSES = re.compile(rf"^{_WHO} {_BRING} (?P<rest>.+)$")
_PASSIVE = re.compile(
    r"^(?P<what>(?:An?|The) [^,;]{8,160}?) (?:is|are) (?:proposed|introduced|presented|developed|designed)"
    r"(?P<tail>(?: to|,| that| which| for)? ?.*)$"
)
_KIND = (
    r"(?:method|approach|framework|model|system|algorithm|strategy|technique|mechanism|architecture|module|pipeline|"
    r"benchmark|dataset|data set|corpus|metric|engine|suite|solution|paradigm|attack|scheme|procedure|tool|platform|"
    r"decoding|loss|objective|task|toolkit|library|law|network|learner|recipe|probe|protocol|test)s?"
)
_THIRD = r"(?:[a-z]+(?:s|es)|can|has|does|will)"
_FULL = (
    rf"(?:{_N}(?:[-\w.+]*)(?: \([^)]*\))?|"
    rf"(?:the )?(?!(?:an?|the|first|one|some|several|two|three)\b)[^,;:()]{{3,120}} "
    rf"\((?:i\.e\.,? )?{_N}\)(?: {_KIND})?)"
)
_IS = re.compile(rf"^(?P<who>{_FULL})(?:,|:| -| --) (?P<what>(?:an?|the|our|one of) .+)$")
_DOES = re.compile(rf"^(?P<who>{_FULL}),? (?:that|which) (?P<does>{_THIRD} .+)$")
_FOR = re.compile(rf"^(?P<who>{_FULL}) (?P<to>(?:to|for) .+)$")
_CALLED = re.compile(
    r"^(?P<what>(?:an?|the) [^;:]{3,200}?),? (?:named|called|namely|dubbed|termed|i\.e\.,?|referred to as) "
    rf"(?:[^,;:()]{{3,120}} \({_N}\)|{_N})(?P<tail>[,.: ].*)?$"
)
_IN_BRACKETS = re.compile(
    rf"^(?P<what>(?:an?|the) [^;:()]{{3,160}}?),? \((?:namely |i\.e\.,? |called |termed )?{_N}\)(?P<tail>[ ,.:].*)$"
)
_AFTER_COMMA = re.compile(rf"^(?P<what>(?:an?|the) [^;:()]{{3,160}}?), {_N}(?P<tail>[ ,.:].*)$")
_BESIDE = re.compile(
    rf"^(?P<what>(?:an?|the first) (?:[\w-]+ ){{0,8}}?{_KIND}) {_N}(?: \([^()]*\))?(?P<tail>[ ,.:].*|)$", re.IGNORECASE
)
_FIRST = re.compile(
    rf"^(?P<what>the first [^;:()]{{3,160}}? \({_N}\)[^;:,]{{0,120}}), which (?P<does>(?:\w+ly )?{_THIRD} .+)$"
)
_INCLUDES = re.compile(
    rf"^(?P<who>{_FULL})(?: {_KIND})?,? (?P<verb>including|encompassing|comprising|consisting of|containing|covering) "
    r"(?P<rest>.+)$"
)
_BY = re.compile(
    rf"^(?P<who>{_FULL}),? (?P<verb>based|built|trained|pretrained|pre-trained|designed|equipped) (?P<rest>.+)$"
)
_STUDIED = re.compile(rf"^{_WHO} (?:\w+ )?(?:investigat|stud|explor|suggest)")
_UNNAMED = re.compile(rf"^(?:an?) (?:[^,;:()]{{0,120}}? )?{_KIND}\b")


_VERBS = {
    "including": "includes",
    "encompassing": "encompasses",
    "comprising": "comprises",
    "consisting": "consists of",
    "containing": "contains",
    "covering": "covers",
}


def proposed(text: str, system: str | None) -> list[str]:
    """Sentences about the system that say what a sentence of proposing says; none where it proposes nothing."""
    if system is None:
        return []
    aside = re.sub(rf"(?<!\w){re.escape(system)}", _N, text, flags=re.IGNORECASE)
    found = _PROPOSES.match(aside)
    if found:
        made = [] if _STUDIED.match(aside) and _N not in aside else _of_rest(found["rest"])
        return [one.replace(_N, system) for one in made]
    passive = _PASSIVE.match(aside)
    if passive and _N in passive["what"]:
        rest = f"{passive['what'][:1].lower()}{passive['what'][1:]}{passive['tail']}"
        return [one.replace(_N, system) for one in _of_rest(rest)]
    return []


def _of_rest(rest: str) -> list[str]:
    """What follows the verb of proposing, as a sentence about the system."""
    made: list[str] = []
    if found := _IS.match(rest):
        made.append(f"{_bare(found['who'])} is {_article(found['what'])}")
    if found := _DOES.match(rest):
        made.append(f"{_bare(found['who'])} {found['does']}")
    if found := _FOR.match(rest):
        made.append(f"{_bare(found['who'])} is proposed {found['to']}")
    if found := _INCLUDES.match(rest):
        made.append(f"{_bare(found['who'])} {_VERBS[found['verb'].split()[0]]} {found['rest']}")
    if found := _BY.match(rest):
        made.append(f"{_bare(found['who'])} is {found['verb']} {found['rest']}")
    for pattern in (_CALLED, _IN_BRACKETS, _AFTER_COMMA, _BESIDE):
        if found := pattern.match(rest):
            tail = re.sub(r"^, (?=(?:that|which) )", " ", (found["tail"] or "").rstrip() or ".")
            made.append(f"{_N} is {_article(found['what'])}{tail}")
    if found := _FIRST.match(rest):
        made.append(f"{capital(found['what'])} {found['does']}")
    if _N not in rest and _UNNAMED.match(rest):
        made.append(f"{_N} is {_article(rest)}")
    return made


def _bare(written: str) -> str:
    """The system as the sentence spells it out, without an article in front."""
    return written.removeprefix("the ")


def _article(what: str) -> str:
    return re.sub(r"^our ", "an " if re.match(r"our [aeiou]", what) else "a ", what)


def capital(text: str) -> str:
    """With a capital first, but for a name that is written small: `bert2BERT`, `fastText`."""
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    return text if first[1:] != first[1:].lower() or any(map(str.isdigit, first)) else text[:1].upper() + text[1:]
