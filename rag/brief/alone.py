"""Whether a sentence can be read by itself: nothing in it points at what only another sentence says. Pure.

"These adapters", "the choice", "both bottlenecks", an "it" without a noun: a reader of a brief has not seen the
abstract, so each is looked for in what stands before it, in the sentence itself or in what was told of the same paper
right before. What is found there, by its head noun or by another noun for a piece of work, is resolved. The rules know
English noun phrases by their words only; where they doubt, a sentence points away, which costs a sentence,
never truth.
"""

from __future__ import annotations

import re

_WORK = (
    r"(?:methods?|approach(?:es)?|frameworks?|algorithms?|techniques?|systems?|solutions?|strateg(?:y|ies)|schemes?|"
    r"pipelines?|procedures?|recipes?|proposal)"
)
_HEADS = (
    rf"(?:{_WORK}|models?|networks?|architectures?|tools?|metrics?|choices?|polic(?:y|ies)|problems?|tasks?|"
    r"issues?|limitations?|challenges?|ideas?|sets?|modules?|mechanisms?|attacks?|combinations?|variants?|datasets?|"
    r"benchmarks?|corpus|corpora|settings?|gaps?|mix|remed(?:y|ies)|findings|observations?|bottlenecks?|steps?|stages?|"
    r"components?|scores?|improvements?|gains?|effects?|differences?|process|objectives?|classifiers?|programs?|"
    r"function|objects?|phenomen(?:on|a)|former|latter|others?|goal|intuition)"
)
_PLAIN = r"(?:proposed|new|novel|whole|full|entire|simple|general|overall|final|improved|existing|developed|introduced)"
_MODIFIED = re.compile(
    r"\s*(?:[(“\"]|(?:of|for|that|which|in|on|to|with|from|between|under|behind|used|trained|based|called|named|by|whose|"
    r"where|when|at|across|among|over|against|needed|described|and [a-z]+ of)\b)"
)
_DEFINITE = re.compile(rf"\b[Tt]he (?:{_PLAIN} )*(?P<head>{_HEADS})\b(?![-’'])")
_COUNTED = re.compile(
    r"\b(?P<det>[Tt]he (?:two|three|four|five|six)|[Bb]oth|[Aa]ll (?:two|three|four|five|six)(?: of)?|[Ee]ither|"
    r"[Nn]either) (?P<noun>(?:[\w-]+ ){0,2}?[\w-]+s)\b"
)
_THIS = re.compile(r"\b(?P<det>[Tt]his|[Tt]hese|[Tt]hose|[Ss]uch(?: an?\b)?)(?: (?P<next>[\w’'-]+(?: [\w’'-]+){0,2}))?")
_HERE = re.compile(r"(?:paper|work|study|article|research|survey|report)\b")
_OF_THOSE = re.compile(
    r"(?:of|that|who|which|with|in|from|on|used|whose|where|trained|without|under|by|at|between|for)\b"
)
_POINTS = re.compile(
    r"\b(?:the (?:above|aforementioned|resulting|latter|former|corresponding|said)|above-mentioned|the first such|"
    r"the first (?:of its kind|to (?:be )?[a-z]+ed)\b|in so doing|the same (?:reason|way|idea)|as before|the opposite|"
    r"(?:into|of|from|on|by|for|under|against|recovering) that (?!of\b|the\b|is\b|are\b)[a-z]+\b|"
    r"(?:outperform|surpass|exceed|beat)(?:s|ed|es)? (?:them|it|both)(?=[ ,.;])(?! \w+ (?:and|or)\b)|"
    r"the question here|the (?:only|first) one|the rest|the key (?:idea|insight))\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"^(?:[A-Z][^,;]{2,90}, |(?:On|In|With|For|At|By|From|After|Under|Across) (?:[\w-]+ ){1,5})?"
    r"(?:[Ii]t|[Ii]ts|[Tt]hey|[Tt]heir|[Tt]hem)\b"
)
_EXPLETIVE = re.compile(
    r"\b[Ii]t (?:is|was|has been|becomes?|remains?|turns out) (?:\w+ )?(?:that|to|possible|shown|known|clear)\b"
)
_OBJECT = re.compile(
    r"^[^,;:]*?\b(?:on|of|against|for|to|with|from|by|into|extends?|avoids?|replaces?|extend|solve) (?:it|them)\b"
)
_CLAUSE = re.compile(r"\b(?:and|that|which|while|when|if|whether|because|or|but|so)\b")
_FURTHER = re.compile(r"\b(?:an?|by a) (?:further|additional) (?=[\d.]+)")
_LITTLE = re.compile(r"(?:with|from|that|which|into|more|most|less|also|than|their|them|they|then|when|were|have|been)")
_MODELS = re.compile(
    rf"\b(?:{_WORK}|train\w*|pre-?train\w*|learn\w*|fine-tun\w*|transformers?|networks?|\w*BERT\w*|\w*GPT\w*|\w*LMs?|decoding)\b",
    re.IGNORECASE,
)


