"""When to decline: the probability that the papers answer the question, weighed from features. Pure.

    proposals (what would be said, part by part) -> features -> a probability each -> answer, in part or not at all

Two questions are kept apart. Whether the papers answer decides whether anything is said; whether what would be said is
right is how sure the answer is. To decline wherever the second is in doubt would hide papers that do answer.

The weights come from a calibration, a file that `paperbrief eval calibrate` fits on gold questions and that says what
it was made for: the features mean something else under another embedding. Without one, the rules of composing decide.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rag.answerability import NAMES, Features, features
from rag.errors import CalibrationError
from rag.evidence import Evidence
from rag.fusion import Fused
from rag.lacking import like_a_system
from rag.models import Outcome
from rag.question import Kind, Question
from rag.relevance import Word

# ------------------------------------------------------------------------------------------------------ the calibration


BOTH = "*"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Term(_Frozen):
    """One feature of a logistic regression: its value is centred by `mean` and divided by `scale` before it weighs."""

    weight: float
    mean: float
    scale: float = Field(gt=0)


class Regression(_Frozen):
    """`p = 1 / (1 + exp(-(intercept + sum weight * (x - mean) / scale)))`. Source: Cox 1958.

    A term is called by its feature, or by two as `named*coverage`: their product, so that one counts where the other
    does.
    """

    intercept: float
    terms: Mapping[str, Term]

    @model_validator(mode="after")
    def _knows_its_features(self) -> Self:
        unknown = sorted({name for term in self.terms for name in term.split(BOTH)} - set(NAMES))
        if unknown:
            raise ValueError(f"there is no feature {unknown[0]!r}")
        return self

    def probability(self, found: Features) -> float:
        """The probability of these features, in (0, 1)."""
        values = term_values(found, tuple(self.terms))
        score = self.intercept + sum(
            term.weight * (value - term.mean) / term.scale
            for value, term in zip(values, self.terms.values(), strict=True)
        )
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def term_values(found: Features, names: Sequence[str]) -> list[float]:
    """The values of the terms of a regression: see `Regression`."""
    values = found.as_dict()
    return [math.prod(values[feature] for feature in name.split(BOTH)) for name in names]


class SurveyRule(_Frozen):
    """From which probability a survey is answered, whatever single answers need, and what that is worth."""

    regression: Regression
    threshold: float = Field(gt=0, lt=1)
    measured: Mapping[str, Any]


class _File(_Frozen):
    name: str = Field(pattern=r"^[\w.-]+$")
    version: int = Field(ge=1)
    embedding: str
    prompt_sha256: str
    regression: Regression
    answerable: Regression | None = None
    surveys: SurveyRule | None = None
    threshold: float = Field(gt=0, lt=1)
    out_of_scope_below: float = Field(ge=-1, le=1)
    made: Mapping[str, Any]
    measured: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A calibration with what it was made for. `label` is how an answer names it: name, version, digest of the file."""

    label: str
    content: _File

    @classmethod
    def read(cls, text: str, *, where: str) -> Self:
        """A calibration from the text of its file; CalibrationError where it is none. `where` is for the error."""
        try:
            content = _File.model_validate_json(text)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise CalibrationError(
                f"{where} is no calibration: {place}: {first['msg'].removeprefix('Value error, ')}.",
                hint="Make one with `paperbrief eval calibrate`.",
            ) from None
        digest = hashlib.sha256(text.encode()).hexdigest()[:12]
        return cls(f"{content.name}@{content.version}/{digest}", content)

    def foreign(self, *, embedding: str, prompt_sha256: str) -> str | None:
        """Why it must not be used with this embedding and this prompt, as a sentence; None where it may."""
        if self.content.embedding != embedding:
            return f"It was made for the embedding {self.content.embedding}, and {embedding} is in use."
        if self.content.prompt_sha256 != prompt_sha256:
            return (
                f"It was made for the prompt {self.content.prompt_sha256[:12]}…, and {prompt_sha256[:12]}… is in force."
            )
        return None

    def probability(self, found: Features) -> float:
        """The probability that sentences with these features answer: how sure an answer is."""
        return self.content.regression.probability(found)

    def answerable(self, found: Features) -> float:
        """The probability that the papers answer, be it by these sentences or others: what decides.

        Of a survey, that some paper treats the topic: some always come nearest.
        """
        if found.survey and self.content.surveys is not None:
            return self.content.surveys.regression.probability(found)
        return (self.content.answerable or self.content.regression).probability(found)

    def answers(self, found: Features) -> bool:
        """Whether that is enough to say something."""
        rule = self.content.surveys if found.survey else None
        return self.answerable(found) >= (rule.threshold if rule is not None else self.content.threshold)


# --------------------------------------------------------------------------------------------------------- the decision


