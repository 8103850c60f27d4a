"""docs/evaluation.md says of every kind of question and every measure what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.gold import SLICES, GoldQuestion
from eval.measures import MEASURES


@pytest.fixture(scope="module")
def page(checkout: Path) -> str:
    return (checkout / "docs" / "evaluation.md").read_text(encoding="utf-8")


def test_every_measure_slice_and_field_is_described(page: str) -> None:
    named = (*(measure.name for measure in MEASURES), *SLICES, *GoldQuestion.model_fields)
    assert [name for name in named if f"`{name}`" not in page] == []
