"""Real SIGKILLs at random moments of a delivery: nobody forgotten, and twice only what was in doubt."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

import pytest
from contract.delivered import send
from contract.delivering import desk_in, issued, many, rows, subscribe_many
from contract.killed import ended, started
from contract.postbox import postbox

from rag.catalogue import deliveries

pytestmark = pytest.mark.anyio

SEED = 20251127
KILLS = 30
READERS = 1_500
CONNECTIONS = 2


async def test_a_delivery_killed_at_thirty_moments(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    emails = many(READERS)
    with postbox() as box:
        async with desk_in(tmp_path, smtp_url=box.url) as desk:
            await subscribe_many(desk, emails)
            await issued(desk)
            kills = 0
            while kills < KILLS:
                before = len(box.arrived)
                process = started(send, tmp_path, box.url)
                # Far enough into a run that some are sent, at any of its moments.
                goal = before + chance.randrange(1, READERS // (KILLS + 5))
                while len(box.arrived) < goal and process.is_alive():  # noqa: ASYNC110 - it is another process
                    await asyncio.sleep(0.001)
                await asyncio.sleep(chance.uniform(0.0, 0.01))
                process.kill()
                kills += ended(process) != 0
                assert len(set(box.recipients)) < READERS, "the readers suffice for all kills"
            assert ended(started(send, tmp_path, box.url)) == 0
            counted = await desk.catalogue.read(deliveries.counts)
            ledger = await rows(desk, "deliveries")
    assert counted == {"sent": READERS}
    arrived = Counter(box.recipients)
    assert set(arrived) == set(emails), "nobody is forgotten"
    twice = sum(number - 1 for number in arrived.values())
    assert twice <= KILLS * CONNECTIONS, "one in doubt for each connection at each kill"
    # Whoever got it twice is known to be in doubt, and both copies carry one identifier.
    doubtful = {row["subscriber_id"] for row in ledger if row["doubtful"]}
    assert twice <= len(doubtful) <= KILLS * CONNECTIONS
    assert len(set(box.message_ids())) == READERS
