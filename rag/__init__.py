"""paperbrief: answers about research papers, each sentence shown in an abstract.

The flow of a question: `rag.ask.ask`. Where things are made: `rag.library.open_library`. The plan of the house:
docs/architecture.md.
"""

__version__ = "0.1.0"
