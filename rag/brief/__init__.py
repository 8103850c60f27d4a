"""Briefs: what is new in a week, or on a topic, in three to four minutes of reading.

    request -> plan (papers, themes, changes) -> compose -> ground -> Briefing, kept with its plan

Every sentence is shown by a span of an abstract, verbatim or in close wording; a weak one never stands in a brief. What
was decided is kept, so that a brief can be made again: docs/decisions/0014-briefs.md.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import prompts
from rag.brief.assemble import assembled
from rag.brief.compose import Composed, composed
from rag.brief.generative import generated
from rag.brief.plan import Plan
from rag.brief.planning import planned
from rag.brief.replies import Recorded, Recorder
from rag.brief.request import BriefRequest, requested, week_before, week_of
from rag.brief.say import Voices
from rag.brief.tagging import Sources, tagged
from rag.catalogue import Catalogue, briefs, papers
from rag.compose.reply import FORMS
from rag.embedding import Embedder
from rag.errors import NoModel, NotFound, StorageError
from rag.llm import Model, ModelError
from rag.models import BriefConstraints, Briefing, BriefNote, Latency, Paper, Scope, Usage
from rag.prompting import Prompts
from rag.retrieve import Retriever
from rag.text.topics import packaged

__all__ = ["BriefDesk", "BriefRequest", "assign_tags", "brief", "rebuild", "requested", "week_before", "week_of"]

Mode = Literal["auto", "extractive", "generative"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class BriefDesk:
    """What a brief is written with; made once by the composition root. `model` is None where none is set."""

    catalogue: Catalogue
    retriever: Retriever
    embedder: Embedder
    model: Model | None
    prompts: Prompts | None
    mode: Mode = "auto"

    def sources(self) -> Sources:
        """What planning reads."""
        return Sources(self.catalogue, self.retriever, self.embedder, packaged())


async def brief(
    *,
    topic: str | None = None,
    week: str | None = None,
    since: str | None = None,
    until: str | None = None,
    constraints: BriefConstraints | None = None,
    desk: BriefDesk,
    mode: Mode | None = None,
) -> Briefing:
    """Write a brief on a topic, on a week or window of listing days, or on both; of the newest week when none is named.

    A brief without papers is a brief too, and says so. Raises InputError for a request that cannot be understood.
    """
    request = requested(topic, week, since, until, constraints)
    wanted = mode or desk.mode
    if wanted == "generative" and (desk.model is None or desk.prompts is None):
        raise NoModel("There is no language model to write with.", hint="Set PAPERBRIEF_MODEL, or write without.")
    start = time.perf_counter()
    plan, found = await planned(request, desk.sources())
    retrieved = time.perf_counter()
    voices = _voices(plan, found)
    plan, made = await _written(plan, voices, desk, wanted)
    spent = Latency(
        retrieve=_milliseconds(start, retrieved),
        compose=_milliseconds(retrieved, time.perf_counter()),
        total=_milliseconds(start, time.perf_counter()),
    )
    usage = Usage(prompt_tokens=made.prompt_tokens, completion_tokens=made.completion_tokens, latency_ms=spent)
    briefing = assembled(
        plan,
        voices,
        made.composed,
        brief_id=f"brf_{secrets.token_hex(8)}",
        created=_now(),
        usage=usage,
        model=made.model,
        prompts=made.digests,
    )
    kept = {"series": request.series, "plan": plan.model_dump_json(), "replies": made.replies}
    await desk.catalogue.write(briefs.keep, briefing, **kept)
    return briefing


@dataclass(frozen=True, slots=True)
class _Made:
    """What was composed, and by what."""

    composed: Composed
    model: str | None = None
    digests: Mapping[str, str] | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    replies: str = "{}"


async def _written(plan: Plan, voices: Voices, desk: BriefDesk, mode: Mode) -> tuple[Plan, _Made]:
    """The words of a plan, by the model where one is wanted and works; a failure becomes a note of the plan."""
    if mode != "extractive" and desk.model is not None and desk.prompts is not None and plan.papers:
        recorder = Recorder(desk.model)
        try:
            return plan, await _by_model(plan, voices, recorder, desk.prompts, recorder.recorded)
        except ModelError as error:
            _log.warning("the model failed, writing the brief without it: %s", error.message)
            note = BriefNote(kind="model_unavailable", detail=f"{error.message} Written without it.")
            plan = plan.model_copy(update={"notes": (*plan.notes, note)})
    return plan, _Made(await asyncio.to_thread(composed, plan, voices))


async def _by_model(plan: Plan, voices: Voices, model: Model, read: Prompts, recorded: Callable[[], str]) -> _Made:
    made = await generated(plan, voices, model=model, prompts=read)
    return _Made(made.composed, made.model, made.prompts, made.prompt_tokens, made.completion_tokens, recorded())


async def rebuild(brief_id: str, *, desk: BriefDesk) -> Briefing:
    """A kept brief made again from its plan, the texts at the revisions that it read, and the recorded replies.

    The same bytes but for the time of making and the time that it took. Nothing is kept. Raises NotFound.
    """
    kept = await desk.catalogue.read(briefs.kept, brief_id)
    if kept is None:
        raise NotFound(f"There is no brief {brief_id!r}.", hint="`paperbrief brief --list` names them.")
    plan = Plan.model_validate_json(kept.plan)
    wanted = [(paper.paper_id, paper.revision) for paper in plan.papers]
    texts = await desk.catalogue.read(briefs.texts, wanted)
    if missing := [name for name, _ in wanted if name not in texts]:
        raise StorageError(f"The text that the brief read of {missing[0]!r} is no longer stored.")
    found = {
        paper.paper_id: Paper(
            id=paper.paper_id,
            title=texts[paper.paper_id][0],
            abstract=texts[paper.paper_id][1],
            url=paper.url,
            published=paper.published,
            revision=paper.revision,
        )
        for paper in plan.papers
    }
    voices = _voices(plan, found)
    if kept.briefing.provenance.mode == "generative":
        model = Recorded(kept.briefing.provenance.model or "", kept.replies)
        # The replies are at hand, whether or not a model is set today.
        shipped = desk.prompts or Prompts.read(prompts.files(), FORMS)
        made = await _by_model(plan, voices, model, shipped, lambda: kept.replies)
    else:
        made = _Made(await asyncio.to_thread(composed, plan, voices))
    return assembled(
        plan,
        voices,
        made.composed,
        brief_id=brief_id,
        created=_now(),
        usage=kept.briefing.usage,
        model=made.model,
        prompts=made.digests,
    )


async def assign_tags(desk: BriefDesk, scope: Scope | None = None) -> int:
    """Give topic tags to the papers in scope that have none yet, or whose text changed; how many papers there are."""
    every = await desk.catalogue.read(papers.inside, scope or Scope())
    await tagged(every, desk.sources())
    return len(every)


def _voices(plan: Plan, found: Mapping[str, Paper]) -> Voices:
    return Voices({paper.paper_id: found[paper.paper_id] for paper in plan.papers})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _milliseconds(start: float, end: float) -> float:
    return round((end - start) * 1000, 2)
