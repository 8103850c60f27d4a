"""Class figure: a value is changed, and nothing else. Pure."""

from __future__ import annotations

import random
import re
from itertools import pairwise

from eval.guard.numerals import WORDS, Numeral, numerals
from eval.guard.world import Mutant, Statement, World

_FURTHER = 0.2  # behind "about", "up to" or "more than" a value must differ by this share to be false


def figure_mutants(statement: Statement, world: World, rng: random.Random) -> list[Mutant]:
    """Every changed figure that is false of the statement's paper, in random order."""
    text, paper = statement.text, statement.paper
    found: list[tuple[str, str]] = []
    figures = numerals(text)
    for figure in figures:
        made = [("digits", digits) for digits in _other_digits(figure, rng)]
        made += [("shifted", digits) for digits in _shifted(figure)]
        made += [("corpus", digits) for digits in _of_the_corpus(figure, world, rng)]
        for how, digits in made:
            if _is_false(figure, digits, text, statement, world):
                found.append((how, _put(text, figure, digits)))
    rng.shuffle(found)
    # Few ways of each kind per statement, so that no statement and no way fills the class.
    chosen = [next(((h, t) for h, t in found if h == how), None) for how in ("digits", "corpus", "shifted")]
    firsts = [pair for pair in chosen if pair is not None]
    rng.shuffle(firsts)
    exchanged = [("exchanged", changed) for changed in _exchanged(text, figures)][:1]
    ordered = exchanged + firsts + [pair for pair in found if pair not in firsts and pair[0] != "shifted"]
    return [Mutant(changed, paper.id, "figure", how) for how, changed in ordered if changed != text]


def _put(text: str, figure: Numeral, digits: str) -> str:
    return text[: figure.start] + digits + text[figure.end :]


def _other_digits(figure: Numeral, rng: random.Random) -> list[str]:
    """One significant digit replaced by another; another number word for a number word."""
    if figure.digits in WORDS:
        return [word for word in WORDS if word != figure.digits and abs(WORDS[word] - figure.value) <= 3]
    significant = re.sub(r"0+$", "", figure.digits) if "." not in figure.digits else figure.digits
    places = [i for i, c in enumerate(significant) if c.isdigit()]
    leading = next((i for i in places if significant[i] != "0"), 0)
    made = []
    for place in (i for i in places if i >= leading):
        digit = rng.choice([d for d in "123456789" if d != figure.digits[place]])
        made.append(figure.digits[:place] + digit + figure.digits[place + 1 :])
    return made


def _shifted(figure: Numeral) -> list[str]:
    """The decimal point moved by one place: `3.79` gives `37.9`, `28` gives `2.8`, `300` gives `30`."""
    digits = figure.digits
    if digits in WORDS or "," in digits or len(digits) == 1:
        return []
    whole, _, part = digits.partition(".")
    made = []
    if part:
        made.append(f"{whole}{part[0]}".lstrip("0") + (f".{part[1:]}" if part[1:] else ""))
    elif digits.endswith("0"):
        made += [digits[:-1], digits + "0"]
    elif figure.form.startswith(("%", "x")):
        made.append(f"{digits[:-1]}.{digits[-1]}")
    return [d for d in made if d and not d.startswith(".")]


def _of_the_corpus(figure: Numeral, world: World, rng: random.Random) -> list[str]:
    """Figures of the same form elsewhere in the corpus, those of the same size among them."""
    others = [digits for digits in world.figures_by_form.get(figure.form, ()) if digits not in (figure.digits, "")]
    plain = [d for d in others if d not in WORDS and figure.digits not in WORDS]
    near = [d for d in plain if 0.2 <= float(d.replace(",", "")) / (figure.value or 1.0) <= 5]
    return rng.sample(near, min(3, len(near)))


def _is_false(figure: Numeral, digits: str, text: str, statement: Statement, world: World) -> bool:
    value = float(WORDS[digits]) if digits in WORDS else float(digits.replace(",", ""))
    if digits == "two" and re.search(r"\ball $", text[: figure.start], re.IGNORECASE):
        return False  # "all two" is not English
    if value == figure.value or (value == 0.0) != (figure.value == 0.0):
        return False
    if "%" in figure.form and figure.value <= 100 < value:
        return False  # nobody would believe 154 % where there were 15.4
    if figure.digits not in WORDS and digits not in WORDS and _rounds(digits, figure.digits):
        return False  # 14.3 is not false of what was said to be 14
    share = (value - figure.value) / figure.value if figure.value else 1.0
    hedged = {"none": True, "about": abs(share) >= _FURTHER, "least": share >= _FURTHER, "most": share <= -_FURTHER}
    if not hedged[figure.hedge] or not _keeps_order(figure, value, text):
        return False
    if abs(share) < 0.02 and figure.form == "x":
        return False  # 56 and 56.3 times may be the same measurement
    return not world.states_value(statement.paper, value) or _stands_apart(figure, digits, text, statement)


def _rounds(one: str, other: str) -> bool:
    """Whether one of two figures is the other with fewer decimals."""
    places = min(len(digits.partition(".")[2]) for digits in (one, other))
    return round(float(one.replace(",", "")), places) == round(float(other.replace(",", "")), places)


def _keeps_order(figure: Numeral, value: float, text: str) -> bool:
    """`30%-50%` and `99M to 3.9B` stay ranges: the lower end only falls, the upper end only rises."""
    after, before = text[figure.end :], text[: figure.start]
    if re.match(r"[%\w]*(?:-| to )~?\d", after):
        return value < figure.value
    if re.search(r"\d[%\w]*(?:-| to )~?$", before):
        return value > figure.value
    return True


def _stands_apart(figure: Numeral, digits: str, text: str, statement: Statement) -> bool:
    """Whether a value that the abstract has elsewhere is false here: it must be of the same form and not in `text`."""
    if digits in text or not (figure.form in ("%", "x") or figure.form.startswith("decimal")):
        return False
    return any(other.digits == digits and other.form == figure.form for other in numerals(statement.paper.abstract))


def _exchanged(text: str, figures: list[Numeral]) -> list[str]:
    """Two figures of one form, each of a thing of its own, in each other's place."""
    made = []
    for one, other in pairwise(figures):
        between = text[one.end : other.start]
        # "2 and 3", "2 to 3" and "2-3" name the same things in either order, unless "respectively" binds them.
        words = [w for w in re.findall(r"[A-Za-z]{2,}", between) if w not in ("to", "and", "or", "percent", "times")]
        bound = len(words) >= 2 or "respectively" in text
        # Where "respectively" binds, only the last figure has beside it what is counted.
        respective = "respectively" in text and one.unit == other.unit and ("." in one.digits) == ("." in other.digits)
        alike = (respective or one.form == other.form) and one.hedge == other.hedge and one.digits != other.digits
        if alike and bound and not re.search(r"[.;] ", between):
            made.append(text[: one.start] + other.digits + between + one.digits + text[other.end :])
    return made
