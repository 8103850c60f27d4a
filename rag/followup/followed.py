"""What a follow-up is understood as. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.followup.rewording import listed, whole
from rag.followup.said import Past, Subject


@dataclass(frozen=True, slots=True)
class Followed:
    """A question as it is understood.

    `question` stands by itself. Where it asks about papers that were already found, `within` are these papers and
    `asked` is what remains to be asked of them. `missing` says what is not known, where it cannot be understood.
    `perhaps` is another reading, of what was spoken of last, where words alone do not tell: the one that the papers
    answer is meant.
    """

    question: str
    within: tuple[str, ...] = ()
    asked: str | None = None
    missing: str | None = None
    perhaps: Followed | None = field(default=None, compare=False)


def about(text: str, subject: Subject | None) -> Followed:
    """A question about a subject.

    A paper without a system's name is asked alone, and called "the paper": its title would be read as a topic.
    """
    question = whole(text)
    if subject is None or subject.names or subject.paper_id is None or subject.called not in question:
        return Followed(question)
    asked = question.replace(f"authors of {subject.called}", "authors")
    return Followed(question, (subject.paper_id,), asked.replace(subject.called, "the paper"))


def among(question: str, asked: str, found: Sequence[Subject]) -> Followed:
    """A question about the papers that were found: in full, and as it is asked among them."""
    ids = tuple(subject.paper_id for subject in found if subject.paper_id)
    return Followed(whole(question), ids, whole(asked))


def unknown(said: str, past: Past) -> Followed:
    """What points to nothing that was said."""
    before = "nothing that was said before tells to what" if past.turns else "nothing was said before"
    missing = f"“{said}” points back to something, and {before}."
    return Followed(whole(said), missing=f"{missing} Name the paper, the system or the topic that you mean.")


def unclear(said: str, past: Past) -> Followed:
    """What may point to several."""
    if len(past.group) < 2:
        return unknown(said, past)
    could_be = listed(past.group, "or")
    return Followed(whole(said), missing=f"“{said}” could mean several of those spoken of: {could_be}. Name one.")
