"""Topic tags of papers: which were given by the program, which by hand, and which were taken off by hand.

The tags themselves stand with the others in `tags`, so that papers show them and scopes find them. Here is remembered
who put them there: what the program gave is renewed with the text, what a person did stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from rag.catalogue import facts
from rag.catalogue.dialect import among
from rag.catalogue.intake import numbers_of
from rag.catalogue.schema import PaperRow, TaggingRow, TagRow


@dataclass(frozen=True, slots=True)
class Tagged:
    """What is known of a paper's topic tags: given by the program with their strength, at a revision and with a
    vocabulary; `refused` were taken off by hand."""

    revision: int
    vocabulary: str
    given: Mapping[str, float]
    refused: frozenset[str]


def known(session: Session, paper_ids: Sequence[str]) -> dict[str, Tagged]:
    """What is known of papers that were looked at before, by identifier."""
    rows = session.execute(
        select(PaperRow.paper_id, TaggingRow.revision, TaggingRow.vocabulary, TaggingRow.given, TaggingRow.refused)
        .join(TaggingRow, TaggingRow.number == PaperRow.number)
        .where(among(session, PaperRow.paper_id, paper_ids))
    ).all()
    return {
        paper_id: Tagged(revision, vocabulary, json.loads(given), frozenset(json.loads(refused)))
        for paper_id, revision, vocabulary, given, refused in rows
    }


def give(session: Session, vocabulary: str, given: Sequence[tuple[str, int, Mapping[str, float]]]) -> None:
    """Give papers the tags that the program chose, as (paper, revision, tags with strength), in place of earlier ones.

    What a person took off stays off. The catalogue's revision is raised where a paper's tags change.
    """
    if not given:
        return
    catalogue_revision = facts.claim_papers(session)
    numbers = numbers_of(session, [paper_id for paper_id, _, _ in given])
    before = known(session, [paper_id for paper_id, _, _ in given])
    present = _present(session, numbers.values())
    changed = False
    states, gone, fresh = [], [], []
    for paper_id, revision, chosen in given:
        number = numbers.get(paper_id)
        if number is None:
            continue
        earlier = before.get(paper_id, Tagged(0, "", {}, frozenset()))
        kept = {tag: strength for tag, strength in chosen.items() if tag not in earlier.refused}
        stale = earlier.given.keys() - kept.keys()
        new = [tag for tag in kept if tag not in present.get(number, {})]
        gone += [(number, tag) for tag in stale]
        places = present.get(number, {})
        last = max(places.values(), default=-1)
        fresh += [{"number": number, "tag": tag, "place": last + n} for n, tag in enumerate(new, 1)]
        changed = changed or bool(stale or new)
        states.append(_state(number, revision, vocabulary, kept, earlier.refused))
    _write_states(session, states)
    _write_tags(session, gone, fresh)
    if changed:
        facts.put_value(session, facts.REVISION, str(catalogue_revision + 1))


def edit(session: Session, paper_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> bool:
    """Put tags on a paper by hand, or take some off for good. False where there is no such paper."""
    catalogue_revision = facts.claim_papers(session)
    number = numbers_of(session, [paper_id]).get(paper_id)
    if number is None or session.scalar(select(PaperRow.deleted_at).where(PaperRow.number == number)) is not None:
        return False
    name = session.scalar(select(PaperRow.paper_id).where(PaperRow.number == number)) or paper_id
    earlier = known(session, [name]).get(name, Tagged(0, "", {}, frozenset()))
    given = {tag: strength for tag, strength in earlier.given.items() if tag not in {*add, *remove}}
    refused = (earlier.refused | set(remove)) - set(add)
    _write_states(session, [_state(number, earlier.revision, earlier.vocabulary, given, refused)])
    places = _present(session, [number]).get(number, {})
    last = max(places.values(), default=-1)
    new = [tag for tag in dict.fromkeys(add) if tag not in places]
    fresh = [{"number": number, "tag": tag, "place": last + n} for n, tag in enumerate(new, 1)]
    _write_tags(session, [(number, tag) for tag in remove if tag in places], fresh)
    facts.put_value(session, facts.REVISION, str(catalogue_revision + 1))
    return True


def counts(session: Session) -> list[tuple[str, int]]:
    """Every tag with the number of papers that carry it, the most common first."""
    rows = session.execute(
        select(TagRow.tag, func.count())
        .join(PaperRow, PaperRow.number == TagRow.number)
        .where(PaperRow.deleted_at.is_(None))
        .group_by(TagRow.tag)
    ).all()
    return sorted(((tag, count) for tag, count in rows), key=lambda pair: (-pair[1], pair[0]))


def pool(session: Session, limit: int) -> list[str]:
    """Up to `limit` papers that the program gave tags to, the newest first: whom new papers may resemble."""
    rows = (
        select(PaperRow.paper_id)
        .join(TaggingRow, TaggingRow.number == PaperRow.number)
        .where(PaperRow.deleted_at.is_(None), TaggingRow.given != "{}")
        .order_by(PaperRow.number.desc())
        .limit(limit)
    )
    return list(session.scalars(rows))


def _present(session: Session, numbers: Iterable[int]) -> dict[int, dict[str, int]]:
    wanted = list(numbers)
    places: dict[int, dict[str, int]] = {}
    rows = select(TagRow.number, TagRow.tag, TagRow.place).where(among(session, TagRow.number, wanted))
    for number, tag, place in session.execute(rows):
        places.setdefault(number, {})[tag] = place
    return places


def _state(
    number: int, revision: int, vocabulary: str, given: Mapping[str, float], refused: frozenset[str] | set[str]
) -> dict[str, object]:
    return {
        "number": number,
        "revision": revision,
        "vocabulary": vocabulary,
        "given": json.dumps(dict(given), ensure_ascii=False),
        "refused": json.dumps(sorted(refused), ensure_ascii=False),
    }


def _write_states(session: Session, states: Sequence[dict[str, object]]) -> None:
    if states:
        connection = session.connection()
        numbers = [int(str(state["number"])) for state in states]
        connection.execute(delete(TaggingRow).where(among(session, TaggingRow.number, numbers)))
        connection.execute(insert(TaggingRow), list(states))


def _write_tags(session: Session, gone: Sequence[tuple[int, str]], fresh: Sequence[dict[str, object]]) -> None:
    connection = session.connection()
    by_tag: dict[str, list[int]] = {}
    for number, tag in gone:
        by_tag.setdefault(tag, []).append(number)
    for tag, numbers in by_tag.items():
        connection.execute(delete(TagRow).where(TagRow.tag == tag, among(session, TagRow.number, numbers)))
    if fresh:
        connection.execute(insert(TagRow), list(fresh))
