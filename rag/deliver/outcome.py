"""What became of one attempt, whose fault it was, and when to try again. Pure.

Whose fault decides what happens next: a recipient who does not exist ends that delivery, a server that cannot be
reached ends the run and costs nobody an attempt.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Literal

from rag.catalogue.deliveries import Claim, Noted

Result = Literal["sent", "temporary", "permanent"]
Fault = Literal["recipient", "message", "server"]

MOST_TRIES = 8
_FIRST_WAIT = 300.0
_LONGEST_WAIT = 12 * 3600.0
_LONGEST_ASKED = 24 * 3600.0
SERVER_WAIT = 300.0
"""Seconds after which a server that could not be used is tried again."""
_CHANCE = 0.25
_MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt. `doubtful` where nobody can know whether it arrived; `after` is how long the other side asks for."""

    result: Result
    fault: Fault = "message"
    reason: str | None = None
    doubtful: bool = False
    after: float | None = None

    @property
    def server_failed(self) -> bool:
        """Whether it says nothing of this recipient or message."""
        return self.result != "sent" and self.fault == "server"


SENT = Outcome("sent")


def reason_of(text: str | bytes, code: int | None = None) -> str:
    """What a server said, fit for the ledger and a log: one line, and no address in it."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    line = " ".join("".join(c if c.isprintable() else " " for c in words).split())
    line = re.sub(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+", "(address)", line)
    return (f"{code} {line}" if code is not None else line)[:_MOST_REASON]


def noted(claim: Claim, outcome: Outcome, at: float, chance: random.Random) -> Noted:
    """What the ledger is to say of an attempt at `at`."""
    if outcome.result == "sent":
        return Noted(claim.subscriber_id, claim.subject, "sent", at)
    if outcome.server_failed:
        state: Literal["failed", "waiting"] = "failed" if claim.attempts else "waiting"
        return Noted(
            claim.subscriber_id,
            claim.subject,
            state,
            at,
            reason=outcome.reason,
            next_try=at + SERVER_WAIT,
            counted=False,
            doubtful=outcome.doubtful,
        )
    tries = claim.attempts + 1
    if outcome.result == "permanent" or tries >= MOST_TRIES:
        given_up = "" if outcome.result == "permanent" else f"given up after {tries} attempts: "
        return Noted(
            claim.subscriber_id,
            claim.subject,
            "dead",
            at,
            reason=f"{given_up}{outcome.reason}",
            doubtful=outcome.doubtful,
            refused=outcome.result == "permanent" and outcome.fault == "recipient",
        )
    return Noted(
        claim.subscriber_id,
        claim.subject,
        "failed",
        at,
        reason=outcome.reason,
        next_try=at + wait(tries, chance, outcome.after),
        doubtful=outcome.doubtful,
    )


def wait(tries: int, chance: random.Random, asked: float | None = None) -> float:
    """Seconds after the attempt number `tries`: three times as long each time, a quarter of it left to chance.

    Never sooner than the other side asked for, up to a day.
    """
    usual = min(_FIRST_WAIT * 3.0 ** (tries - 1), _LONGEST_WAIT)
    spread = usual * (1 + chance.uniform(-_CHANCE, _CHANCE))
    return max(spread, min(asked or 0.0, _LONGEST_ASKED))
