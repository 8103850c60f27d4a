"""Take the pictures of docs/images from the page itself, over the sample papers: `python docs/screenshots.py`.

It needs Chromium. Pictures are not compared by a test: fonts differ from machine to machine.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page

CHECKOUT = Path(__file__).resolve().parents[1]
IMAGES = CHECKOUT / "docs" / "images"
sys.path.insert(0, str(CHECKOUT / "tests"))

from e2e.browsing import PHONE, chromium  # noqa: E402
from e2e.serving import serving  # noqa: E402


@contextmanager
def visiting(browser: Browser, url: str, *, dark: bool = False, phone: bool = False) -> Iterator[Page]:
    """A page of its own in one of the four appearances."""
    context = browser.new_context(
        viewport={**PHONE} if phone else {"width": 1200, "height": 800},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    yield page
    context.close()


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the whole answer."""
    page.locator("#question").fill(question)
    page.locator("#question").press("Enter")
    page.locator(".turn").last.locator(".coverage").wait_for()


def shoot(page: Page, name: str) -> None:
    """Save what is seen."""
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{name}.png")


def take(browser: Browser, url: str) -> None:
    """Every picture."""
    with visiting(browser, url) as page:
        page.locator(".example").first.wait_for()
        shoot(page, "welcome")
        ask(page, "Which papers are about retrieval for code generation?")
        page.locator(".said").nth(1).hover()
        page.locator(".pane mark").wait_for()
        shoot(page, "answer")
        ask(page, "Which vaccine protects best against measles?")
        shoot(page, "refusal")
    with visiting(browser, url + "/library?q=binary+embeddings", dark=True) as page:
        page.locator(".papers li").first.wait_for()
        shoot(page, "library")
    with visiting(browser, url, dark=True, phone=True) as page:
        ask(page, "What is the speedup of SpecDec++?")
        page.locator(".cite").first.click()
        page.locator(".pane mark").wait_for()
        shoot(page, "phone")


def take_brief(browser: Browser, url: str, brief_id: str) -> None:
    """The pictures of a brief."""
    with visiting(browser, f"{url}/briefs/{brief_id}") as page:
        page.locator(".prose .said").nth(1).hover()
        page.locator(".pane mark").wait_for()
        page.evaluate("scrollTo(0, 0)")
        shoot(page, "brief")
    with visiting(browser, f"{url}/briefs/{brief_id}", dark=True, phone=True) as page:
        shoot(page, "brief-phone")


def take_subscribing(browser: Browser, url: str) -> None:
    """The picture of the page to subscribe on."""
    with visiting(browser, f"{url}/subscribe") as page:
        page.get_by_label("Your mail address").fill("ada@example.org")
        page.get_by_label("Topics").fill("speculative decoding\ncode search")
        shoot(page, "subscribe")


def main() -> None:
    """Load the sample papers, serve them, take the pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        program = [sys.executable, "-c", "from rag.cli import main; main()", "--data-dir", str(data)]
        papers = CHECKOUT / "eval" / "corpus" / "papers.jsonl"
        subprocess.run([*program, "ingest", str(papers)], check=True, capture_output=True)  # noqa: S603
        # Nothing is sent: the page to subscribe on is there where a mail server is named.
        with serving(data, PAPERBRIEF_SMTP_URL="smtp://127.0.0.1:9") as service, chromium() as browser:
            take(browser, service.url)
            made = httpx.post(f"{service.url}/v1/briefs", json={"week": "2025-W11"}, timeout=120).json()
            take_brief(browser, service.url, made["id"])
            take_subscribing(browser, service.url)


if __name__ == "__main__":
    main()
