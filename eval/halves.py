"""The files of gold questions.

choosing.jsonl    for choosing rules and thresholds: questions on the papers with an even place in the corpus
voices.jsonl      for the same, on the same papers, by four more authors: what helps one author's wording alone shows
reporting.jsonl   for reporting, looked at by nobody who changes what answers: those with an odd place
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from eval.gold import HINT, GoldQuestion, parse
from rag.errors import InputError

HALVES = ("choosing", "reporting")
SETS = ("choosing", "voices", "reporting")


def read_half(half: str) -> list[GoldQuestion]:
    """The questions of `choosing`, `voices`, `reporting` or `all` of both halves, as they ship. Raises InputError."""
    if half not in (*SETS, "all"):
        raise InputError(f"There is no half {half!r}.", hint="Name choosing, voices, reporting or all.")
    chosen = HALVES if half == "all" else (half,)
    found: list[GoldQuestion] = []
    for name in chosen:
        path = files("eval") / "gold" / f"{name}.jsonl"
        if not path.is_file():
            raise InputError(
                f"There are no gold questions in {name}.jsonl.", hint="Name another --half, or --gold FILE."
            )
        found += parse(path.read_text(encoding="utf-8").splitlines(), f"{name}.jsonl")
    return found


def read_gold(path: Path) -> list[GoldQuestion]:
    """The questions of a file. Raises InputError with the line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} cannot be read ({error}).", hint=HINT) from error
    return parse(text.splitlines(), path.name)
