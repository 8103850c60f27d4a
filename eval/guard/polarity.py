"""Class negation: a statement is denied, or a denial taken back, and nothing else. Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from eval.guard.world import Mutant, Statement, World

Put = str | Callable[[re.Match[str]], str]

_PLAIN = (
    *("outperform", "achieve", "attain", "improve", "raise", "reduce", "lower", "increase", "need", "require"),
    *("use", "save", "gain", "show", "contain", "cover", "include", "provide", "offer", "support", "exploit"),
    *("extend", "serve", "replace", "preserve", "keep", "allow", "enable", "make", "give", "bring", "yield"),
    *("take", "learn", "predict", "transfer", "equal", "exceed", "lag", "lead", "correlate", "encode", "help"),
    *("introduce", "propose", "compare", "present", "consist", "rely", "depend", "run", "double", "accept"),
    *("generate", "produce", "describe", "select", "combine", "remove", "beat", "adapt", "treat", "define"),
    *("reproduce", "comprise", "exist", "begin", "derive", "degenerate", "prefer", "favour", "evaluate", "suit"),
    *("benefit", "modify", "struggle", "respond", "perform", "grow", "convert", "maintain", "demonstrate"),
    *("employ", "leverage", "consider", "capture", "leave", "adjust", "utilize", "retain", "span", "reset"),
    *("cut", "lift", "add", "estimate", "prove", "merge", "surpass", "reach", "teach", "tackle", "apply", "rise"),
    *("drop", "collect", "gather", "repurpose", "freeze", "fit"),
)


def _third(base: str) -> str:
    if re.search(r"(?:s|x|ch|sh|o)$", base):
        return f"{base}es"
    return f"{base[:-1]}ies" if re.search(r"[^aeiou]y$", base) else f"{base}s"


_BASES = {_third(base): base for base in _PLAIN}
_ADVERB = (
    r"(?:(?:also|clearly|significantly|consistently|greatly|substantially|therefore|thus|markedly|easily|further) )?"
)
# What may stand before a verb in the singular, so that "uses" and "costs" are known for verbs.
_ONE = (
    r"(?:[Ii]t|[Ww]hich|[Tt]his|method|model|approach|framework|study|paper|system|benchmark|module|network|recipe|"
    r"scheme|strategy|structure|attack|work|tokenizer|training|performance|accuracy|result|Recycling|Decoding|Law|"
    r"[A-Z][\w+^.-]*[A-Z0-9+][\w+^.-]*|Assemblage|Telly|Ditto|Spectra|Self-Debugging|[a-z0-9\w]+BERT|RETRO\+\+|SpecDec\+\+)"
)
_MANY = (
    r"(?:[Tt]hey|[Rr]esults|[Ee]xperiments|models|methods|drafts|vectors|gains|[Rr]etrievers|generators|properties|users|"
    r"authors|contexts|features|tokenizers|chunks|tasks|sets|adapters|strategies|GPT|SOBertLarge)"
)
_PARTICIPLE = r"(?:\w+ed|been|shown|become|led|made|seen|had|found|given|grown|taken|proven|drawn|driven)"


def _denied_one(match: re.Match[str]) -> str:
    return f"{match[1]} does not {match[2] or ''}{_BASES[match[3]]}"


_NO_EFFORT = (
    "need|require|lag|consist|depend|contain|degenerate|exist|comprise|drop|include|cover|equal|span|rely|struggle"
)


def _failing(match: re.Match[str]) -> str:
    return f"{match[1]} fails to {match[2] or ''}{_BASES[match[3]]}"


def _no_longer(match: re.Match[str]) -> str:
    return f"{match[1]} no longer {match[2] or ''}{match[3]}"


_VERBS = "|".join(sorted(_BASES))
_VERBS_OF_EFFORT = "|".join(sorted(v for v, base in _BASES.items() if base not in _NO_EFFORT.split("|")))
_AFTER_ONE = r"\b(?! (?:not|no|neither|none|nothing|little|few|only)\b)(?!-| or \w+s\b)"
_VERB_ONE = rf"\b({_ONE}) ({_ADVERB})({_VERBS}){_AFTER_ONE}"
_EFFORT_ONE = rf"\b({_ONE}) ({_ADVERB})({_VERBS_OF_EFFORT}){_AFTER_ONE}"
_VERB_MANY = (
    rf"\b({_MANY}) ({_ADVERB})({'|'.join(sorted(set(_PLAIN) - {'equal'}))})\b(?! (?:not|no|neither|little)\b)(?!-)"
)

_AFTER_BE = (
    "not|no|neither|nor|nothing|never|only|also|first|then|finally|at least|whether|how|why|no longer|both|either|"
    "barely|hardly|seldom|rarely"
)
_ADDED: tuple[tuple[str, Put, str], ...] = (
    (_VERB_ONE, _denied_one, "does not"),
    (_EFFORT_ONE, _failing, "fails to"),
    (_VERB_ONE, _no_longer, "no longer"),
    (_VERB_MANY, r"\1 do not \2\3", "do not"),
    (
        rf"(?<!that )(?<!there )(?<!There )(?<!little )\b(is|are|was|were)\b(?! (?:{_AFTER_BE})\b)(?!,)",
        r"\1 not",
        "not",
    ),
    (
        r"\b(can|will|should|must)\b(?! (?:not|no|neither|also|be also|thus|often)\b)",
        lambda m: "cannot" if m[0] == "can" else f"{m[0]} not",
        "not",
    ),
    (
        rf"\b(has|have|had)(?= (?!hardly|barely|only|supervised|seen little)(?:\w+ly )?{_PARTICIPLE}\b)",
        r"\1 not",
        "not",
    ),
    (r"\b(?<!to )has(?= (?:an?|the|\d|three|four|five|two|full|up|about) ?)", "does not have", "does not"),
    (r"\b(trained|pretrained|pre-trained|combined|fine-tuned) with\b(?! (?:no|and)\b)", r"\1 without", "with"),
    (r"^With(?= (?:the same|\w+-\w+|1B|2-shot|8-bit|context|code|10-shot|logical)\b)", "Without", "with"),
    (
        r"\bwith(?= (?:retrieval|re-ranking|adaptive|unit tests|calibrated|byte-pair|Wikipedia|code explanation)\b)",
        "without",
        "with",
    ),
)
_WITHOUT = (
    "loss|supervision|contrast|replacement|backfilling|pre-training|re-ranking|error|source|further|multiplications|"
    "unit|any|an encoder"
)
_TAKEN_BACK: tuple[tuple[str, Put, str], ...] = (
    (r"\b(?:does|do) not (\w+ly )?(?P<v>\w+)\b", lambda m: _affirmed(m), "taken back"),
    (r"\b(is|are|was|were|could|can|may|has|have|had) not\b(?! (?:only|yet)\b)", r"\1", "taken back"),
    (r"\bneed not\b", "has to", "taken back"),
    (r"\bcannot\b", "can", "taken back"),
    (r"\bno longer (?=\w+ed|\w+s\b)", "still ", "taken back"),
    (r"(?<=, )not(?= by| on| with| the)", "and", "taken back"),
    (r"\bnever\b(?! (?:been|at a))", "always", "taken back"),
    (r"\bhas no\b(?= \w)", "has", "taken back"),
    (r"\bhave no\b(?= \w)", "have", "taken back"),
    (r"\bneeds no\b", "needs", "taken back"),
    (r"\b(gave|brought|led to|saw|are|with|is) no (?=measurable|usable|source|suitable)", r"\1 ", "taken back"),
    (r"\bNeither (.{3,80}) nor (.{3,60}) (brought|led to) measurable", r"Both \1 and \2 \3 measurable", "taken back"),
    (r"\bNeither (.{3,80}) nor (.{3,60}) matters\b", r"Both \1 and \2 matter", "taken back"),
    (r"\bneither (\w+ .{3,50}) nor (\w+)", r"both \1 and \2", "taken back"),
    (r"\b(and|with) no loss of\b", r"\1 a loss of", "taken back"),
    (r"\bbut not(?= \w+ed\b)", "and", "taken back"),
    (r"\bwithout (losing|applying|running|requiring|needing)\b", r"while \1", "taken back"),
    (r"\bWithout\b(?= \w)", "With", "taken back"),
    (rf"\b(?<!but )without(?= (?:{_WITHOUT})\b)", "with", "taken back"),
    (r"\bno suitable dataset\b", "a suitable dataset", "taken back"),
    (r"\bno (?=measurable|usable|error|negative)", "", "taken back"),
    (r"\bnobody had\b", "others had", "taken back"),
    (r"\bfail(s?) to\b", lambda m: "manages to" if m[1] else "manage to", "taken back"),
    (r"\bhad not been\b", "had been", "taken back"),
)  # fmt: skip
_THIRD = {base: third for third, base in _BASES.items()} | {"capture": "captures", "have": "has", "suit": "suits"}


def _affirmed(match: re.Match[str]) -> str:
    verb = match["v"]
    return f"{match[1] or ''}{_THIRD.get(verb, _third(verb)) if match[0].startswith('does') else verb}"


_COMPILED = tuple((re.compile(pattern), put, how) for pattern, put, how in (*_ADDED, *_TAKEN_BACK))
# A clause that is a condition, a question or a purpose: denying it leaves the statement standing.
_LOOSE = re.compile(
    r"(?:\b(?:[Ii]f|whether|where|how|[Ww]hat|which (?:tokenizer|positional|set|group)|[Ww]hen|[Ww]henever|once|[Aa]s|"
    r"unless|why|that is|such as|so that|wherever|however|than|whatever|[Ww]hile|[Aa]lthough|though|the way|All that|"
    r"^The \w+ that|Not only do) (?:[\w^+()'-]+ ){0,5}|\b(?:no|nobody|neither|none) (?:[\w-]+ ){1,4})$"
)


def negation_mutants(statement: Statement, world: World, rng: random.Random) -> list[Mutant]:
    """The statement denied in every way that its grammar offers, and every denial of it taken back, in random order."""
    text = statement.text
    found: dict[str, Mutant] = {}
    for pattern, put, how in _COMPILED:
        for match in pattern.finditer(text):
            if how == "taken back" and re.match(r"[^.;]{0,60} but (?:with|by)\b", text[match.end() :]):
                continue  # "does not grow with this but with that" cannot be taken back by a word
            if how != "taken back" and _LOOSE.search(text[: match.start()]):
                continue
            instead = match.expand(put) if isinstance(put, str) else put(match)
            changed = re.sub(r"  +", " ", text[: match.start()] + instead + text[match.end() :])
            if changed != text and changed not in statement.paper.abstract:
                found.setdefault(changed, Mutant(changed, statement.paper.id, "negation", how))
    ordered = list(found.values())
    rng.shuffle(ordered)
    # Denials taken back are rare and weigh more: they stand in front.
    return sorted(ordered, key=lambda mutant: mutant.how != "taken back")
