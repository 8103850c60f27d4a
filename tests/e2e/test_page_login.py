"""The page of a service that wants a key: asking for one, keeping it, giving it back."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from e2e.browsing import Visit, visiting
from e2e.serving import Serving, serving
from playwright.sync_api import Browser, expect

PAPER = {"id": "2502.77701", "title": "Ibex: Steep Descent", "abstract": "Ibex climbs. Ibex is 3.1x faster uphill."}
PROGRAM = [sys.executable, "-c", "from rag.cli import main; main()"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory, model_cache: Path) -> Iterator[tuple[Serving, str]]:
    """A service that others could reach, with one paper, and a key to it."""
    folder = tmp_path_factory.mktemp("guarded") / "data"
    environment = {**os.environ, "PAPERBRIEF_CACHE_DIR": str(model_cache)}
    made = subprocess.run(
        [*PROGRAM, "--data-dir", str(folder), "keys", "create", "reader", "--scope", "read", "--scope", "write"],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    key = re.search(r"pbk_\S+", made.stdout)
    assert key is not None
    public = {"PAPERBRIEF_PUBLIC_URL": "http://papers.example", "PAPERBRIEF_CACHE_DIR": str(model_cache)}
    with serving(folder, **public) as service:
        headers = {"Authorization": f"Bearer {key[0]}"}
        added = httpx.post(f"{service.url}/v1/papers", json=[PAPER], headers=headers, timeout=60)
        assert added.json()["added"] == 1
        yield service, key[0]


@pytest.fixture
def visit(guarded: tuple[Serving, str], browser: Browser) -> Iterator[Visit]:
    with visiting(browser, guarded[0].url) as visit:
        yield visit
        visit.complaints.clear()  # the browser's console names each 401


def test_a_key_is_asked_for_once_and_kept_where_scripts_cannot_read_it(
    visit: Visit, guarded: tuple[Serving, str]
) -> None:
    page = visit.go("/library")
    dialog = page.get_by_role("dialog", name="A key is needed")
    dialog.get_by_label("Key").fill("pbk_wrong")
    dialog.get_by_role("button", name="Log in").click()
    expect(dialog.get_by_role("alert")).to_contain_text("not known")
    dialog.get_by_label("Key").fill(guarded[1])
    dialog.get_by_role("button", name="Log in").click()
    expect(page.locator(".papers li")).to_have_count(1)
    assert "pbk_" not in page.evaluate("document.cookie + JSON.stringify(localStorage)")
    (cookie,) = page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    visit.go("/")
    visit.ask("How much faster is Ibex?")
    expect(page.locator(".said").first).to_contain_text("3.1x")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("dialog", name="A key is needed")).to_be_visible()
    assert page.context.cookies() == []


def test_who_has_no_key_is_told_so_and_not_asked_again_and_again(visit: Visit) -> None:
    page = visit.go("/library")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("alert")).to_contain_text("key")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_page_without_scripts_has_a_form(guarded: tuple[Serving, str], browser: Browser) -> None:
    service, key = guarded
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(f"{service.url}/v1/ask", json={"question": "How much faster is Ibex?"}, headers=headers).json()
    with visiting(browser, service.url, java_script_enabled=False) as visit:
        page = visit.go(f"/answers/{answer['id']}")
        page.get_by_label("Key").fill(key)
        page.get_by_role("button", name="Log in").click()
        expect(page.locator(".said")).to_contain_text("3.1x")
        visit.complaints.clear()


@pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1"])
def test_a_login_leads_nowhere_else(guarded: tuple[Serving, str], address: str) -> None:
    service, key = guarded
    response = httpx.post(f"{service.url}/login", data={"key": key, "next": address}, headers={"Accept": "text/html"})
    assert response.status_code == 422
    assert "location" not in response.headers
