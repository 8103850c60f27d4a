"""A mail as clients show it that take the stylesheet away: whole, readable, within its width, in light and in dark."""

from __future__ import annotations

import re

import pytest
from e2e.browsing import DESK, PHONE, visiting
from invented import HOSTILE, briefing
from playwright.sync_api import Browser, Page

from rag.render.mail import Links, mail

LINKS = Links(
    page="https://briefs.example.org/b", unsubscribe="https://briefs.example.org/u", site="https://briefs.example.org"
)
# Of every text that is seen: how much it stands out from the ground behind it (WCAG 2.2), and its size.
CONTRAST = """() => {
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const parsed = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => 0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parsed(getComputedStyle(node).backgroundColor);
      if (colour.length < 4 || colour[3] > 0.99) return colour;
    }
    document.body.append(Object.assign(document.createElement("i"), {style: "background: Canvas"}));
    return parsed(getComputedStyle(document.body.lastChild).backgroundColor);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement, box = node.getBoundingClientRect();
    if (!walker.currentNode.data.trim() || box.width < 2 || box.height < 2) continue;
    const style = getComputedStyle(node);
    const [one, other] = [light(parsed(style.color)), light(ground(node))].sort((a, b) => b - a);
    const said = walker.currentNode.data.trim().slice(0, 40);
    found.push([(one + 0.05) / (other + 0.05), parseFloat(style.fontSize), said]);
  }
  return found;
}"""


def shown(page: Page, html: str) -> None:
    page.set_content(html)
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_without_its_stylesheet_a_mail_still_reads(browser: Browser, theme: str, size: dict[str, int]) -> None:
    made = briefing(title=f"{HOSTILE} {'long ' * 30}")
    html = mail(made, LINKS).html
    assert "<style" in html
    stripped = re.sub(r"<style\b.*?</style>", "", html, flags=re.DOTALL)
    stripped = re.sub(r'\sclass="[^"]*"', "", stripped)
    assert "<style" not in stripped
    with visiting(browser, LINKS.site, viewport=size, color_scheme=theme) as on:
        shown(on.page, stripped)
        assert on.page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        texts = on.page.evaluate(CONTRAST)
        assert len(texts) > 20
        assert [text for contrast, pixels, text in texts if contrast < 4.5 or pixels < 12] == []
        read = on.page.evaluate("document.body.innerText")
        for section in made.sections:
            for sentence in section.sentences:
                assert " ".join(sentence.text.split()) in " ".join(read.split())
        for address in (LINKS.unsubscribe, LINKS.page):
            link = on.page.locator(f'a[href^="{address}"]').first
            box = link.bounding_box()
            assert box is not None
            assert box["width"] > 0
        # What would be there with the stylesheet is there without it, in the same words.
        shown(on.page, html)
        assert on.page.evaluate("document.body.innerText").split() == read.split()
