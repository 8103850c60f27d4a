"""What a run of the command line leaves behind, for the tests that read it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol


class OpensLibrary(Protocol):
    """What takes the place of the real library."""

    def open(self, settings: Any) -> AbstractAsyncContextManager[Any]: ...


@dataclass(frozen=True)
class Ran:
    """What a run left: the exit status and both outputs."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON object and nothing else."""
        return json.loads(self.out)


Run = Callable[..., Ran]
