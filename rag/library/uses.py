"""The library as its doors use it: one method for each use case."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rag.ask import Desk, Mode
from rag.brief import BriefDesk, assign_tags, brief, rebuild
from rag.brief.tags import checked_tag
from rag.catalogue import Catalogue, answers, briefs, conversations, facts, indexing, papers, tagging
from rag.chat import chat, chat_with_messages
from rag.embedding import Embedder
from rag.errors import IndexMismatch, NotFound, StorageError
from rag.examples import examples
from rag.holdings import (
    CitingPage,
    CorpusHealth,
    PaperDetail,
    PaperPage,
    citing,
    corpus_health,
    detail_of,
    page_of,
)
from rag.index import Index
from rag.ingest import ingest, remove_stale
from rag.lexical import Lexical
from rag.models import (
    Answer,
    BriefConstraints,
    Briefing,
    BriefPage,
    Conversation,
    IngestReport,
    Listener,
    Paper,
    PaperRecord,
    Progress,
    RefusedRecord,
    Scope,
    SearchReport,
)
from rag.retrieve import Retriever
from rag.sources import read
from rag.upkeep import DoctorReport, ReindexReport, examine, reindex
from rag.vectors import Vectors

Report = Callable[[Progress], None]

TURNS_SHOWN = 100
"""Turns of a conversation that are given at once."""


def _silent(_: Progress) -> None:
    """Report progress to nobody."""


def _no_paper(paper_id: str) -> NotFound:
    return NotFound(f"There is no paper {paper_id!r}.", hint="Search for its title.")


def _no_brief(brief_id: str) -> NotFound:
    return NotFound(f"There is no brief {brief_id!r}.", hint="`paperbrief brief --list` names them.")


@dataclass(frozen=True, slots=True)
class Library:
    """A data folder with everything that works on it: one method for each use case."""

    catalogue: Catalogue
    vectors: Vectors
    lexical: Lexical
    index: Index
    embedder: Embedder
    retriever: Retriever
    desk: Desk
    brief_desk: BriefDesk
    loading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by what fills the indexes: two at once would embed the same papers twice."""
    opening: Mapping[str, float] = field(default_factory=dict)
    """Seconds that opening took, by part."""

    async def ingest(
        self, records: Iterable[PaperRecord | RefusedRecord], *, progress: Report | None = None
    ) -> IngestReport:
        """Load papers, and finish what an interrupted ingest left."""
        await self._require_whole_index()
        async with self.loading:
            return await ingest(
                records,
                catalogue=self.catalogue,
                index=self.index,
                embedder=self.embedder,
                progress=progress or _silent,
            )

    async def ingest_file(
        self, path: Path, *, fmt: str | None = None, listed: date | None = None, progress: Report | None = None
    ) -> IngestReport:
        """Load the papers of a file; see `rag.sources.read`. Raises UnreadableSource where it is of no known format."""
        return await self.ingest(read(path, fmt=fmt, listed=listed), progress=progress)

    async def ask(
        self,
        question: str,
        *,
        scope: Scope | None = None,
        mode: Mode | None = None,
        conversation_id: str | None = None,
        on: Listener | None = None,
    ) -> Answer:
        """Answer a question from the papers in scope; `mode` None is the one that the settings name.

        With a `conversation_id` the question is understood in the light of the turns before, and the answer becomes the
        next one; "new" begins a conversation. `on` is told each sentence, citation and note as soon as it is certain
        (`rag.models.AskEvent`). Raises NotFound where there is no such conversation.
        """
        await self._require_whole_index()
        within = scope or Scope()
        return await chat(question, conversation_id=conversation_id, scope=within, desk=self.desk, mode=mode, on=on)

    async def ask_messages(
        self,
        messages: Sequence[tuple[str, str]],
        *,
        scope: Scope | None = None,
        mode: Mode | None = None,
        on: Listener | None = None,
    ) -> Answer:
        """Answer the last of the messages that is a user's, in the light of those before it; nothing keeps them.

        A message is a role and a text, as OpenAI's clients send them. The answer is kept, outside any conversation.
        """
        await self._require_whole_index()
        return await chat_with_messages(messages, scope=scope or Scope(), desk=self.desk, mode=mode, on=on)

    async def start_conversation(self) -> str:
        """Begin a conversation without turns and return its identifier; `ask` with "new" does both in one."""
        conversation_id = conversations.new_id()
        await self.catalogue.write(conversations.start, conversation_id)
        return conversation_id

    async def conversation(
        self, conversation_id: str, *, limit: int = TURNS_SHOWN, before: int | None = None
    ) -> Conversation:
        """A conversation with its last `limit` turns, or the last ones before turn number `before`; NotFound."""
        return await self.catalogue.read(conversations.get, conversation_id, limit=limit, before=before)

    async def delete_conversation(self, conversation_id: str) -> None:
        """Remove a conversation with all its answers; NotFound where there is none."""
        await self.catalogue.write(conversations.remove, conversation_id)

    async def search(
        self, query: str, *, top_k: int = 10, scope: Scope | None = None, explain: bool = False
    ) -> SearchReport:
        """The best papers for a query, each with its best passage."""
        await self._require_whole_index()
        return await self.retriever.search(query, top_k=top_k, scope=scope, explain=explain)

    async def paper(self, paper_id: str) -> Paper:
        """A stored paper; NotFound where there is none."""
        paper = await self.catalogue.read(papers.get, paper_id)
        if paper is None:
            raise _no_paper(paper_id)
        return paper

    async def papers(
        self, *, after: str | None = None, limit: int = 50, scope: Scope | None = None, words: str | None = None
    ) -> PaperPage:
        """Stored papers in the order in which they came, from the cursor `after` on; `words` must be in the title."""
        return await page_of(self.catalogue, after=after, limit=limit, scope=scope, words=words)

    async def paper_detail(self, paper_id: str, *, raw: bool = False) -> PaperDetail:
        """A stored paper with its earlier revisions, with `raw` as its source gave it; NotFound where there is none."""
        return await detail_of(self.catalogue, await self.paper(paper_id), raw=raw)

    async def answers_citing(self, paper_id: str, *, after: str | None = None, limit: int = 50) -> CitingPage:
        """The answers that cite a paper, newest first, from the cursor `after` on; NotFound where there is no paper."""
        return await citing(self.catalogue, await self.paper(paper_id), after=after, limit=limit)

    async def paper_counts(self) -> tuple[int, int]:
        """How many papers are stored, and how many of them wait to be indexed."""
        return await self.catalogue.read(papers.count), await self.catalogue.read(indexing.pending_count)

    async def corpus_health(self) -> CorpusHealth:
        """How many papers there are, and on which days their feeds listed fewer than usual."""
        return await corpus_health(self.catalogue)

    async def revision(self) -> int:
        """The catalogue's revision: it counts what changed in the stored papers."""
        return await self.catalogue.read(facts.catalogue_revision)

    async def examples(self) -> tuple[str, ...]:
        """Up to three questions that the stored papers answer, for who sees them for the first time."""
        await self._require_whole_index()
        return await examples(self.desk)

    async def delete(self, paper_id: str) -> None:
        """Delete a paper, from the indexes too; NotFound where there is none."""
        if not await self.catalogue.write(papers.delete, paper_id):
            raise _no_paper(paper_id)
        await remove_stale(self.catalogue, self.index)

    async def answer(self, answer_id: str) -> Answer:
        """An answer that was given before; NotFound where there is none."""
        answer = await self.catalogue.read(answers.get, answer_id)
        if answer is None:
            raise NotFound(f"There is no answer {answer_id!r}.")
        return answer

    async def require_ready(self) -> None:
        """Raise IndexMismatch or StorageError where the index is another model's, or was lost."""
        await self._require_whole_index()

    async def brief(
        self,
        *,
        topic: str | None = None,
        week: str | None = None,
        since: str | None = None,
        until: str | None = None,
        constraints: BriefConstraints | None = None,
        mode: Mode | None = None,
    ) -> Briefing:
        """Write a brief on a topic, on a week or window of listing days, or both; of the newest week with none named.

        It is kept, also where there was nothing to report (`Briefing.empty`). Raises InputError.
        """
        await self._require_whole_index()
        return await brief(
            topic=topic, week=week, since=since, until=until, constraints=constraints, desk=self.brief_desk, mode=mode
        )

    async def briefing(self, brief_id: str) -> Briefing:
        """A brief that was written before; NotFound where there is none."""
        found = await self.catalogue.read(briefs.get, brief_id)
        if found is None:
            raise _no_brief(brief_id)
        return found

    async def briefs(self, cursor: str | None = None, *, limit: int = 50) -> BriefPage:
        """A page of the briefs that were written, the newest first; `cursor` is `next` of the page before."""
        return await self.catalogue.read(briefs.page, after=cursor, limit=limit)

    async def require_brief(self, brief_id: str) -> None:
        """Raise NotFound where there is no such brief; the brief is not read."""
        if not await self.catalogue.read(briefs.exists, brief_id):
            raise _no_brief(brief_id)

    async def rebuild_brief(self, brief_id: str) -> Briefing:
        """A brief made again from what was kept of it: the same but for the time of making. NotFound, StorageError."""
        return await rebuild(brief_id, desk=self.brief_desk)

    async def assign_tags(self, scope: Scope | None = None) -> int:
        """Give topic tags to the papers in scope that have none yet; how many papers there are."""
        return await assign_tags(self.brief_desk, scope)

    async def tags(self) -> list[tuple[str, int]]:
        """Every tag with the number of papers that carry it, the most common first."""
        return await self.catalogue.read(tagging.counts)

    async def edit_tags(self, paper_id: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Paper:
        """Put tags on a paper by hand, or take some off for good; the paper as it is then. NotFound, InputError."""
        names = [checked_tag(name) for name in add]
        if not await self.catalogue.write(tagging.edit, paper_id, add=names, remove=list(remove)):
            raise _no_paper(paper_id)
        return await self.paper(paper_id)

    async def doctor(self, *, repair: bool = False) -> DoctorReport:
        """Compare the catalogue with both indexes, and mend them with `repair`."""
        return await examine(
            catalogue=self.catalogue,
            index=self.index,
            vectors=self.vectors,
            lexical=self.lexical,
            embedder=self.embedder,
            repair=repair,
        )

    async def reindex(self, *, embed: bool = False, progress: Report | None = None) -> ReindexReport:
        """Make both indexes anew; with `embed`, from the texts, for example for another embedding model."""
        if not embed:
            await self._require_own_index()
        async with self.loading:
            return await reindex(
                catalogue=self.catalogue,
                index=self.index,
                vectors=self.vectors,
                lexical=self.lexical,
                embedder=self.embedder,
                embed=embed,
                progress=progress or _silent,
            )

    async def _require_own_index(self) -> None:
        """Refuse an index of another embedding model; one that has none yet becomes this one's."""
        made_with = await self.catalogue.read(indexing.index_identity)
        if made_with is None:
            await self.catalogue.write(indexing.set_index_identity, self.embedder.identity)
            made_with = self.embedder.identity
        for identity in (made_with, self.vectors.identity):
            if identity != self.embedder.identity:
                raise IndexMismatch(
                    f"The index was made with the embedding {identity}, and {self.embedder.identity} is in use.",
                    hint="Run `paperbrief reindex --embed` to make it anew, or set PAPERBRIEF_EMBEDDING back.",
                )

    async def _require_whole_index(self) -> None:
        """Refuse an index that was lost: what it does not find would look like what does not exist."""
        if self.index.vouched:
            return
        await self._require_own_index()
        lost = "vector" if self.vectors.untouched else "keyword" if not await self.lexical.count() else None
        if lost is None:
            self.index.vouched = True
            return
        should_be_there = await self.catalogue.read(indexing.indexed_papers, None, 1)
        if should_be_there:
            raise StorageError(
                f"The {lost} index is empty, and the catalogue has papers that should be in it.",
                hint="Run `paperbrief reindex`, which makes the index anew from the catalogue.",
            )
