"""A brief as Markdown. Pure.

Text of papers is data: signs that Markdown would obey are escaped, so that `BERT_BASE` and `C^2` stay what they are and
a title can neither link nor embed anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.models import AnswerSentence, Briefing
from rag.render.parts import (
    Also,
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

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def markdown(briefing: Briefing, site: str = "") -> str:
    """The brief with its summary, themes, figures, changes, references and what was left out.

    `site` is the service's address, whose page of a paper is linked to where the paper has no address of its own.
    """
    blocks = [f"# {escaped(briefing.title)}", escaped(standing(briefing)), escaped(" ".join(overview(briefing)))]
    if briefing.summary:
        blocks.append("\n".join(f"- {_spoken(one, None)}" for one in briefing.summary))
    for section in briefing.sections:
        line = also_of(section, briefing)
        if section.sentences or line:
            blocks.append(f"## {escaped(heading(section))}")
            blocks += [" ".join(_row(paragraph)) for paragraph in paragraphs(section)]
            blocks += [f"Also: {_names(line, site)}."] if line else []
    if others := beyond(briefing):
        lines = (f"**{escaped(line.heading)}:** {_names(line, site)}." for line in others)
        blocks += ["## Further themes", _list(lines)]
    blocks += _quiet(briefing)
    blocks += _figures(briefing)
    if said := [*changed(briefing), *filter(None, [over_time(briefing)])]:
        blocks += ["## What changed", _list(map(escaped, said))]
    if briefing.citations:
        blocks += ["## Papers", "\n".join(_references(briefing, site))]
    blocks += _further(briefing, site)
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


def _names(line: Also, site: str) -> str:
    """The papers of such a line, each a link where it has an address."""
    each = [
        _linked(one.name, link_of(one.paper.paper_id, one.paper.url, site))
        + ("" if one.number is None else f" {escaped(f'[{one.number}]')}")
        for one in line.named
    ]
    return ", ".join([*each, f"{line.more:,} more"] if line.more else each)


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
    lines = ["| What | Figure | Where it stands |", "| --- | --- | --- |"]
    for row in rows(briefing):
        number = escaped(number_of(row.paper_id, briefing.citations))
        lines.append(f"| {escaped(row.subject)} {number} | {escaped(', '.join(row.values))} | {escaped(row.text)} |")
    return ["## Figures", "\n".join(lines)]


def _references(briefing: Briefing, site: str) -> Iterable[str]:
    for citation in briefing.citations:
        title = _linked(citation.title, link_of(citation.paper_id, citation.url, site))
        published = f" ({escaped(citation.published)})" if citation.published else ""
        yield f"{citation.n}. {title}{published}"


def _further(briefing: Briefing, site: str) -> list[str]:
    """The titles of what has no sentence, by their themes."""
    blocks = []
    for theme in further(briefing):
        titles = [_linked(paper.title, link_of(paper.paper_id, paper.url, site)) for paper in theme.papers]
        if theme.count > len(titles):
            titles.append(count(theme.count - len(titles), "more paper"))
        if titles:
            blocks.append(f"**{escaped(theme.heading)}**\n\n{_list(titles)}")
    return ["## Also listed, by theme", *blocks] if blocks else []


def _linked(title: str, link: str | None) -> str:
    return f"[{escaped(title)}](<{link}>)" if link else escaped(title)


def _list(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
