"""A real `paperbrief serve` in a process of its own, for the tests that need one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

START_SECONDS = 90


@dataclass
class Serving:
    """A running service: its process, its address, and the lines that it wrote to standard error."""

    process: subprocess.Popen[str]
    url: str = ""
    lines: list[str] = field(default_factory=list)
    told: threading.Event = field(default_factory=threading.Event)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"ready at (http://\S+)", line):
                self.url = found[1]
                self.told.set()
        self.told.set()

    def line_with(self, text: str) -> str:
        """The first line of the log that has this text; it may still be on its way."""
        for _ in range(100):
            if found := [line for line in list(self.lines) if text in line]:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"no line of the log has {text}")

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Stop it as an operator would, and its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            return self.process.wait(60)
        finally:
            if self.process.poll() is None:
                self.process.kill()


@contextmanager
def serving(data: Path, *options: str, **environment: str) -> Iterator[Serving]:
    """A service on the data folder `data`, on a free port, once it is ready."""
    command = [sys.executable, "-c", "from rag.cli import main; main()", "--data-dir", str(data), "serve"]
    process = subprocess.Popen(
        [*command, "--port", "0", *options],
        env={**os.environ, **environment},
        cwd=data.parent,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    service = Serving(process)
    reader = threading.Thread(target=service.read, daemon=True)
    reader.start()
    try:
        assert service.told.wait(START_SECONDS), "it did not start"
        assert service.url, "".join(service.lines)
        yield service
    finally:
        service.stop()
        reader.join(10)
        assert process.stderr is not None
        process.stderr.close()
