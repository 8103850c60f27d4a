"""Figures in their many spellings: equal when they say the same, none inside names, at exact offsets."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.figures import Figure, agree, figures, same_value

# As it stands -> value, unit, bound.
FORMS: list[tuple[str, float, str, str]] = [
    ("890k", 890_000, "", ""),
    ("214K", 214_000, "", ""),
    ("52.93M", 52_930_000, "", ""),
    ("1.04B", 1_040_000_000, "", ""),
    ("7b", 7_000_000_000, "", ""),
    ("1.5 trillion", 1.5e12, "", ""),
    ("1.5-trillion", 1.5e12, "", ""),
    ("25,000", 25_000, "", ""),
    ("1,234,567.5", 1_234_567.5, "", ""),
    ("500+", 500, "", ">"),
    ("3.79x", 3.79, "x", ""),
    ("3.79×", 3.79, "x", ""),
    ("3.79 x", 3.79, "x", ""),
    ("28 times", 28, "x", ""),
    ("28-fold", 28, "x", ""),
    ("30%", 30, "%", ""),
    ("15.4 percent", 15.4, "%", ""),
    ("15.4 per cent", 15.4, "%", ""),
    ("2.7 points", 2.7, "points", ""),
    ("2.7-point", 2.7, "points", ""),
    ("2.7 percentage points", 2.7, "points", ""),
    ("2.7-percentage-point", 2.7, "points", ""),
    ("$20", 20, "$", ""),
    ("20 dollars", 20, "$", ""),
    ("$1.5 million", 1.5e6, "$", ""),
    ("€20", 20, "€", ""),
    ("80 GB", 80, "GB", ""),
    ("80GB", 80, "GB", ""),
    ("<2MB", 2, "MB", "<"),
    ("~3x", 3, "x", "~"),
    ("~$20", 20, "$", "~"),
    (">=3", 3, "", ">"),
    ("≤ 0.05", 0.05, "", "<"),
    ("4-bit", 4, "bits", ""),
    ("6 h", 6, "hours", ""),
    ("6s", 6, "seconds", ""),
    ("0.9 W", 0.9, "W", ""),
    ("300 Hz", 300, "Hz", ""),
    ("64th", 64, "th", ""),
    ("1e-4", 1e-4, "", ""),
    ("10^5", 1e5, "", ""),
    ("10^{-5}", 1e-5, "", ""),
    ("three", 3, "", ""),
    ("Twelve", 12, "", ""),
    ("seventeen", 17, "", ""),
    ("twenty-five percent", 25, "%", ""),
    ("two hundred", 200, "", ""),
    ("two hundred thousand", 200_000, "", ""),
    ("two dozen", 24, "", ""),
    ("two-fold", 2, "x", ""),
    ("twofold", 2, "x", ""),
    ("tenfold", 10, "x", ""),
    ("ten times", 10, "x", ""),
    ("twice", 2, "x", ""),
    ("doubled", 2, "x", ""),
    ("tripling", 3, "x", ""),
    ("half", 0.5, "", ""),
]


AROUND = ("{}", "We measure {} here.", "({}), then", "—{}—", "about\n{}\nor so", "It is “{}”, they say")


@pytest.mark.parametrize(("spelled", "value", "unit", "bound"), FORMS, ids=[form[0] for form in FORMS])
def test_every_form_is_read(spelled: str, value: float, unit: str, bound: str) -> None:
    for text in (around.format(spelled) for around in AROUND):
        (found,) = figures(text)
        assert math.isclose(found.value, value), text
        assert (found.unit, found.bound) == (unit, bound), text
        # The signs before a figure need not be inside it.
        assert spelled.endswith(text[found.start : found.end]), text


@pytest.mark.parametrize(
    "spellings",
    [
        ("890k", "890K", "890,000", "890 thousand", "890000", "0.89 million"),
        ("52.93M", "52.93 million", "52,930,000"),
        ("1.04B", "1.04bn", "1.04 billion", "1.04-billion", "1,040 million"),
        ("1.5T", "1.5 trillion", "1,500 billion"),
        ("3.79x", "3.79X", "3.79×", "3.79 times", "3.79-fold", "3.79 fold"),
        ("2x", "2 times", "two times", "two-fold", "twofold", "2-fold", "twice", "double"),
        ("30%", "30 %", "30 percent", "30 per cent", "thirty percent"),
        ("2.7 points", "2.7 percentage points", "2.7-point", "2.7 pp"),
        ("$20", "20 dollars", "twenty dollars", "20 USD"),
        ("80 GB", "80GB", "80-GB", "80 gb"),
        ("25,000", "25000", "25k", "25 thousand", "twenty-five thousand"),
        ("12", "twelve", "a dozen", "Twelve"),
        ("a million", "one million", "1 million", "1M", "1,000,000", "10^6", "1e6"),
        ("6 hours", "6h", "six hours", "6-hour"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_one_figure_are_equal(spellings: tuple[str, ...]) -> None:
    found = [figures(f"It takes {spelled} now.") for spelled in spellings]
    assert [len(each) for each in found] == [1] * len(spellings), found
    first = found[0][0]
    for (other,) in found:
        assert same_value(first, other)
        assert agree(first, other)
        assert first.unit == other.unit


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30%", "31%"),
        ("1.04B", "1.04M"),
        ("25,000", "2,500"),
        ("3.79x", "37.9x"),
        ("10^5", "10^6"),
        ("16x16", "32x32"),
        ("7b", "13b"),
        ("a million", "a billion"),
        ("twenty-five", "twenty-six"),
        ("64th", "32nd"),
        ("$20", "$200"),
    ],
)
def test_other_values_are_not_equal(one: str, other: str) -> None:
    first, second = figures(f"It has {one} parts.")[0], figures(f"It has {other} parts.")[0]
    assert not same_value(first, second)
    assert not agree(first, second)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("30%", "30 points"),
        ("30%", "30x"),
        ("14 GB", "14 MB"),
        ("6 hours", "6 minutes"),
        ("6s", "6 ms"),
        ("$20", "€20"),
        ("20 dollars", "20 cents"),
        ("4 bits", "4 bytes"),
        ("0.9 W", "0.9 kW"),
    ],
)
def test_other_units_contradict_each_other(one: str, other: str) -> None:
    (first,), (second,) = figures(f"It needs {one} now."), figures(f"It needs {other} now.")
    assert same_value(first, second)
    assert not agree(first, second)


def test_a_unit_that_is_not_said_contradicts_nothing() -> None:
    (bare,), (percent,) = figures("It reaches 91.4 now."), figures("It reaches 91.4% now.")
    assert agree(bare, percent)
    assert agree(percent, bare)


@pytest.mark.parametrize(
    "text",
    [
        *("GPT-4", "GPT-4o", "GPT-3.5", "DNABERT-2", "Llama-3.1-70B", "Llama-7B", "Qwen2.5-72B", "Phi-3-mini"),
        *("WMT16", "T5", "C4", "H100", "CIFAR-10", "CIFAR10", "ImageNet-21k", "ResNet-50", "SQuAD2.0"),
        *("C^2LR", "PC^2", "k^2", "3D", "5G", "BERT_BASE", "x2", "v2", "v1.2.3", "7-Zip", "F1", "FP8/16"),
        *("nDCG@10", "Recall@5", "top-1", "Top-5", "zero-shot", "manifold", "often", "tone", "hundreds", "millions"),
        *("one", "second", "once", "", " ", "%", "$", "²", "½"),
    ],
)
def test_names_and_words_hold_no_figures(text: str) -> None:
    assert figures(text) == []
    assert figures(f"With {text} we go on.") == []


def test_a_figure_beside_a_name_is_found() -> None:
    text = "GPT-4 gains 7 points on SQuAD2.0 with an A100 of 80GB, and T5 gains 3."
    assert [(f.value, f.unit) for f in figures(text)] == [(7, "points"), (80, "GB"), (3, "")]


@pytest.mark.parametrize("glued", ["accuracy—31%", "BLEU:31%", "BLEU:31", "top-31%", "score/31%", "[31%]", "gain=31"])
def test_a_figure_glued_to_a_word_is_not_overlooked(glued: str) -> None:
    assert [f.value for f in figures(f"We see {glued} here.")] == [31]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30%–50%", [(30, "%"), (50, "%")]),
        ("30%-50%", [(30, "%"), (50, "%")]),
        ("30%—50%", [(30, "%"), (50, "%")]),
        ("30-50%", [(30, "%"), (50, "%")]),
        ("30–50%", [(30, "%"), (50, "%")]),
        ("10-20x", [(10, "x"), (20, "x")]),
        ("2-3 times", [(2, "x"), (3, "x")]),
        ("2 – 3 hours", [(2, "hours"), (3, "hours")]),
        ("2018-2020", [(2018, ""), (2020, "")]),
        ("16x16", [(16, ""), (16, "")]),
        ("3 x 4", [(3, ""), (4, "")]),
        ("8×8", [(8, ""), (8, "")]),
        ("7 of 10", [(7, ""), (10, "")]),
        ("from 3.9 to 2.6", [(3.9, ""), (2.6, "")]),
        ("3×10^5", [(3, ""), (100_000, "")]),
    ],
)
def test_ranges_dimensions_and_pairs_are_two_figures(text: str, expected: list[tuple[float, str]]) -> None:
    found = figures(f"We see {text} here.")
    assert [(f.value, f.unit) for f in found] == expected
    assert all(f.value > 0 for f in found), "the sign between them is never a minus"


# ---------------------------------------------------------------------------------------------------------- properties

PIECES = st.sampled_from(
    [
        *(form[0] for form in FORMS),
        *("GPT-4", "BERT_BASE", "SQuAD2.0", "T5", "C^2LR", "the", "model", "and", "to", "–", "-", ",", ".", "(", ")"),
    ]
)


@settings(max_examples=60)
@given(st.lists(PIECES, max_size=12), st.sampled_from(["", " ", "\n", "\u00a0"]))
def test_figures_stand_in_order_apart_and_at_their_offsets(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    found = figures(text)
    assert found == figures(text)
    end = 0
    for figure in found:
        assert end <= figure.start < figure.end <= len(text)
        spelled = text[figure.start : figure.end]
        assert spelled == spelled.strip()
        assert spelled[0].isalnum() or spelled[0] == "."
        end = figure.end


@settings(max_examples=60)
@given(st.text(alphabet="0123456789.,%xX^e+-~<>=$€kMB ()ab_/@\n√²٣", max_size=60))
def test_any_text_is_read_without_failing(text: str) -> None:
    for figure in figures(text):
        assert 0 <= figure.start < figure.end <= len(text)
        assert figure.value >= 0


@settings(max_examples=60)
@given(st.integers(0, 10**12), st.sampled_from(["%", "x", " GB", " points", " hours", ""]))
def test_a_whole_number_is_its_own_value_however_it_is_grouped(number: int, unit: str) -> None:
    (plain,), (grouped,) = figures(f"about {number}{unit} there"), figures(f"about {number:,}{unit} there")
    assert plain.value == grouped.value == number
    assert plain.unit == grouped.unit


@settings(max_examples=60)
@given(st.decimals(0, 999, places=2), st.sampled_from([("k", 3), ("M", 6), ("B", 9), ("T", 12)]))
def test_a_magnitude_is_applied(number: object, magnitude: tuple[str, int]) -> None:
    letter, power = magnitude
    (found,) = figures(f"a set of {number}{letter} rows")
    assert same_value(found, Figure(float(f"{number}e{power}"), "", 0, 1))


@settings(max_examples=30)
@given(st.sampled_from([form[0] for form in FORMS]), st.sampled_from([form[0] for form in FORMS]))
def test_agreement_does_not_depend_on_who_is_asked_first(one: str, other: str) -> None:
    (first,), (second,) = figures(one), figures(other)
    assert agree(first, first)
    assert same_value(first, second) == same_value(second, first)
    assert agree(first, second) == agree(second, first)


@pytest.mark.parametrize(
    "text", ["9" * 50_000, "1," * 50_000, "1 " * 50_000, "x-" * 50_000 + "1", "1x" * 50_000, "~" * 99_999]
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    began = time.thread_time()
    figures(text)
    assert time.thread_time() - began < 60  # takes one or two; a quadratic step would take minutes
