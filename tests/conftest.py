"""What every test stands on: no network but this machine, no settings but its own, the shared data by fixture."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

CHECKOUT = Path(__file__).resolve().parents[1]

# On CI the examples are the same on every run, so a red build says something about the change; elsewhere they vary
# and find more. Two busy cores make any deadline a coin toss.
settings.register_profile("local", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "ci", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "local")

REAL_CONNECT = socket.socket.connect
REAL_CONNECT_EX = socket.socket.connect_ex


class NetworkClosed(OSError):
    """A test tried to reach another machine."""


def refuse_other_machines(connection: socket.socket, address: Any) -> None:
    """Raise `NetworkClosed` unless `address` is on this machine: a Unix socket or a loopback address."""
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    host = str(address[0])
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        message = f"a test tried to connect to {host}:{address[1]}; tests may reach this machine only"
        raise NetworkClosed(message)


def guarded_connect(connection: socket.socket, address: Any) -> None:
    refuse_other_machines(connection, address)
    REAL_CONNECT(connection, address)


def guarded_connect_ex(connection: socket.socket, address: Any) -> int:
    refuse_other_machines(connection, address)
    return REAL_CONNECT_EX(connection, address)


@pytest.fixture(scope="session", autouse=True)
def closed_network() -> Iterator[None]:
    """Close the network for the whole run. A test of ours that needs another machine is a mistake."""
    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def model_cache(request: pytest.FixtureRequest) -> Path:
    """Where the fast form of the built-in model is kept between runs of the tests; it takes seconds to make."""
    assert request.config.cache is not None
    return request.config.cache.mkdir("paperbrief-model")


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model_cache: Path) -> None:
    """Take the developer's own settings and keys away, and give every test a data folder of its own."""
    for name in list(os.environ):
        if name.upper().startswith(("PAPERBRIEF_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PAPERBRIEF_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("PAPERBRIEF_CACHE_DIR", str(model_cache))


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Coroutine tests run on asyncio, the loop that the program uses."""
    return "asyncio"


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The top folder of the checkout."""
    return CHECKOUT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The shared data beside the checkout; the test is skipped where it is absent."""
    folder = CHECKOUT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("needs the shared data folder beside the checkout")
    return folder


def pytest_report_header() -> str:
    """Say in the log whether the tests on shared data will run."""
    present = (CHECKOUT.parent / "shared").is_dir()
    return f"shared data beside the checkout: {'present' if present else 'absent, its tests are skipped'}"
