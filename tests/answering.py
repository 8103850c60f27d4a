"""Evidence for tests of answering: what the retriever would find, made without an index or an embedding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rag.evidence import Evidence, Read, judged, name_keys, name_parts, related, wanted, weighed
from rag.models import Paper
from rag.question import Question
from rag.relevance import spelled
from rag.text.names import called
from rag.text.sentences import sentences
from rag.text.terms import terms
from rag.text.words import FUNCTION, stem

COSINE = 0.5  # every passage is as near to every question: what differs is the wording


def found(question: Question, papers: Sequence[Paper], *, cosine: float = COSINE) -> list[Evidence]:
    """The sentences of all papers as evidence for the question, most relevant first."""
    read = [_read(paper) for paper in papers]
    everywhere = [paper.everything for paper in read]
    written = list(dict.fromkeys((question.content or question.text).split()))
    stems = {text: _query(text) for text in written}
    kindred = dict(zip(written, related(written, _query), strict=True))
    asked = frozenset[str]().union(*stems.values(), *(others for all_ in kindred.values() for others in all_.every))
    frequencies = {term: sum(term in paper for paper in everywhere) for term in asked}
    words = spelled(
        [
            weighed(text, stems[text], kindred[text], frequencies, len(papers), named=text in question.names)
            for text in written
            if stems[text]
        ],
        frozenset().union(*everywhere),
    )
    evidence = [
        sentence
        for paper in read
        for sentence in judged(
            paper, 0.9, wanted(question, words), ((0, len(paper.paper.abstract)),), np.array([cosine], np.float32)
        )
    ]
    return sorted(evidence, key=lambda e: (-e.relevance, e.paper.id, e.start))


def _query(text: str) -> list[str]:
    return [stem(term) for term in dict.fromkeys(terms(text)) if term not in FUNCTION]


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(term) for term in terms(text, name_parts=True)) | name_keys(text)


def _read(paper: Paper) -> Read:
    split = sentences(paper.abstract)
    stems = [_stems(sentence.text) for sentence in split]
    names = called(paper.title, paper.abstract)
    system = names[0] if names else ""
    title = _stems(f"{paper.title} {system}")
    return Read(
        paper=paper,
        sentences=split,
        stems=stems,
        title=title,
        abstract=frozenset().union(*stems),
        everything=title.union(*stems),
        called=tuple(name_parts(name, _query) for name in names),
    )
