"""What the HTTP door costs: the service in a process of its own, over loopback, beside the library in this process.

The library's folder has one owner, so the service opens a copy of it. Both do the same work in turns. The client runs
on the same cores as the service, and its own work is in every figure of the door; `GET /healthz` says how much of it
there is in a request that asks for nothing.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

from eval.bench import build
from eval.bench.door import MODE, TOP, Door, Told, served
from eval.bench.plan import Plan, sample_queries
from eval.bench.timing import at_once, interleaved, ratio, ratio_of_sums, spread, tail
from eval.scratch import builtin_embedder, settings_in
from rag.catalogue import papers
from rag.library import Library, open_library

Search = Callable[[str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Weight:
    """How much is sent. `starts` after a first one that fills the disk's cache; `clients` at once in so many `rounds`
    of `requests` each; `streams` at once; memory is read after `early` and after `late` requests."""

    starts: int = 3
    clients: int = 16
    rounds: int = 6
    requests: int = 160
    streams: int = 200
    early: int = 200
    late: int = 2_000


USUAL = Weight()


def measure(plan: Plan, *, weight: Weight = USUAL) -> dict[str, Any]:
    """Serve a copy of the large library, which is made where there is none, and send it all that is measured."""
    if not plan.library.exists():
        build.measure(plan)
    folder = plan.folder / "http"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(plan.library, folder)
    try:
        return asyncio.run(_measure(plan, folder, weight))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _measure(plan: Plan, folder: Path, weight: Weight) -> dict[str, Any]:
    log = plan.folder / "http.log"
    queries = [query for of_kind in sample_queries(plan).values() for query in of_kind]
    starts = []
    for _ in range(weight.starts):
        async with served(folder, log) as door:
            starts.append(door.started)
    settings = settings_in(plan.library)
    embedder = await asyncio.to_thread(builtin_embedder, settings)
    async with served(folder, log) as door, open_library(settings, embedder=embedder) as library:
        starts.append(door.started)
        held = await _memory(door, queries, weight)
        measured = {
            "papers": await library.catalogue.read(papers.count),
            "queries": len(queries),
            "admission": {"at_once": settings.concurrent_work, "waiting": settings.waiting_work},
            "start": {name: spread([one[name] for one in starts[1:]]) for name in starts[-1]},
            "memory": held,
            "search": await _search(door, library, queries),
            "clients": await _clients(door, library, queries, weight),
            "ask": await _ask(door, library, queries),
            "streams": await _streams(door, queries, weight.streams),
        }
        held["end"] = door.memory()
        return measured


async def _memory(door: Door, queries: Sequence[str], weight: Weight) -> dict[str, Any]:
    """Memory of the service when it is ready, and after so many searches and asks in turns."""
    held: dict[str, Any] = {"early": weight.early, "late": weight.late, "ready": door.memory()}
    sent = 0
    for name, until in (("after_early", weight.early), ("after_late", weight.late)):
        texts = list(islice(cycle(queries), sent, until))
        statuses: list[int] = []

        async def both(place: int, texts: list[str] = texts, statuses: list[int] = statuses) -> None:
            statuses.append(await (door.ask if place % 2 else door.search)(texts[place]))

        await at_once(both, range(len(texts)), 4)
        if bad := [status for status in statuses if status != HTTPStatus.OK]:
            raise RuntimeError(f"{len(bad)} of {len(statuses)} requests were answered with {Counter(bad)}.")
        held[name], sent = door.memory(), until
    return held


async def _search(door: Door, library: Library, queries: Sequence[str]) -> dict[str, Any]:
    """One client: search over HTTP beside search in this process."""
    times = await interleaved(
        queries,
        {
            "inside": lambda query: library.search(query, top_k=TOP),
            "http": door.search,
            "healthz": lambda _: door.alive(),
        },
    )
    return {
        "times": {name: spread(taken) for name, taken in times.items()},
        "http_to_inside": ratio(times["http"], times["inside"]),
    }


async def _clients(door: Door, library: Library, queries: Sequence[str], weight: Weight) -> dict[str, Any]:
    """Many clients at once: rates and times of searches over HTTP beside as many at once in this process."""
    seconds: dict[str, list[float]] = {"inside": [], "http": []}
    times: dict[str, list[float]] = {"inside": [], "http": []}
    statuses: Counter[str] = Counter()
    calls: dict[str, Search] = {
        "inside": lambda query: library.search(query, top_k=TOP),
        "http": _counted(door.search, statuses),
    }
    texts = cycle(queries)
    for turn in range(weight.rounds):
        round_of = list(islice(texts, weight.requests))
        for name in ("inside", "http") if turn % 2 else ("http", "inside"):
            began = time.perf_counter()
            times[name] += await at_once(calls[name], round_of, weight.clients)
            seconds[name].append(time.perf_counter() - began)
    return {
        "clients": weight.clients,
        "requests": weight.rounds * weight.requests,
        "rates": {name: weight.rounds * weight.requests / sum(taken) for name, taken in seconds.items()},
        # The same work in both: the rates are as the seconds the other way round.
        "rate_to_inside": ratio_of_sums(seconds["inside"], seconds["http"]),
        "times": {name: tail(taken) for name, taken in times.items()},
        "turned_away": statuses[str(int(HTTPStatus.SERVICE_UNAVAILABLE))],
        "statuses": dict(statuses),
    }


async def _ask(door: Door, library: Library, questions: Sequence[str]) -> dict[str, Any]:
    """Streamed answers, one after another, beside whole answers in this process."""
    told: list[Told] = []

    async def stream(question: str) -> None:
        told.append(await door.stream(question))

    times = await interleaved(questions, {"inside": lambda one: library.ask(one, mode=MODE), "stream": stream})
    first = [(one.first, whole) for one, whole in zip(told, times["inside"], strict=True) if one.first is not None]
    measured: dict[str, Any] = {
        "times": {"inside": spread(times["inside"]), "last": spread([one.end for one in told])},
        "last_to_inside": ratio([one.end for one in told], times["inside"]),
        "ends": dict(Counter(one.last for one in told)),
        "with_a_sentence": len(first),
    }
    if first:
        firsts, wholes = zip(*first, strict=True)
        measured["times"]["first"] = spread(firsts)
        measured["first_to_inside"] = ratio(firsts, wholes)
    return measured


async def _streams(door: Door, questions: Sequence[str], count: int) -> dict[str, Any]:
    """So many streams, all sent at once."""
    statuses: Counter[str] = Counter()
    door.most_open = 0
    began = time.perf_counter()
    asked = [_ending(door, question) for question in islice(cycle(questions), count)]
    for ending in await asyncio.gather(*asked):
        statuses[ending] += 1
    return {
        "count": count,
        "most_open": door.most_open,
        "seconds": time.perf_counter() - began,
        "ends": dict(statuses),
    }


async def _ending(door: Door, question: str) -> str:
    """How a stream ended: by its last event, or by what went wrong."""
    try:
        return (await door.stream(question)).last
    except httpx.HTTPError as error:
        return type(error).__name__


def _counted(call: Callable[[str], Awaitable[int]], statuses: Counter[str]) -> Search:
    """The call, with its status counted; an error of the connection is counted under its name."""

    async def counting(text: str) -> None:
        try:
            statuses[str(await call(text))] += 1
        except httpx.HTTPError as error:
            statuses[type(error).__name__] += 1

    return counting


def table(measured: dict[str, Any]) -> str:
    """The figures as Markdown."""
    search, clients, ask, streams = (measured[part] for part in ("search", "clients", "ask", "streams"))
    admission = measured["admission"]
    inside, http = clients["times"]["inside"], clients["times"]["http"]
    rates = clients["rates"]
    lines = [
        f"`paperbrief serve` over {measured['papers']:,} papers beside the library in the client's process, "
        f"{measured['queries']} queries in turns. {admission['at_once']} requests are worked on at once, "
        f"{admission['waiting']} may wait. Milliseconds:",
        "",
        "| | p5 | p50 | p95 | ratio of the p50s [95 %] | target |",
        "|---|---|---|---|---|---|",
        _row("search in the process", search["times"]["inside"]),
        _row("`POST /v1/search`", search["times"]["http"], search["http_to_inside"], "at most 1.5"),
        _row("`GET /healthz`, the way alone", search["times"]["healthz"]),
        _row("extractive ask in the process", ask["times"]["inside"]),
        *(
            [_row("first `sentence` of a stream", ask["times"]["first"], ask["first_to_inside"], "below 1.3")]
            if "first" in ask["times"]
            else []
        ),
        _row("last event of a stream", ask["times"]["last"], ask["last_to_inside"], "below 1.6"),
        "",
        f"{ask['with_a_sentence']} of {sum(ask['ends'].values())} streams had a sentence.",
        "",
        f"{clients['clients']} clients at once, {clients['requests']:,} searches: {rates['http']:.0f} a second over "
        f"HTTP, {rates['inside']:.0f} in the process, {_said(clients['rate_to_inside'])} (target: 0.5 or more); "
        f"p99/p50 over HTTP **{http['p99_to_p50']:.1f}** ({http['p99']:.0f} over {http['p50']:.0f} ms; target: below "
        f"5), in the process {inside['p99_to_p50']:.1f}. Turned away with 503: {clients['turned_away']}; answers: "
        f"{_counts(clients['statuses'])}.",
        "",
        f"{streams['count']} streams at once: {streams['most_open']} open at the same time, ended after "
        f"{streams['seconds']:.1f} s; last events: {_counts(streams['ends'])}.",
    ]
    if measured["memory"]["ready"]:
        lines += ["", _memory_said(measured["memory"])]
    parts = ", ".join(f"{name} {of['p50']:.2f} s" for name, of in measured["start"].items())
    ready = measured["start"]["ready"]
    lines += [
        "",
        f"From the start of the process, middle of {ready['n']} starts: {parts}. `answers` is the first answer of "
        "`/healthz` and `ready` that of `/readyz`; the rest is what `/readyz` says that opening took.",
    ]
    return "\n".join(lines)


def _memory_said(held: dict[str, Any]) -> str:
    early, late = held["after_early"]["now"], held["after_late"]["now"]
    return (
        f"Resident memory of the service: {held['ready']['now']:,.0f} MB when ready, {early:,.0f} MB after "
        f"{held['early']:,} requests, {late:,.0f} MB after {held['late']:,} (**{late / early:.2f}** times), "
        f"{held['end']['now']:,.0f} MB after everything ({held['end']['peak']:,.0f} MB at most)."
    )


def _row(name: str, of: dict[str, Any], to: dict[str, float] | None = None, target: str = "") -> str:
    cells = " | ".join(f"{of[p]:.1f}" for p in ("p5", "p50", "p95"))
    return f"| {name} | {cells} | {_said(to) if to else ''} | {target} |"


def _said(of: dict[str, float]) -> str:
    return f"**{of['ratio']:.2f}** [{of['low']:.2f}, {of['high']:.2f}]"


def _counts(counted: dict[str, int]) -> str:
    return ", ".join(f"{count:,} `{name}`" for name, count in sorted(counted.items()))
