"""The room of LlamaIndex: its types come in and go out here and nowhere else.

For those who build on LlamaIndex:
    `paper_document`        a paper as a `Document`
    `PassageNodeParser`     our windows of sentences as a `NodeParser`, with exact offsets
    `PaperRetriever`        our search as a `BaseRetriever`
    `PaperbriefEmbedding`   any of our embedders as a `BaseEmbedding`
and the other way round, for `PAPERBRIEF_EMBEDDING=llamaindex:<import path>`:
    `open_embedder`         any LlamaIndex embedding integration as an `Embedder`

Importing LlamaIndex takes seconds, so this room is imported by those who asked for it and by nothing else
(docs/decisions/0005-llamaindex.md). LlamaIndex's global `Settings` are neither read nor written.
"""

from rag.llamaindex.ours import PaperbriefEmbedding, PaperRetriever, PassageNodeParser, Search, paper_document
from rag.llamaindex.theirs import LlamaIndexEmbedder, open_embedder

__all__ = [
    "LlamaIndexEmbedder",
    "PaperRetriever",
    "PaperbriefEmbedding",
    "PassageNodeParser",
    "Search",
    "open_embedder",
    "paper_document",
]
