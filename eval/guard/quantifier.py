"""Class quantifier: how many, how often, how far. Held out: nobody tunes a guard to it. Pure."""

from __future__ import annotations

import random
import re

from eval.guard.world import Mutant, Statement, World

# A weaker statement is not a false one ("some" where it was "all"), so what is weakened says "only".
_RULES = (
    (r"\ball (?=(?:existing |the |of the )?\w+s\b)", "only some "),
    (r"\bAll (?=five of\b)", "Hardly any of the "),
    (r"\ball (?=five of\b)", "hardly any of the "),
    (r"\bsome (?=of\b|\w+s\b)", "all "),
    (r"\bmost (?=\w+s\b|of\b)", "all "),
    (r"\bMost (?=\w)", "All "),
    (r"\bSome (?=\w+s\b)", "All "),
    (r"\bin most cases\b", "in all cases"),
    (r"\bin several cases\b", "in all cases"),
    (r"\bIn several cases\b", "In all cases"),
    (r"\bAlmost every\b", "Every"),
    (r"\balmost every\b", "every"),
    (r"(?<!most )(?<!At )(?<!nearly )\bevery (?=\w+)", "hardly any "),
    (r"\balmost no (?=\w)", "no "),
    (r"\bmostly\b", "exclusively"),
    (r"\b(?:particularly|especially|above all) when\b", "only when"),
    (r"(?<!so )(?<!very )(?<!how )\bmany (?=\w+s\b)", "only a few "),
    (r"(?<!only )(?<!very )\b(?:a )?few (?=\w+s\b|of\b|small )", "many "),
    (r"\bsometimes\b", "always"),
    (r"\balways\b", "only sometimes"),
    (r"(?<!very )(?<!most )\boften\b(?! (?:struggle|than))", "always"),
    (r"\busually\b", "always"),
    (r"\bconsistently\b", "only sometimes"),
    (r"\bup to (?=(?:more than )?\d)(?=\d+(?:\.\d+)?(?:%|x| percent| times))", ""),
    (r"\b(?:significantly|markedly|substantially|greatly) (?=\w+)", "only slightly "),
    (r"(?<!comes out )\bclearly (?=\w+)", "only slightly "),
    (r"\bmoderately\b", "vastly"),
    (r"\bslightly\b", "vastly"),
    (r"\bpartly\b", "fully"),
    (r"\blargely\b", "entirely"),
    (r"\bthe whole (?=\w)", "only part of the "),
    (r"\bthe entire (?=\w)", "only part of the "),
    (r"\bany (?=mixture)", "only one "),
    (r"\bone or more\b", "all"),
    (r"\bonly (?=on (?!\d)|at |an |the (?:top|next))", "not only "),
    (r"\bon text (?:alone|only)\b", "not only on text"),
    (r"\bBoth (?=models|laws|phases)", "Neither of the "),
)
_COMPILED = tuple((re.compile(pattern), put) for pattern, put in _RULES)
# "not only", "after all", "at most": words that mean something else in company.
_FIXED = re.compile(r"\b(?:not|if|the|at|after|above|first|once and for) $")


def quantifier_mutants(statement: Statement, world: World, rng: random.Random) -> list[Mutant]:
    """Every change of how many, how often or how far, one at a time, in random order."""
    found: dict[str, Mutant] = {}
    text = statement.text
    for pattern, put in _COMPILED:
        for match in pattern.finditer(text):
            if _FIXED.search(text[: match.start()]):
                continue
            changed = text[: match.start()] + put + text[match.end() :]
            changed = changed[0].upper() + changed[1:] if text[0].isupper() else changed
            if changed not in statement.paper.abstract:
                how = f"{match[0].strip().casefold()} to {put.strip().casefold() or 'nothing'}"
                found.setdefault(changed, Mutant(changed, statement.paper.id, "quantifier", how))
    ordered = list(found.values())
    rng.shuffle(ordered)
    return ordered
