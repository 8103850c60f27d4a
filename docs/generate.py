"""Write the generated parts of the README and the docs anew, or with `--check` say which are out of date.

A generated part stands between `<!-- begin: … -->` and `<!-- end -->`. What stands after `begin:` is `settings table`,
`measures table` or a command line, which is run on the sample papers in a folder that is thrown away; what it prints
becomes the part.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from eval.measures import MEASURES
from rag.config import PREFIX, Settings

TOP = Path(__file__).resolve().parents[1]
PART = re.compile(r"(?P<begin><!-- begin: (?P<what>.+?) -->\n)(?P<body>.*?)(?P<end><!-- end -->\n)", re.DOTALL)
DEMO_FOLDER = ".paperbrief-demo"  # as the README's commands name it
SAMPLE = TOP / "eval" / "corpus" / "papers.jsonl"
COLUMNS = "88"


def run(arguments: list[str]) -> str:
    """Run paperbrief as a new user would, in an empty environment, and return what it printed."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", f"{PREFIX}CACHE_DIR") if name in os.environ}
    done = subprocess.run(  # noqa: S603 - our own program, with arguments from our own files
        [sys.executable, "-c", "from rag.cli import main; main()", *arguments],
        env={**kept, "COLUMNS": COLUMNS, "PYTHONUTF8": "1"},
        cwd=tempfile.gettempdir(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 3):
        raise SystemExit(f"paperbrief {shlex.join(arguments)} failed:\n{done.stderr}")
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()).strip("\n")


class Sample:
    """A data folder with the sample papers in it, made when a command first needs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> str:
        """The folder, loaded."""
        if not self._folder.exists():
            run(["--data-dir", str(self._folder), "ingest", str(SAMPLE)])
        return str(self._folder)


def settings_table() -> str:
    """The settings as a Markdown table, from the model itself."""
    rows = ["| variable | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra
        default = str(extra["shown_default"]) if isinstance(extra, dict) and "shown_default" in extra else ""
        if not default:
            default = "none" if field.default is None else f"`{field.default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows)


def measures_table() -> str:
    """The measures of the evaluation as a Markdown table, from the measures themselves."""
    rows = ["| measure | what it is | taken over | better | target |", "|---|---|---|---|---|"]
    for measure in MEASURES:
        of = ", ".join(f"`{name}`" for name in measure.of) or "all that have it"
        target = "" if measure.target is None else f"{'≥' if measure.better == 'more' else '≤'} {measure.target:g}"
        rows.append(f"| `{measure.name}` | {measure.text} | {of} | {measure.better} | {target} |")
    return "\n".join(rows)


TABLES = {"settings table": settings_table, "measures table": measures_table}


def part(what: str, sample: Sample) -> str:
    """The text of one generated part."""
    if what in TABLES:
        return TABLES[what]() + "\n"
    _program, *arguments = shlex.split(what)
    if DEMO_FOLDER not in arguments:
        return f"```text\n{run(arguments)}\n```\n"
    printed = run([sample.folder if word == DEMO_FOLDER else word for word in arguments])
    return f"```text\n$ .venv/bin/{what}\n{printed}\n```\n"


def generated(text: str, sample: Sample) -> str:
    """The text with every generated part made anew."""
    return PART.sub(lambda found: found["begin"] + part(found["what"], sample) + found["end"], text)


def main() -> int:
    """Write, or check; 1 when something is out of date."""
    parser = argparse.ArgumentParser(description="Write the generated parts of the README and the docs anew.")
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    check = parser.parse_args().check
    stale = 0
    with tempfile.TemporaryDirectory() as folder:
        sample = Sample(Path(folder) / "sample")
        for path in [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]:
            before = path.read_text(encoding="utf-8")
            after = generated(before, sample)
            if before == after:
                continue
            name = path.relative_to(TOP).as_posix()
            if check:
                stale = 1
                changes = difflib.unified_diff(
                    before.splitlines(), after.splitlines(), name, "as generated", lineterm=""
                )
                sys.stdout.write("\n".join(changes) + f"\n{name} is out of date; `make golden` writes it anew.\n")
            else:
                path.write_text(after, encoding="utf-8")
                sys.stdout.write(f"wrote {name}\n")
    return stale


if __name__ == "__main__":
    sys.exit(main())
