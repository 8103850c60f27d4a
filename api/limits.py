"""How many requests one caller may make: a sliding window for each key, or each address without one."""

from __future__ import annotations

import ipaddress
import math
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from api.problems import TOO_MANY, Refusal

USUAL = "120/minute"
"""Where keys are needed and nothing else is set."""
FAILURES = "20/minute"
"""Wrong keys from one address."""

SIGN_UPS = ("20/hour", "60/day")
"""Subscriptions that one address may ask for, whoever sits there."""


class Limits:
    """The windows of one app, in memory: a restart forgets them."""

    def __init__(self, rate: str | None) -> None:
        self._rate = parse(rate) if rate else None
        self._failures = parse(FAILURES)
        self._sign_ups = [parse(rate) for rate in SIGN_UPS]
        self._windows = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def count(self, who: str) -> None:
        """Count one request; refuse it when there were too many."""
        if self._rate is not None and not await self._windows.hit(self._rate, who):
            raise await self._refusal(self._rate, who, f"{self._rate} are allowed")

    async def count_failure(self, who: str) -> None:
        """Count a wrong key; refuse all further ones when there were too many."""
        if not await self._windows.hit(self._failures, "failed", who):
            raise await self._refusal(self._failures, ("failed", who), "too many wrong keys came from this address")

    async def count_sign_up(self, who: str) -> None:
        """Count somebody who asks for a subscription; refuse all further ones when there were too many."""
        for rate in self._sign_ups:
            if not await self._windows.hit(rate, "sign-up", who):
                raise await self._refusal(rate, ("sign-up", who), f"{rate} subscriptions are allowed")

    async def _refusal(self, rate: RateLimitItem, who: str | tuple[str, ...], why: str) -> Refusal:
        names = (who,) if isinstance(who, str) else who
        window = await self._windows.get_window_stats(rate, *names)
        seconds = max(1, math.ceil(window.reset_time - time.time()))
        return Refusal(TOO_MANY, f"Too many requests: {why}.", hint="Try again later.", retry_after=seconds)


def address_of(client: tuple[str, int] | None) -> str:
    """Under what an address is counted: an IPv6 one by its network, of which one household has all."""
    host = str(client[0]) if client else "unknown"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else str(address)
