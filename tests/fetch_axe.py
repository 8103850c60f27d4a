"""Fetch axe-core, the accessibility checker of the browser tests, into `.axe`; `make axe` runs this.

It is a JavaScript package under another licence, so it is not kept in the repository. npm fetches it, its digest is
compared, and the one file that the tests use is taken out. Without it the tests that need it are skipped.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "axe-core@4.14.1"
PACKAGE_SHA512 = (
    "1477dafa598d8d065f273d6af302aa203c02e83131707b7fa648cd41bd3d6b734f8c22a0dab86ee6a6f64b8afbe804b214d36db85a28269"
    "65edfb3a0b9d546b5"
)
SCRIPT = Path(__file__).resolve().parents[1] / ".axe" / "axe.min.js"
SCRIPT_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"


def whole() -> bool:
    """Whether the script is there, as it should be."""
    return SCRIPT.is_file() and hashlib.sha256(SCRIPT.read_bytes()).hexdigest() == SCRIPT_SHA256


def fetch() -> None:
    """Fetch the package and take the script out. Exits with a sentence where that cannot be."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("axe-core is fetched with npm, which is missing; on Debian and Ubuntu: apt-get install npm")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", "--pack-destination", folder, PACKAGE], check=True, stdout=2)
        (package,) = Path(folder).glob("*.tgz")
        if hashlib.sha512(package.read_bytes()).hexdigest() != PACKAGE_SHA512:
            sys.exit(f"{PACKAGE} is not the package that was expected: its digest differs")
        with tarfile.open(package) as opened:
            script = opened.extractfile("package/axe.min.js")
            assert script is not None, "the digest vouches for the file"
            SCRIPT.parent.mkdir(exist_ok=True)
            SCRIPT.write_bytes(script.read())


if __name__ == "__main__":
    if not whole():
        fetch()
