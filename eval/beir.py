"""Collections in BEIR's layout: `corpus.jsonl` (or `.gz`), `queries.jsonl` (or `.gz`) and `qrels/<split>.tsv`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.metrics import Qrels
from rag.errors import UnreadableSource

_LAYOUT = "A BEIR folder holds corpus.jsonl, queries.jsonl and qrels/<split>.tsv; the first two may end in .gz."


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection: where its papers stand, the queries that its split judges, in the file's order, and the qrels."""

    corpus: Path
    queries: dict[str, str]
    qrels: Qrels


def open_collection(folder: Path, split: str) -> Collection:
    """Read queries and qrels; the corpus is left to the reader of sources. Raises UnreadableSource.

    Only queries that have at least one relevant paper in `split` are kept.
    """
    qrels = _qrels(_existing(folder / "qrels", f"{split}.tsv"))
    asked = read_queries(_existing(folder, "queries.jsonl"))
    judged = {query for query, grades in qrels.items() if any(grade > 0 for grade in grades.values())}
    if missing := sorted(judged - asked.keys()):
        raise UnreadableSource(
            f"The qrels of {split} judge the query {missing[0]!r}, which is not there.", hint=_LAYOUT
        )
    queries = {query: text for query, text in asked.items() if query in judged}
    if not queries:
        raise UnreadableSource(f"The qrels of {split} name no relevant paper.", hint=_LAYOUT)
    return Collection(_existing(folder, "corpus.jsonl"), queries, {query: qrels[query] for query in queries})


def read_queries(path: Path) -> dict[str, str]:
    """The texts of a BEIR `queries.jsonl` by their identifiers, in the file's order. Raises UnreadableSource."""
    queries = {}
    for number, line in enumerate(_lines(path), 1):
        try:
            entry = json.loads(line)
            queries[str(entry["_id"])] = str(entry["text"])
        except (ValueError, KeyError, TypeError):
            raise UnreadableSource(
                f"Line {number} of {path.name} is no query with _id and text.", hint=_LAYOUT
            ) from None
    return queries


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for number, line in enumerate(_lines(path), 1):
        fields = line.split("\t")
        try:
            query, paper, grade = fields
            found.setdefault(query, {})[paper] = int(grade)
        except ValueError:
            if number == 1:
                continue  # the line with the columns' names
            raise UnreadableSource(
                f"Line {number} of {path.name} is not a query, a paper and a grade between tabs.", hint=_LAYOUT
            ) from None
    return found


def _lines(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        try:
            for line in file:
                if line.strip():
                    yield line.rstrip("\r\n")
        except (EOFError, OSError, UnicodeDecodeError) as error:
            raise UnreadableSource(f"{path.name} cannot be read ({error}).", hint=_LAYOUT) from error


def _existing(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise UnreadableSource(f"There is no {name} in {folder}.", hint=_LAYOUT)
