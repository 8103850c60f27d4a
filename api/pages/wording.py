"""What pages without scripts say; `api/web/wording.js` says the same, and a test compares them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.models import AnswerSentence, Coverage, Outcome, Provenance

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAY = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")

NOTES = {
    "premise_conflict": "The question takes something for granted that a paper contradicts.",
    "figure_not_given": "Not given in the abstract.",
    "conflicting_papers": "The papers disagree.",
    "injection_ignored": "Instructions inside a paper were ignored.",
    "truncated": "Something was cut short.",
    "model_unavailable": "The language model was not available.",
}
REASONS = {
    "unsupported": "no abstract shows it",
    "number_not_in_evidence": "a figure does not stand in the cited abstract",
    "unit": "the unit differs from the abstract’s",
    "name_not_in_evidence": "a name does not stand in the cited abstract",
    "negation": "the abstract says the opposite",
    "direction": "the direction differs from the abstract’s",
    "attribution": "it belongs to another paper or system",
    "unknown_citation": "it cites a paper that does not exist",
}
_SUPPORT = {
    "verbatim": "Word for word from the abstract.",
    "close": "Reworded; every figure, name and direction agrees with the marked words.",
    "weak": "Weakly supported: figures and names agree, but the marked words do not cover all of it.",
}
_GRADES = {"close": "reworded", "weak": "weakly supported"}
_CONFIDENCE = ((0.75, "high"), (0.5, "fair"), (0.25, "low"), (0.0, "very low"))


def day(value: str | None) -> str:
    """`2025-03-12` as `12 Mar 2025`; a month, a year or anything else as far as it goes."""
    found = _DAY.match(value or "")
    if not found:
        return value or ""
    year, month, date = found.groups()
    return " ".join(filter(None, (str(int(date)) if date else "", _MONTHS[int(month) - 1] if month else "", year)))


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 paper`, `1,204 papers`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def days(since: str | None, until: str | None) -> str:
    """Days from one to another, either of which may be open."""
    if since and since == until:
        return day(since)
    if since and until:
        return f"{day(since)} to {day(until)}"
    return f"from {day(since)}" if since else f"until {day(until)}" if until else ""


def coverage(what: Coverage) -> str:
    """What an answer looked at: `70 papers, listed 12 Mar 2025; abstracts only`."""
    when = days(what.window.since, what.window.until)
    parts = [count(what.papers_searched, "paper") + (f", listed {when}" if when else ""), "abstracts only"]
    if what.incomplete_days:
        listed = [day(each) for each in what.incomplete_days]
        parts.append("incomplete: " + (f"{', '.join(listed[:-1])} and {listed[-1]}" if len(listed) > 1 else listed[0]))
    return "; ".join(parts)


def origin(provenance: Provenance) -> str:
    """How an answer came to be."""
    if provenance.mode == "extractive":
        return "Quoted, without a language model"
    return f"Written by {provenance.model}, each sentence checked"


def confidence(value: float) -> str:
    """A confidence between 0 and 1 in a word."""
    return next(word for least, word in _CONFIDENCE if value >= least)


def support(sentence: AnswerSentence) -> str:
    """How well the quoted words carry a sentence."""
    parts = [_SUPPORT[sentence.support]]
    if sentence.replaced_wording:
        parts.append("The draft could not be shown, so the abstract’s own words stand here.")
    if sentence.corrected_citation:
        parts.append("The draft named another paper; the citation was corrected.")
    return " ".join(parts)


def grades(sentence: AnswerSentence) -> list[str]:
    """The same in a word or two; nothing where there is nothing to warn of."""
    words = [_GRADES[sentence.support]] if sentence.support in _GRADES else []
    if sentence.replaced_wording:
        words.append("abstract’s own words")
    if sentence.corrected_citation:
        words.append("citation corrected")
    return words


def standing(sentences: Sequence[AnswerSentence]) -> str:
    """What the sentences of an answer rest on, all together."""
    quoted = sum(sentence.support == "verbatim" for sentence in sentences)
    source = count(len({n for sentence in sentences for n in sentence.citations}), "abstract")
    if quoted == len(sentences):
        return f"Quoted word for word from {source}"
    if not quoted:
        return f"Reworded from {source}"
    return f"From {source}; {quoted} of {len(sentences)} sentences quoted word for word"


def declined(outcome: Outcome) -> str:
    """The heading of an answer that has no sentences."""
    return "Not a question for these papers" if outcome == "out_of_scope" else "The abstracts do not answer this"
