"""The prompts: text files that travel with the package, one folder a prompt, one file a version.

`manifest.toml` says which version is in force, which variables each needs, what its reply looks like, and its digest.
`rag.prompting` makes messages of them. A version that was released does not change: a better text is a new file.
"""

from __future__ import annotations

from importlib import resources

MANIFEST = "manifest.toml"


def files() -> dict[str, str]:
    """The text of the manifest and of every prompt, by the path inside this folder (`answer/v1.md`)."""
    top = resources.files(__name__)
    read = {MANIFEST: (top / MANIFEST).read_text(encoding="utf-8")}
    for folder in top.iterdir():
        if folder.is_dir():
            read |= {
                f"{folder.name}/{file.name}": file.read_text(encoding="utf-8")
                for file in folder.iterdir()
                if file.name.endswith(".md")
            }
    return dict(sorted(read.items()))
