"""Topic tags of stored papers: those that were not looked at yet get theirs, and keep them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.brief.tags import carried, choose
from rag.catalogue import Catalogue, indexing, tagging
from rag.embedding import Embedder
from rag.models import Paper
from rag.retrieve import Retriever
from rag.text.topics import Vocabulary, spoken_of

_POOL = 2_000  # tagged papers that new ones are compared with

Tags = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Sources:
    """What planning reads: the catalogue, the search, and the vocabulary of topics."""

    catalogue: Catalogue
    retriever: Retriever
    embedder: Embedder
    vocabulary: Vocabulary


async def tagged(every: Sequence[Paper], sources: Sources) -> dict[str, Tags]:
    """The topic tags of papers with their strength; papers that were not looked at yet are, and keep what they got."""
    known = await sources.catalogue.read(tagging.known, [paper.id for paper in every])
    current = {name: tagged.given for name, tagged in known.items() if tagged.vocabulary == sources.vocabulary.sha256}
    new = [paper for paper in every if paper.id not in current or known[paper.id].revision != paper.revision]
    given: dict[str, Tags] = dict(current)
    if new:
        given |= await _tag(new, sources)
    # What a person or the source put on a paper counts fully, and comes first.
    own = {
        paper.id: {tag: 1.0 for tag in paper.tags if tag not in known.get(paper.id, _NOTHING).given} for paper in every
    }
    hidden = {name: tagged.refused for name, tagged in known.items()}
    return {
        paper.id: own[paper.id]
        | {tag: s for tag, s in given.get(paper.id, {}).items() if tag not in hidden.get(paper.id, ())}
        for paper in every
    }


_NOTHING = tagging.Tagged(0, "", {}, frozenset())


async def _tag(new: Sequence[Paper], sources: Sources) -> dict[str, Tags]:
    """Tags for new papers: from their text, from what similar tagged papers carry, and from what is common."""
    vocabulary = sources.vocabulary
    text = await asyncio.to_thread(lambda: [spoken_of(vocabulary, paper.title, paper.abstract) for paper in new])
    first = {paper.id: dict(choose(spoken, {}, {})) for paper, spoken in zip(new, text, strict=True)}
    pool = await sources.catalogue.read(tagging.pool, _POOL)
    stored = await sources.catalogue.read(tagging.known, [name for name in pool if name not in first])
    carriers: dict[str, Tags] = {name: tagged.given for name, tagged in stored.items()}
    # The new ones are each other's neighbours too, by what their texts say.
    carriers |= {name: tags for name, tags in first.items() if tags and len(carriers) < _POOL}
    names = sorted(carriers)
    vectors = await by_name([*first, *names], sources)
    near = await asyncio.to_thread(
        carried,
        np.stack([vectors[name] for name in first]),
        np.stack([vectors[name] for name in names]) if names else np.zeros((0, sources.embedder.dimension), np.float32),
        [carriers[name] for name in names],
    )
    common = Counter(tag for tags in carriers.values() for tag in tags)
    made = {
        paper.id: dict(choose(spoken, neighbours, common))
        for paper, spoken, neighbours in zip(new, text, near, strict=True)
    }
    given = [(paper.id, paper.revision, made[paper.id]) for paper in new]
    await sources.catalogue.write(tagging.give, vocabulary.sha256, given)
    return dict(made)


async def by_name(names: Sequence[str], sources: Sources) -> dict[str, NDArray[np.float32]]:
    """A unit vector for each paper, the mean of its passages'; zeros where none is stored yet."""
    wanted = list(dict.fromkeys(names))
    rows = await sources.catalogue.read(indexing.vectors, wanted)
    size = sources.embedder.dimension
    made = {name: np.zeros(size, np.float32) for name in wanted}
    for name, _, spans, blob in rows:
        if spans:
            made[name] = unit_mean(np.frombuffer(blob, "<f2").astype(np.float32).reshape(len(spans), size))
    return made


def unit_mean(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of rows, of unit length; zeros stay zeros."""
    mean: NDArray[np.float32] = rows.mean(axis=0)
    norm = float(np.linalg.norm(mean))
    return np.asarray(mean / norm if norm else mean, np.float32)
