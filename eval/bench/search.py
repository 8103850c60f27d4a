"""Search and ask over the large library, in a fresh process that opens it and serves (`eval.bench.serve`)."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from eval.bench.plan import Plan, sample_queries
from rag.index import POOL


def measure(plan: Plan) -> dict[str, Any]:
    """Start the serving process on the large library and take its figures over."""
    order = plan.folder / "search-order.json"
    order.write_text(json.dumps({"folder": str(plan.library), "queries": sample_queries(plan)}))
    program = [sys.executable, "-m", "eval.bench.serve", str(order)]
    done = subprocess.run(program, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own program
    measured: dict[str, Any] = json.loads(done.stdout)
    return measured


def table(measured: dict[str, Any]) -> str:
    """The figures as Markdown."""
    times = measured["times"]
    asked = ", ".join(f"{count} {kind}" for kind, count in measured["queries"].items())
    lines = [
        f"Search in {measured['papers']:,} papers ({measured['passages']:,} passages), pool {POOL}; queries: {asked}. "
        "Milliseconds:",
        "",
        "| | p5 | p50 | p95 | p95/p50 | ratio of the p50s [95 %] | target |",
        "|---|---|---|---|---|---|---|",
    ]

    def row(name: str, of: dict[str, Any], said: str = "", target: str = "") -> str:
        cells = " | ".join(f"{of[p]:.1f}" for p in ("p5", "p50", "p95", "p95_to_p50"))
        return f"| {name} | {cells} | {said} | {target} |"

    size = measured["scope_papers"]
    lines += [
        row("the bare calls", times["bare"]),
        *(row(f"- {name}", of) for name, of in measured["bare_parts"].items()),
        row(
            "search",
            times["search"],
            _said(measured["search_to_bare"], "the bare calls"),
            "at most 1.5; p95/p50 at most 3",
        ),
        *(row(f"- {kind}", of) for kind, of in measured["by_kind"].items()),
        row(
            f"in {size} papers, others each time",
            times["fresh_scope"],
            _said(measured["fresh_scope_to_search"]),
            "at most 2",
        ),
        row(
            f"in {size} papers, the same each time",
            times["same_scope"],
            _said(measured["same_scope_to_search"]),
            "at most 2",
        ),
        row("extractive ask", times["ask"], _said(measured["ask_to_search"]), "at most 3"),
        "",
        "The index's search alone, by the depth of its pools:",
        "",
        "| pool | p5 | p50 | p95 | p95/p50 | to the chosen one [95 %] | |",
        "|---|---|---|---|---|---|---|",
        *(row(pool, of, _said(of["to_chosen"], f"{POOL}")) for pool, of in measured["pools"].items()),
    ]
    if served := measured["memory"]["served"]:
        lines += [
            "",
            f"Resident memory of the serving process: {measured['memory']['opened']['now']:,.0f} MB after the first "
            f"search, **{served['now']:,.0f} MB** after all of them ({served['peak']:,.0f} MB at most; target: below "
            f"1,500). Opening and the first search took {measured['seconds_to_first_search']:.1f} s.",
        ]
    return "\n".join(lines)


def _said(of: dict[str, float], what: str = "search") -> str:
    return f"**{of['ratio']:.2f}** [{of['low']:.2f}, {of['high']:.2f}] of {what}"
