"""Composing a brief without a model: its papers in a readable row for each theme, a summary, headline figures. Pure.

How much is said of a paper follows from the room that there is: the first in rank get what they are and what came of
it, those behind one sentence, and those for which there is no room are named by their titles. So a brief on 300 papers
is as long as one on 24.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from rag.brief.account import Account, beyond, headline, in_full, in_short, measures, words_of
from rag.brief.alone import points_away
from rag.brief.differ import Difference, differences
from rag.brief.figures import Headline, headlines, in_words
from rag.brief.join import reopened
from rag.brief.news import AGAINST, praise
from rag.brief.plan import Plan, PlannedPaper, PlannedTheme
from rag.brief.roles import gives_orders
from rag.brief.say import Voice, length
from rag.ground import DroppedSentence, Grounded
from rag.models import BriefFigure, BriefNote, BriefPaper

SUMMARY = 3
"""Results that a summary tells at most."""
_OF_WEEK, _OF_TOPIC = 0.62, 0.8  # share of a brief's words that its sentences take; the others are names, figures
_SHORT_WORDS = 24  # what one sentence takes, for planning ahead
_LEAST_WORDS = 8  # what the shortest takes
_OVER = 1.05  # how far the last paper may go over the room
_BEYOND = 1.15  # … and the only paper of a theme
_LOOKED, _TRIED = 8, 2  # themes, and papers of each, whose results are tried for the summary
_LONGEST_SUMMARY = 46  # words of a sentence of the summary, with its subject


@dataclass(frozen=True, slots=True)
class Section:
    """A theme's sentences, or what two papers say against each other.

    `also` are papers of the theme that are told elsewhere: in the summary, or in the table of figures. `more` are told
    nowhere.
    """

    heading: str
    topic: str | None
    kind: str
    said: tuple[Grounded, ...]
    also: tuple[BriefPaper, ...] = ()
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
    """The brief of a plan, from its papers' own sentences; nothing is said twice."""
    summary = {one.evidence[0].paper_id: one for one in _summary(plan, voices)}
    accounts = _accounts(plan, voices, summary)
    reported = [
        voices[paper_id]
        for theme in plan.themes
        for paper_id in theme.paper_ids
        if paper_id in accounts or paper_id in summary
    ]
    said = [*summary.values(), *(one for account in accounts.values() for one in account.said)]
    figures = table_of(plan, voices, said)
    elsewhere = {*summary, *(figure.paper_id for figure in figures)}
    planned = {paper.paper_id: paper for paper in plan.papers}
    sections = [_section(theme, accounts, voices, planned, elsewhere) for theme in plan.themes]
    apart = differences(reported)
    return Composed(
        summary=tuple(summary.values()),
        sections=(*(s for s in sections if s.said or s.also or s.more), *_differing(apart)),
        figures=figures,
        notes=(
            *(BriefNote(kind="conflicting_papers", detail=one.detail) for one in apart),
            *(_ignored(voice) for voice in reported if gives_orders(voice.paper)),
        ),
    )


def _ignored(voice: Voice) -> BriefNote:
    detail = f"A sentence of {voice.paper.title!r} gives orders to a machine and was left out."
    return BriefNote(kind="injection_ignored", detail=detail)


