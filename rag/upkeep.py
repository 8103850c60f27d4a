"""Upkeep of the two derived indexes: making them anew, and comparing them with the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from rag.catalogue import Catalogue, indexing, papers
from rag.embedding import Embedder
from rag.index import Index
from rag.ingest import index_pending, remove_stale
from rag.lexical import Lexical
from rag.models import Contract, Progress
from rag.passages import parse_passage_id, passage_id
from rag.vectors import Vectors

_PAGE = 2_000
_SAMPLE = 50  # stored vectors that are looked for with themselves
_ORPHANS = 0.1  # share of the sample that may not be found: the index is approximate, and one or two are ordinary


class ReindexReport(Contract):
    """What a reindex put into both indexes."""

    papers: int
    passages: int


class Finding(Contract):
    """One thing that was examined. `ok` False means that something is wrong, and `hint` what to do."""

    name: str
    ok: bool
    detail: str
    hint: str = ""


class DoctorReport(Contract):
    """What the doctor found, in the order of examination; `repaired` tells whether it mended."""

    findings: tuple[Finding, ...]
    repaired: bool = False


async def reindex(
    *,
    catalogue: Catalogue,
    index: Index,
    vectors: Vectors,
    lexical: Lexical,
    embedder: Embedder,
    embed: bool,
    progress: Callable[[Progress], None],
) -> ReindexReport:
    """Make both indexes anew from the catalogue: from its vectors, or with `embed` from the texts.

    Killed half way, the papers not done yet stay pending, and the next ingest or reindex goes on.
    """
    await catalogue.write(indexing.drop_vectors if embed else indexing.unmark_all)
    await catalogue.write(indexing.set_index_identity, embedder.identity)
    index.vouched = False
    await vectors.empty(embedder.identity)
    await lexical.empty()
    done, passages = await index_pending(catalogue, index, embedder, progress)
    return ReindexReport(papers=done, passages=passages)


async def examine(
    *, catalogue: Catalogue, index: Index, vectors: Vectors, lexical: Lexical, embedder: Embedder, repair: bool
) -> DoctorReport:
    """Compare the catalogue with both indexes. With `repair`, what is missing is put and what is too much removed."""
    made_with = await catalogue.read(indexing.index_identity)
    findings = [_model(made_with, vectors.identity, embedder.identity)]
    if not findings[0].ok:
        return DoctorReport(findings=tuple(findings))
    missing, surplus_vectors, surplus_words = await _compare(catalogue, vectors, lexical)
    stale = await catalogue.read(indexing.to_remove, _PAGE)
    waiting = await catalogue.read(indexing.pending_count)
    unreachable, sampled = await _unreachable(catalogue, vectors)
    if repair:
        await catalogue.write(indexing.unmark, sorted(missing | unreachable))
        await vectors.delete(surplus_vectors)
        await lexical.put([], remove=surplus_words)
        await remove_stale(catalogue, index)
        await index_pending(catalogue, index, embedder, lambda _: None)
        report = await examine(
            catalogue=catalogue, index=index, vectors=vectors, lexical=lexical, embedder=embedder, repair=False
        )
        return report.model_copy(update={"repaired": True})
    total = await catalogue.read(papers.count)
    mend = "Run `paperbrief doctor --repair`."
    findings += [
        Finding(name="catalogue", ok=True, detail=f"{total:,} papers"),
        _count("waiting to be indexed", waiting, "papers", mend),
        _count("missing from an index", len(missing), "papers", mend),
        _count("left over in an index", len(surplus_vectors) + len(surplus_words) + len(stale), "entries", mend),
        _count(
            "stored but not found",
            len(unreachable),
            f"of {sampled:,} papers",
            "Run `paperbrief reindex`.",
            ordinary=int(_ORPHANS * sampled),
        ),
    ]
    return DoctorReport(findings=tuple(findings))


def _model(made_with: str | None, stored: str | None, in_use: str) -> Finding:
    differs = next((identity for identity in (made_with, stored) if identity not in (None, in_use)), None)
    if differs is None:
        return Finding(name="embedding", ok=True, detail=in_use)
    return Finding(
        name="embedding",
        ok=False,
        detail=f"the index was made with {differs}, and {in_use} is in use",
        hint="Run `paperbrief reindex --embed`, or set PAPERBRIEF_EMBEDDING back.",
    )


def _count(name: str, number: int, unit: str, hint: str, *, ordinary: int = 0) -> Finding:
    ok = number <= ordinary
    return Finding(name=name, ok=ok, detail=f"{number:,} {unit}", hint="" if ok else hint)


async def _compare(catalogue: Catalogue, vectors: Vectors, lexical: Lexical) -> tuple[set[str], list[str], list[str]]:
    """Papers that an index lacks, and what the indexes hold and should not: ids of vectors, and of papers."""
    words = await lexical.revisions()
    missing: set[str] = set()
    expected: dict[str, tuple[int, int]] = {}
    after = None
    while page := await catalogue.read(indexing.indexed_papers, after, _PAGE):
        after = page[-1][0]
        wanted = {passage_id(p, revision, n) for p, revision, count in page for n in range(count)}
        lost = wanted - await vectors.present(sorted(wanted))
        missing |= {parse_passage_id(identifier)[0] for identifier in lost}
        missing |= {paper_id for paper_id, revision, _ in page if words.get(paper_id) != revision}
        expected.update({paper_id: (revision, count) for paper_id, revision, count in page})
    # What is on its way in or out is not left over: it stands in the catalogue as pending or stale.
    pending = {paper.id for paper in await catalogue.read(indexing.pending, 1_000_000)}
    stale = {passage_id(p, r, n) for p, r, c in await catalogue.read(indexing.to_remove, 1_000_000) for n in range(c)}
    surplus: list[str] = []
    offset = 0
    while identifiers := await vectors.page(offset):
        offset += len(identifiers)
        surplus += [i for i in identifiers if i not in stale and not _belongs(i, expected, pending)]
    return missing, surplus, sorted(words.keys() - expected.keys() - pending)


def _belongs(identifier: str, expected: dict[str, tuple[int, int]], pending: set[str]) -> bool:
    try:
        paper_id, revision, number = parse_passage_id(identifier)
    except ValueError:
        return False  # never ours
    known = expected.get(paper_id)
    return paper_id in pending or (known is not None and known[0] == revision and number < known[1])


async def _unreachable(catalogue: Catalogue, vectors: Vectors) -> tuple[set[str], int]:
    """Papers of a sample whose first passage its own vector does not find among the nearest, and the sample's size."""
    first: Sequence[tuple[str, int, int]] = await catalogue.read(indexing.indexed_papers, None, _PAGE)
    sample = [paper_id for paper_id, _, count in first[:: max(1, len(first) // _SAMPLE)] if count]
    lost = set()
    for paper_id, revision, spans, blob in await catalogue.read(indexing.vectors, sample):
        own = np.frombuffer(blob, "<f2").astype(np.float32).reshape(len(spans), -1)[0]
        found, _ = await vectors.nearest(own, 20)
        if passage_id(paper_id, revision, 0) not in found:
            lost.add(paper_id)
    return lost, len(sample)
