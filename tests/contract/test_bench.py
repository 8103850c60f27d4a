"""A tiny run of the benchmark over invented papers, with the real model, indexes and processes."""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from eval import cli
from eval.bench import http, start
from eval.bench.door import served
from eval.bench.plan import Plan, sample_queries
from eval.bench.run import run
from eval.bench.timing import at_once, ratio, ratio_of_sums, spread, tail
from rag.errors import InputError

PAPERS = 30
THINGS = ("kite", "bee", "loaf", "clock", "owl", "wall", "tram", "chair", "lens", "rope", "mill", "seed", "bell")
DOINGS = ("lifts", "counts", "warms", "moves", "hides", "paints", "slows", "mends", "bends", "ties", "turns")


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    drawn = random.Random(5)

    def sentence() -> str:
        one, other, third = drawn.sample(THINGS, 3)
        return f"The {one} {drawn.choice(DOINGS)} the {other} {drawn.randint(2, 99)} times before the {third} is seen."

    path = tmp_path_factory.mktemp("papers") / "papers.jsonl"
    records = [
        {
            "id": f"p{n}",
            "title": f"On {drawn.choice(THINGS)} number {n}",
            "abstract": " ".join(sentence() for _ in range(5)),
        }
        for n in range(PAPERS)
    ]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def plan_of(papers: Path, folder: Path, **more: Any) -> Plan:
    return Plan(data=papers, papers=PAPERS, ingest_papers=PAPERS, queries=10, folder=folder, **more)


def test_tiny_run_has_every_figure(papers: Path, tmp_path: Path) -> None:
    parts = ["ingest", "build", "reingest", "search"]
    plan = plan_of(papers, tmp_path / "bench")
    report = run(plan, parts)
    kept = json.loads((plan.folder / f"bench-{PAPERS}.json").read_text())
    assert kept["machine"]["cores"] >= 1
    assert kept["machine"]["packages"]["chromadb"]

    ingest = kept["parts"]["ingest"]
    assert ingest["papers"] == PAPERS
    # Five sentences are two passages; the bare session and ingest had the same ones.
    assert ingest["passages"] == ingest["indexed_passages"] == 2 * PAPERS
    assert ingest["blocks"] == len(ingest["bare_rates"]) == 5
    assert ingest["share"]["ratio"] == pytest.approx(ingest["ingest_rate"] / ingest["bare_rate"])
    assert 0 < ingest["cpu_share"]["ratio"] < 2

    assert kept["parts"]["build"]["passages"] == kept["parts"]["build"]["embedded"] == 2 * PAPERS
    again = kept["parts"]["reingest"]
    assert (again["unchanged"], again["embedded"], again["added"]) == (PAPERS, 0, 0)

    search = kept["parts"]["search"]
    assert set(search["times"]) == {"search", "bare", "fresh_scope", "same_scope", "ask"}
    assert all(of["n"] == 10 and of["p5"] <= of["p50"] <= of["p95"] for of in search["times"].values())
    assert set(search["bare_parts"]) == {"embed the query", "Chroma", "tantivy"}
    assert set(search["pools"]) == {"100", "200", "300", "500", "1000"}
    assert search["scope_papers"] == PAPERS // 2
    for figure in ("search_to_bare", "fresh_scope_to_search", "same_scope_to_search", "ask_to_search"):
        assert search[figure]["low"] <= search[figure]["high"]
    median = {name: of["p50"] for name, of in search["times"].items()}
    assert search["search_to_bare"]["ratio"] == pytest.approx(median["search"] / median["bare"])
    if sys.platform == "linux":
        assert 0 < search["memory"]["opened"]["now"] <= search["memory"]["served"]["peak"]

    assert all(f"### {part}" in report for part in parts)
    assert "**0 passages embedded**" in report
    # A second run measures nothing again, and what is kept can be had as JSON.
    assert json.loads(run(plan, parts, as_json=True)) == kept


