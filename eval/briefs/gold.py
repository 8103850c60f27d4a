"""The gold topics: what belongs to each by hand, what may be there without harm, and the figures to be mentioned."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from rag.errors import UnreadableSource

TOPICS = "topics.jsonl"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class GoldFigure(_Strict):
    """A headline figure of a paper, as it stands in the abstract."""

    title: str
    value: str


class GoldTopic(_Strict):
    """A topic: `titles` belong, `also` may be reported without harm; settings are chosen on one half only."""

    id: str
    half: Literal["choosing", "reporting"]
    topic: str
    titles: tuple[str, ...]
    also: tuple[str, ...] = ()
    figures: tuple[GoldFigure, ...] = ()


def packaged_topics() -> list[GoldTopic]:
    """The topics over the sample corpus."""
    return _read((files("eval.briefs") / TOPICS).read_text(encoding="utf-8"), TOPICS)


def as_surveys(topic: str) -> tuple[str, ...]:
    """A topic as people ask for the papers on it."""
    return f"papers on {topic}", f"which of these papers are about {topic}?"


def topics_to_choose_on() -> list[GoldTopic]:
    """The packaged topics that settings may be chosen on, and that some paper belongs to."""
    return [topic for topic in packaged_topics() if topic.half == "choosing" and topic.titles]


def topics_in(path: Path) -> list[GoldTopic]:
    """Topics of another file in the same form. Raises UnreadableSource."""
    return _read(path.read_text(encoding="utf-8"), path.name)


def _read(text: str, name: str) -> list[GoldTopic]:
    made = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                made.append(GoldTopic.model_validate_json(line))
            except ValueError as error:
                first = str(error).splitlines()[-1].strip()
                raise UnreadableSource(f"Line {number} of {name} is no gold topic: {first}") from None
    return made
