"""The parts of the benchmark, what is kept of them, and the report."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from eval.bench import brief, build, http, ingest, search, start
from eval.bench.machine import load, machine
from eval.bench.plan import Plan
from rag.errors import InputError

PARTS: dict[str, tuple[Callable[[Plan], dict[str, Any]], Callable[[dict[str, Any]], str]]] = {
    "ingest": (ingest.measure, ingest.table),
    "build": (build.measure, build.table),
    "reingest": (build.measure_again, build.table_again),
    "search": (search.measure, search.table),
    "brief": (brief.measure, brief.table),
    "start": (start.measure, start.table),
    "http": (http.measure, http.table),
}


def run(plan: Plan, parts: Sequence[str] | None = None, *, as_json: bool = False) -> str:
    """Measure the parts that have no result yet (or `parts`), and give all results as Markdown or JSON.

    Raises InputError for a part that there is not.
    """
    if unknown := [part for part in parts or () if part not in PARTS]:
        raise InputError(f"There is no part {unknown[0]!r}.", hint=f"The parts are {', '.join(PARTS)}.")
    plan.folder.mkdir(parents=True, exist_ok=True)
    path = plan.folder / f"bench-{plan.papers}.json"
    kept: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"papers": plan.papers, "parts": {}}
    kept["machine"] = machine()
    for part in parts or PARTS:
        if plan.again or part not in kept["parts"]:
            before = load()
            result = PARTS[part][0](plan)
            kept["parts"][part] = {
                "measured": time.strftime("%Y-%m-%d", time.gmtime()),
                "load": {"before": before, "after": load()},
                **result,
            }
            path.write_text(json.dumps(kept, indent=2) + "\n")
    return json.dumps(kept, indent=2) if as_json else report(kept)


def report(kept: dict[str, Any]) -> str:
    """All results as Markdown, the machine first."""
    on = kept["machine"]
    packages = ", ".join(f"{package} {number}" for package, number in on["packages"].items())
    pieces = [
        f"Machine: {on['cores']} cores of {on['processor']}, {on['memory_gb']} GB, {on['system']}, "
        f"Python {on['python']}, {packages}; paperbrief {on['paperbrief']}."
    ]
    for part, (_, table) in PARTS.items():
        if measured := kept["parts"].get(part):
            busy = measured["load"]
            noise = f"Measured {measured['measured']}, load {busy['before']} before and {busy['after']} after."
            pieces += [f"### {part}", noise, table(measured)]
    return "\n\n".join(pieces)
