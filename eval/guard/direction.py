"""Class direction: a comparison or a change is turned round, and nothing else. Pure."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from eval.guard.world import Mutant, Statement, World

Swap = str | Callable[[re.Match[str]], str]

# Either word for the other, wherever it stands as a whole word.
_PAIRS = (
    ("outperforms", "underperforms"),
    ("outperform", "underperform"),
    ("outperformed", "underperformed"),
    ("outperforming", "underperforming"),
    ("fewer", "more"),
    ("higher", "lower"),
    ("faster", "slower"),
    ("larger", "smaller"),
    ("better", "worse"),
    ("shorter", "longer"),
    ("cheaper", "costlier"),
    ("wider", "narrower"),
    ("deeper", "shallower"),
    ("increases", "decreases"),
    ("increase", "decrease"),
    ("raises", "lowers"),
    ("rises", "falls"),
    ("superior", "inferior"),
    ("largest", "smallest"),
    ("above", "below"),
    ("speeds up", "slows down"),
)
# One way only: a pattern, and what stands in its place.
_RULES: tuple[tuple[str, Swap], ...] = (
    (r"\bless(?= than)\b", "more"),
    (r"\bless(?! than)\b(?= [a-z])", "more"),
    (r"\bmore(?= than \d)", "less"),
    (
        r"\bmore(?= (?:robust|diverse|coherent|efficient|multilingual|precise|accurate|general|factual)\w*\b"
        r"| informative\w*\b)",
        "less",
    ),
    (r"\bimproves on(?! average)\b", "falls behind"),
    (r"\bimproves( \w+ly) on\b", r"falls\1 behind"),
    (r"\bahead of(?! any\b)", "behind"),
    (r"\b(still )?lag behind(?= th)", lambda m: f"are {m[1] or ''}ahead of"),
    (r"\bimproves(?! on\b)\b(?! \w+ly on\b)", "degrades"),
    (r"\beasier(?= to\b)", "harder"),
    (r"(?<!fail )\bto improve\b", "to degrade"),
    (r"\b(can|could|may|help \w+|might) improve\b", r"\1 degrade"),
    (r"\bimprovement(?=s? (?:of|in)\b)", "drop"),
    (r"\breduces\b", "increases"),
    (r"\breduce\b", "increase"),
    (r"\breduction in\b", "increase in"),
    (r"\bsaves(?= \d| about| up| almost)", "adds"),
    (r"\bcuts(?= \w+ (?:time|cost)|.{0,20}\btime\b)", "increases"),
    (r"\blifts\b", "lowers"),
    (r"\b(performance|accuracy|BLEU)\b(.{0,30}) drop(s?)\b", r"\1\2 rise\3"),
    (r"\b([Ii]t|[A-Z][\w+^.-]*\w\+*) surpasses\b", r"\1 falls short of"),
    (r"\bequals or surpasses\b", "falls short of"),
    (r"(?<!or )\bsurpasses\b(?! human)", "falls short of"),
    (r"\bbeats\b", "loses to"),
    (r"\b(can|and|to|ones|data|consistently|clearly) beat\b(?! or)", r"\1 lose to"),
    (r"\b([Ii]t|RAG|Rex)( also)? beat\b", r"\1\2 lost to"),
    (r"\bgains(?= over \d| more than \d| \d)", "loses"),
    (r"\bgain(?= \d)", "lose"),
    (r"\blose(?= \d)", "gain"),
    (r"\bloses(?= \d)", "gains"),
    (r"\blags?(?: behind)?(?= in\b)", lambda m: "leads" if m[0].startswith("lags") else "lead"),
    (r"\bled(?= by \d| by at)", "lagged behind"),
    (r"\blead(?= was\b)", "lag"),
    (r"\bcomes out clearly ahead\b", "comes out clearly behind"),
    (r"\bwins(?= on\b)", "loses"),
    (r"\bup to(?= \d)", "at least"),
    (r"\bat least(?= \d)", "at most"),
    (r"\bat most(?= \d| half)", "at least"),
    (r"\bno less (?=\w+ than)", "less "),
    (r"\bunder(?= \d)", "over"),
    (r"\bmore(?= (?:compute|memory|specifically|time|speed)\b)", "less"),
    (r"\bsmall(?= (?:fraction|part)\b)", "large"),
    (r"\bshrinks?(?= by\b)", lambda m: "grows" if m[0].endswith("s") else "grow"),
    (r"\bdoubles(?= the\b)", "halves"),
)
_NOT_COMPARED = re.compile(r"\b(?:no|not|or|any|once|and|even|many|further) $")
_MORE_OF = re.compile(r"^more (?:\w+ ){0,1}(?:tokens|operations|parameters|bits|samples|species|papers|datasets)\b")


def direction_mutants(statement: Statement, world: World, rng: random.Random) -> list[Mutant]:
    """Every comparison or change of the statement turned round, one at a time, in random order."""
    text = statement.text
    found = []
    for pattern, put in _COMPILED:
        for match in pattern.finditer(text):
            if _is_something_else(text, match):
                continue
            swapped = match.expand(put) if isinstance(put, str) else put(match)
            if match[0][0].isupper():
                swapped = swapped[0].upper() + swapped[1:]
            changed = _with_article(text[: match.start()], swapped) + text[match.end() :]
            how = f"{match[0].strip().casefold()} to {swapped.strip().casefold()}"
            found.append(Mutant(changed, statement.paper.id, "direction", how))
    unique = {mutant.text: mutant for mutant in found if mutant.text not in statement.paper.abstract}
    ordered = list(unique.values())
    rng.shuffle(ordered)
    return ordered


def _with_article(before: str, word: str) -> str:
    """`before` and `word` with the article between them mended: `a superior`, `an inferior`."""
    article = "an " if word[0] in "aeio" else "a "
    return re.sub(r"\ban? $", article, before) + word


def _is_something_else(text: str, match: re.Match[str]) -> bool:
    before, rest = text[: match.start()], text[match.start() :]
    word = match[0].casefold()
    if word == "more" and not match.re.pattern.startswith(r"\bmore(?="):
        return not _MORE_OF.match(rest) or bool(_NOT_COMPARED.search(before))
    if re.search(r"\b(?:match or|no|not) $", before) and not word.startswith("no "):
        return True  # "no longer", "no less"; "match or underperform" says little
    if word in ("less", "more", "higher", "better", "worse", "faster") and re.search(r"\b(?:or|any) $", before):
        return True
    if word in ("smaller", "larger") and re.match(r"\w+ (?:one|of the two) is ", rest):
        return True  # where the smaller one is enough, the larger one may be as well
    if word in ("better", "worse") and re.search(r"\b(?:that|to|can) $", before):
        return True  # "to better capture"
    if word == "lower":  # "to lower the perplexity" is a verb
        return bool(re.search(r"\b(?:to|further|can|which|and) $", before)) and not rest.startswith(
            ("lower than", "lower la")
        )
    if word in ("increase", "decrease"):
        return bool(re.search(r"\b(?:an|the|a) $", before))
    if word in ("above", "below"):  # "above all", "described above"
        return not re.match(r"(?:above|below) (?:that|the|alternatives|\d|its|baseline)", rest)
    return word == "better" and bool(re.match(r"better (?:embedding |automated |code |architectures)", rest))


def _both_ways() -> list[tuple[re.Pattern[str], Swap]]:
    made: list[tuple[re.Pattern[str], Swap]] = []
    for one, other in _PAIRS:
        made.append((re.compile(rf"\b{one}\b", re.IGNORECASE), other))
        made.append((re.compile(rf"\b{other}\b", re.IGNORECASE), one))
    return made


_COMPILED: list[tuple[re.Pattern[str], Swap]] = _both_ways() + [(re.compile(pattern), put) for pattern, put in _RULES]
