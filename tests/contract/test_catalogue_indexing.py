"""The state of the two indexes in the catalogue, on a real SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from rag.catalogue import Catalogue, indexing, papers
from rag.catalogue.indexing import IndexEntry
from rag.errors import NotFound
from rag.models import CleanPaper

pytestmark = pytest.mark.anyio

SPANS = ((0, 10), (5, 20))
VECTORS = bytes(range(16))


def paper(name: str, words: str = "") -> CleanPaper:
    abstract = f"{words} what is told of {name} and of no other thing than {name}, " + " ".join(
        f"{name}{i}" for i in range(20)
    )
    return CleanPaper(name, f"All about {name}", abstract, f"All about {name}", abstract)


def entry(name: str, revision: int = 1) -> IndexEntry:
    return IndexEntry(name, revision, SPANS, VECTORS)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue.open(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    yield opened
    opened.close()


async def index(catalogue: Catalogue, *names: str, revision: int = 1) -> None:
    await catalogue.write(indexing.store_passages, [entry(name, revision) for name in names])
    await catalogue.write(indexing.mark_indexed, [(name, revision) for name in names])


async def pending(catalogue: Catalogue) -> list[tuple[str, int]]:
    found = await catalogue.read(indexing.pending, 10)
    assert len(found) == await catalogue.read(indexing.pending_count)
    return [(each.id, each.revision) for each in found]


async def test_from_put_to_indexed(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper("b"), paper("a"), paper("c")])
    assert await pending(catalogue) == [("b", 1), ("a", 1), ("c", 1)], "in the order in which they came"
    assert [each.id for each in await catalogue.read(indexing.pending, 2)] == ["b", "a"]
    assert await catalogue.read(indexing.current, ["a", "b", "c"]) == {}
    await catalogue.write(indexing.store_passages, [entry("a"), entry("b")])
    assert await catalogue.read(indexing.current, ["a", "b", "c"]) == {}, "stored is not indexed"
    assert await catalogue.read(indexing.vectors, ["a", "b", "c"]) == []
    await catalogue.write(indexing.mark_indexed, [("a", 1), ("b", 1)])
    assert await catalogue.read(indexing.current, ["a", "b", "c", "nobody"]) == {"a": 1, "b": 1}
    assert sorted(await catalogue.read(indexing.vectors, ["a", "b", "c"])) == [
        ("a", 1, SPANS, VECTORS),
        ("b", 1, SPANS, VECTORS),
    ]
    assert await catalogue.read(indexing.spans, "a", 1) == SPANS
    assert await catalogue.read(indexing.spans, "a", 2) == ()
    assert await pending(catalogue) == [("c", 1)]
    assert await catalogue.read(indexing.indexed_papers, None, 10) == [("a", 1, 2), ("b", 1, 2)]
    assert await catalogue.read(indexing.indexed_papers, "a", 1) == [("b", 1, 2)]
    assert await catalogue.read(indexing.to_remove, 10) == []


async def test_a_new_revision_takes_the_old_one_out(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper("a")])
    await index(catalogue, "a")
    await catalogue.write(papers.put, [paper("a", "newly")])
    assert await catalogue.read(indexing.current, ["a"]) == {}
    assert await pending(catalogue) == [("a", 2)]
    assert await catalogue.read(indexing.to_remove, 10) == [("a", 1, 2)]
    await index(catalogue, "a", revision=2)
    assert await catalogue.read(indexing.current, ["a"]) == {"a": 2}
    await catalogue.write(indexing.forget_passages, [("a", 1), ("a", 2), ("nobody", 1)])
    assert await catalogue.read(indexing.to_remove, 10) == []
    assert await catalogue.read(indexing.spans, "a", 2) == SPANS, "what is current is never forgotten"


async def test_a_revision_that_is_overtaken_while_it_is_indexed(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper("a"), paper("b")])
    await catalogue.write(papers.put, [paper("a", "newly")])
    await catalogue.write(papers.delete, "b")
    await index(catalogue, "a", "b", revision=1)
    assert await catalogue.read(indexing.current, ["a", "b"]) == {}
    assert await pending(catalogue) == [("a", 2)]
    assert await catalogue.read(indexing.to_remove, 10) == [("a", 1, 2), ("b", 1, 2)]
    assert await catalogue.read(indexing.to_remove, 1) == [("a", 1, 2)]


async def test_a_deleted_paper_leaves_the_indexes_also_when_it_comes_back(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper("a")])
    await index(catalogue, "a")
    await catalogue.write(papers.delete, "a")
    assert await catalogue.read(indexing.current, ["a"]) == {}
    assert await catalogue.read(indexing.vectors, ["a"]) == []
    assert await catalogue.read(indexing.to_remove, 10) == [("a", 1, 2)]
    assert await pending(catalogue) == []
    await catalogue.write(papers.put, [paper("a")])
    assert await pending(catalogue) == [("a", 2)]
    assert await catalogue.read(indexing.to_remove, 10) == [("a", 1, 2)], "a crash in between changes nothing"


async def test_storing_again_replaces(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper("a"), paper("empty")])
    await index(catalogue, "a")
    await catalogue.write(
        indexing.store_passages, [IndexEntry("a", 1, ((0, 3),), b"12"), IndexEntry("empty", 1, (), b"")]
    )
    await catalogue.write(indexing.mark_indexed, [("empty", 1)])
    found = await catalogue.read(indexing.vectors, ["a", "empty"])
    assert sorted(found) == [("a", 1, ((0, 3),), b"12"), ("empty", 1, (), b"")]


async def test_passages_of_an_unknown_paper(catalogue: Catalogue) -> None:
    with pytest.raises(NotFound, match="nobody"):
        await catalogue.write(indexing.store_passages, [entry("nobody")])


async def test_reindexing_keeps_vectors_of_the_same_model(catalogue: Catalogue) -> None:
    assert await catalogue.read(indexing.index_identity) is None
    await catalogue.write(indexing.set_index_identity, "model/384/abc")
    await catalogue.write(papers.put, [paper("a"), paper("b")])
    await index(catalogue, "a", "b")
    await catalogue.write(indexing.unmark_all)
    assert await pending(catalogue) == [("a", 1), ("b", 1)]
    assert await catalogue.read(indexing.vectors, ["a"]) == []
    assert await catalogue.read(indexing.stored_vectors, ["a"]) == [("a", 1, SPANS, VECTORS)]
    await catalogue.write(indexing.set_index_identity, "model/768/def")
    assert await catalogue.read(indexing.index_identity) == "model/768/def"
    assert await catalogue.read(indexing.stored_vectors, ["a"]) == [], "made by another model"
    await catalogue.write(indexing.drop_vectors)
    assert await catalogue.read(indexing.spans, "a", 1) == ()
    assert await pending(catalogue) == [("a", 1), ("b", 1)]
    await catalogue.write(indexing.set_index_identity, None)
    assert await catalogue.read(indexing.index_identity) is None


async def test_the_questions_of_every_query_never_scan_a_table(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper(f"p{number}") for number in range(50)])

    def plans(session: Session) -> dict[str, list[str]]:
        statements: list[tuple[str, object]] = []
        engine = session.get_bind()

        def note(_connection: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
            statements.append((statement, parameters))

        event.listen(engine, "before_cursor_execute", note)
        asked: dict[str, Callable[[], object]] = {
            "pending": lambda: indexing.pending_count(session),
            "to_remove": lambda: indexing.to_remove(session, 9),
            "current": lambda: indexing.current(session, ["p1", "p2"]),
            "vectors": lambda: indexing.vectors(session, ["p1", "p2"]),
        }
        found = {}
        for name, ask in asked.items():
            statements.clear()
            ask()
            asked_now = [each for each in statements if each[0].startswith("SELECT")]
            rows = [
                row
                for statement, parameters in asked_now
                for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)  # type: ignore[arg-type]
            ]
            found[name] = [row[3] for row in rows]
        event.remove(engine, "before_cursor_execute", note)
        return found

    found = await catalogue.read(plans)
    assert any("papers_pending" in step for step in found["pending"])
    assert any("passages_stale" in step for step in found["to_remove"])
    for steps in found.values():
        assert steps
        assert not [step for step in steps if step.startswith("SCAN") and "USING" not in step and "VIRTUAL" not in step]


async def test_thousands_of_papers_in_one_question(catalogue: Catalogue) -> None:
    names = [f"p{number}" for number in range(40_000)]
    await catalogue.write(papers.put, [paper("p7"), paper("p39999")])
    await index(catalogue, "p7", "p39999")
    assert await catalogue.read(indexing.current, names) == {"p7": 1, "p39999": 1}
    assert len(await catalogue.read(indexing.vectors, names)) == 2


async def test_a_half_written_transaction_leaves_nothing(catalogue: Catalogue) -> None:
    await catalogue.write(papers.put, [paper("a")])

    def fails_late(session: Session) -> None:
        indexing.store_passages(session, [entry("a")])
        indexing.mark_indexed(session, [("a", 1)])
        session.execute(text("SELECT 1"))
        raise RuntimeError("something else went wrong")

    with pytest.raises(RuntimeError):
        await catalogue.write(fails_late)
    assert await pending(catalogue) == [("a", 1)]
    assert await catalogue.read(indexing.spans, "a", 1) == ()
