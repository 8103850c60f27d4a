"""What every form of a brief says in the same words: its changes, what it covers and what it leaves out. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import quote

from rag.models import AnswerSentence, BriefFigure, Briefing, BriefSection, Citation, FurtherTheme, Window


def one_line(text: str) -> str:
    """Text of others on one line, without control characters and signs that only say how others are shown."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def ended(text: str) -> str:
    """Text with a full stop at its end, unless it ends a sentence already."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def marks(sentence: AnswerSentence) -> str:
    """The numbers of a sentence's citations: `[1][2]`."""
    return "".join(f"[{number}]" for number in sentence.citations)


def subject_of(sentence: AnswerSentence, before: AnswerSentence | None) -> str | None:
    """The subject to be shown before a sentence: not where the sentence before was about the same paper."""
    if before is not None and before.citations == sentence.citations:
        return None
    return sentence.subject


def count(number: int, noun: str) -> str:
    """`1 paper`, `24 papers`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def heading(section: BriefSection) -> str:
    """A section's heading with the number of its papers."""
    if section.kind == "differences":
        return section.heading
    return f"{section.heading} ({count(section.papers, 'paper')})"


_NAMED = 7  # themes that an overview names
_A_MINUTE = 230  # words that are read in a minute


def overview(briefing: Briefing) -> list[str]:
    """What the brief is of, a sentence each: how many papers on what, what is new there, how many are told."""
    themes = _themes(briefing)
    if not themes or not briefing.coverage.papers_reported:
        return []
    found, told = briefing.coverage.papers_found, briefing.coverage.papers_reported
    listed = [f"{small(name)} ({number})" for name, number in themes[:_NAMED]]
    if len(themes) > 1:
        rest = count(len(themes) - len(listed), "other theme")
        listed = listed if len(themes) == len(listed) else [*listed, rest]
    when = "listed" if briefing.window.since or briefing.window.until else "stored"
    what = f" on {one_line(briefing.topic)}" if briefing.topic else ""
    each = f": {_listed(listed)}" if len(themes) > 1 else ""
    said = [f"{count(found, 'paper')} {when}{what}{each}."]
    fresh = list(briefing.changes.new_topics[:3])
    rising = [name for name in briefing.changes.rising if name not in fresh][:3]
    if fresh:
        said.append(f"Not seen in the weeks before: {_listed([small(one) for one in fresh])}.")
    if rising:
        said.append(f"More than before: {_listed([small(one) for one in rising])}.")
    if told < found:
        said.append(f"{told:,} of them are told here, the others named at the end.")
    return said


def _themes(briefing: Briefing) -> list[tuple[str, int]]:
    """Every theme with the number of its papers, the largest first; what has no theme comes last."""
    sections = [section for section in briefing.sections if section.kind == "theme"]
    told = [(section.heading, section.papers, section.topic) for section in sections]
    every = [*told, *((theme.heading, theme.count, theme.topic) for theme in briefing.further)]
    every.sort(key=lambda theme: (theme[2] is None, -theme[1]))
    return [(one_line(name), number) for name, number, _ in every]


def small(name: str) -> str:
    """A name of a theme as it stands inside a sentence."""
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == "-" else name


def minutes(briefing: Briefing) -> int:
    """Minutes that reading takes, without the lists at the end; 0 where there is nothing to read."""
    sentences = [*briefing.summary, *(one for section in briefing.sections for one in section.sentences)]
    words = sum(len(one.text.split()) + len((one.subject or "").split()) for one in sentences)
    words += sum(len(row.text.split()) + 2 for row in rows(briefing)) + sum(
        len(one.split()) for one in overview(briefing)
    )
    return max(1, round(words / _A_MINUTE)) if sentences else 0


def standing(briefing: Briefing) -> str:
    """How long reading takes; empty where there is nothing to read."""
    found = minutes(briefing)
    return f"About {count(found, 'minute')} to read." if found else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table of figures: of what, which figures, and the clause that they stand in."""

    subject: str
    values: tuple[str, ...]
    text: str
    figures: tuple[BriefFigure, ...]

    @property
    def paper_id(self) -> str:
        """The paper that the row is of."""
        return self.figures[0].paper_id


def rows(briefing: Briefing) -> list[Row]:
    """The headline figures, those of one clause in one row, each read by itself."""
    made = []
    for (_, text), group in groupby(briefing.figures, key=lambda one: (one.paper_id, _clause(one))):
        mine = tuple(sorted(group, key=lambda one: text.find(one_line(one.value))))
        made.append(Row(one_line(mine[0].subject or ""), tuple(one_line(one.value) for one in mine), text, mine))
    return made


def _clause(figure: BriefFigure) -> str:
    """What a figure is of, with the figure in its place."""
    return one_line(figure.quantity.replace("…", figure.value, 1))


def paragraphs(section: BriefSection) -> list[list[AnswerSentence]]:
    """A section's sentences, those of one paper together."""
    return [list(group) for _, group in groupby(section.sentences, key=lambda one: one.citations[:1])]