def test_stopped_build_goes_on_with_kept_vectors(papers: Path, tmp_path: Path) -> None:
    first = plan_of(papers, tmp_path / "first")
    run(first, ["build"])
    second = plan_of(papers, tmp_path / "second", vectors=first.folder / "vectors")
    run(second, ["build"])
    kept = json.loads((second.folder / f"bench-{PAPERS}.json").read_text())["parts"]["build"]
    assert (kept["passages"], kept["embedded"]) == (2 * PAPERS, 0)
    run(plan_of(papers, second.folder, again=True), ["build"])
    kept = json.loads((second.folder / f"bench-{PAPERS}.json").read_text())["parts"]["build"]
    assert (kept["report"]["unchanged"], kept["passages"], kept["embedded"]) == (PAPERS, 2 * PAPERS, 0)


def test_briefs_are_measured_beside_embedding(papers: Path, tmp_path: Path) -> None:
    plan = plan_of(papers, tmp_path / "bench")
    report = run(plan, ["brief"])
    (one,) = json.loads((plan.folder / f"bench-{PAPERS}.json").read_text())["parts"]["brief"]["sizes"]
    assert one["papers"] == PAPERS
    assert one["passages"] >= PAPERS
    assert one["embedding"] > 0
    assert min(one["first"], one["again"], *one["topics"]) > 0
    assert f"| {PAPERS} | {one['passages']} |" in report
    assert (plan.folder / f"brief-{PAPERS}").is_dir()
    assert not (plan.folder / "brief-copy").exists()


def test_start_is_timed_and_its_imports_are_grouped(papers: Path, tmp_path: Path) -> None:
    measured = start.measure(plan_of(papers, tmp_path / "bench"), rounds=1)
    times = measured["times"]
    assert times["python alone"]["p50"] < times["paperbrief --help"]["p50"]
    assert times["python alone"]["p50"] < times["paperbrief ask, cold"]["p50"]
    packages = {row["package"]: row for row in measured["imports"]}
    assert {"rag", "chromadb", "sqlalchemy"} <= packages.keys()
    # Python rounds every module's own time up to a microsecond, so a package's sum may come out a trifle too long.
    assert all(0 < row["own"] < row["total"] + 1 for row in measured["imports"])
    assert "llama_index" not in packages
    assert "| chromadb |" in start.table(measured)


def test_http_door_is_measured_beside_the_library(papers: Path, tmp_path: Path) -> None:
    weight = http.Weight(starts=1, clients=4, rounds=2, requests=12, streams=20, early=8, late=16)
    plan = plan_of(papers, tmp_path / "bench")
    measured = http.measure(plan, weight=weight)
    assert (measured["papers"], measured["queries"]) == (PAPERS, 10)
    assert all(of["n"] == 10 for of in measured["search"]["times"].values())
    found = measured["search"]["times"]
    assert measured["search"]["http_to_inside"]["ratio"] == pytest.approx(found["http"]["p50"] / found["inside"]["p50"])
    clients = measured["clients"]
    assert (clients["statuses"], clients["turned_away"]) == ({"200": 24}, 0)
    assert clients["rate_to_inside"]["ratio"] == pytest.approx(clients["rates"]["http"] / clients["rates"]["inside"])
    assert clients["times"]["http"]["p50"] <= clients["times"]["http"]["p99"]
    # The queries are words of the papers, so some sentence answers; and no stream ends but with the whole Answer.
    ask = measured["ask"]
    assert ask["ends"] == {"answer": 10}
    assert 0 < ask["with_a_sentence"] == ask["times"]["first"]["n"] <= ask["times"]["last"]["n"] == 10
    assert measured["streams"]["ends"] == {"answer": 20}
    assert 1 <= measured["streams"]["most_open"] <= 20
    assert 0 < measured["start"]["answers"]["p50"] < measured["start"]["ready"]["p50"]
    assert measured["start"].keys() == {"answers", "ready", "embedding", "catalogue", "vectors", "lexical", "total"}
    assert measured["start"]["total"]["p50"] < measured["start"]["ready"]["p50"]
    if sys.platform == "linux":
        assert 0 < measured["memory"]["after_late"]["now"] <= measured["memory"]["end"]["peak"]
    assert "24 `200`" in http.table(measured)
    assert not (plan.folder / "http").exists()


