"""`python -m eval.bench`: the same as `paperbrief eval bench`."""

from __future__ import annotations

from eval.cli import main

main(["bench"])
