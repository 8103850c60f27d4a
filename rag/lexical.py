"""The keyword index: tantivy, BM25 over whole papers.

A paper is one entry: title and abstract together, and the title once more with a small weight. Terms come from
`rag.text.terms`, so that names with signs are found; stop words are left out and the rest is stemmed. How these were
chosen: docs/decisions/0008-search.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from rag.errors import StorageError
from rag.text.terms import terms

_ANALYSER = "paperbrief"
_TITLE_WEIGHT = 0.2
_WRITER_HEAP = 64_000_000  # bytes; tantivy asks for 15 MB at least
_MAX_QUERY_TERMS = 256

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """What the keyword index holds of one revision of a paper."""

    paper_id: str
    revision: int
    title: str
    abstract: str


class Lexical:
    """A tantivy index in a folder. One process writes it at a time."""

    def __init__(self, index: Any, schema: Any, analyser: Any) -> None:
        self._index = index
        self._schema = schema
        self._analyser = analyser
        self._writer: Any = None
        self._writing = threading.Lock()
        self._reader = _Reader(index.searcher())

    @classmethod
    def open(cls, folder: Path) -> Lexical:
        """Open or make the index; StorageError when the folder holds something else or cannot be written."""
        import tantivy

        schema = _schema(tantivy)
        with _our_errors("opened", folder):
            folder.mkdir(parents=True, exist_ok=True)
            index = tantivy.Index(schema, path=str(folder))
        analyser = (
            tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
            .filter(tantivy.Filter.stopword("english"))
            .filter(tantivy.Filter.stemmer("english"))
            .build()
        )
        index.register_tokenizer(_ANALYSER, analyser)
        return cls(index, schema, analyser)

    async def put(self, entries: Sequence[Entry], *, remove: Sequence[str] = ()) -> None:
        """Store entries, each in place of what stands under its paper's id, and remove papers; durable on return."""

        def put(writer: Any) -> None:
            for paper_id in (*remove, *(entry.paper_id for entry in entries)):
                writer.delete_documents_by_term("paper_id", paper_id)
            for entry in entries:
                writer.add_document(_document(entry))

        await _in_thread("written", lambda: self._write(put))

    async def empty(self) -> None:
        """Remove all papers."""
        await _in_thread("emptied", lambda: self._write(lambda writer: writer.delete_all_documents()))

    def _write(self, change: Callable[[Any], object]) -> None:
        with self._writing:
            try:
                if self._writer is None:
                    self._writer = self._index.writer(_WRITER_HEAP, 1)
                    # A process killed within a commit leaves files under names that the next commit will want.
                    self._writer.garbage_collect_files()
                change(self._writer)
                self._writer.commit()
            except BaseException:
                # A writer that failed may be dead; the next call opens a new one. No local name holds on to this one:
                # the error's traceback would keep it, and the folder's lock with it.
                self._writer = None
                raise
            self._refresh()

    def _refresh(self) -> None:
        self._index.reload()
        self._reader = _Reader(self._index.searcher())

    async def best(
        self, query: str, limit: int, *, among: Collection[str] | None = None
    ) -> list[tuple[str, int, float]]:
        """The `limit` best papers for a query as (paper_id, revision, BM25 score), best first.

        `among` restricts the search to these papers. A query without any known term finds nothing.
        """
        return await _in_thread("read", lambda: self._best(query, limit, among))

    def stems(self, text: str) -> set[str]:
        """The distinct stemmed terms under which a text would be found."""
        return set(self._analyser.analyze(" ".join(terms(text, name_parts=True))))

    def query_terms(self, query: str) -> list[str]:
        """The distinct stemmed terms that a query is searched with, in order."""
        return list(dict.fromkeys(self._analyser.analyze(" ".join(terms(query)))))[:_MAX_QUERY_TERMS]

    def _best(self, query: str, limit: int, among: Collection[str] | None) -> list[tuple[str, int, float]]:
        from tantivy import Occur, Query

        wanted = self.query_terms(query)
        if not wanted or limit < 1:
            return []
        clauses = [(Occur.Should, Query.term_query(self._schema, "text", term, "freq")) for term in wanted]
        clauses += [
            (Occur.Should, Query.boost_query(Query.term_query(self._schema, "title", term, "freq"), _TITLE_WEIGHT))
            for term in wanted
        ]
        parsed = Query.boolean_query(clauses)
        if among is not None:
            inside = Query.const_score_query(Query.term_set_query(self._schema, "paper_id", list(among)), 0.0)
            parsed = Query.boolean_query([(Occur.Must, parsed), (Occur.Must, inside)])
        return self._reader.search(parsed, limit)

    async def frequencies(self, wanted: Collection[str]) -> dict[str, int]:
        """In how many papers each (stemmed) term stands."""
        searcher = self._reader.searcher
        return await _in_thread("read", lambda: {term: searcher.doc_freq("text", term) for term in wanted})

    async def count(self) -> int:
        """How many papers are stored."""
        return int(self._reader.searcher.num_docs)

    async def revisions(self) -> dict[str, int]:
        """Every stored paper's id and revision, for comparison with the catalogue."""
        return await _in_thread("read", lambda: self._reader.everything())

    def close(self) -> None:
        """Let the folder's writer go."""
        with self._writing:
            self._writer = None


