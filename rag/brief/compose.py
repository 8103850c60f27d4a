"""Composing a brief without a model: its papers in a readable row for each theme, a summary, headline figures. Pure.

How much is said of a paper follows from the room that there is: the first in rank get what they are and what came of
it, those behind one sentence, and those for which there is no room are named by their titles. So a brief on 300 papers
is as long as one on 24.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.brief.account import Account, besides, headline, in_full, in_short, measures, words_of
from rag.brief.differ import Difference, differences
from rag.brief.figures import Headline, headlines, in_words
from rag.brief.join import reopened
from rag.brief.plan import Plan, PlannedTheme
from rag.brief.roles import gives_orders
from rag.brief.say import Voice, length
from rag.ground import DroppedSentence, Grounded
from rag.models import BriefFigure, BriefNote, BriefPaper

SUMMARY = 3
"""Results that a summary tells at most."""
_OF_WEEK, _OF_TOPIC = 0.7, 0.85  # share of a brief's words that its sentences take; the others are headings, figures
_SHORT_WORDS = 24  # what one sentence takes, for planning ahead
_OVER = 1.05  # how far the last paper may go over the room
_TRIED = 3  # papers of a theme whose results are tried for the summary
_LONGEST_SUMMARY = 46  # words of a sentence of the summary, with its subject


@dataclass(frozen=True, slots=True)
class Section:
    """A theme's sentences, or what two papers say against each other; `more` are papers without a sentence."""

    heading: str
    topic: str | None
    kind: str
    said: tuple[Grounded, ...]
    more: tuple[BriefPaper, ...] = ()
    more_count: int = 0


@dataclass(frozen=True, slots=True)
class Composed:
    """Everything that a brief says, before it is numbered, and what made it where a model did."""

    summary: tuple[Grounded, ...]
    sections: tuple[Section, ...]
    figures: tuple[BriefFigure, ...]
    notes: tuple[BriefNote, ...] = ()
    dropped: tuple[DroppedSentence, ...] = ()


def composed(plan: Plan, voices: Mapping[str, Voice]) -> Composed:
    """The brief of a plan, from its papers' own sentences."""
    told = [planned.paper_id for planned in plan.papers if voices[planned.paper_id].intro is not None]
    summary = _summary(plan, voices, told)
    # What the summary says of a paper is not said again: its section goes on with how it works.
    spoken = dict(voices) | {
        one.evidence[0].paper_id: besides(voices[one.evidence[0].paper_id], one) for one in summary
    }
    accounts = _accounts(plan, spoken, used=sum(len(one.text.split()) for one in summary))
    summary = [one for one in summary if one.evidence[0].paper_id in accounts]
    sections = [_section(theme, accounts, voices) for theme in plan.themes]
    reported = [voices[paper_id] for theme in plan.themes for paper_id in theme.paper_ids if paper_id in accounts]
    apart = differences(reported)
    return Composed(
        summary=tuple(summary),
        sections=(*(s for s in sections if s.said or s.more), *_differing(apart)),
        figures=figures_of(reported) if plan.topic is not None else chief_figures(reported),
        notes=(
            *(BriefNote(kind="conflicting_papers", detail=one.detail) for one in apart),
            *(_ignored(voice) for voice in reported if gives_orders(voice.paper)),
        ),
    )


def _ignored(voice: Voice) -> BriefNote:
    detail = f"A sentence of {voice.paper.title!r} gives orders to a machine and was left out."
    return BriefNote(kind="injection_ignored", detail=detail)


