"""Answers, hits and reports for people to read, on a terminal or in a pipe.

Text of papers is never taken as markup, and characters that a terminal would obey are left out: an abstract can
neither colour the screen nor move the cursor.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rag.models import Answer, AnswerSentence, Citation, Coverage, Hit, IngestReport, SearchReport
    from rag.upkeep import DoctorReport

WIDEST = 100
NOT_WRAPPED = 100_000
MOST_REFUSALS_SHOWN = 10


def paper_console() -> Console:
    """A console on standard output: lines of at most 100 columns on a terminal, not wrapped in a pipe.

    `COLUMNS` decides the width where it is set, in a pipe too.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = NOT_WRAPPED
    else:
        console.width = min(console.width, WIDEST)
    # A title with an accent must not end the program where the locale knows ASCII only.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    return console


def plain(text: str) -> str:
    """The text without control and format characters (escape sequences, direction marks), on one line."""
    kept = (character if unicodedata.category(character) not in ("Cc", "Cf") else " " for character in text)
    return " ".join("".join(kept).split())


def hanging(console: Console, head: str | Text, body: Text, *, style: str = "") -> None:
    """Print `body` wrapped, `head` in front of its first line and blanks of its width before the others."""
    first = Text(head) if isinstance(head, str) else head
    blank = Text(" " * first.cell_len)
    if style:
        body = Text.assemble((body.plain, style))
    for number, row in enumerate(body.wrap(console, max(20, console.width - first.cell_len))):
        row.rstrip()
        console.print(Text.assemble(blank if number else first, row), soft_wrap=True)


def show_answer(console: Console, answer: Answer) -> None:
    """Print an answer: its sentences with their numbers, then the papers with the sentences that show it."""
    if answer.standalone_question != answer.question:
        hanging(console, "Understood as: ", Text(plain(answer.standalone_question)), style="dim")
        console.print()
    if answer.sentences:
        for sentence in answer.sentences:
            hanging(console, "", _sentence(sentence))
    else:
        hanging(console, "", Text(plain(answer.text)))
    for citation in answer.citations:
        console.print()
        _show_citation(console, citation)
    if answer.nearest and not answer.citations:
        console.print()
        console.print(Text("Nearest papers", style="bold"))
        for near in answer.nearest:
            hanging(console, "  - ", Text.assemble(plain(near.title), (f"  {near.paper_id}", "dim")))
    console.print()
    for note in answer.notes:
        hanging(console, "Note: ", Text(plain(note.detail)), style="yellow")
    if answer.dropped:
        count = len(answer.dropped)
        noun = "sentence was" if count == 1 else "sentences were"
        hanging(console, "", Text(f"{count} {noun} left out because no abstract shows it."), style="yellow")
    hanging(console, "", Text(_coverage(answer)), style="dim")
    if answer.conversation_id:
        hanging(console, "", Text(f"Conversation {answer.conversation_id}"), style="dim")


def _sentence(sentence: AnswerSentence) -> Text:
    text = Text()
    if sentence.subject:
        text.append(f"{plain(sentence.subject)}: ", style="bold")
    text.append(plain(sentence.text))
    text.append(" " + "".join(f"[{number}]" for number in sentence.citations), style="cyan")
    if sentence.support == "weak":
        text.append(" (weakly supported)", style="yellow")
    return text


def _show_citation(console: Console, citation: Citation) -> None:
    title = Text(plain(citation.title), style="bold")
    title.append("  " + ", ".join(filter(None, (citation.paper_id, citation.published))), style="not bold dim")
    hanging(console, Text(f"[{citation.n}] ", style="cyan"), title)
    if citation.url:
        hanging(console, "    ", Text(plain(citation.url)), style="blue")
    for quote in citation.quotes:
        hanging(console, "    ", Text(f"“{plain(quote.quote)}”"), style="italic")


def _coverage(answer: Answer) -> str:
    coverage: Coverage = answer.coverage
    papers = f"{coverage.papers_searched:,} paper{'' if coverage.papers_searched == 1 else 's'}"
    parts = [f"Looked in {papers}, titles and abstracts only"]
    first, last = coverage.window.since, coverage.window.until
    if first or last:
        parts.append(f"listed on {first}" if first == last else f"listed from {first or '…'} to {last or '…'}")
    if coverage.incomplete_days:
        parts.append(f"incomplete days: {', '.join(coverage.incomplete_days)}")
    if answer.provenance.mode == "extractive":
        parts.append("without a language model")
    else:
        parts.append(f"written by {answer.provenance.model} and checked")
    parts.append(f"confidence {answer.confidence:.2f}")
    return "; ".join(parts) + "."


def show_hits(console: Console, report: SearchReport) -> None:
    """Print hits, best first: title, the passage that matched, and with `--explain` where each leg had it."""
    if not report.hits:
        console.print(Text("No paper matches."))
    for number, hit in enumerate(report.hits, start=1):
        if number > 1:
            console.print()
        title = Text(plain(hit.paper.title), style="bold")
        title.append(f"  {hit.paper.id}  {hit.score:.3f}", style="not bold dim")
        hanging(console, Text(f"{number:>2}. ", style="cyan"), title)
        hanging(console, "    ", Text(plain(hit.passage.text)))
        if hit.explain is not None:
            hanging(console, "    ", Text(_explained(hit)), style="dim")


def _explained(hit: Hit) -> str:
    assert hit.explain is not None
    legs = (
        ("meaning", hit.explain.dense_rank, hit.explain.dense),
        ("words", hit.explain.lexical_rank, hit.explain.lexical),
    )
    return "; ".join(
        f"{leg}: not found" if rank is None else f"{leg}: rank {rank}" + ("" if raw is None else f", {raw:.3f}")
        for leg, rank, raw in legs
    )


def show_ingest(console: Console, report: IngestReport) -> None:
    """Print what became of the records, the first refusals by number and reason."""
    console.print(
        Text(
            f"Read {report.read:,}: {report.added:,} added, {report.updated:,} updated, "
            f"{report.unchanged:,} unchanged, {len(report.refused):,} refused."
        )
    )
    for item in report.refused[:MOST_REFUSALS_SHOWN]:
        hanging(console, f"  record {item.record}: ", Text(plain(item.reason)), style="yellow")
    if len(report.refused) > MOST_REFUSALS_SHOWN:
        console.print(Text(f"  and {len(report.refused) - MOST_REFUSALS_SHOWN:,} more; --json lists them all."))


def show_settings(
    console: Console, values: Mapping[str, str | float | None], origins: Mapping[str, str], prefix: str
) -> None:
    """Print each setting under the name of its environment variable, with its value and where it came from."""
    wide = max(len(prefix + name) for name in values)
    for name, value in values.items():
        head = Text(f"{prefix}{name.upper():<{wide - len(prefix)}}  ", style="bold")
        text = Text("not set" if value is None else str(value), style="dim" if value is None else "")
        text.append(f"  ({origins[name]})", style="dim")
        hanging(console, head, text)


def show_findings(console: Console, report: DoctorReport) -> None:
    """Print what `doctor` looked at: `ok` or `bad`, the name, the detail, and the remedy where one is needed."""
    for finding in report.findings:
        head = Text("ok   " if finding.ok else "bad  ", style="green" if finding.ok else "bold red")
        hanging(console, head, Text(f"{finding.name}: {plain(finding.detail)}"))
        if finding.hint and not finding.ok:
            hanging(console, "     ", Text(plain(finding.hint)), style="yellow")
