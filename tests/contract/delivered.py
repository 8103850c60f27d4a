"""What runs in the processes that test_delivery_kills.py kills."""

from __future__ import annotations

import asyncio
from pathlib import Path

from contract.delivering import desk_in

from rag.deliver.post import deliver


def send(folder: Path, url: str) -> None:
    """Send what is due."""

    async def run() -> None:
        async with desk_in(folder, smtp_url=url) as desk:
            await deliver(desk)

    asyncio.run(run())
