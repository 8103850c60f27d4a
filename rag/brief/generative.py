"""A brief written with a model: quotes first, then the outline, then the sections one after another.

    for each theme: sentences of its papers -> the model chooses what to quote -> and in which order it is told
                    -> it writes the section -> the guard shows each sentence, or quotes its source, or drops it

The model proposes and nothing of it is believed: what it chooses has to be a sentence that it was shown, and what it
writes has to be shown by those. A paper that it forgets is told in the words that are used without a model. Summary,
figures and differences are made as they are without one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.brief.compose import Composed, Section, composed, table_of
from rag.brief.plan import Plan, PlannedTheme
from rag.brief.roles import Line
from rag.brief.say import Voice, source
from rag.compose.reply import Reply, Unreadable, asked_again, cited_keys, limited, readable, structured
from rag.ground import DraftSentence, DroppedSentence, EvidenceSentence, Grounded, ground
from rag.llm import Completion, Model
from rag.models import BriefNote
from rag.prompting import Message, Prompts, fenced, presented
from rag.text.inert import inert

STEPS = ("brief_quotes", "brief_outline", "brief_section")
MAX_TOKENS = 1_500
MAX_CLAIMS = 24
MAX_CLAIM = 600
"""Characters of one sentence."""
_SHOWN = 8  # sentences of a paper that the model may choose from
_LONGEST_COPY = 4_000  # characters of an unreadable reply that are sent back


@dataclass(slots=True)
class _Spent:
    """What the calls took, and by which model."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    model: str = ""
    shortened: list[str] = field(default_factory=list)

    def add(self, completion: Completion) -> None:
        self.prompt_tokens += completion.prompt_tokens
        self.completion_tokens += completion.completion_tokens
        self.model = completion.model


@dataclass(frozen=True, slots=True)
class Generated:
    """A composed brief, the model that wrote it and the tokens that it took."""

    composed: Composed
    model: str
    prompts: Mapping[str, str]
    prompt_tokens: int
    completion_tokens: int


async def generated(plan: Plan, voices: Mapping[str, Voice], *, model: Model, prompts: Prompts) -> Generated:
    """The brief of a plan, its sections written by the model. Raises ModelError."""
    without = await asyncio.to_thread(composed, plan, voices)
    spent = _Spent(model=model.name)
    sections: list[Section] = []
    dropped: list[DroppedSentence] = []
    for theme, section in _told(plan, without):
        mine = [voices[paper_id] for paper_id in dict.fromkeys(one.evidence[0].paper_id for one in section.said)]
        said, refused = await _section(theme, mine, section.said, model, prompts, spent)
        sections.append(replace(section, said=tuple(said)))
        dropped += refused
    told = {section.topic: section for section in sections}
    every = [told.get(section.topic, section) if section.kind == "theme" else section for section in without.sections]
    said = [*without.summary, *(one for section in told.values() for one in section.said)]
    notes = tuple(BriefNote(kind="truncated", detail=detail) for detail in dict.fromkeys(spent.shortened))
    made = replace(
        without,
        sections=tuple(every),
        figures=table_of(plan, voices, said),
        notes=(*without.notes, *notes),
        dropped=(*without.dropped, *dropped),
    )
    used = {prompts.current(step).name: prompts.current(step).sha256 for step in STEPS}
    return Generated(made, spent.model, used, spent.prompt_tokens, spent.completion_tokens)


def _told(plan: Plan, without: Composed) -> list[tuple[PlannedTheme, Section]]:
    """The themes that have something to tell, with the section as it is without a model."""
    themes = {theme.tag: theme for theme in plan.themes}
    return [(themes[s.topic], s) for s in without.sections if s.kind == "theme" and s.said]


async def _section(
    theme: PlannedTheme,
    mine: Sequence[Voice],
    without: Sequence[Grounded],
    model: Model,
    prompts: Prompts,
    spent: _Spent,
) -> tuple[list[Grounded], list[DroppedSentence]]:
    """One theme: quotes, outline, sentences; what no sentence was left of is told as it is `without` the model."""
    every = [source(voice, line) for voice in mine for line in _own(voice)]
    chosen = await _chosen("brief_quotes", theme, every, model, prompts, spent)
    chosen = _with_all_papers(chosen, mine)
    ordered = await _chosen("brief_outline", theme, chosen, model, prompts, spent)
    ordered = [*ordered, *(one for one in chosen if one not in ordered)]
    reply, keys = await _asked("brief_section", theme, ordered, model, prompts, spent)
    draft = _draft(reply, keys, spent)
    pool = [source(voice, line) for voice in mine for line in voice.told]
    ledger = ground(draft, pool)
    said = [one if one.support != "weak" else _quoted(one) for one in ledger.sentences]
    told = {one.evidence[0].paper_id for one in said}
    # Every paper that was to be reported is: in the words that are used without a model where the model forgot it.
    said += [one for one in without if one.evidence[0].paper_id not in told]
    return _grouped(said), list(ledger.dropped)


