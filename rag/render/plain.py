"""A brief as plain text, in lines of at most 78 characters. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rag.models import AnswerSentence, Briefing
from rag.render.parts import (
    changed,
    ended,
    heading,
    left_out,
    made_by,
    marks,
    number_of,
    one_line,
    over_time,
    subject_of,
)

WIDTH = 78


def plain(briefing: Briefing) -> str:
    """The brief with its summary, themes, figures, changes, references and what was left out."""
    blocks = [_under(one_line(briefing.title), "=")]
    if briefing.summary:
        blocks.append("\n".join(_item(_spoken(one, None)) for one in briefing.summary))
    for section in briefing.sections:
        blocks.append(_under(one_line(heading(section)), "-"))
        blocks.append(_filled(" ".join(_row(section.sentences))))
        if section.more:
            blocks.append(_filled(ended(f"Also: {'; '.join(one_line(paper.title) for paper in section.more)}")))
    if briefing.quietly_important:
        titles = (
            f"{one_line(paper.title)} {number_of(paper.paper_id, briefing.citations)}".rstrip()
            for paper in briefing.quietly_important
        )
        blocks += [_under("Quietly important", "-"), "\n".join(map(_item, titles))]
    if briefing.figures:
        rows = (
            f"{figure.value}  {figure.quantity} {number_of(figure.paper_id, briefing.citations)}"
            for figure in briefing.figures
        )
        blocks += [_under("Figures", "-"), "\n".join(_item(one_line(row)) for row in rows)]
    if said := [*changed(briefing), *filter(None, [over_time(briefing)])]:
        blocks += [_under("What changed", "-"), "\n".join(_item(one_line(one)) for one in said)]
    if briefing.citations:
        blocks += [_under("Papers", "-"), "\n".join(_references(briefing))]
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


def _references(briefing: Briefing) -> Iterable[str]:
    for citation in briefing.citations:
        rest = ", ".join(filter(None, (citation.paper_id, citation.published)))
        yield _item(one_line(f"{citation.title} ({rest})"), mark=f"[{citation.n}] ")
        if citation.url:
            yield f"    {one_line(citation.url)}"


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
