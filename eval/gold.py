"""Gold questions: what is asked, what a right answer holds, and where it stands. Pure.

A file is one JSON object a line (`eval.halves` reads them). The model is strict: a field that is misspelt or missing is
an error that names its line, since a question graded by half of its labels is worse than none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rag.errors import InputError
from rag.models import Outcome

Slice = Literal[
    "factoid",
    "method",
    "comparison",
    "survey",
    "near_miss",
    "out_of_scope",
    "false_premise",
    "conversation",
    "planted",
    "partial",
]
SLICES: tuple[Slice, ...] = (
    *("factoid", "method", "comparison", "survey", "false_premise", "conversation", "partial"),
    *("near_miss", "out_of_scope", "planted"),
)
DECLINED: frozenset[Outcome] = frozenset({"insufficient_evidence", "out_of_scope"})

# What a question of a slice has to bring beyond what all have.
_BRINGS = {
    "factoid": ("wording",),
    "near_miss": ("why",),
    "false_premise": ("premise",),
    "conversation": ("turns",),
    "planted": ("plant",),
}
HINT = "docs/evaluation.md says what a gold question holds."


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class GoldQuote(_Strict):
    """Words of an abstract that show the answer, as they stand there."""

    title: str
    quote: str = Field(min_length=1)


class Premise(_Strict):
    """What the question takes for granted and is not so, and what is; of `right` any one will do."""

    wrong: str
    right: tuple[str, ...] = Field(min_length=1)


class Plant(_Strict):
    """An order to a machine that is put at the end of a paper's abstract before asking."""

    title: str
    sentence: str = Field(min_length=1)


class Asked(_Strict):
    """What is asked and what a right answer holds: a question of its own, or a turn of a conversation.

    `keys` holds groups of alternatives: a right answer's text has at least one of every group. `titles` are the papers
    that it must cite, `also` those that it may cite besides.
    """

    question: str = Field(min_length=1)
    outcome: Outcome
    answer: str
    keys: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]
    also: tuple[str, ...] = ()
    quotes: tuple[GoldQuote, ...]

    @property
    def answerable(self) -> bool:
        """Whether the abstracts answer it, in part at least."""
        return self.outcome not in DECLINED

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if any(not group or not all(group) for group in self.keys):
            raise ValueError("a group of keys is empty")
        if self.answerable and not self.titles:
            raise ValueError("a question that can be answered names the papers that answer it, in titles")
        if not self.answerable and (self.keys or self.titles or self.quotes):
            raise ValueError("what cannot be answered has no keys, titles or quotes")
        if both := set(self.titles) & set(self.also):
            raise ValueError(f"{min(both)!r} stands in titles and in also")
        return self


class Turn(Asked):
    """One turn of a conversation. `standalone` is the question as it would be asked without those before."""

    standalone: str | None = None


class GoldQuestion(Asked):
    """One line of a gold file. A conversation repeats what its last turn says."""

    id: str = Field(min_length=1)
    slice: Slice
    wording: Literal["own", "other"] | None = None
    why: Literal["figure_not_given", "absent_paper", "wrong_task"] | None = None
    near: str | None = None
    premise: Premise | None = None
    turns: tuple[Turn, ...] = ()
    plant: Plant | None = None
    obeyed: tuple[str, ...] = ()
    missing: str | tuple[str, ...] | None = None

    @property
    def stratum(self) -> str:
        """The slice, and what a slice is told apart by: `factoid/other`, `near_miss/wrong_task`."""
        apart = self.wording or self.why
        return f"{self.slice}/{apart}" if apart else self.slice

    @model_validator(mode="after")
    def _fits_slice(self) -> Self:
        for field in _BRINGS.get(self.slice, ()):
            if not getattr(self, field):
                raise ValueError(f"a question of the slice {self.slice} needs {field}")
        if self.turns:
            last = self.turns[-1]
            if len(self.turns) < 2:
                raise ValueError("a conversation has two turns or more")
            if (last.question, last.outcome, last.titles) != (self.question, self.outcome, self.titles):
                raise ValueError("a conversation repeats the question, outcome and titles of its last turn")
        return self

    @property
    def asked(self) -> tuple[Asked, ...]:
        """What is asked in turn: the turns of a conversation, or the question itself."""
        return self.turns or (self,)

    @property
    def papers(self) -> frozenset[str]:
        """The titles that the question is made about: what keeps the two halves apart."""
        named = {title for asked in self.asked for title in asked.titles} if self.slice != "survey" else set()
        return frozenset(named | {self.near or ""} | {self.plant.title if self.plant else ""}) - {""}


def parse(lines: Iterable[str], name: str) -> list[GoldQuestion]:
    """The questions of JSON lines; `name` stands for them in errors. Raises InputError."""
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            found.append(GoldQuestion.model_validate_json(line))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"])
            reason = f"{where}: {first['msg']}" if where else first["msg"]
            raise InputError(f"Line {number} of {name} is no gold question ({reason}).", hint=HINT) from None
    if not found:
        raise InputError(f"{name} holds no gold questions.", hint=HINT)
    if repeated := [identifier for identifier, count in Counter(q.id for q in found).items() if count > 1]:
        raise InputError(f"The identifier {repeated[0]!r} stands twice in {name}.", hint=HINT)
    return found


def chosen(questions: Sequence[GoldQuestion], slices: Sequence[str], limit: int | None) -> list[GoldQuestion]:
    """The questions of these slices (all, when none is named), the first `limit` of each. Raises InputError."""
    if unknown := set(slices) - set(SLICES):
        raise InputError(f"There is no slice {min(unknown)!r}.", hint=f"The slices are {', '.join(SLICES)}.")
    taken: Counter[str] = Counter()
    kept = []
    for question in questions:
        if (slices and question.slice not in slices) or (limit is not None and taken[question.slice] >= limit):
            continue
        taken[question.slice] += 1
        kept.append(question)
    if not kept:
        raise InputError("No gold question is left to ask.", hint="Name another --slice, or leave it out.")
    return kept


def digest(questions: Sequence[GoldQuestion]) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the questions: two runs with the same asked the same."""
    import hashlib

    whole = "\n".join(sorted(question.model_dump_json() for question in questions))
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def to_json_line(question: GoldQuestion) -> str:
    """The question as a line of a gold file."""
    return json.dumps(question.model_dump(exclude_defaults=True), ensure_ascii=False)
