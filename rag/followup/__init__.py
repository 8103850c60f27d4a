"""Follow-ups: a question that points back becomes one that stands by itself. Pure: rules, no model.

    question -> does it point back, and to what? -> the same question in words that stand by themselves

A question that stands by itself stays as it is, to the letter. One that points back to nothing that was said is not
guessed at: `missing` says what is not known. docs/decisions/0012-follow-ups.md
"""

from __future__ import annotations

from rag.followup.check import holds
from rag.followup.followed import Followed
from rag.followup.rules import follow, stands_alone
from rag.followup.said import Past, Subject, Turn, turn, turns
from rag.followup.texts import titles

__all__ = ["Followed", "Past", "Subject", "Turn", "follow", "holds", "stands_alone", "titles", "turn", "turns"]