@dataclass(frozen=True, slots=True)
class Proposal:
    """What would be said to a question or to one part of it, and whether the rules of composing would say it."""

    question: Question
    sentences: tuple[Evidence, ...]
    sound: bool

    def words(self, whole: Question, words: Sequence[Word]) -> Sequence[Word]:
        """Those of the whole question's words that stand in this part of it, and the names that all parts share."""
        if self.question is whole:
            return words
        return [w for w in words if w.text in self.question.text or w.text in whole.names] or words


@dataclass(frozen=True, slots=True)
class Judged:
    """A proposal with the words asked for, its features, how probably it answers, and whether that is enough."""

    proposal: Proposal
    words: tuple[Word, ...]
    features: Features
    probability: float
    answers: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a question: its outcome, how sure that it is answered, and each part's own judgement."""

    outcome: Outcome
    probability: float
    parts: tuple[Judged, ...]

    @property
    def said(self) -> tuple[Judged, ...]:
        """The parts that are answered."""
        return tuple(part for part in self.parts if part.answers)

    @property
    def withheld(self) -> tuple[Judged, ...]:
        """The parts that are not."""
        return tuple(part for part in self.parts if not part.answers)

    @property
    def declines(self) -> bool:
        """Whether nothing is to be said."""
        return not self.said


NOTHING = Decision("insufficient_evidence", 0.0, ())
"""What is decided of a question of which nothing can be looked up."""


def decide(
    question: Question,
    proposals: Sequence[Proposal],
    evidence: Sequence[Evidence],
    *,
    words: Sequence[Word],
    ranked: Sequence[Fused],
    calibration: Calibration | None,
) -> Decision:
    """Whether to answer. `evidence` is all that was found, `words` and `ranked` how (see `rag.retrieve.Retrieved`).

    A question with parts is answered as surely as the least sure of the parts that are said. Out of scope is, where
    nothing answers, what no abstract comes near to and what asks for a deed.
    """
    judged = tuple(
        _judged(p, question, evidence, words, ranked, calibration, before)
        for p, before in zip(proposals, papers_before(proposals), strict=True)
    )
    far = 0.0 if question.kind is Kind.OVERVIEW else _far_from_all(question, evidence, calibration)
    if far >= _VERY_FAR:
        return Decision("out_of_scope", 0.0, tuple(replace(part, answers=False) for part in judged))
    said = [part.probability for part in judged if part.answers]
    if said and len(said) == len(judged):
        return Decision("answered", min(said), judged)
    if said:
        return Decision("partial", min(said), judged)
    surest = max((part.probability for part in judged), default=0.0)
    deed = calibration is not None and _DEED.match(question.text) and not any(e.own for e in evidence)
    return Decision("out_of_scope" if deed or far >= 1 else "insufficient_evidence", surest, judged)


def papers_before(proposals: Sequence[Proposal]) -> list[frozenset[str]]:
    """For each proposal the papers of those before it: a part that asks on is about the same ones."""
    spoken = [frozenset(e.paper.id for e in proposal.sentences) for proposal in proposals]
    return [frozenset[str]().union(*spoken[:place]) for place in range(len(spoken))]


def _judged(
    proposal: Proposal,
    question: Question,
    evidence: Sequence[Evidence],
    words: Sequence[Word],
    ranked: Sequence[Fused],
    calibration: Calibration | None,
    before: frozenset[str],
) -> Judged:
    own = tuple(proposal.words(question, words))
    found = features(
        proposal.question,
        proposal.sentences,
        evidence,
        words=own,
        ranked=ranked,
        sound=proposal.sound,
        of=None if proposal.question is question else len(words),
        before=before,
    )
    if calibration is None:
        relevance = max((min(1.0, e.relevance) for e in proposal.sentences), default=0.0)
        return Judged(proposal, own, found, relevance, proposal.sound)
    if not proposal.sentences:
        return Judged(proposal, own, found, 0.0, answers=False)
    answers, sure = calibration.answers(found), calibration.probability(found)
    # What is not said is no surer than that there is an answer at all.
    return Judged(proposal, own, found, sure if answers else min(sure, calibration.answerable(found)), answers)


_VERY_FAR = 2.0  # how far from all papers nothing is said, whatever speaks for it


def _far_from_all(question: Question, evidence: Sequence[Evidence], calibration: Calibration | None) -> float:
    """How far from all abstracts the question is by meaning, in edges of what is in scope: from 1 on it is outside.

    0 where a stored system is named. A question with a name like a system's is about research until it is twice as far.
    """
    if calibration is None or not evidence or any(e.own for e in evidence):
        return 0.0
    far = calibration.content.out_of_scope_below / max(1e-6, *(e.cosine for e in evidence))
    return far / 2 if any(map(like_a_system, question.names)) else far


_DEED = re.compile(
    r"(?:please,? |can you |could you |would you |i want you to |hey,? )*"
    r"(?:write|compose|draft|translate|book|order|buy|sing|draw|remind|tell me a (?:joke|story))\b",
    re.IGNORECASE,
)
