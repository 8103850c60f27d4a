"""Asking gold questions of a real library: the same `library.ask` that everybody uses, in a folder that is thrown away.

Planted questions are asked in a second library whose abstracts carry the planted sentences; conversations turn by turn.
What led to an answer is found out after it, by the retriever's own methods, so that it costs the answer no time.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eval.gold import Asked, GoldQuestion, Plant
from eval.recorded import NotRecorded
from eval.replies import Corpus, Found, Reply, Session, Trace, Understood
from eval.scoring import RANKS
from eval.scratch import settings_in
from rag.ask import Mode
from rag.catalogue import papers
from rag.errors import PaperbriefError, SettingsError
from rag.library import Library, open_library
from rag.models import PaperRecord, Progress, RefusedRecord, Scope
from rag.question import understand
from rag.sources import read
from rag.text.clean import normalised_title

if TYPE_CHECKING:
    from rag.embedding import Embedder

WARM_UP = "What is this collection about?"


@dataclass(frozen=True, slots=True)
class Shelf:
    """An open library and what stands in it."""

    library: Library
    corpus: Corpus


Refit = Callable[[Library], Library]


@asynccontextmanager
async def shelf(
    corpus: Path, *, embedder: Embedder, plants: Sequence[Plant] = (), refit: Refit | None = None
) -> AsyncIterator[Shelf]:
    """A library of the papers of a file, each planted sentence at the end of its paper's abstract.

    `refit` may put another model into it. Raises InputError when a plant's paper is not there.
    """
    with tempfile.TemporaryDirectory(prefix="paperbrief-eval-") as folder:
        async with open_library(settings_in(Path(folder)), embedder=embedder) as library:
            await library.ingest(planted(read(corpus), plants))
            ids = await library.catalogue.read(papers.ids_in_scope, Scope())
            stored = await library.catalogue.read(papers.get_many, ids)
            found = Corpus(stored.values())
            found.ids_of(plant.title for plant in plants)
            yield Shelf(refit(library) if refit else library, found)


def planted(
    records: Iterator[PaperRecord | RefusedRecord], plants: Sequence[Plant]
) -> Iterator[PaperRecord | RefusedRecord]:
    """The records, with the sentences planted at the ends of their abstracts."""
    sentences: dict[str, list[str]] = {}
    for plant in plants:
        sentences.setdefault(normalised_title(plant.title), []).append(plant.sentence)
    for record in records:
        if isinstance(record, PaperRecord):
            added = sentences.get(normalised_title(record.title), ())
            yield replace(record, abstract=" ".join((record.abstract, *added)))
        else:
            yield record


async def ask_all(
    questions: Sequence[GoldQuestion],
    corpus: Path,
    *,
    embedder: Embedder,
    mode: Mode,
    refit: Refit | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> AsyncIterator[tuple[Session, Corpus]]:
    """Ask every question, in the order given but planted ones last, and give each with the papers it was asked of.

    Raises InputError when a question names a paper that the corpus has not.
    """
    plain = [question for question in questions if question.plant is None]
    hostile = [question for question in questions if question.plant is not None]
    done = 0
    for group in (plain, hostile):
        if not group:
            continue
        plants = tuple({question.plant: None for question in group if question.plant})
        async with shelf(corpus, embedder=embedder, plants=plants, refit=refit) as opened:
            for question in group:
                opened.corpus.ids_of(title for asked in question.asked for title in (*asked.titles, *asked.also))
            await opened.library.ask(WARM_UP, mode="extractive")
            for question in group:
                yield await session(opened.library, question, mode), opened.corpus
                done += 1
                if progress is not None:
                    progress(Progress("asking", done, len(questions)))


async def session(library: Library, question: GoldQuestion, mode: Mode) -> Session:
    """One gold question; a conversation turn by turn, each in the light of what was answered before."""
    conversation = await library.start_conversation() if question.turns else None
    return Session(question, tuple([await reply(library, asked, mode, conversation) for asked in question.asked]))


async def reply(library: Library, asked: Asked, mode: Mode, conversation: str | None = None) -> Reply:
    """The answer to one question, and what led to it. An error of ours is kept as its sentence.

    Raises SettingsError and NotRecorded, which no further question would escape.
    """
    started = time.perf_counter()
    try:
        answer = await library.ask(asked.question, mode=mode, conversation_id=conversation)
    except (SettingsError, NotRecorded):
        raise
    except PaperbriefError as error:
        return Reply(asked, None, None, error=str(error))
    took = (time.perf_counter() - started) * 1000
    return Reply(asked, answer, await trace(library, answer.standalone_question), wall_ms=round(took, 2))


async def trace(library: Library, question: str) -> Trace:
    """How a question is understood, which papers search finds, and the evidence, most relevant first."""
    understood = understand(question)
    found = await library.search(question, top_k=max(RANKS))
    retrieved = await library.retriever.evidence(understood)
    return Trace(
        Understood(
            understood.kind.value,
            understood.names,
            understood.content,
            tuple(part.text for part in understood.parts),
        ),
        tuple(hit.paper.id for hit in found.hits),
        tuple((paper.id, round(score, 4)) for paper, score in retrieved.papers),
        tuple(
            Found(e.paper.id, e.start, e.end, e.text, round(e.relevance, 4), round(e.coverage, 4), round(e.cosine, 4))
            for e in retrieved.evidence
        ),
    )