_A_WORK = re.compile(rf"\b{_WORK}\b", re.IGNORECASE)


def points_away(text: str, before: str = "") -> bool:
    """Whether a sentence points at what neither itself nor `before`, told right before it, says."""
    return (
        _POINTS.search(text) is not None
        or _by_pronoun(text, before)
        or _by_this(text, before)
        or _by_count(text, before)
        or _by_article(text, before)
        or any(not re.search(r"\d", before + text[: found.start()]) for found in _FURTHER.finditer(text))
    )


def _by_pronoun(text: str, before: str) -> bool:
    """ "It" or "they" as the subject with nothing before it; or as an object that can only be something untold."""
    opens = _PRONOUN.match(text)
    if opens is not None and not before and not _EXPLETIVE.match(text):
        return True
    found = _OBJECT.match(text)
    return found is not None and not before and _CLAUSE.search(found[0]) is None


def _by_this(text: str, before: str) -> bool:
    for found in _THIS.finditer(text):
        determiner, following = found["det"].casefold(), found["next"] or ""
        if determiner == "such" and following.startswith("as"):
            continue
        if determiner == "those" and _OF_THOSE.match(following):
            continue
        if determiner == "this" and _HERE.match(following):
            continue
        earlier = f"{before} {text[: found.start()]}"
        nouns = [word for word in following.split() if len(word) > 3 and not _LITTLE.fullmatch(word)]
        if not any(_told(word, earlier) for word in nouns):
            return True
    return False


def _by_count(text: str, before: str) -> bool:
    for found in _COUNTED.finditer(text):
        rest = text[found.start() : found.end() + 60]
        if found["det"].casefold() in ("both", "either", "neither") and re.search(r"\b(?:and|or|nor)\b", rest):
            continue
        earlier = f"{before} {text[: found.start()]}"
        if not any(_told(word, earlier) for word in found["noun"].split()) and not _MODIFIED.match(text, found.end()):
            return True
    return False


def _by_article(text: str, before: str) -> bool:
    """ "The choice", "the method": a noun that stands for something told, without what would tell it here."""
    for found in _DEFINITE.finditer(text):
        following = re.match(r" ([\w-]+)", text[found.end() :])
        if _MODIFIED.match(text, found.end()) or (following and _names_more(following[1])):
            continue
        earlier = f"{before} {text[: found.start()]}"
        if not _told(found["head"], earlier):
            return True
    return False


def _names_more(word: str) -> bool:
    """Whether the word behind a noun goes on with its name: "the task vector", "the set cover problem"."""
    return word.casefold() in (
        "parameters",
        "weights",
        "size",
        "sizes",
        "performance",
        "level",
        "problem",
        "vector",
        "cover",
    )


def _told(word: str, earlier: str) -> bool:
    """Whether a noun, in any number, was told; a method may have been told as an approach."""
    if re.fullmatch("models?", word, re.IGNORECASE) and _MODELS.search(earlier):
        return True
    if _A_WORK.fullmatch(word) and _A_WORK.search(earlier):
        return True
    stem = re.sub(r"(?:ies|es|s|y)$", "", word.casefold())
    return len(stem) > 2 and _begins(stem, earlier.casefold())


def _begins(stem: str, text: str) -> bool:
    """Whether a word of the text begins with the stem; without a pattern, of which there would be one a word."""
    at = text.find(stem)
    while at >= 0:
        if not at or not (text[at - 1].isalnum() or text[at - 1] == "_"):
            return True
        at = text.find(stem, at + 1)
    return False
