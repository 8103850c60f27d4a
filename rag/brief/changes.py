"""What is different from before: new, rising and fading topics, from counts of papers. Pure.

A topic's papers in this window are compared with those of up to four windows of the same length before it. Chance makes
counts differ, so a topic rises or fades only where the two counts are hard to explain by one rate: given their sum, the
count of this window is binomial with its share of all papers (the conditional test of two Poisson rates, Przyborowski
and Wilenski 1940).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rag.models import Changes, TopicCount, TopicHistory, Window

EARLIER = 4
"""Windows that are looked back."""
_CHANCE = 0.1  # probability of such a difference by chance below which it is reported
_LEAST = 2  # papers from which a topic can be new or rising
_SHOWN = 6  # topics of a kind at most


def changes(
    now: Mapping[str, int],
    papers_now: int,
    before: Sequence[Mapping[str, int]],
    papers_before: Sequence[int],
    *,
    compared_with: Window | None,
    seen_before: Sequence[str] = (),
) -> Changes:
    """The changes, given how many papers carry each tag and how many there are, now and in each window before.

    Windows before in which no paper was listed count as not known, not as empty.
    """
    known = [(tags, papers) for tags, papers in zip(before, papers_before, strict=True) if papers]
    if not known or not papers_now:
        return Changes(seen_before=tuple(seen_before))
    all_before = sum(papers for _, papers in known)
    earlier: dict[str, int] = {}
    for tags, _ in known:
        for tag, count in tags.items():
            earlier[tag] = earlier.get(tag, 0) + count
    share = papers_now / (papers_now + all_before)
    new, rising, fading = [], [], []
    for tag in sorted({*now, *earlier}):
        count, past = now.get(tag, 0), earlier.get(tag, 0)
        if not past and count >= _LEAST:
            new.append(tag)
        elif past and count >= _LEAST and _at_least(count, count + past, share) < _CHANCE:
            rising.append(tag)
        elif past >= _LEAST and _at_most(count, count + past, share) < _CHANCE:
            fading.append(tag)
    new.sort(key=lambda tag: (-now[tag], tag))
    rising.sort(key=lambda tag: (_at_least(now[tag], now[tag] + earlier[tag], share), tag))
    fading.sort(key=lambda tag: (_at_most(now.get(tag, 0), now.get(tag, 0) + earlier[tag], share), tag))
    named = [*new[:_SHOWN], *rising[:_SHOWN], *fading[:_SHOWN]]
    return Changes(
        new_topics=tuple(new[:_SHOWN]),
        rising=tuple(rising[:_SHOWN]),
        fading=tuple(fading[:_SHOWN]),
        seen_before=tuple(seen_before),
        counts=tuple(
            TopicCount(topic=tag, papers=now.get(tag, 0), before=round(earlier.get(tag, 0) / len(known), 2))
            for tag in named
        ),
        compared_with=compared_with,
    )


def histories(
    now: Mapping[str, int], before: Sequence[Mapping[str, int]], papers_before: Sequence[int]
) -> tuple[TopicHistory, ...]:
    """The most common topics over time: windows before come with the latest first, and go out with the earliest first.

    Empty where in none of them a paper was listed.
    """
    if not now or not any(papers_before):
        return ()
    earlier = list(zip(before, papers_before, strict=True))[::-1]
    common = sorted(now, key=lambda tag: (-now[tag], tag))[:_SHOWN]
    return tuple(
        TopicHistory(topic=tag, papers=(*(tags.get(tag, 0) if size else None for tags, size in earlier), now[tag]))
        for tag in common
    )


def _at_least(count: int, of: int, share: float) -> float:
    """The probability of `count` or more of `of`, each with probability `share`."""
    return math.fsum(_exactly(k, of, share) for k in range(count, of + 1))


def _at_most(count: int, of: int, share: float) -> float:
    return math.fsum(_exactly(k, of, share) for k in range(count + 1))


def _exactly(count: int, of: int, share: float) -> float:
    """Binomial, by logarithms: counts of thousands overflow otherwise. `share` is above 0 and below 1."""
    ways = math.lgamma(of + 1) - math.lgamma(count + 1) - math.lgamma(of - count + 1)
    return math.exp(ways + count * math.log(share) + (of - count) * math.log1p(-share))