def further(briefing: Briefing) -> list[FurtherTheme]:
    """The papers that have no sentence, by their themes, the told themes first."""
    told = [
        FurtherTheme(heading=one.heading, topic=one.topic, papers=one.more, count=one.papers - len(one.paper_ids))
        for one in briefing.sections
        if one.more
    ]
    return [*told, *briefing.further]


def changed(briefing: Briefing) -> list[str]:
    """What is different from before, a sentence each."""
    changes, counts = briefing.changes, {one.topic: one for one in briefing.changes.counts}
    said = []
    if changes.new_topics:
        said.append(f"New: {_listed([f'{t} ({counts[t].papers})' if t in counts else t for t in changes.new_topics])}.")
    for name, topics in (("Rising", changes.rising), ("Fading", changes.fading)):
        if topics:
            each = [
                f"{t} ({counts[t].papers}, before {counts[t].before:g} on average)" if t in counts else t
                for t in topics
            ]
            said.append(f"{name}: {_listed(each)}.")
    if changes.seen_before:
        was = "was" if len(changes.seen_before) == 1 else "were"
        said.append(f"{count(len(changes.seen_before), 'paper')} that {was} reported before {was} not reported again.")
    return said


def when(window: Window) -> str:
    """A window in short: its week where it is one, else its first day."""
    try:
        first, last = date.fromisoformat(window.since or ""), date.fromisoformat(window.until or "")
    except ValueError:
        return window.since or window.until or ""
    if first.isoweekday() == 1 and (last - first).days == 6:
        return f"W{first.isocalendar().week:02d}"
    return first.isoformat()


def over_time(briefing: Briefing) -> str | None:
    """How many papers the topics had in each window, in words; None where nothing is known of the time before."""
    changes = briefing.changes
    if not changes.histories:
        return None
    names = [when(window) for window in changes.windows]
    each = (
        f"{history.topic} {', '.join('?' if count is None else str(count) for count in history.papers)}"
        for history in changes.histories
    )
    return f"Papers by topic, {names[0]} to {names[-1]}: {'; '.join(each)}."


def left_out(briefing: Briefing) -> list[str]:
    """What was looked at and is not in the brief, a sentence each."""
    coverage = briefing.coverage
    said = []
    looked = f"Looked at {count(coverage.papers_searched, 'paper')}, titles and abstracts only"
    fit = f"{coverage.papers_found:,} fit" if coverage.papers_found != coverage.papers_searched else "all fit"
    if coverage.papers_searched:
        said.append(f"{looked}; {fit}, {coverage.papers_reported:,} reported.")
    if coverage.papers_reported:
        said.append(_chosen(briefing))
    if coverage.left_out_count:
        said.append(f"There was no room for {count(coverage.left_out_count, 'further paper')}.")
    said += [note.detail for note in briefing.notes]
    if briefing.dropped:
        said.append(f"{count(len(briefing.dropped), 'sentence')} left out, because no abstract shows what was said.")
    return said


def _chosen(briefing: Briefing) -> str:
    """How the papers that are told were chosen."""
    if briefing.topic:
        said = "Chosen: papers of which a sentence is on the topic, the nearest first"
    else:
        said = "Chosen: the largest themes first, of each the papers that speak most clearly of it and give figures"
    weight = briefing.constraints.popularity
    votes = f"; votes, where known, count for {weight:.0%}" if weight else ""
    return f"{said}{votes}; as many as fit into {briefing.constraints.max_words:,} words."


def made_by(briefing: Briefing) -> str:
    """How the brief was written."""
    if briefing.provenance.mode == "extractive":
        return "Written without a language model from sentences of the abstracts."
    return f"Written by {briefing.provenance.model}, each sentence checked against the abstracts."


def number_of(paper_id: str, citations: Sequence[Citation]) -> str:
    """A paper's citation: `[3]`; empty where it is not cited."""
    return next((f"[{citation.n}]" for citation in citations if citation.paper_id == paper_id), "")


_WEB = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


def link_of(paper_id: str, url: str | None, site: str) -> str | None:
    """Where a paper can be read: its own address where it is one of the web, else its page at the service, if any."""
    if url and _WEB.fullmatch(url):
        return url
    return f"{site}/papers/{quote(paper_id, safe='')}" if site else None


def _listed(each: Sequence[str]) -> str:
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"
