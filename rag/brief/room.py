"""Room: which of the papers get a sentence, in which order, and what is said of the others. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rag.brief.group import Theme
from rag.brief.plan import Plan, PlannedPaper, PlannedTheme, named
from rag.brief.request import BriefRequest
from rag.brief.select import Candidate
from rag.models import BriefNote, Changes, FurtherTheme, LeftOut, Paper, QuietPaper
from rag.text.names import system_of

_LEAST_THEMES = 3  # themes of a week that are told at least
_OF_A_THEME = 1.3  # papers of a theme that are told on average
_WORDS = 28  # what a paper takes of a brief, with its share of all that is not about one paper
NAMED = 20  # papers without a sentence that are named as left out
_LISTED = 200  # papers without a sentence that are listed under their themes


def chosen_places(
    request: BriefRequest, grouped: Sequence[Theme], order: Sequence[Candidate], calm: Sequence[str]
) -> list[int]:
    """The places of the papers that are told, those first that get room first. All of a topic's, as far as there is
    room; of a week its larger themes."""
    most = request.constraints.max_papers
    if request.topic is None:
        most = min(most, max(1, request.constraints.max_words // _WORDS))
        grouped = grouped[: max(_LEAST_THEMES, round(most / _OF_A_THEME))]
    chosen = {place for place, candidate in enumerate(order) if candidate.paper.id in calm}
    return _room(grouped, order, most, chosen)


def _room(grouped: Sequence[Theme], order: Sequence[Candidate], most: int, calm: set[int]) -> list[int]:
    """The next of the theme that is furthest behind its share, again and again; `calm` ones surely."""
    left = {theme: sorted(theme.places, key=lambda place: (place not in calm, place)) for theme in grouped}
    surely = calm - {place for theme in grouped for place in theme.places}
    chosen: list[int] = []
    given: Counter[Theme] = Counter()
    while len(chosen) + len(surely) < most and any(left.values()):
        theme = min(
            (theme for theme in grouped if left[theme]),
            key=lambda theme: ((given[theme] + 1) / _weight(theme), grouped.index(theme)),
        )
        chosen.append(left[theme].pop(0))
        given[theme] += 1
    return [*chosen, *sorted({*surely, *calm} - set(chosen))]


def _weight(theme: Theme) -> float:
    """What share of the papers a theme gets: nearly in proportion to its size; what has no theme gets less."""
    return float(len(theme.places) ** 0.9) * (1.0 if theme.tag is not None else _UNNAMED)


_UNNAMED = 0.4


def plan_of(
    request: BriefRequest,
    order: Sequence[Candidate],
    grouped: Sequence[Theme],
    told: Sequence[int],
    calm: Sequence[Candidate],
    changed: Changes,
    found: int,
    searched: int,
) -> Plan:
    """The plan of the papers that were chosen; of the others, those of a told theme are named, and all are counted."""
    chosen = set(told)
    shown: list[PlannedTheme] = []
    further: list[FurtherTheme] = []
    out: list[int] = []
    for theme in grouped:
        mine = [place for place in theme.places if place in chosen]
        more = [place for place in theme.places if place not in chosen]
        # What there is no room for is listed under its theme; beyond some hundred it only counts.
        listed = tuple(named(order[place].paper) for place in more[: max(0, _LISTED - len(out))])
        out += more
        heading = _heading(theme, request.topic if len(grouped) == 1 else None)
        if mine:
            ids = tuple(order[place].paper.id for place in mine)
            shown.append(PlannedTheme(tag=theme.tag, heading=heading, paper_ids=ids, more=listed, more_count=len(more)))
        else:
            further.append(FurtherTheme(heading=heading, topic=theme.tag, papers=listed, count=len(more)))
    return Plan(
        topic=request.topic,
        week=request.week,
        window=request.window,
        constraints=request.constraints,
        papers=tuple(_planned(order[place].paper) for place in told),
        themes=tuple(shown),
        further=tuple(further),
        quiet=tuple(
            QuietPaper(paper_id=c.paper.id, title=c.paper.title, upvotes=c.votes or 0, relevance=c.relevance)
            for c in calm
        ),
        changes=changed,
        notes=_notes(request, found, len(order), changed, searched),
        left_out=tuple(
            LeftOut(paper_id=order[p].paper.id, title=order[p].paper.title, reason="no room") for p in out[:NAMED]
        ),
        left_out_count=len(order) - len(chosen),
        papers_searched=searched,
        papers_found=found,
    )


def _planned(paper: Paper) -> PlannedPaper:
    return PlannedPaper(
        paper_id=paper.id,
        revision=paper.revision,
        title=paper.title,
        url=paper.url,
        published=paper.published,
        name=system_of(paper.title, paper.abstract),
    )


def _heading(theme: Theme, topic: str | None) -> str:
    if theme.tag is None and topic is not None:
        return topic[:1].upper() + topic[1:]
    return theme.heading


def _notes(request: BriefRequest, found: int, fresh: int, changed: Changes, searched: int) -> tuple[BriefNote, ...]:
    notes = []
    where = f"{searched:,} paper{'' if searched == 1 else 's'}"
    if not searched:
        notes.append(BriefNote(kind="nothing_found", detail="No paper was listed in this window."))
    elif not found:
        about_it = f" on {request.topic}" if request.topic else ""
        notes.append(BriefNote(kind="nothing_found", detail=f"None of the {where} that were looked at is{about_it}."))
    elif not fresh:
        notes.append(
            BriefNote(
                kind="nothing_new", detail="Every paper that fits was reported before, and none has changed since."
            )
        )
    bounded = request.window.since is not None and request.window.until is not None
    if found and bounded and changed.compared_with is None:
        detail = "No paper was listed in the weeks before, so there is nothing to compare with."
        notes.append(BriefNote(kind="no_earlier_week", detail=detail))
    return tuple(notes)
