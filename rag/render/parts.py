"""What every form of a brief says in the same words: its changes, what it covers and what it leaves out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from rag.models import AnswerSentence, Briefing, BriefSection, Citation, Window


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
    return f"{section.heading} ({count(len(section.paper_ids) + len(section.more), 'paper')})"


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
    if coverage.left_out_count:
        said.append(f"There was no room for {count(coverage.left_out_count, 'further paper')}.")
    said += [note.detail for note in briefing.notes]
    if briefing.dropped:
        said.append(f"{count(len(briefing.dropped), 'sentence')} left out, because no abstract shows what was said.")
    return said


def made_by(briefing: Briefing) -> str:
    """How the brief was written."""
    if briefing.provenance.mode == "extractive":
        return "Written without a language model from sentences of the abstracts."
    return f"Written by {briefing.provenance.model}, each sentence checked against the abstracts."


def number_of(paper_id: str, citations: Sequence[Citation]) -> str:
    """A paper's citation: `[3]`; empty where it is not cited."""
    return next((f"[{citation.n}]" for citation in citations if citation.paper_id == paper_id), "")


def _listed(each: Sequence[str]) -> str:
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} and {each[-1]}"
