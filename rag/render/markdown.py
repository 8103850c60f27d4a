"""A brief as Markdown. Pure.

Text of papers is data: signs that Markdown would obey are escaped, so that `BERT_BASE` and `C^2` stay what they are and
a title can neither link nor embed anything.
"""

from __future__ import annotations

import re
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

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def markdown(briefing: Briefing) -> str:
    """The brief with its summary, themes, figures, changes, references and what was left out."""
    blocks = [f"# {escaped(briefing.title)}"]
    if briefing.summary:
        blocks.append("\n".join(f"- {_spoken(one, None)}" for one in briefing.summary))
    for section in briefing.sections:
        blocks.append(f"## {escaped(heading(section))}")
        blocks.append(" ".join(_row(section.sentences)))
        if section.more:
            titles = "; ".join(escaped(paper.title) for paper in section.more)
            blocks.append(ended(f"Also: {titles}"))
    blocks += _quiet(briefing)
    blocks += _figures(briefing)
    if said := [*changed(briefing), *filter(None, [over_time(briefing)])]:
        blocks += ["## What changed", _list(map(escaped, said))]
    if briefing.citations:
        blocks += ["## Papers", "\n".join(_references(briefing))]
    blocks += ["## What this brief covers", _list(map(escaped, [*left_out(briefing), made_by(briefing)]))]
    return "\n\n".join(filter(None, blocks)) + "\n"


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return _SIGNS.sub(r"\\\1", one_line(text))


def _row(sentences: Sequence[AnswerSentence]) -> Iterable[str]:
    before = None
    for one in sentences:
        yield _spoken(one, before)
        before = one


def _spoken(one: AnswerSentence, before: AnswerSentence | None) -> str:
    subject = subject_of(one, before)
    head = f"**{escaped(subject)}:** " if subject else ""
    return f"{head}{escaped(one.text)} {escaped(marks(one))}"


def _quiet(briefing: Briefing) -> list[str]:
    if not briefing.quietly_important:
        return []
    lines = [
        f"{escaped(paper.title)} {escaped(number_of(paper.paper_id, briefing.citations))}".rstrip()
        for paper in briefing.quietly_important
    ]
    return ["## Quietly important", "Relevant, with few votes:", _list(lines)]


def _figures(briefing: Briefing) -> list[str]:
    if not briefing.figures:
        return []
    rows = ["| Paper | Figure | Of what |", "| --- | --- | --- |"]
    for figure in briefing.figures:
        number = escaped(number_of(figure.paper_id, briefing.citations))
        rows.append(f"| {number} | {escaped(figure.value)} | {escaped(figure.quantity)} |")
    return ["## Figures", "\n".join(rows)]


def _references(briefing: Briefing) -> Iterable[str]:
    for citation in briefing.citations:
        rest = ", ".join(filter(None, (citation.paper_id, citation.published)))
        link = f" <{citation.url}>" if citation.url and re.fullmatch(r"https?://[^\s<>]+", citation.url) else ""
        yield f"{citation.n}. {escaped(citation.title)} ({escaped(rest)}){link}"


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
