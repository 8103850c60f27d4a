"""What every form of a brief says in the same words: its changes, what it covers and what it leaves out. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import quote

from rag.models import AnswerSentence, BriefFigure, Briefing, BriefPaper, BriefSection, Citation, FurtherTheme, Window


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
_A_MINUTE = 200  # words that are read in a minute


def overview(briefing: Briefing) -> list[str]:
    """What the brief is of, a sentence each: how many papers on what, what is new there, how many are told."""
    themes = _themes(briefing)
    if not themes or not briefing.coverage.papers_reported:
        return []
    found, told = briefing.coverage.papers_found, briefing.coverage.papers_reported
    each = [f"{small(name)} ({number})" for name, number, _ in themes]
    last = each[-1:] if themes[-1][2] is None else []  # what has no theme is no theme
    smaller = each[_NAMED : len(each) - len(last)]
    rest = smaller if len(smaller) == 1 else [count(len(smaller), "smaller theme")]
    listed = [*each[: min(_NAMED, len(each) - len(last))], *(rest if smaller else []), *last]
    when = "listed" if briefing.window.since or briefing.window.until else "stored"
    what = f" on {one_line(briefing.topic)}" if briefing.topic else ""
    which = f": {_listed(listed)}" if len(themes) > 1 else ""
    said = [f"{count(found, 'paper')} {when}{what}{which}."]
    fresh = list(briefing.changes.new_topics[:3])
    rising = [name for name in briefing.changes.rising if name not in fresh][:3]
    if fresh:
        said.append(f"Not seen in the weeks before: {_listed([small(one) for one in fresh])}.")
    if rising:
        said.append(f"More than before: {_listed([small(one) for one in rising])}.")
    if told < found:
        said.append(f"{told:,} of them are told here, the others named.")
    return said


def _themes(briefing: Briefing) -> list[tuple[str, int, str | None]]:
    """Every theme with the number of its papers and its topic, the largest first; what has no theme comes last."""
    sections = [section for section in briefing.sections if section.kind == "theme"]
    told = [(section.heading, section.papers, section.topic) for section in sections]
    every = [*told, *((theme.heading, theme.count, theme.topic) for theme in briefing.further)]
    every.sort(key=lambda theme: (theme[2] is None, -theme[1]))
    return [(one_line(name), number, topic) for name, number, topic in every]


def small(name: str) -> str:
    """A name of a theme as it stands inside a sentence."""
    return name[:1].lower() + name[1:] if name[1:2].islower() or name[1:2] == "-" else name


def minutes(briefing: Briefing) -> int:
    """Minutes that reading takes, begun ones whole: all that stands open above the list of papers; 0 for nothing."""
    told = [*briefing.summary, *(one for section in briefing.sections for one in section.sentences)]
    said = [briefing.title, *overview(briefing), *changed(briefing)]
    said += [text for one in told for text in (one.subject or "", one.text)]
    said += [heading(section) for section in briefing.sections]
    said += [paper.title for paper in briefing.quietly_important]
    said += [f"{row.subject} {', '.join(row.values)} {row.text}" for row in rows(briefing)]
    said += [f"{line.heading} {', '.join(line.names)}" for line in also(briefing)]
    words = sum(len(text.split()) for text in said)
    return -(-words // _A_MINUTE) if told else 0


@dataclass(frozen=True, slots=True)
class Named:
    """A paper in a line that names papers: the short name, its title, its address, its number where it is cited."""

    name: str
    paper: BriefPaper
    number: int | None


@dataclass(frozen=True, slots=True)
class Also:
    """The papers of a theme that have no sentence under it, in one line: the first of them, and how many more."""

    heading: str
    named: tuple[Named, ...]
    more: int

    @property
    def names(self) -> list[str]:
        """Their names with their numbers, and the rest as a count: `APE [7]`, `DSI`, `3 more`."""
        each = [one.name if one.number is None else f"{one.name} [{one.number}]" for one in self.named]
        return [*each, f"{self.more:,} more"] if self.more else each


_IN_A_LINE = 12  # papers that such a line names
_SHORT_NAME = 56  # characters of a title that stands for a name
_LEAST_NAME = 14
_OPENS = re.compile(r"^(?:(?:Towards?|On|A|An|The|Exploring|Enhancing|Improving|Investigating) )+(?=\w)")


def also_of(section: BriefSection, briefing: Briefing) -> Also | None:
    """The line of a section; None where each of its papers has a sentence there."""
    silent = [paper for paper in section.also if paper.paper_id not in _spoken(section, briefing)]
    papers = [*silent, *section.more]
    count = len(silent) + max(section.more_count, len(section.more))
    return _also("", papers, count, briefing) if section.kind == "theme" and count else None


def _spoken(section: BriefSection, briefing: Briefing) -> set[str]:
    numbers = {number for one in section.sentences for number in one.citations}
    return {citation.paper_id for citation in briefing.citations if citation.n in numbers}


def _also(heading: str, papers: Sequence[BriefPaper], count: int, briefing: Briefing) -> Also:
    numbers = {citation.paper_id: citation.n for citation in briefing.citations}
    shown = len(papers) if count <= _IN_A_LINE + 1 else _IN_A_LINE  # "1 more" takes the room of its name
    named = tuple(Named(short_name(paper), paper, numbers.get(paper.paper_id)) for paper in papers[:shown])
    return Also(heading, named, count - len(named))


def also(briefing: Briefing) -> list[Also]:
    """All such lines: of the sections, then of the themes that have none."""
    made = [also_of(section, briefing) for section in briefing.sections]
    return [*(line for line in made if line is not None), *beyond(briefing)]


def beyond(briefing: Briefing) -> list[Also]:
    """The lines of the themes of which no paper is told."""
    return [_also(theme.heading, theme.papers, theme.count, briefing) for theme in briefing.further if theme.count]


def short_name(paper: BriefPaper) -> str:
    """What a paper is called in a line of many: its system's name, else the beginning of its title."""
    if paper.name:
        return one_line(paper.name)
    title = _OPENS.sub("", one_line(paper.title))
    head = re.split(r"(?<=[?!])\s|:\s|\s--?\s", title, maxsplit=1)[0].rstrip("?!")
    if len(head) > _SHORT_NAME:
        cut = [found.start() for found in _CUTS.finditer(head, _LEAST_NAME, _SHORT_NAME + 1)]
        head = head[: cut[-1]] if cut else f"{head[:_SHORT_NAME].rsplit(' ', 1)[0]} …"
    return head[:1].upper() + head[1:]


_CUTS = re.compile(r"\s(?:for|via|with|by|through|using|towards?|in|from|under|of|about|to|as)\s")


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
