"""What a run of the benchmark is to do, and the papers and queries that it does it with."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from eval.beir import read_queries
from rag.models import CleanPaper, PaperRecord, RefusedRecord
from rag.sources import read
from rag.sources.record import to_paper
from rag.text.sentences import sentences

_SEED = 7
_WORDS = (6, 14)


@dataclass(frozen=True, slots=True)
class Plan:
    """`data`: any file that ingest reads; `papers`: how many of it the large index holds; `ingest_papers`: how many
    are embedded for real; `queries`: how many each figure of search rests on; `claims`: a BEIR `queries.jsonl` that
    gives half of them; `folder`: where everything is kept; `vectors`: another run's vectors, read and not written."""

    data: Path
    papers: int
    ingest_papers: int
    queries: int
    folder: Path
    claims: Path | None = None
    vectors: Path | None = None
    again: bool = False

    @property
    def library(self) -> Path:
        """The folder of the large library."""
        return self.folder / f"library-{self.papers}"

    def records(self, count: int) -> Iterator[PaperRecord | RefusedRecord]:
        """The first `count` records of the data."""
        return islice(read(self.data), count)


def sample_queries(plan: Plan) -> dict[str, list[str]]:
    """Queries by kind, the same ones for the same plan: `sentences`, 6 to 14 words in a row out of a random sentence
    of a random abstract; and `claims`, where the plan names some, as many."""
    drawn = random.Random(_SEED)  # noqa: S311 - a sample, not a secret
    claims = list(read_queries(plan.claims).values()) if plan.claims else []
    wanted = plan.queries - plan.queries // 2 if claims else plan.queries
    chosen = sorted(drawn.sample(range(plan.papers), min(plan.papers, 2 * wanted)))
    picked = iter(chosen)
    place = next(picked, None)
    found = []
    for number, record in enumerate(plan.records(plan.papers)):
        if number == place:
            found.append(_words_of(record, drawn))
            place = next(picked, None)
    queries = [query for query in found if query]
    drawn.shuffle(queries)
    kinds = {"sentences": queries[:wanted]}
    if claims:
        kinds["claims"] = drawn.sample(claims, min(plan.queries // 2, len(claims)))
    return kinds


def _words_of(record: PaperRecord | RefusedRecord, drawn: random.Random) -> str | None:
    """Some words in a row of a sentence of the paper; None when it has no sentence that is long enough."""
    paper = to_paper(record) if isinstance(record, PaperRecord) else record
    if not isinstance(paper, CleanPaper):
        return None
    least, most = _WORDS
    long_enough = [words for s in sentences(paper.abstract) if len(words := s.text.split()) >= least]
    if not long_enough:
        return None
    words = drawn.choice(long_enough)
    count = min(drawn.randint(least, most), len(words))
    start = drawn.randint(0, len(words) - count)
    return " ".join(words[start : start + count])
