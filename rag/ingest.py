"""Ingest: read, clean, catalogue, embed, index.

    read(source) -> clean -> same paper as one we have? -> catalogue.put -> windows -> embed -> index.put -> report

A paper is in the catalogue before anything else happens to it, marked as not yet indexed; whatever stops the rest, the
next ingest goes on with what is still marked so. Nothing is embedded twice: vectors are kept in the catalogue.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from rag.catalogue import Catalogue, indexing, intake, papers
from rag.catalogue.indexing import IndexEntry
from rag.embedding import Embedder
from rag.index import Index, IndexedPaper
from rag.models import CleanPaper, IngestReport, Paper, PaperRecord, Progress, RefusedItem, RefusedRecord
from rag.passages import text_to_embed, windows
from rag.sources.record import to_paper

PUT_BATCH = 512  # papers a catalogue transaction
INDEX_BATCH = 128  # papers between two commits of the indexes; what a kill can cost in work done again
_EMBED_PAPERS = 16  # papers between two reports of progress, and the longest that an interruption has to wait
_REMOVE_BATCH = 1_000

Report = Callable[[Progress], None]


async def ingest(
    records: Iterable[PaperRecord | RefusedRecord],
    *,
    catalogue: Catalogue,
    index: Index,
    embedder: Embedder,
    progress: Report,
) -> IngestReport:
    """Load records, then index whatever the indexes lack, papers of earlier interrupted runs included."""
    report = await _catalogue_records(records, catalogue, progress)
    await remove_stale(catalogue, index)
    await index_pending(catalogue, index, embedder, progress)
    await remove_stale(catalogue, index)
    return report


async def _catalogue_records(
    records: Iterable[PaperRecord | RefusedRecord], catalogue: Catalogue, progress: Report
) -> IngestReport:
    counts = {"added": 0, "updated": 0, "unchanged": 0}
    refused: list[RefusedItem] = []
    read = 0
    reading = iter(records)
    while batch := await asyncio.to_thread(_clean_batch, reading):
        read += len(batch)
        clean = [paper for paper in batch if isinstance(paper, CleanPaper)]
        for put in await catalogue.write(intake.put, clean):
            counts[put.outcome] += 1
        refused += [RefusedItem(record=r.record, reason=r.reason) for r in batch if isinstance(r, RefusedRecord)]
        progress(Progress("reading", read))
    return IngestReport(read=read, refused=tuple(refused), **counts)


def _clean_batch(reading: Iterator[PaperRecord | RefusedRecord]) -> list[CleanPaper | RefusedRecord]:
    return [to_paper(record) if isinstance(record, PaperRecord) else record for record in islice(reading, PUT_BATCH)]


async def index_pending(catalogue: Catalogue, index: Index, embedder: Embedder, progress: Report) -> tuple[int, int]:
    """Index every paper that the indexes lack; the number of papers and of passages put.

    While one batch is written, the next is embedded.
    """
    total = await catalogue.read(indexing.pending_count)
    done = passages = 0
    writing: asyncio.Task[None] | None = None
    if total:
        progress(Progress("indexing", 0, total))
    try:
        async for batch in _batches(catalogue):
            entries = []
            for start in range(0, len(batch), _EMBED_PAPERS):
                entries += await _embedded(batch[start : start + _EMBED_PAPERS], catalogue, embedder)
                progress(Progress("indexing", done + len(entries), max(total, done + len(entries))))
            if writing is not None:
                await writing
            writing = asyncio.create_task(_put(entries, catalogue, index))
            done += len(batch)
            passages += sum(len(entry.spans) for entry in entries)
    finally:
        if writing is not None:
            await writing
    return done, passages


async def _batches(catalogue: Catalogue) -> AsyncIterator[list[Paper]]:
    """Pending papers, batch by batch; those of the batch before may still be on their way into the indexes."""
    on_their_way: set[tuple[str, int]] = set()
    while True:
        found = await catalogue.read(indexing.pending, 2 * INDEX_BATCH)
        batch = [paper for paper in found if (paper.id, paper.revision) not in on_their_way][:INDEX_BATCH]
        if not batch:
            return
        on_their_way = {(paper.id, paper.revision) for paper in batch}
        yield batch


async def _embedded(batch: Sequence[Paper], catalogue: Catalogue, embedder: Embedder) -> list[IndexedPaper]:
    """The batch with spans and vectors; vectors that the catalogue holds already are taken from there."""
    spans = {paper.id: tuple(windows(paper.abstract)) for paper in batch}
    known = {}
    for paper_id, revision, stored_spans, blob in await catalogue.read(indexing.stored_vectors, list(spans)):
        if stored_spans == spans[paper_id]:
            known[paper_id, revision] = np.frombuffer(blob, "<f2").astype(np.float32).reshape(-1, embedder.dimension)
    missing = [paper for paper in batch if (paper.id, paper.revision) not in known]
    texts = [
        text_to_embed(paper.title, paper.abstract[start:end]) for paper in missing for start, end in spans[paper.id]
    ]
    vectors = await embedder.embed_passages(texts)
    # Kept as float16 and used as float16 from the first day, so that what is rebuilt from the catalogue is the same.
    vectors = vectors.astype(np.float16).astype(np.float32)
    at = 0
    for paper in missing:
        known[paper.id, paper.revision] = vectors[at : at + len(spans[paper.id])]
        at += len(spans[paper.id])
    return [IndexedPaper(paper, spans[paper.id], known[paper.id, paper.revision]) for paper in batch]


async def _put(entries: Sequence[IndexedPaper], catalogue: Catalogue, index: Index) -> None:
    """Spans and vectors into the catalogue, then both indexes, then the mark: the order that survives a kill."""
    stored = [
        IndexEntry(entry.paper.id, entry.paper.revision, entry.spans, entry.vectors.astype("<f2").tobytes())
        for entry in entries
    ]
    await catalogue.write(indexing.store_passages, stored)
    await index.put(entries)
    await catalogue.write(indexing.mark_indexed, [(entry.paper.id, entry.paper.revision) for entry in entries])
    index.forget_scopes()


async def remove_stale(catalogue: Catalogue, index: Index) -> int:
    """Take revisions that are no longer current out of the indexes; how many."""
    removed = 0
    while stale := await catalogue.read(indexing.to_remove, _REMOVE_BATCH):
        paper_ids = {paper_id for paper_id, _, _ in stale}
        living = await catalogue.read(papers.get_many, sorted(paper_ids))
        await index.remove(stale, gone=paper_ids - living.keys())
        await catalogue.write(indexing.forget_passages, [(paper_id, revision) for paper_id, revision, _ in stale])
        removed += len(stale)
    return removed
