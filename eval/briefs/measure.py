"""How good briefs are: which papers, which figures, and whether every sentence is shown. Pure.

paper recall     of the papers that belong to a topic, the share that the brief reports (has a sentence on)
paper precision  of the papers that it reports, the share that belong; those that may be there are not counted
figures          of the headline figures listed by hand, the share whose value stands in the brief: in a sentence on
                 that paper, or in its table
true spans       of all sentences, the share whose every span is the abstract's text there, verbatim or close
figures wrong    figures of the table that do not stand in their quote, or whose quote is not the abstract's text
subjects         of all sentences, the share that name what they are about, by themselves or by their subject
repeats          of neighbouring sentences, the share that open with the same two words
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise

from eval.briefs.gold import GoldTopic
from rag.models import AnswerSentence, Briefing, Paper


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one brief; counts beside shares, so that shares can be pooled."""

    topic: str
    half: str
    reported: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[str, ...]
    belong: int
    right: int
    figures: int
    figures_missed: tuple[str, ...]
    sentences: int
    true_spans: int
    figures_shown: int
    figures_wrong: int
    with_subject: int
    pairs: int
    repeats: int
    words: int

    def to_json(self) -> dict[str, object]:
        """The measures as JSON."""
        return asdict(self)


def measured(gold: GoldTopic, made: Briefing, papers: Mapping[str, Paper]) -> Measured:
    """One brief against its gold topic. `papers` are the stored papers by identifier."""
    titles = [papers[paper.paper_id].title for paper in made.papers]
    right = [title for title in titles if title in gold.titles]
    wrong = [title for title in titles if title not in gold.titles and title not in gold.also]
    spoken = [one for section in made.sections for one in section.sentences]
    every = [*made.summary, *spoken]
    numbers = {citation.n: citation.paper_id for citation in made.citations}
    missed = [figure for figure in gold.figures if not _mentioned(figure.title, figure.value, made, papers, numbers)]
    pairs = [pair for section in made.sections for pair in pairwise(section.sentences)]
    return Measured(
        topic=gold.topic,
        half=gold.half,
        reported=tuple(titles),
        missed=tuple(title for title in gold.titles if title not in titles),
        wrong=tuple(wrong),
        belong=len(gold.titles),
        right=len(right),
        figures=len(gold.figures),
        figures_missed=tuple(f"{figure.value} ({figure.title[:40]})" for figure in missed),
        sentences=len(every),
        true_spans=sum(_true(one, papers, numbers) for one in every),
        figures_shown=len(made.figures),
        figures_wrong=sum(not _right_figure(figure, papers) for figure in made.figures),
        with_subject=sum(_has_subject(one, papers, numbers) for one in every),
        pairs=len(pairs),
        repeats=sum(_opening(one.text) == _opening(other.text) for one, other in pairs),
        words=sum(len(one.text.split()) for one in every),
    )


def _true(one: AnswerSentence, papers: Mapping[str, Paper], numbers: Mapping[int, str]) -> bool:
    spans = all(
        papers[numbers[piece.citation]].abstract[piece.start : piece.end] == piece.quote for piece in one.evidence
    )
    return bool(one.evidence) and spans and one.support in ("verbatim", "close")


def _right_figure(figure: object, papers: Mapping[str, Paper]) -> bool:
    paper_id, value, quote = (str(getattr(figure, name)) for name in ("paper_id", "value", "quote"))
    start, end = (int(getattr(figure, name)) for name in ("start", "end"))
    return papers[paper_id].abstract[start:end] == quote and value in quote


def _mentioned(title: str, value: str, made: Briefing, papers: Mapping[str, Paper], numbers: Mapping[int, str]) -> bool:
    """Whether a figure of a paper stands in the brief as a whole number: `2%` does not stand in `12%`."""
    whole = re.compile(rf"(?<![\d.,]){re.escape(value)}(?!\d)")
    rows = [figure.value for figure in made.figures if papers[figure.paper_id].title == title]
    sentences = [*made.summary, *(one for section in made.sections for one in section.sentences)]
    texts = [one.text for one in sentences if any(papers[numbers[n]].title == title for n in one.citations)]
    return any(whole.search(text) for text in (*rows, *texts))


def _has_subject(one: AnswerSentence, papers: Mapping[str, Paper], numbers: Mapping[int, str]) -> bool:
    """Whether a reader knows of what a sentence speaks: it has a subject, or does not open by pointing elsewhere."""
    return bool(one.subject) or not re.match(r"(?:It|Its|They|Their|This|These|We|Our|Both)\b", one.text)


def _opening(text: str) -> tuple[str, ...]:
    return tuple(text.casefold().split()[:2])


def table(measures: Sequence[Measured]) -> str:
    """The measures as lines of text, a line for each topic and one for each half."""
    rows = [f"{'topic':<56} recall  prec.  figures  spans  wrong  subj.  repeats  words"]
    for one in measures:
        rows.append(_row(one.topic, [one]))
        rows += [f"    missed: {title}" for title in one.missed]
        rows += [f"    wrong: {title}" for title in one.wrong]
        rows += [f"    figure missed: {figure}" for figure in one.figures_missed]
    for half in ("choosing", "reporting"):
        mine = [one for one in measures if one.half == half]
        if mine:
            rows.append(_row(f"{half} ({len(mine)} topics, mean of topics for recall and precision)", mine))
    return "\n".join(rows)


def pooled(measures: Sequence[Measured]) -> dict[str, float]:
    """The measures of several topics together: recall and precision as means over topics, the rest over all."""
    figures = sum(one.figures for one in measures)
    sentences = sum(one.sentences for one in measures)
    pairs = sum(one.pairs for one in measures)
    return {
        "paper_recall": _mean([one.right / one.belong if one.belong else 1.0 for one in measures]),
        "paper_precision": _mean([_precision(one) for one in measures]),
        "figures_mentioned": 1 - sum(len(one.figures_missed) for one in measures) / figures if figures else 1.0,
        "true_spans": sum(one.true_spans for one in measures) / sentences if sentences else 1.0,
        "figures_wrong": float(sum(one.figures_wrong for one in measures)),
        "with_subject": sum(one.with_subject for one in measures) / sentences if sentences else 1.0,
        "repeats": sum(one.repeats for one in measures) / pairs if pairs else 0.0,
        "words": _mean([float(one.words) for one in measures]),
    }


def _precision(one: Measured) -> float:
    counted = one.right + len(one.wrong)
    return one.right / counted if counted else float(not one.belong)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _row(name: str, measures: Sequence[Measured]) -> str:
    m = pooled(measures)
    return (
        f"{name[:56]:<56} {m['paper_recall']:6.2f} {m['paper_precision']:6.2f} {m['figures_mentioned']:8.2f} "
        f"{m['true_spans']:6.2f} {m['figures_wrong']:6.0f} {m['with_subject']:6.2f} {m['repeats']:8.2f} "
        f"{m['words']:6.0f}"
    )