def _accounts(plan: Plan, voices: Mapping[str, Voice], *, used: int = 0) -> dict[str, Account]:
    """What is said of each paper, in rank order as long as there is room; `used` words of it are taken."""
    made: dict[str, Account] = {}
    share = _OF_TOPIC if plan.topic is not None else _OF_WEEK
    room, left = round(share * plan.constraints.max_words), len(plan.papers)
    used = min(used, room // 3)
    for planned in plan.papers:
        left -= 1
        voice = voices[planned.paper_id]
        account = in_full(voice)
        if made and used + words_of(voice, account) + _SHORT_WORDS * left > room:
            account = in_short(voice)
        if made and used + words_of(voice, account) > _OVER * room:
            continue
        if account.said:
            made[planned.paper_id] = account
            used += words_of(voice, account)
    return made


def _section(theme: PlannedTheme, accounts: Mapping[str, Account], voices: Mapping[str, Voice]) -> Section:
    said = [one for paper_id in theme.paper_ids if paper_id in accounts for one in accounts[paper_id].said]
    for place in range(1, len(said)):
        said[place] = reopened(voices[said[place].evidence[0].paper_id], said[place], said[place - 1])
    silent = [voices[paper_id].paper for paper_id in theme.paper_ids if paper_id not in accounts]
    more = (*(BriefPaper(paper_id=paper.id, title=paper.title, url=paper.url) for paper in silent), *theme.more)
    count = len(silent) + max(theme.more_count, len(theme.more))
    return Section(theme.heading, theme.tag, "theme", tuple(said), more, count)


def _differing(apart: Sequence[Difference]) -> tuple[Section, ...]:
    said = [sentence for one in apart for sentence in (one.first, one.second)]
    return (Section("Where papers differ", None, "differences", tuple(said)),) if said else ()


def _summary(plan: Plan, voices: Mapping[str, Voice], told: Sequence[str]) -> list[Grounded]:
    """The results that matter most: of each theme, the largest first; of several papers where there are few themes.

    Of a theme, a paper is taken whose sentence says what it is about and gives a measured figure, before the others: a
    summary is read without what is around.
    """
    themes = sorted(plan.themes, key=lambda theme: theme.tag is None)
    queues = [_tellable([voices[name] for name in theme.paper_ids if name in told][:_TRIED]) for theme in themes]
    wanted = min(SUMMARY, max(1, len(told) // 2), sum(map(len, queues)))
    ranked = [
        (worth, number, place, one) for place, queue in enumerate(queues) for number, (worth, one) in enumerate(queue)
    ]
    # The best of every theme before the second of any; a theme's best waits for a better one of a smaller theme.
    ranked.sort(key=lambda found: (found[1], themes[found[2]].tag is None, -found[0], found[2]))
    chosen = sorted(ranked[:wanted], key=lambda found: (found[2], found[1]))
    return [one for _, _, _, one in chosen]


def _tellable(voices: Sequence[Voice]) -> list[tuple[int, Grounded]]:
    """What a summary can tell of a theme's papers, the best first, each with how much it is worth."""
    able = []
    for voice in voices:
        one = headline(voice)
        if one is None:
            continue
        subject = voice.subject(one.text)
        if length(one.text) + (length(subject) if subject else 0) <= _LONGEST_SUMMARY:
            able.append((2 * (subject is None) + measures(one.text), one))
    return sorted(able, key=lambda found: -found[0])


def chief_figures(voices: Sequence[Voice]) -> tuple[BriefFigure, ...]:
    """A week's figures: of each paper the clause with the weightiest, of as many papers as a look takes in."""
    made: list[BriefFigure] = []
    for voice in voices:
        mine = figures_of([voice])
        best = next((one for one in mine if length(one.quantity) <= _CLAUSE), None)
        if best is not None:
            made += [one for one in mine if (one.start, one.end) == (best.start, best.end)]
        if len({one.paper_id for one in made}) == _CHIEF:
            break
    return tuple(made)


_CLAUSE = 22  # words of a clause there
_CHIEF = 5  # papers whose figures a week's table shows


def figures_of(voices: Sequence[Voice]) -> tuple[BriefFigure, ...]:
    """The headline figures of the papers that are reported, fewer of each where there are many papers."""
    most = 5 if len(voices) <= 8 else 4 if len(voices) <= 12 else 3 if len(voices) <= 16 else 2
    made = []
    for voice in voices:
        lines = [*voice.results[:4], *([voice.intro] if voice.intro is not None else [])]
        found: list[Headline] = []
        for line in lines:
            found += [one for one in headlines(line, most=most) if one.value not in {f.value for f in found}]
        best = sorted(found, key=lambda one: -one.weight)[:most]
        made += [
            BriefFigure(
                paper_id=voice.paper.id,
                quantity=in_words(one, voice.called),
                value=one.value,
                quote=one.quote,
                start=one.start,
                end=one.end,
                subject=voice.called.label,
            )
            for one in sorted(best, key=lambda one: one.start)
        ]
    return tuple(made)
