"""The machine that a figure was measured on, and how much memory a process of it holds."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path

from rag import __version__
from rag.config import cores

_PACKAGES = ("chromadb", "tantivy", "onnxruntime", "tokenizers", "numpy", "sqlalchemy", "pydantic")


def machine() -> dict[str, object]:
    """Cores, processor, memory, system and versions, for the head of a report."""
    return {
        "cores": cores(),
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "paperbrief": __version__,
        "packages": {package: version(package) for package in _PACKAGES},
    }


def load() -> float:
    """The average number of processes that wanted a core in the last minute: above the cores, times are too long."""
    return round(os.getloadavg()[0], 2)


def memory(process: int | None = None) -> dict[str, float]:
    """Resident memory of this process, or of another, in MB: now and at most so far; empty where the system does not
    say."""
    try:
        status = Path(f"/proc/{process or 'self'}/status").read_text()
    except OSError:  # not on macOS and Windows
        return {}
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return {name: round(int(fields[key].split()[0]) / 1024, 1) for name, key in (("now", "VmRSS"), ("peak", "VmHWM"))}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown"
