"""Passages: windows of sentences with exact offsets, the unit that is embedded and indexed.

Nearly every abstract is longer than the 256 word pieces that the built-in model reads, and the figures stand at its
end: indexed whole, they would be cut off. Size and step were chosen by measurement, docs/decisions/0006-passages.md.
"""

from __future__ import annotations

from rag.models import Paper, Passage
from rag.text.sentences import sentences

SIZE = 3
STEP = 3


def windows(abstract: str, *, size: int = SIZE, step: int = STEP) -> list[tuple[int, int]]:
    """Spans `[start, end)` of windows of `size` sentences, each `step` sentences after the one before.

    The windows cover every sentence; the last may be shorter. `size` 0 gives the whole abstract as one window.
    """
    if size < 0 or step < 1 or (size and step > size):
        raise ValueError(f"windows need 0 <= size and 1 <= step <= size, not size {size} and step {step}")
    found = sentences(abstract)
    if not found:
        return []
    if not size:
        return [(found[0].start, found[-1].end)]
    spans = []
    for first in range(0, len(found), step):
        last = min(first + size, len(found)) - 1
        spans.append((found[first].start, found[last].end))
        if last == len(found) - 1:
            break
    return spans


def passage_id(paper_id: str, revision: int, number: int) -> str:
    """`<paper_id>@<revision>#<number>`: an old revision's passages can never be taken for today's."""
    return f"{paper_id}@{revision}#{number}"


def parse_passage_id(identifier: str) -> tuple[str, int, int]:
    """The paper's id, the revision and the number of a passage, from the right, since a paper's id may hold signs."""
    rest, _, number = identifier.rpartition("#")
    paper_id, _, revision = rest.rpartition("@")
    return paper_id, int(revision), int(number)


def passages(paper: Paper, *, size: int = SIZE, step: int = STEP) -> list[Passage]:
    """The passages of a paper's current revision, in order."""
    return [
        Passage(
            passage_id(paper.id, paper.revision, n), paper.id, paper.revision, start, end, paper.abstract[start:end]
        )
        for n, (start, end) in enumerate(windows(paper.abstract, size=size, step=step))
    ]


def text_to_embed(title: str, passage: str) -> str:
    """What the embedder reads: the title in front, since most sentences of an abstract do not name their subject."""
    return f"{title}. {passage}" if title and title[-1] not in ".!?" else f"{title} {passage}".strip()
