"""A brief as plain text, in lines of at most 78 characters. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rag.models import AnswerSentence, Briefing
from rag.render.parts import (
    also_of,
    beyond,
    changed,
    count,
    further,
    heading,
    left_out,
    link_of,
    made_by,
    marks,
    number_of,
    one_line,
    over_time,
    overview,
    paragraphs,
    rows,
    standing,
    subject_of,
)

WIDTH = 78


def plain(briefing: Briefing, site: str = "") -> str:
    """The brief with its summary, themes, figures, changes, references and what was left out.

    `site` is the service's address, whose page of a paper is named where the paper has no address of its own.
    """
    blocks = [_under(one_line(briefing.title), "="), standing(briefing), _filled(" ".join(overview(briefing)))]
    if briefing.summary:
        blocks.append("\n".join(_item(_spoken(one, None)) for one in briefing.summary))
    for section in briefing.sections:
        line = also_of(section, briefing)
        if section.sentences or line:
            blocks.append(_under(one_line(heading(section)), "-"))
            blocks += [_filled(" ".join(_row(paragraph))) for paragraph in paragraphs(section)]
            blocks += [_filled(f"Also: {', '.join(line.names)}.")] if line else []
    if others := beyond(briefing):
        lines = (f"{one_line(line.heading)}: {', '.join(line.names)}." for line in others)
        blocks += [_under("Further themes", "-"), "\n".join(map(_item, lines))]
    if briefing.quietly_important:
        titles = (
            f"{one_line(paper.title)} {number_of(paper.paper_id, briefing.citations)}".rstrip()
            for paper in briefing.quietly_important
        )
        blocks += [_under("Quietly important", "-"), "\n".join(map(_item, titles))]
    if briefing.figures:
        lines = (
            f"{row.subject}, {', '.join(row.values)}: {row.text} {number_of(row.paper_id, briefing.citations)}"
            for row in rows(briefing)
        )
        blocks += [_under("Figures", "-"), "\n".join(map(_item, lines))]
    if said := [*changed(briefing), *filter(None, [over_time(briefing)])]:
        blocks += [_under("What changed", "-"), "\n".join(_item(one_line(one)) for one in said)]
    if briefing.citations:
        blocks += [_under("Papers", "-"), "\n".join(_references(briefing, site))]
    blocks += _further(briefing)
    blocks += [_under("What this brief covers", "-"), "\n".join(map(_item, [*left_out(briefing), made_by(briefing)]))]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _row(sentences: Sequence[AnswerSentence]) -> Iterable[str]:
    before = None
    for one in sentences:
        yield _spoken(one, before)
        before = one


def _spoken(one: AnswerSentence, before: AnswerSentence | None) -> str:
    subject = subject_of(one, before)
    return one_line(f"{subject}: {one.text} {marks(one)}" if subject else f"{one.text} {marks(one)}")


def _references(briefing: Briefing, site: str) -> Iterable[str]:
    for citation in briefing.citations:
        rest = f" ({citation.published})" if citation.published else ""
        yield _item(one_line(f"{citation.title}{rest}"), mark=f"[{citation.n}] ")
        if link := link_of(citation.paper_id, citation.url, site):
            yield f"    {one_line(link)}"


def _further(briefing: Briefing) -> list[str]:
    """The titles of what has no sentence, by their themes."""
    blocks = []
    for theme in further(briefing):
        lines = []
        for paper in theme.papers:
            lines.append(_item(one_line(paper.title)))
            if link := link_of(paper.paper_id, paper.url, ""):  # the service's page of each would double the list
                lines.append(f"  {one_line(link)}")
        if theme.count > len(theme.papers):
            lines.append(_item(count(theme.count - len(theme.papers), "more paper")))
        if lines:
            blocks.append("\n".join([_filled(f"{one_line(theme.heading)}:"), *lines]))
    return [_under("Also listed, by theme", "-"), *blocks] if blocks else []


def _under(text: str, sign: str) -> str:
    return f"{text}\n{sign * min(len(text), WIDTH)}"


def _item(text: str, mark: str = "- ") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=mark,
        subsequent_indent=" " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _filled(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)
