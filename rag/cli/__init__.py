"""The command line, the outermost door. `main` is what `paperbrief` runs.

Standard output carries what was asked for and nothing else; progress and complaints go to standard error. Exit status:
0 done, 1 failed, 2 wrong usage, 3 not enough evidence (`ask`), 4 some records refused (`ingest`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rag.cli.commands import app
from rag.cli.run import Desk, Opener, Status, open_real_library, say
from rag.errors import PaperbriefError

__all__ = ["app", "main"]


def main(arguments: Sequence[str] | None = None, *, opener: Opener = open_real_library) -> None:
    """Run the command line and exit. `opener` opens the library; tests put a small one in its place."""
    try:
        app(args=arguments, prog_name="paperbrief", obj=Desk(opener=opener))
    except PaperbriefError as error:
        say(str(error))
    except OSError as error:
        # A full disk or a lost permission that no room below put into better words.
        place = f" ({error.filename})" if error.filename else ""
        say(f"{error.strerror or error}{place}.")
    sys.exit(Status.FAILED)
