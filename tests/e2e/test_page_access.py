"""The page for everyone: axe-core on every view, the keyboard alone, no jumps, small."""

from __future__ import annotations

import re

import fetch_axe
import httpx
import pytest
from e2e.browsing import DESK, PHONE, Visit
from e2e.conftest import Visits
from e2e.serving import Serving
from playwright.sync_api import Page, expect

from api.pages.assets import FOLDER

QUESTION = "What is the speedup of SpecDec++?"
MOST_BYTES = 150_000


@pytest.fixture(scope="module")
def axe() -> str:
    """axe-core's source; the test is skipped where it was not fetched."""
    if not fetch_axe.whole():
        pytest.skip("needs axe-core: make axe")
    return fetch_axe.SCRIPT.read_text()


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds wrong, a line each, with every rule on that is on by default and the size of targets."""
    page.evaluate(axe)
    found = page.evaluate("axe.run({rules: {'target-size': {enabled: true}}})")["violations"]
    return [f"{one['id']}: {one['help']}: {[node['html'] for node in one['nodes']]}" for one in found]


def home(on: Visit) -> None:
    on.page.locator(".example").first.wait_for()


def narrowing(on: Visit) -> None:
    on.go("/?since=2025-01-01&tag=cs.CL")
    on.page.get_by_role("button", name="Narrow").click()


def answer(on: Visit) -> None:
    on.ask(QUESTION)
    on.page.locator(".cite").first.click()
    on.page.locator(".pane mark").wait_for()


def refusal(on: Visit) -> None:
    on.ask("Which vaccine protects best against measles?")


def deleting(on: Visit) -> None:
    on.ask(QUESTION)
    on.page.get_by_role("button", name="Delete").click()


def library(on: Visit) -> None:
    on.go("/library?add").locator(".papers li").first.wait_for()


def found(on: Visit) -> None:
    on.go("/library?q=binary+embeddings").locator(".papers li").first.wait_for()


def paper(on: Visit) -> None:
    found(on)
    on.page.locator(".papers a").first.click()
    on.page.locator(".particulars").wait_for()


def no_paper(on: Visit) -> None:
    on.go("/papers/unknown").get_by_role("alert").wait_for()
    on.complaints.clear()  # the browser's console names the 404


def kept_answer(on: Visit) -> None:
    told = httpx.post(f"{on.url}/v1/ask", json={"question": QUESTION}).json()
    on.go(f"/answers/{told['id']}").locator(".said").first.hover()


def no_answer(on: Visit) -> None:
    on.go("/answers/unknown")
    on.complaints.clear()  # the browser's console names the 404


def briefs(on: Visit) -> None:
    on.go("/briefs")


def brief(on: Visit) -> None:
    made = httpx.post(f"{on.url}/v1/briefs", json={"week": "2025-W11"}, timeout=120).json()
    on.go(f"/briefs/{made['id']}").locator(".figures .cite").first.click()
    on.page.locator(".pane mark").first.wait_for()


def brief_as_a_file(on: Visit) -> None:
    newest = httpx.get(f"{on.url}/v1/briefs", params={"limit": 1}).json()["briefs"][0]
    on.go(f"/v1/briefs/{newest['id']}.html")


VIEWS = (
    home,
    narrowing,
    answer,
    refusal,
    deleting,
    library,
    found,
    paper,
    no_paper,
    kept_answer,
    no_answer,
    briefs,
    brief,
    brief_as_a_file,
)


@pytest.mark.parametrize(("theme", "size"), [("light", DESK), ("dark", DESK), ("dark", PHONE)], ids=str)
def test_axe_finds_no_violation(visit: Visits, axe: str, theme: str, size: dict[str, int]) -> None:
    on = visit(color_scheme=theme, viewport=size, reduced_motion="reduce")
    found = {}
    for view in VIEWS:
        on.go("/")
        view(on)
        if wrong := violations(on.page, axe):
            found[view.__name__] = wrong
    assert found == {}


def focused(page: Page) -> str:
    """The accessible name of what has the focus, as far as its own text or label says it."""
    script = (
        "(e => e.getAttribute('aria-label') ?? e.labels?.[0]?.textContent ?? e.textContent)(document.activeElement)"
    )
    return str(page.evaluate(script)).strip()


def from_the_top(page: Page) -> None:
    """Put the focus where the first Tab on a new page puts it."""
    page.evaluate("document.querySelector('a[href], button, input, textarea').focus()")


def test_the_keyboard_alone_asks_reads_and_leaves(visit: Visits) -> None:
    page = visit(reduced_motion="reduce").page
    page.locator(".example").first.wait_for()
    from_the_top(page)
    assert focused(page) == "Skip to the content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "Your question"
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator(".coverage").wait_for()
    assert focused(page) == "Your question"  # the next question can be typed at once
    for _ in range(20):
        page.keyboard.press("Shift+Tab")
        if focused(page).startswith("Source 1"):
            break
    mark = page.locator(".pane mark")
    expect(mark).to_be_visible()  # reaching the number opens the abstract
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    assert focused(page).startswith("SpecDec++")  # and Enter goes into it
    page.keyboard.press("Escape")
    expect(page.locator(".pane")).to_be_hidden()
    assert focused(page).startswith("Source 1")


def test_tab_reaches_everything_and_is_never_caught(visit: Visits) -> None:
    on = visit(reduced_motion="reduce")
    answer(on)
    from_the_top(on.page)
    reached = [focused(on.page)]
    for _ in range(60):
        on.page.keyboard.press("Tab")
        name = focused(on.page)
        if name == reached[0]:
            break
        reached.append(name)
    else:
        pytest.fail(f"the focus never came back to the top: {reached}")
    assert reached[0] == "Skip to the content"
    for wanted in ("Source 1", "Your question", "Ask", "Close the abstract", "Copy as Markdown", "Delete", "Narrow"):
        assert any(name.startswith(wanted) for name in reached), (wanted, reached)


def test_a_dialog_keeps_the_focus_and_gives_it_back(visit: Visits) -> None:
    on = visit()
    deleting(on)
    assert focused(on.page) == "Cancel"
    on.page.keyboard.press("Escape")
    expect(on.page.get_by_role("dialog")).to_have_count(0)
    assert focused(on.page) == "Delete"


def test_a_screen_reader_hears_the_answer_once(visit: Visits) -> None:
    on = visit()
    said: list[str] = []
    on.page.expose_function("heard", lambda text: said.append(text))
    on.page.evaluate(
        "new MutationObserver(() => announcement.textContent && heard(announcement.textContent))"
        ".observe(announcement, {childList: true})"
    )
    on.ask(QUESTION)
    on.page.wait_for_timeout(500)
    assert len([text for text in said if "2.04x" in text]) == 1
    assert len(said) <= 2
    assert on.page.locator("[aria-live], [role=log], [role=status]").count() == 1


def test_nothing_jumps_while_an_answer_comes(visit: Visits, site: Serving) -> None:
    on = visit("/", reduced_motion="reduce")
    on.page.locator(".example").first.wait_for()
    on.page.evaluate(
        """() => {
          window.shift = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
          }).observe({ type: "layout-shift", buffered: true });
        }"""
    )
    for question in (QUESTION, "Which papers are about retrieval for code generation?", "What is METAGENE-1?"):
        on.ask(question)
        on.page.wait_for_timeout(600)  # shifts within half a second of a key do not count
    assert on.page.evaluate("window.shift") < 0.02


def test_what_is_chosen_dark_stays_dark(visit: Visits) -> None:
    page = visit(color_scheme="light").page
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Dark colours").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    assert page.evaluate(ground) == dark
    expect(page.get_by_role("button", name="Dark colours")).to_have_attribute("aria-pressed", "true")


def test_the_page_is_small_and_brings_all_that_it_needs(visit: Visits) -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST_BYTES
    on = visit()
    sizes: list[int] = []
    on.page.on("response", lambda response: sizes.append(len(response.body())))
    on.page.reload(wait_until="networkidle")
    assert len(sizes) > 5
    assert sum(sizes) < MOST_BYTES


def test_the_policy_lets_nothing_in_from_elsewhere(site: Serving) -> None:
    for path in ("/", "/library", "/c/x", "/papers/x", "/answers/x"):
        policy = httpx.get(site.url + path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "require-trusted-types-for 'script'" in policy
    for path in FOLDER.glob("*.js"):
        source = path.read_text()
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source)
