"""What is news though it flatters nobody, and what only praises."""

from __future__ import annotations

import pytest

from rag.brief.news import praise, unexpected, unpraised


@pytest.mark.parametrize(
    "text",
    [
        "Fine-tuning did not lead to measurable gains.",
        "Surprisingly, the encoder can be left out.",
        "Readers still struggle with long tables.",
        "Chunks of ten tokens gain 30% in precision but lose 18% in recall.",
        "The small model lags behind the large one on web text.",
        "Headings bring no improvement.",
    ],
)
def test_what_fails_costs_or_surprises_is_news(text: str) -> None:
    assert unexpected(text)


@pytest.mark.parametrize(
    "text",
    [
        "Quilt is 3x faster than Patch.",
        "Quilt reads faster without harming accuracy.",
        "It does not need training.",
        "Quilt avoids degraded answers.",
    ],
)
def test_a_virtue_is_not(text: str) -> None:
    assert not unexpected(text)


def test_praise_is_counted_and_dropped_with_its_article() -> None:
    assert praise("Extensive experiments show remarkable, superior and novel results.") == 3
    assert praise("Quilt is 3x faster than Patch.") == 0
    assert unpraised("The authors introduce a novel attack.") == "The authors introduce an attack."
    assert unpraised("Quilt is a simple yet effective reader.") == "Quilt is a simple reader."
    assert unpraised("Quilt is a reader of novel.") == "Quilt is a reader of novel."