def _accounts(plan: Plan, voices: Mapping[str, Voice], summary: Mapping[str, Grounded]) -> dict[str, Account]:
    """What is said of each paper under its theme, in the plan's order as long as there is room.

    Papers that the summary tells come last, with what it did not tell of them.
    """
    made: dict[str, Account] = {}
    share = _OF_TOPIC if plan.topic is not None else _OF_WEEK
    room = round(share * plan.constraints.max_words)
    used = min(sum(length(one.text) for one in summary.values()), room // 3)
    first = [planned.paper_id for planned in plan.papers if planned.paper_id not in summary]
    for number, paper_id in enumerate(first, 1):
        further = _SHORT_WORDS * (len(first) - number)
        if made and used + _LEAST_WORDS > _OVER * room:
            break
        voice = voices[paper_id]
        account = in_full(voice) if not (made or summary) or used + _LEAST_WORDS + further <= room else None
        if account is None or ((made or summary) and used + words_of(voice, account) + further > room):
            account = in_short(voice)
        if (made or summary) and used + words_of(voice, account) > _OVER * room:
            continue
        if account.said:
            made[paper_id] = account
            used += words_of(voice, account)
    told = {paper_id: beyond(voices[paper_id], one) for paper_id, one in summary.items()}
    for theme in plan.themes:
        if made.keys() & set(theme.paper_ids):
            continue
        # A theme that got nothing gets a sentence, if need be a little beyond the room.
        for paper_id in theme.paper_ids:
            account = told[paper_id] if paper_id in told else in_short(voices[paper_id])
            taken = words_of(voices[paper_id], account)
            if 0 < taken <= _SHORT_WORDS * 2 and used + taken <= _BEYOND * room:
                made[paper_id] = account
                used += taken
                break
    for paper_id, account in told.items():
        taken = sum(length(one.text) for one in account.said)
        if paper_id not in made and taken and used + taken <= _OVER * room:
            made[paper_id] = account
            used += taken
    return made


def _section(
    theme: PlannedTheme,
    accounts: Mapping[str, Account],
    voices: Mapping[str, Voice],
    planned: Mapping[str, PlannedPaper],
    elsewhere: AbstractSet[str],
) -> Section:
    said = [one for paper_id in theme.paper_ids if paper_id in accounts for one in accounts[paper_id].said]
    for place in range(1, len(said)):
        said[place] = reopened(voices[said[place].evidence[0].paper_id], said[place], said[place - 1])
    left = [planned[paper_id].named for paper_id in theme.paper_ids if paper_id not in accounts]
    also = tuple(paper for paper in left if paper.paper_id in elsewhere)
    silent = tuple(paper for paper in left if paper.paper_id not in elsewhere)
    count = len(silent) + max(theme.more_count, len(theme.more))
    return Section(theme.heading, theme.tag, "theme", tuple(said), also, (*silent, *theme.more), count)


def _differing(apart: Sequence[Difference]) -> tuple[Section, ...]:
    said = [sentence for one in apart for sentence in (one.first, one.second)]
    return (Section("Where papers differ", None, "differences", tuple(said)),) if said else ()


def _summary(plan: Plan, voices: Mapping[str, Voice]) -> list[Grounded]:
    """The results that matter most: of each theme, the largest first; of several papers where there are few themes.

    Of a theme, a paper is taken whose sentence says what it is about and gives a measured figure, before the others: a
    summary is read without what is around.
    """
    themes = sorted(plan.themes, key=lambda theme: theme.tag is None)[:_LOOKED]
    queues = [_tellable([voices[name] for name in theme.paper_ids[:_TRIED]]) for theme in themes]
    wanted = min(SUMMARY, max(1, len(plan.papers) // 2), sum(map(len, queues)))
    ranked = [
        (worth, number, place, one) for place, queue in enumerate(queues) for number, (worth, one) in enumerate(queue)
    ]
    # The best of every theme before the second of any; a theme's best waits for a better one of a smaller theme.
    ranked.sort(key=lambda found: (found[1], themes[found[2]].tag is None, -found[0], found[2]))
    chosen = sorted(ranked[:wanted], key=lambda found: (found[2], found[1]))
    return [one for _, _, _, one in chosen]


def _tellable(voices: Sequence[Voice]) -> list[tuple[float, Grounded]]:
    """What a summary can tell of a theme's papers, the best first, each with how much it is worth."""
    able = []
    for voice in voices:
        one = headline(voice)
        if one is None:
            continue
        subject = voice.subject(one.text)
        if length(one.text) + (length(subject) if subject else 0) <= _LONGEST_SUMMARY:
            against = AGAINST.search(one.text) is not None
            able.append((2 * (subject is None) + measures(one.text) * (1 + against) - 0.5 * praise(one.text), one))
    return sorted(able, key=lambda found: -found[0])


def table_of(plan: Plan, voices: Mapping[str, Voice], said: Sequence[Grounded]) -> tuple[BriefFigure, ...]:
    """The table of figures: what stands in no sentence above.

    Of a topic the further figures of the papers that are told; then, as of a week, a clause of each of the next papers,
    for which no sentence had room.
    """
    told = {one.evidence[0].paper_id for one in said}
    reported = [voices[planned.paper_id] for planned in plan.papers if planned.paper_id in told]
    silent = (voices[planned.paper_id] for planned in plan.papers if planned.paper_id not in told)
    most = max(1, plan.constraints.max_words // _WORDS_A_ROW)
    others = chief_figures(silent, most)
    if plan.topic is not None:
        return (*_unsaid(figures_of(reported), said), *others)
    left = most - len({one.paper_id for one in others})
    return (*others, *_unsaid(chief_figures(reported, left), said)) if left else others


def _unsaid(figures: Sequence[BriefFigure], said: Sequence[Grounded]) -> list[BriefFigure]:
    """The figures whose value stands in no sentence that is shown by their place."""
    texts: dict[str, list[Grounded]] = {}
    for one in said:
        texts.setdefault(one.evidence[0].paper_id, []).append(one)

    def stands(figure: BriefFigure) -> bool:
        value = re.escape(_BEFORE_FIGURE.sub("", figure.value))
        whole = re.compile(rf"(?<![\d.,]){value}(?!\d)")
        return any(
            whole.search(one.text) and any(e.start < figure.end and figure.start < e.end for e in one.evidence)
            for one in texts.get(figure.paper_id, ())
        )

    return [figure for figure in figures if not stands(figure)]


def chief_figures(voices: Iterable[Voice], most: int) -> tuple[BriefFigure, ...]:
    """Of each paper the clause with the weightiest figure that a row holds, of up to `most` papers."""
    made: list[BriefFigure] = []
    for voice in voices:
        mine = figures_of([voice], least=_MEASURE)
        # By itself a row tells most where it says against what, and least where it points at what is not shown.
        able = [one for one in mine if length(one.quantity) <= _CLAUSE and _readable(one)]
        best = max(able, key=lambda one: AGAINST.search(one.quantity) is not None, default=None)
        if best is not None:
            made += [one for one in mine if (one.start, one.end) == (best.start, best.end)]
        if len({one.paper_id for one in made}) >= most:
            break
    return tuple(made)


def _readable(figure: BriefFigure) -> bool:
    """Whether a row can be read by itself: something is said of something, and nothing that is not shown."""
    text = figure.quantity.replace("…", figure.value, 1)
    opening = " ".join(text.split()[:4])
    return not (points_away(text) or _PRONOUN.search(opening) or _HANGS.match(text)) and _ACTS.search(text) is not None


_PRONOUN = re.compile(r"\b(?:they|them|it|their|this|these)\b", re.IGNORECASE)
_HANGS = re.compile(r"(?:[a-z]+ly )?[a-z]+ing\b|(?:to|by|with|of|than|as) ")
_ACTS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|(?:achiev|improv|reduc|sav|rais|surpass|exceed|reach|yield|gain|need|"
    r"requir|cut|attain|score|increas|decreas|lower|match|preserv|retain|shrink|speed|bring|tak|giv|show|find|beat|"
    r"outperform|drop|fall|ris|grow|double|halv|cost|lead|us|run)(?:s|es|ed|d)?|rose|fell|took|gave|brought)\b"
)
_BEFORE_FIGURE = re.compile(r"^[^\d]+")
_CLAUSE = 22  # words of a clause there
_WORDS_A_ROW = 170  # words of a brief for each paper that only its table tells


_MEASURE = 0.65  # weight from which a figure is a measure or a score, and not only a large count


def figures_of(voices: Sequence[Voice], *, least: float = 0.0) -> tuple[BriefFigure, ...]:
    """The headline figures of the papers that are reported, fewer of each where there are many papers."""
    most = 5 if len(voices) <= 8 else 4 if len(voices) <= 12 else 3 if len(voices) <= 16 else 2
    made = []
    for voice in voices:
        lines = [*voice.results[:4], *([voice.intro] if voice.intro is not None else [])]
        found: list[Headline] = []
        for line in lines:
            found += [one for one in headlines(line, most=most) if one.value not in {f.value for f in found}]
        best = sorted((one for one in found if one.weight >= least), key=lambda one: -one.weight)[:most]
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