def test_service_that_does_not_start_is_said_with_its_own_words(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "paperbrief.toml").write_text('hots = "127.0.0.1"\n')

    async def start_it() -> None:
        async with served(tmp_path / "data", tmp_path / "log"):
            pytest.fail("it started")

    with pytest.raises(RuntimeError, match="hots"):
        asyncio.run(start_it())


def test_clients_share_the_items_among_them() -> None:
    seen: list[int] = []
    working: list[int] = []
    most = 0

    async def call(item: int) -> None:
        nonlocal most
        working.append(item)
        most = max(most, len(working))
        await asyncio.sleep(0.001)
        working.remove(item)
        seen.append(item)

    taken = asyncio.run(at_once(call, range(10), 3))
    assert (sorted(seen), most, len(taken)) == (list(range(10)), 3, 10)


def test_import_profile_by_hand() -> None:
    log = "\n".join(
        [
            "import time: self [us] | cumulative | imported package",
            "import time:      1000 |       1000 |     b.inner",
            "import time:      2000 |       3000 |   b",
            "import time:       500 |        500 |   a.part",
            "import time:      4000 |       7500 | a",
            "import time:       100 |        100 | b.late",
            "a warning in between",
        ]
    )
    assert start.import_profile(log) == [
        {"package": "a", "own": 4.5, "total": 7.5},
        {"package": "b", "own": 3.1, "total": 3.1},
    ]


def test_queries_are_words_in_a_row_and_the_same_each_time(papers: Path, tmp_path: Path) -> None:
    claims = tmp_path / "queries.jsonl"
    claims.write_text("".join(json.dumps({"_id": str(n), "text": f"claim {n}"}) + "\n" for n in range(9)))
    plan = plan_of(papers, tmp_path, claims=claims)
    kinds = sample_queries(plan)
    assert kinds == sample_queries(plan)
    assert [len(of_kind) for of_kind in kinds.values()] == [5, 5]
    abstracts = papers.read_text()
    for query in kinds["sentences"]:
        assert 6 <= len(query.split()) <= 14
        assert query in abstracts


def test_unknown_part_is_said(papers: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'speed'"):
        run(plan_of(papers, tmp_path), ["speed"])


def test_without_papers_of_ones_own_the_sample_is_measured(tmp_path: Path) -> None:
    arguments = ["bench", "--folder", str(tmp_path / "bench"), "--part", "build", "--json"]
    done = CliRunner().invoke(cli.app, arguments)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["parts"]["build"]["papers"] == cli.SAMPLE_PAPERS


def test_module_runs_as_a_program() -> None:
    done = subprocess.run([sys.executable, "-m", "eval.bench", "--help"], check=True, capture_output=True, text=True)
    assert "--papers" in done.stdout


def test_spread_and_ratios() -> None:
    assert spread([1.0, 2.0, 3.0, 4.0, 5.0])["p50"] == 3.0
    twice = ratio([2.0, 4.0, 6.0, 8.0], [1.0, 2.0, 3.0, 4.0])
    assert (twice["ratio"], twice["low"], twice["high"]) == (2.0, 2.0, 2.0)
    assert tail([1.0] * 98 + [4.0] * 3) == {"p50": 1.0, "p99": 4.0, "p99_to_p50": 4.0}
    assert ratio([9.0, 2.0, 3.0], [3.0, 1.0, 2.0])["ratio"] == 1.5
    assert ratio_of_sums([9.0, 2.0, 3.0], [3.0, 1.0, 3.0])["ratio"] == 2.0