class _Reader:
    """A searcher with the papers of the entries it has met: reading them from disk costs more than searching."""

    def __init__(self, searcher: Any) -> None:
        self.searcher = searcher
        self._known: dict[tuple[int, int], tuple[str, int]] = {}

    def search(self, query: Any, limit: int) -> list[tuple[str, int, float]]:
        hits = self.searcher.search(query, limit, count=False).hits
        return [(*self._paper(address), score) for score, address in hits]

    def everything(self) -> dict[str, int]:
        from tantivy import Query

        total = max(self.searcher.num_docs, 1)
        hits = self.searcher.search(Query.all_query(), total, count=False).hits
        return dict(self._paper(address) for _, address in hits)

    def _paper(self, address: Any) -> tuple[str, int]:
        key = (address.segment_ord, address.doc)
        paper = self._known.get(key)
        if paper is None:
            stored = self.searcher.doc(address)
            paper = self._known[key] = (stored.get_first("paper_id"), stored.get_first("revision"))
        return paper


def _schema(tantivy: Any) -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("paper_id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("revision", stored=True)
    builder.add_text_field("title", tokenizer_name=_ANALYSER, index_option="freq")
    builder.add_text_field("text", tokenizer_name=_ANALYSER, index_option="freq")
    return builder.build()


def _document(entry: Entry) -> Any:
    import tantivy

    title = " ".join(terms(entry.title, name_parts=True))
    text = f"{title} {' '.join(terms(entry.abstract, name_parts=True))}"
    return tantivy.Document(paper_id=entry.paper_id, revision=entry.revision, title=title, text=text)


async def _in_thread(verb: str, work: Callable[[], T]) -> T:
    """The one place where tantivy's blocking calls leave the event loop."""
    with _our_errors(verb):
        return await asyncio.to_thread(work)


@contextlib.contextmanager
def _our_errors(verb: str, folder: Path | None = None) -> Iterator[None]:
    """The one place where tantivy's errors become ours; damaged files make it panic as well as raise."""
    try:
        yield
    except BaseException as error:
        # The class of a panic in Rust cannot be imported.
        if not isinstance(error, OSError | ValueError) and type(error).__name__ != "PanicException":
            raise
        raise _storage_error(verb, error, folder) from error


def _storage_error(verb: str, error: BaseException, folder: Path | None) -> StorageError:
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
    # An index that does not open cannot be made anew in its place.
    anew = f"move {folder} away and run `paperbrief reindex`" if folder else "run `paperbrief reindex`"
    return StorageError(
        f"The keyword index cannot be {verb} ({reason}).",
        hint="Check that the disk has room and that the data folder may be written; if they are, "
        f"{anew}, which makes the index anew from the catalogue.",
    )
