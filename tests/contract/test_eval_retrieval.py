"""The retrieval measurement over a small invented collection, through a real library."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from eval import cli
from eval.beir import open_collection
from eval.retrieval import LEGS, METRICS, measure, table
from eval.scratch import settings_in
from rag.errors import UnreadableSource
from rag.library import open_library
from rag.text.terms import terms

SUBJECTS = {
    "kites": "Kites pull boats across a windy bay. Two strings are enough to steer a kite. Storms break one in ten.",
    "bees": "Bees find their way home by the sun. Clouds slow them down by a third. A mirror sends them astray.",
    "bread": "Bread rises faster in a warm kitchen. Salt holds the yeast back. Rye needs twice the time of wheat.",
    "clocks": "Clocks on towers drift by a minute each month. Pendulums grow longer in summer. Oil is not the reason.",
    "owls": "Owls hear a mouse under deep snow. Their ears stand at two heights. Rain hides half of their prey.",
    "paint": "Paint from lime keeps walls dry. It cracks where the sun is strong. A second coat mends that for years.",
    "trams": "Trams that wait for lights lose a quarter of their time. A signal that sees them coming gives it back.",
    "glue": "Glue of bones holds wood for centuries. Water undoes it within a day. Heat does so within an hour.",
}
QUERIES = {
    "1": ("how are kites steered with strings", "kites"),
    "2": ("clouds slow bees near Lisbon", "bees"),
    "3": ("yeast and salt in Bavaria", "bread"),
    "4": ("tower clocks drift", "clocks"),
    "5": ("owls hear a mouse in January", "owls"),
    "6": ("zebras galloping abroad", "trams"),
}


class WordVectors:
    """Vectors that count words, so that texts which share words are near: enough to tell the subjects apart."""

    identity = "words/64/1"
    dimension = 64

    async def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vector(text) for text in texts])

    async def embed_query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text)

    def _vector(self, text: str) -> NDArray[np.float32]:
        counts = np.full(self.dimension, 0.01, np.float32)
        for term in terms(text):
            counts[zlib.crc32(term.encode()) % self.dimension] += 1
        return counts / np.linalg.norm(counts)


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "subjects"
    (folder / "qrels").mkdir(parents=True)
    corpus = [{"_id": name, "title": f"On {name}", "text": text} for name, text in SUBJECTS.items()]
    # The same paper under a second identifier: search knows one of them only.
    corpus.append({"_id": "owls-again", "title": "On owls", "text": SUBJECTS["owls"]})
    with gzip.open(folder / "corpus.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(entry) + "\n" for entry in corpus)
    queries = [{"_id": number, "text": text} for number, (text, _) in QUERIES.items()]
    queries.append({"_id": "7", "text": "judged, but nothing is relevant"})
    (folder / "queries.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in queries))
    judged = [f"{number}\t{paper}\t1" for number, (_, paper) in QUERIES.items()]
    lines = ["query-id\tcorpus-id\tscore", *judged, "5\towls-again\t1", "1\tglue\t0", "7\tglue\t0"]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n")
    return folder


def test_collection_is_read_as_it_stands(beir: Path) -> None:
    collection = open_collection(beir, "test")
    assert list(collection.queries) == list(QUERIES)
    assert collection.qrels["5"] == {"owls": 1, "owls-again": 1}
    assert collection.corpus.name == "corpus.jsonl.gz"


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\tkites\n", "Line 2 of test.tsv"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\n1\tkites\t0\n", "no relevant paper"),
        ("qrels/test.tsv", "99\tkites\t1\n", "'99'"),
        ("queries.jsonl", '{"_id": "1"}\n', "Line 1 of queries.jsonl"),
    ],
)
def test_what_is_no_collection_is_said_to_be_none(beir: Path, name: str, text: str, said: str) -> None:
    (beir / name).write_text(text)
    with pytest.raises(UnreadableSource, match=said) as caught:
        open_collection(beir, "test")
    assert caught.value.hint


def test_missing_split_is_named(beir: Path) -> None:
    with pytest.raises(UnreadableSource, match=r"train\.tsv"):
        open_collection(beir, "train")


@pytest.mark.anyio
async def test_report_of_a_collection(beir: Path, tmp_path: Path) -> None:
    async with open_library(settings_in(tmp_path / "library"), embedder=WordVectors()) as library:
        report = await measure(library, open_collection(beir, "test"), name="subjects", split="test")
    assert report.papers == len(SUBJECTS)
    assert report.merged == 1
    assert list(report.strata) == ["all", "even", "odd", "low_overlap"]
    everything = report.strata["all"]
    assert everything.queries == len(QUERIES)
    assert (report.strata["even"].queries, report.strata["odd"].queries) == (3, 3)
    assert everything.legs.keys() == set(LEGS)
    assert everything.legs["fused"].keys() == METRICS.keys()
    # Half of the queries have a word that their paper has not, one of them only such words.
    assert report.overlap_median < 1
    assert report.strata["low_overlap"].queries == 3
    # Five of six queries share words with their paper and with no other; the sixth shares none with any.
    lexical = everything.legs["lexical"]["ndcg@10"]
    assert lexical.mean == pytest.approx(5 / 6)
    assert lexical.low < lexical.mean <= lexical.high
    assert everything.legs["fused"]["recall@100"].mean == pytest.approx(1.0)
    assert report.strata["low_overlap"].legs["lexical"]["mrr@10"].mean < lexical.mean
    gain = everything.legs["fused"]["ndcg@10"].mean - lexical.mean
    assert report.gain["lexical"].mean == pytest.approx(gain)
    assert json.loads(json.dumps(report.to_json()))["strata"]["odd"]["legs"]["dense"]["mrr@10"]["mean"] > 0
    shown = table(report)
    assert "| all (6) | fused |" in shown
    assert shown.count("\n| ") == 1 + 4 * 3


def test_command_measures_and_keeps_vectors(beir: Path, tmp_path: Path) -> None:
    vectors = tmp_path / "vectors"
    arguments = ["retrieval", "--data", str(beir), "--limit-queries", "4", "--vectors", str(vectors), "--json"]
    first = CliRunner().invoke(cli.app, arguments)
    assert first.exit_code == 0, first.output
    report = json.loads(first.stdout)
    assert report["collection"] == "subjects"
    assert report["strata"]["all"]["queries"] == 4
    assert report["strata"]["all"]["legs"]["fused"]["ndcg@10"]["mean"] == pytest.approx(1.0)
    (file,) = vectors.iterdir()
    size = file.stat().st_size
    again = CliRunner().invoke(cli.app, arguments)
    assert json.loads(again.stdout) == report
    assert file.stat().st_size == size > 0


@pytest.mark.shared
def test_scifact_is_read_whole(shared: Path) -> None:
    collection = open_collection(shared / "data" / "scifact", "train")
    assert len(collection.queries) == 809
    assert sum(len(grades) for grades in collection.qrels.values()) == 919
