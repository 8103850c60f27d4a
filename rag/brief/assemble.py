"""A composed brief as the object that others see: papers numbered, spans and titles put in by code. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag import __version__
from rag.brief.compose import Composed, Section
from rag.brief.plan import Plan
from rag.brief.room import NAMED
from rag.brief.say import Voice
from rag.cite import cited
from rag.ground import EvidenceSentence, Grounded
from rag.models import (
    AnswerSentence,
    BriefCoverage,
    BriefFigure,
    Briefing,
    BriefProvenance,
    BriefSection,
    Dropped,
    LeftOut,
    ReportedPaper,
    Usage,
)


def assembled(
    plan: Plan,
    voices: Mapping[str, Voice],
    made: Composed,
    *,
    brief_id: str,
    created: str,
    usage: Usage,
    model: str | None = None,
    prompts: Mapping[str, str] | None = None,
) -> Briefing:
    """The briefing of a plan and what was composed of it."""
    said: list[Grounded] = [*made.summary, *(one for section in made.sections for one in section.said)]
    # A row of the table is cited as a sentence is, so that its paper has a number and its words are marked.
    rows = [_row(figure, voices[figure.paper_id]) for figure in made.figures]
    papers = {one.evidence[0].paper_id: voices[one.evidence[0].paper_id].paper for one in (*said, *rows)}
    numbered, citations = cited([*said, *rows], papers)
    numbered = numbered[: len(said)]
    first = {one.evidence[0].paper_id for one in made.summary}
    spoken = [
        _with_subject(
            one, grounded, voices, again=number >= len(made.summary) and grounded.evidence[0].paper_id in first
        )
        for number, (one, grounded) in enumerate(zip(numbered, said, strict=True))
    ]
    summary, rest = spoken[: len(made.summary)], spoken[len(made.summary) :]
    sections = []
    for section in made.sections:
        mine, rest = rest[: len(section.said)], rest[len(section.said) :]
        sections.append(_section(section, mine))
    reported = list(dict.fromkeys(paper_id for section in sections for paper_id in section.paper_ids))
    revisions = {paper.paper_id: paper.revision for paper in plan.papers}
    # What was planned and got no sentence in composing is left out as what was never planned is.
    silent = [
        LeftOut(paper_id=paper.paper_id, title=paper.title, reason="no sentence")
        for paper in plan.papers
        if paper.paper_id not in reported
    ]
    return Briefing(
        id=brief_id,
        topic=plan.topic,
        week=plan.week,
        window=plan.window,
        title=title_of(plan, len(reported)),
        summary=tuple(summary),
        sections=tuple(sections),
        further=plan.further,
        figures=made.figures,
        quietly_important=plan.quiet,
        changes=plan.changes,
        citations=citations,
        notes=(*plan.notes, *made.notes),
        dropped=tuple(Dropped(text=d.text, reason=d.reason, detail=d.detail) for d in made.dropped),
        papers=tuple(ReportedPaper(paper_id=name, revision=revisions[name]) for name in reported),
        constraints=plan.constraints,
        coverage=BriefCoverage(
            papers_searched=plan.papers_searched,
            window=plan.window,
            papers_found=plan.papers_found,
            papers_reported=len(reported),
            left_out=(*silent, *plan.left_out)[:NAMED],
            left_out_count=len(silent) + plan.left_out_count,
        ),
        provenance=BriefProvenance(
            mode="extractive" if model is None else "generative",
            model=model,
            prompt=next(iter(prompts), None) if prompts else None,
            prompt_sha256=next(iter(prompts.values()), None) if prompts else None,
            embedding=plan.embedding,
            catalogue_revision=plan.catalogue_revision,
            version=__version__,
            created=created,
            prompts=dict(prompts or {}),
            topics_sha256=plan.topics_sha256 or None,
        ),
        usage=usage,
    )


def _with_subject(
    sentence: AnswerSentence, grounded: Grounded, voices: Mapping[str, Voice], *, again: bool
) -> AnswerSentence:
    """The sentence with what it is about, where its own words do not say it: the system with the paper's title.

    Of a paper that the summary told, and that is told `again`, the name is enough.
    """
    voice = voices[grounded.evidence[0].paper_id]
    subject = voice.subject(sentence.text)
    if again and subject is not None:
        subject = None if voice.names_itself(sentence.text) else voice.called.label
    return sentence.model_copy(update={"subject": subject})


def _row(figure: BriefFigure, voice: Voice) -> Grounded:
    piece = EvidenceSentence(
        voice.paper.id, voice.paper.title, voice.called.system, figure.quote, figure.start, figure.end
    )
    return Grounded(figure.quote, "verbatim", (piece,))


def _section(section: Section, sentences: Sequence[AnswerSentence]) -> BriefSection:
    about = dict.fromkeys(
        (*(one.evidence[0].paper_id for one in section.said), *(paper.paper_id for paper in section.also))
    )
    return BriefSection(
        heading=section.heading,
        topic=section.topic,
        kind="differences" if section.kind == "differences" else "theme",
        sentences=tuple(sentences),
        paper_ids=tuple(about),
        also=section.also,
        more=section.more,
        more_count=section.more_count,
    )


def title_of(plan: Plan, reported: int) -> str:
    """What a brief is called: its topic or its largest themes, and its time."""
    when = _when(plan)
    if not reported:
        return ": ".join(filter(None, (when, f"nothing on {plan.topic}" if plan.topic else "nothing new")))
    count = f"{reported} paper{'' if reported == 1 else 's'}"
    if plan.topic:
        return ", ".join(filter(None, (plan.topic[:1].upper() + plan.topic[1:], when, count)))
    named = [theme.heading for theme in plan.themes if theme.tag is not None][:3] or [count]
    small = [named[0], *(name[:1].lower() + name[1:] if name[1:2].islower() else name for name in named[1:])]
    listed = small[0] if len(small) == 1 else f"{', '.join(small[:-1])} and {small[-1]}"
    return f"{when}: {listed}" if when else listed


def _when(plan: Plan) -> str:
    if plan.week:
        return plan.week
    first, last = plan.window.since, plan.window.until
    if first and last:
        return first if first == last else f"{first} to {last}"
    return f"from {first}" if first else f"until {last}" if last else ""
