"""A brief as a mail: HTML that survives mail clients, the same in plain text, and a subject of one line. Pure.

Mail clients drop scripts, drawings and most of a stylesheet, so styles stand in each element and tables hold the
layout; dark colours in the head are for clients that read them. A mail above some hundred kilobytes is cut by the
client, and with it the link to unsubscribe at its end; what would be longer is shortened here and says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag.models import AnswerSentence, Briefing, BriefSection
from rag.render.filled import clipped, filled
from rag.render.plain import plain

MOST_BYTES = 90_000
"""The HTML's size at most; clients clip at about 102,000 bytes, counted after what a mailing puts around it."""
_SUBJECT = 150  # characters
_FIGURES = 12  # rows of the table of figures; the page has them all
_SENTENCE = 600  # characters of a sentence that still has a place where everything else had to go


@dataclass(frozen=True, slots=True)
class Links:
    """Where a mail leads: the brief's page (with what opens it to the reader), the way out, and the service itself."""

    page: str
    unsubscribe: str
    site: str


@dataclass(frozen=True, slots=True)
class Mail:
    """What is sent. `subject` is one line without control characters; `html` has at most MOST_BYTES in UTF-8."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class _Extent:
    """How much of a brief is shown; None is all of it."""

    figures: int = _FIGURES
    sections: int | None = None
    said: int | None = None
    """Sentences of each section."""
    sentence: int | None = None

    @property
    def whole(self) -> bool:
        return self == _Extent()


_EXTENTS = (
    _Extent(),
    *(_Extent(said=said) for said in (60, 40, 24, 12, 6, 3)),
    *(_Extent(figures=6, sections=sections, said=3) for sections in (12, 6, 3, 1)),
    _Extent(figures=0, sections=0),
    _Extent(figures=0, sections=0, sentence=_SENTENCE),
)


def mail(briefing: Briefing, links: Links) -> Mail:
    """The brief as a mail; shortened, with a link to the whole, where it would be cut by mail clients."""
    for extent in _EXTENTS:
        html = _html(briefing, links, extent)
        if len(html.encode()) <= MOST_BYTES:
            break
    return Mail(clipped(briefing.title, _SUBJECT), html, _text(briefing, links))


def _html(briefing: Briefing, links: Links, extent: _Extent) -> str:
    shown = _shortened(briefing, extent)
    return filled("mail.html", brief=shown, whole=extent.whole, extent=extent, links=links)


def _text(briefing: Briefing, links: Links) -> str:
    way = f"Read it with its sources: {links.page}\nUnsubscribe: {links.unsubscribe}\n"
    return f"{plain(briefing, links.site)}\n-- \n{way}"


def _shortened(briefing: Briefing, extent: _Extent) -> Briefing:
    if extent.whole:
        return briefing
    sections = tuple(
        section.model_copy(update={"sentences": section.sentences[: extent.said]})
        for section in briefing.sections[: extent.sections]
    )
    summary = tuple(one for one in briefing.summary if extent.sentence is None or len(one.text) <= extent.sentence)
    shown = {n for one in (*summary, *_sentences(sections)) for n in one.citations}
    return briefing.model_copy(
        update={
            "summary": summary,
            "sections": sections,
            "figures": briefing.figures if extent.figures else (),
            "citations": tuple(citation for citation in briefing.citations if citation.n in shown),
            "quietly_important": briefing.quietly_important if extent.figures else (),
        }
    )


def _sentences(sections: tuple[BriefSection, ...]) -> Iterator[AnswerSentence]:
    for section in sections:
        yield from section.sentences