def _own(voice: Voice) -> list[Line]:
    """The sentences that a model may choose from: the paper's own work, its introduction and results surely."""
    sure = [line for line in (voice.intro, *voice.results[:3]) if line is not None]
    others = [line for line in voice.told if line.own and line not in sure]
    kept = [*sure, *others][:_SHOWN]
    return sorted(kept, key=lambda line: line.number)


def _with_all_papers(chosen: Sequence[EvidenceSentence], mine: Sequence[Voice]) -> list[EvidenceSentence]:
    """The chosen sentences, with introduction and result of the papers of which none was chosen."""
    known = {one.paper_id for one in chosen}
    added = [
        source(voice, line)
        for voice in mine
        if voice.paper.id not in known
        for line in (voice.intro, next(iter((*voice.results, *voice.how)), None))
        if line is not None
    ]
    order = {voice.paper.id: number for number, voice in enumerate(mine)}
    return sorted([*chosen, *added], key=lambda one: (order[one.paper_id], one.start))


def _grouped(said: Sequence[Grounded]) -> list[Grounded]:
    """The sentences in their order, each paper's together; none twice."""
    papers = list(dict.fromkeys(one.evidence[0].paper_id for one in said))
    fresh = {one.text: one for one in said}
    return sorted(fresh.values(), key=lambda one: papers.index(one.evidence[0].paper_id))


def _quoted(one: Grounded) -> Grounded:
    """A weakly supported sentence gives way to the source's own words: in a brief nothing is marked as weak."""
    return Grounded(one.evidence[0].text, "verbatim", one.evidence[:1], one.corrected_citation, replaced_wording=True)


def _draft(reply: Reply, keys: Mapping[str, EvidenceSentence], spent: _Spent) -> list[DraftSentence]:
    subjects = dict.fromkeys(inert(one.subject) for one in keys.values() if one.subject)
    said: list[DraftSentence] = []
    if len(reply.claims) > MAX_CLAIMS:
        spent.shortened.append(f"Claims beyond the first {MAX_CLAIMS} of a section were left out.")
    for claim in reply.claims[:MAX_CLAIMS]:
        written, left_out = limited(readable(claim.text, subjects), MAX_CLAIM)
        if left_out:
            spent.shortened.append(f"A claim longer than {MAX_CLAIM} characters was cut.")
        papers = tuple(dict.fromkeys(keys[key].paper_id for key in cited_keys(claim) if key in keys))
        said += [DraftSentence(text, papers) for text in written]
    return said


async def _chosen(
    step: str,
    theme: PlannedTheme,
    evidence: Sequence[EvidenceSentence],
    model: Model,
    prompts: Prompts,
    spent: _Spent,
) -> list[EvidenceSentence]:
    """The sentences that a step names, in its order; keys that stand for nothing are passed over."""
    reply, keys = await _asked(step, theme, evidence, model, prompts, spent)
    named = [key for claim in reply.claims for key in cited_keys(claim)]
    return [keys[key] for key in dict.fromkeys(named) if key in keys]


async def _asked(
    step: str,
    theme: PlannedTheme,
    evidence: Sequence[EvidenceSentence],
    model: Model,
    prompts: Prompts,
    spent: _Spent,
) -> tuple[Reply, dict[str, EvidenceSentence]]:
    """One call, and a second one where the reply cannot be read. Raises ModelError."""
    prompt = prompts.current(step)
    shown, keys = presented(evidence)
    messages = prompt.messages(evidence=shown, theme=fenced("THEME", [inert(theme.heading)]))
    completion = await model.complete(messages, schema=prompt.reply, max_tokens=MAX_TOKENS)
    spent.add(completion)
    try:
        return structured(completion.text), keys
    except Unreadable as why:
        again = prompts.current("again").messages(problem=f"{why}.")
        spoken = Message("assistant", completion.text[:_LONGEST_COPY])
        second = await model.complete((*messages, spoken, *again), schema=prompt.reply, max_tokens=MAX_TOKENS)
        spent.add(second)
        return asked_again(second.text), keys
