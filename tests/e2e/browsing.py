"""Chromium on the page of a real service, and what it must never do: run what it was not given, ask elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}
PATIENCE = 60_000  # milliseconds that a page may take for what it should do at once: a machine may be slow


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. Stopped before another module's tests begin: it holds this thread's event loop."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium (on Debian and Ubuntu: apt-get install chromium)")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page in a context of its own. `complaints` is what the browser's console and scripts complained of."""

    page: Page
    url: str
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep what the console says is wrong, with the address that it is about."""
        if message.type == "error":
            self.complaints.append(f"{message.text} {message.location['url']}")

    def go(self, path: str) -> Page:
        self.page.goto(self.url + path)
        return self.page

    def ask(self, question: str) -> None:
        """Ask by keyboard, and wait for the whole answer."""
        turns = self.page.locator(".turn").count()
        self.page.locator("#question").fill(question)
        self.page.locator("#question").press("Enter")
        self.page.locator(".turn").nth(turns).locator(".coverage, .problem").wait_for()


@contextmanager
def visiting(browser: Browser, url: str, **options: Any) -> Iterator[Visit]:
    """A visit to the service at `url`. It fails when a request left for elsewhere or a script went wrong."""
    options.setdefault("viewport", DESK)
    context = browser.new_context(**options)
    context.set_default_timeout(PATIENCE)
    visit = Visit(context.new_page(), url)

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(url).netloc:
            route.continue_()
        else:
            visit.elsewhere.append(route.request.url)
            route.abort()

    context.route("**/*", guard)
    context.on("console", visit.hear)
    context.on("weberror", lambda error: visit.complaints.append(str(error.error)))
    context.on("dialog", lambda dialog: (visit.complaints.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    try:
        yield visit
        assert visit.elsewhere == []
        assert visit.complaints == []
    finally:
        context.close()
