"""Which models speak in a run: the one that answers and the one that judges, live, recorded or played back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import prompts
from eval.asking import Refit
from eval.recorded import Recorder, Recording, Replay
from rag.ask import Mode
from rag.compose.reply import FORMS
from rag.config import Settings
from rag.errors import InputError, SettingsError
from rag.library import Library
from rag.llm import Model
from rag.prompting import Prompts


@dataclass(frozen=True, slots=True)
class Voices:
    """`refit` puts the model that answers into a library; None where the library's own speaks, or none does."""

    refit: Refit | None
    judge: Model | None
    prompts: Prompts


@asynccontextmanager
async def voices(
    settings: Settings, *, mode: Mode, judge: str | None, record: Path | None, replay: Path | None
) -> AsyncIterator[Voices]:
    """The models of a run. Raises InputError or SettingsError for those that cannot speak together."""
    generative = mode == "generative"
    _check(settings, generative, judge, record, replay)
    shipped = Prompts.read(prompts.files(), FORMS)
    recording = None
    if replay is not None:
        recording = Recording(replay, None, writable=False)
    elif record is not None:
        recording = Recording(record, settings.model if generative else judge, writable=True)
    refit = _refit(recording, shipped, played=replay is not None) if recording is not None and generative else None
    if judge is None or (replay is not None and recording is not None):
        yield Voices(refit, Replay(recording, judge) if judge and recording else None, shipped)
        return
    from rag.llm.server import OpenAIModel

    key = settings.model_api_key
    live = OpenAIModel(
        settings.model_base_url,
        key.get_secret_value() if key else None,
        judge,
        structured=settings.model_structured,
    )
    try:
        yield Voices(refit, Recorder(live, recording) if recording is not None else live, shipped)
    finally:
        await live.aclose()


def _refit(recording: Recording, shipped: Prompts, *, played: bool) -> Refit:
    def put_in(library: Library) -> Library:
        inner = library.desk.model
        if not played and inner is None:
            raise SettingsError("There is no language model to record.", hint="Set PAPERBRIEF_MODEL.")
        model: Model = Replay(recording) if played or inner is None else Recorder(inner, recording)
        return replace(library, desk=replace(library.desk, model=model, prompts=shipped))

    return put_in


def _check(settings: Settings, generative: bool, judge: str | None, record: Path | None, replay: Path | None) -> None:
    if record is not None and replay is not None:
        raise InputError("A run is recorded or played back, not both.", hint="Give --record or --replay.")
    if (record is not None or replay is not None) and not generative and judge is None:
        raise InputError("Without a model nothing is said that could be kept.", hint="Add --mode generative.")
    if generative and replay is None and settings.model is None:
        raise SettingsError("There is no language model to answer with.", hint="Set PAPERBRIEF_MODEL, or --replay.")
    if generative and judge is not None and judge == settings.model:
        raise InputError(f"The model {judge!r} cannot judge its own answers.", hint="Name another model with --judge.")
