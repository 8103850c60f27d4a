"""Whether the sentences of an answer are shown by the spans that they point to, without asking the guard. Pure.

It is mechanical, and says less than a reader would: a sentence with true spans, whose figures all stand in them and
whose content words mostly do, counts as supported, though it may turn what they say around. What it does find, a span
that is not there, a figure out of nowhere, is never right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from eval.matching import alike
from eval.replies import Corpus
from rag.models import Answer, AnswerSentence
from rag.text.words import FUNCTION, stem

COVERED = 0.5  # of a sentence's content words, in the spans that show it or the paper's title
_FIGURE = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]{2,}")


def values(answers: Sequence[Answer], corpus: Corpus) -> dict[str, tuple[float, float]]:
    """Sentences with true spans, unsupported sentences and invented citations, each out of how many."""
    said = [(answer, sentence) for answer in answers for sentence in answer.sentences]
    cited = [(answer, citation) for answer in answers for citation in answer.citations]
    found = {
        "true_span": (sum(true_spans(s, a, corpus) for a, s in said), len(said)),
        "unsupported": (sum(not supported(s, a, corpus) for a, s in said), len(said)),
        "invented": (
            sum(c.paper_id not in corpus.papers or corpus.papers[c.paper_id].title != c.title for _, c in cited),
            len(cited),
        ),
    }
    return {name: pair for name, pair in found.items() if pair[1]}


def true_spans(sentence: AnswerSentence, answer: Answer, corpus: Corpus) -> bool:
    """Whether a sentence has spans, each of a cited and stored paper, and `abstract[start:end]` is each quote."""
    of = {citation.n: citation for citation in answer.citations}
    if not sentence.evidence or not set(sentence.citations) <= of.keys():
        return False
    for piece in sentence.evidence:
        citation = of.get(piece.citation)
        paper = corpus.papers.get(citation.paper_id) if citation else None
        if citation is None or paper is None or paper.abstract[piece.start : piece.end] != piece.quote:
            return False
        if not any((q.start, q.end, q.quote) == (piece.start, piece.end, piece.quote) for q in citation.quotes):
            return False
    return True


def supported(sentence: AnswerSentence, answer: Answer, corpus: Corpus) -> bool:
    """Whether a sentence with true spans is one of them, or says nothing in figures and little in words beyond them."""
    if not true_spans(sentence, answer, corpus):
        return False
    quotes = " ".join(piece.quote for piece in sentence.evidence)
    of = {citation.n: citation.paper_id for citation in answer.citations}
    papers = [corpus.papers[of[piece.citation]] for piece in sentence.evidence]
    if sentence.subject and not any(alike(sentence.subject) in alike(f"{p.title} {p.abstract}") for p in papers):
        return False
    if alike(sentence.text) in alike(quotes):
        return True
    around = f"{quotes} {' '.join(paper.title for paper in papers)}"
    if not set(_FIGURE.findall(alike(sentence.text))) <= set(_FIGURE.findall(alike(around))):
        return False
    said = _stems(sentence.text)
    return len(said & _stems(around)) >= COVERED * len(said)


def _stems(text: str) -> set[str]:
    return {stem(word) for word in _WORD.findall(alike(text)) if word not in FUNCTION}
