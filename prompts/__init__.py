"""Prompt files: text shipped with the package, read by `rag.prompting`."""
