"""Writing, the one verb of answers and briefs: a draft is grounded, repaired once, and grounded again.

    evidence -> compose a draft -> ground -> repair what was refused, once -> ground -> what may be said, and what not

Without a model the draft is made of the evidence's own sentences, which need no repair.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.compose import generative
from rag.embedding import Embedder
from rag.errors import ModelError
from rag.ground import DraftSentence, DroppedSentence, EvidenceSentence, Grounded, Ledger, ground
from rag.llm import Model
from rag.prompting import Prompts
from rag.question import Question
from rag.retrieve import Evidence
from rag.text.names import system_of

SHOWN = 24  # sentences that a model is shown: more dilutes small models, and costs tokens
_SHOWN_PAPERS = 6
_ONLY_UNSUPPORTED = ("unsupported", "name_not_in_evidence")  # nothing there says this, and nothing says otherwise


@dataclass(frozen=True, slots=True)
class Written:
    """What may be said, what may not and why, and what made it. `model` and `prompt` are None without a model."""

    sentences: tuple[Grounded, ...]
    dropped: tuple[DroppedSentence, ...] = ()
    shortened: tuple[str, ...] = ()
    model: str | None = None
    prompt: str | None = None
    prompt_sha256: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0


def write_extractive(sentences: Sequence[Evidence]) -> Written:
    """The sentences that answer, word for word."""
    return Written(tuple(Grounded(e.text, "verbatim", (as_source(e),)) for e in sentences))


async def write_grounded(
    question: Question, evidence: Sequence[Evidence], *, model: Model, prompts: Prompts, embedder: Embedder
) -> Written:
    """A model's answer, every sentence shown in an abstract or dropped with its reason. Raises ModelError.

    Whether the evidence answers is decided before: where it does not, there is nothing to tell a model.
    """
    sources = [as_source(e) for e in evidence]
    shown = _shown(evidence)
    draft = await generative.draft(question, shown, model=model, prompts=prompts)
    # A model that says that the evidence does not answer is believed, whatever else it writes.
    ledger = await _grounded(() if draft.declined else draft.sentences, sources, embedder)
    made = Written(
        ledger.sentences,
        _named(ledger.dropped, draft),
        draft.shortened,
        draft.model,
        draft.prompt,
        draft.prompt_sha256,
        draft.prompt_tokens,
        draft.completion_tokens,
    )
    if ledger.dropped:
        made = await _repaired(made, question, shown, sources, model=model, prompts=prompts, embedder=embedder)
    return replace(made, sentences=_without_lone_weak(made.sentences))


async def _repaired(
    made: Written,
    question: Question,
    shown: Sequence[EvidenceSentence],
    sources: Sequence[EvidenceSentence],
    *,
    model: Model,
    prompts: Prompts,
    embedder: Embedder,
) -> Written:
    """One round: what was refused is asked for again with the reasons; what is refused then stays dropped."""
    refused = [(sentence.text, f"{sentence.reason}: {sentence.detail}") for sentence in made.dropped]
    try:
        draft = await generative.repair(question, shown, refused, model=model, prompts=prompts)
    except ModelError as error:
        if not made.sentences:
            raise
        # What was shown already stays; what was refused stays dropped.
        return replace(made, shortened=(*made.shortened, f"The refused sentences were not repaired: {error.message}"))
    ledger = await _grounded(draft.sentences, sources, embedder)
    said = {sentence.text for sentence in made.sentences}
    return replace(
        made,
        sentences=(*made.sentences, *(s for s in ledger.sentences if s.text not in said)),
        dropped=(*made.dropped, *_named(ledger.dropped, draft)),
        shortened=(*made.shortened, *draft.shortened),
        prompt_tokens=made.prompt_tokens + draft.prompt_tokens,
        completion_tokens=made.completion_tokens + draft.completion_tokens,
    )


async def _grounded(draft: Sequence[DraftSentence], sources: Sequence[EvidenceSentence], embedder: Embedder) -> Ledger:
    """The guard with the vectors of the draft and of the evidence's sentences."""
    if not draft:
        return Ledger((), ())
    texts = [sentence.text for sentence in draft] + [source.text for source in sources]
    vectors = await embedder.embed_passages(texts)
    similarity = (vectors[: len(draft)] @ vectors[len(draft) :].T).tolist()
    return ground(draft, sources, similarity=similarity)


def _named(dropped: Sequence[DroppedSentence], draft: generative.Draft) -> tuple[DroppedSentence, ...]:
    """An unsupported sentence that cited a key which stands for nothing was dropped for that."""
    unknown = dict(draft.unknown)
    return tuple(
        replace(
            sentence, reason="unknown_citation", detail=f"it cites {unknown[sentence.text]!r}, which does not exist"
        )
        if sentence.reason in _ONLY_UNSUPPORTED and sentence.text in unknown
        else sentence
        for sentence in dropped
    )


def _without_lone_weak(sentences: tuple[Grounded, ...]) -> tuple[Grounded, ...]:
    """A weak sentence is never all that an answer says: alone, it gives way to its source's own words."""
    if any(sentence.support != "weak" for sentence in sentences):
        return sentences
    return tuple(
        Grounded(s.evidence[0].text, "verbatim", s.evidence[:1], s.corrected_citation, replaced_wording=True)
        for s in sentences
    )


def _shown(evidence: Sequence[Evidence]) -> list[EvidenceSentence]:
    """The most relevant sentences, each paper's together and in the order of its abstract."""
    papers = list(dict.fromkeys(e.paper.id for e in evidence))[:_SHOWN_PAPERS]
    chosen = [e for e in evidence if e.paper.id in papers][:SHOWN]
    return [as_source(e) for e in sorted(chosen, key=lambda e: (papers.index(e.paper.id), e.start))]


def as_source(evidence: Evidence) -> EvidenceSentence:
    """Evidence as the guard reads it, with the name of the paper's system in view."""
    paper = evidence.paper
    return EvidenceSentence(
        paper.id, paper.title, system_of(paper.title, paper.abstract), evidence.text, evidence.start, evidence.end
    )
