"""Which stored papers might be the same as a new record: the database's side of duplicates.py."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from rag.catalogue import facts
from rag.catalogue.dialect import among, insert_many
from rag.catalogue.duplicates import SCHEME, Fingerprint, fingerprints
from rag.catalogue.schema import BandRow, PaperRow

MOST_CANDIDATES = 20
"""How many stored papers one record is compared with. Only front matter ("Preface") has more that look alike."""

PAGE = 1000


def candidates(session: Session, prints: Sequence[Fingerprint]) -> list[list[tuple[int, Fingerprint]]]:
    """For each fingerprint the stored papers worth comparing, as (number, fingerprint), likeliest first."""
    by_key: dict[str, list[int]] = defaultdict(list)
    titles = select(PaperRow.title_key, PaperRow.number).where(
        among(session, PaperRow.title_key, {each.key for each in prints})
    )
    for key, number in session.execute(titles.order_by(PaperRow.number)):
        by_key[key].append(number)
    by_band: dict[int, list[int]] = defaultdict(list)
    shared = select(BandRow.band, BandRow.number).where(
        among(session, BandRow.band, {band for each in prints for band in each.bands})
    )
    for band, number in session.execute(shared):
        by_band[band].append(number)

    chosen = []
    for each in prints:
        seen = Counter(number for band in each.bands for number in by_band.get(band, ()))
        likely = dict.fromkeys(by_key.get(each.key, ())) | dict.fromkeys(number for number, _ in seen.most_common())
        chosen.append(list(likely)[:MOST_CANDIDATES])
    stored = load(session, {number for numbers in chosen for number in numbers})
    return [[(number, stored[number]) for number in numbers] for numbers in chosen]


def load(session: Session, numbers: Iterable[int]) -> dict[int, Fingerprint]:
    """The fingerprints of stored papers."""
    columns = (PaperRow.number, PaperRow.paper_id, PaperRow.title, PaperRow.abstract)
    rows = session.execute(select(*columns).where(among(session, PaperRow.number, list(numbers)))).all()
    prints = fingerprints([(paper_id, title, abstract) for _, paper_id, title, abstract in rows])
    return {number: own for (number, *_), own in zip(rows, prints, strict=True)}


def store(session: Session, new: Mapping[int, Fingerprint], old: Mapping[int, Fingerprint] | None = None) -> None:
    """Keep the bands of papers by number, in the place of `old` ones where the text changed."""
    if old:
        gone = delete(BandRow).where(BandRow.band == bindparam("b"), BandRow.number == bindparam("n"))
        session.connection().execute(gone, [{"b": band, "n": number} for band, number in _rows(old)])
    # In the order of the table: neighbours land on one page.
    insert_many(session, BandRow, sorted(_rows(new)))


def _rows(prints: Mapping[int, Fingerprint]) -> set[tuple[int, int]]:
    return {(band, number) for number, own in prints.items() for band in own.bands}


def keep_scheme(session: Session) -> None:
    """Make all keys again where an earlier version made them in another way."""
    if facts.value(session, facts.BANDS_SCHEME) == SCHEME:
        return
    session.connection().execute(delete(BandRow))
    last = session.scalar(select(func.max(PaperRow.number))) or 0
    titles = update(PaperRow).where(PaperRow.number == bindparam("n")).values(title_key=bindparam("k"))
    for first in range(1, last + 1, PAGE):
        prints = load(session, range(first, first + PAGE))
        session.connection().execute(titles, [{"n": number, "k": each.key} for number, each in prints.items()])
        store(session, prints)
    facts.put_value(session, facts.BANDS_SCHEME, SCHEME)
