"""A second opinion: another model is asked whether an answer states the reference. It never replaces the keys.

Judges disagree with people and with each other; what is reported is how far this one agrees with the labels by keys, as
Cohen's kappa and as a share, so that a reader can tell how much the labels depend on their wording.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.gold import DECLINED
from eval.matching import without_markers
from eval.scoring import Judged
from eval.significance import kappa
from rag.errors import InputError, ModelError
from rag.llm import Model
from rag.models import Progress
from rag.prompting import Message, Prompts, fenced
from rag.text.inert import inert

MAX_TOKENS = 300


class Opinion(BaseModel):
    """The form of a judge's reply: first the reason, since what comes first bends what comes after."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    because: str
    states: bool


@dataclass(frozen=True, slots=True)
class JudgeReport:
    """How a judge and the labels by keys agree, over answers that were given to answerable questions.

    `states` has the judge's opinion by question; `unreadable` replies count nowhere. `both`, `only_judge`, `only_keys`
    and `neither` count what each found right.
    """

    model: str
    prompt: str
    prompt_sha256: str
    states: Mapping[str, bool]
    because: Mapping[str, str]
    unreadable: int
    both: int
    only_judge: int
    only_keys: int
    neither: int

    @property
    def n(self) -> int:
        """How many answers both labelled."""
        return len(self.states)

    @property
    def agreement(self) -> float:
        """The share of answers on which judge and keys agree; 0 for none."""
        return (self.both + self.neither) / self.n if self.n else 0.0

    @property
    def kappa(self) -> float:
        """Cohen's kappa: agreement beyond what the two would reach by chance; see `eval.significance.kappa`."""
        return kappa(self.both, self.only_judge, self.only_keys, self.neither)

    def to_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return {**asdict(self), "n": self.n, "agreement": self.agreement, "kappa": self.kappa}


async def judge(
    answers: Sequence[Judged], model: Model, prompts: Prompts, *, progress: Callable[[Progress], None] | None = None
) -> JudgeReport:
    """Ask the judge about every answer that was given to an answerable question.

    Raises InputError when the judge is the model that answered, and ModelError when it cannot be reached.
    """
    _refuse_own_judge(answers, model.name)
    prompt = prompts.current("judge")
    given = [one for one in answers if one.row.expected not in DECLINED and one.row.outcome not in (*DECLINED, "error")]
    states, because, unreadable = {}, {}, 0
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for done, one in enumerate(given, 1):
        messages = prompt.messages(
            question=_fenced("QUESTION", one.row.question),
            reference=_fenced("REFERENCE", one.session.replies[-1].asked.answer),
            answer=_fenced("ANSWER", without_markers(one.row.answer)),
        )
        opinion = await _opinion(model, messages)
        if opinion is None:
            unreadable += 1
        else:
            states[one.row.id], because[one.row.id] = opinion.states, opinion.because
            counts[opinion.states, not one.row.missing] += 1
        if progress is not None:
            progress(Progress("judging", done, len(given)))
    return JudgeReport(
        model=model.name,
        prompt=prompt.name,
        prompt_sha256=prompt.sha256,
        states=states,
        because=because,
        unreadable=unreadable,
        both=counts[True, True],
        only_judge=counts[True, False],
        only_keys=counts[False, True],
        neither=counts[False, False],
    )


def _refuse_own_judge(answers: Sequence[Judged], name: str) -> None:
    """A model likes its own answers: what it says of them is no second opinion."""
    replies = (reply.answer for one in answers for reply in one.session.replies if reply.answer)
    if name in {answer.provenance.model for answer in replies}:
        raise InputError(f"The model {name!r} cannot judge its own answers.", hint="Name another model with --judge.")


async def _opinion(model: Model, messages: Sequence[Message]) -> Opinion | None:
    """The judge's opinion; None where its reply cannot be read or it declines. Raises ModelError for what may pass."""
    try:
        completion = await model.complete(messages, schema=Opinion, max_tokens=MAX_TOKENS)
    except ModelError as error:
        if error.retryable:
            raise
        return None
    start = completion.text.find("{")
    try:
        found, _ = json.JSONDecoder().raw_decode(completion.text[max(start, 0) :])
        return Opinion.model_validate(found)
    except (ValueError, ValidationError, RecursionError):
        return None


def _fenced(label: str, text: str) -> str:
    return fenced(label, [inert(text)])
