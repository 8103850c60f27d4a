"""What a question states, gives as a reason, or only says in asking."""

from __future__ import annotations

import pytest

from rag.premise.claims import Claim, How, claims


@pytest.mark.parametrize(
    ("question", "stated"),
    [
        ("Since RowNet is open, how large is it?", "RowNet is open"),
        ("RowNet is open, so how large is it?", "RowNet is open"),
        ("RowNet is open. How large is it?", "RowNet is open."),
        ("RowNet is open, isn't it? How large is it?", "RowNet is open"),
        ("rownet is open right", "rownet is open"),
        ("How large is RowNet, given that it is open?", "it is open"),
        ("How does RowNet, an open model, read tables?", "RowNet an open model"),
    ],
)
def test_what_is_said_as_a_fact_is_stated(question: str, stated: str) -> None:
    assert Claim(stated, How.STATED) in [Claim(claim.text.strip(), claim.how) for claim in claims(question)]


@pytest.mark.parametrize(
    ("question", "how"),
    [
        ("Why is RowNet open?", How.REASON),
        ("On what grounds do they say that RowNet is open?", How.REASON),
        ("Do the authors say why RowNet is open?", How.REASON),
        ("How large is RowNet?", How.ASKED),
        ("rownet size on long tables", How.ASKED),
        ("Is RowNet open?", How.WHETHER),
    ],
)
def test_what_is_not_stated_is_told_apart(question: str, how: How) -> None:
    assert [claim.how for claim in claims(question)] == [how]


def test_a_question_without_words_claims_nothing() -> None:
    assert claims("?") == ()
