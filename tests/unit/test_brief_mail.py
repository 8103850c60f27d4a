"""A brief as a mail: what mail clients keep of it, and never so long that they cut it."""

from __future__ import annotations

import re
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from goldens import assert_golden
from invented import HOSTILE, briefing, sentence

from rag.models import AnswerSentence, BriefFigure, Briefing, BriefPaper, BriefSection, Changes, Citation
from rag.render.mail import MOST_BYTES, Links, Mail, mail

LINKS = Links(
    page="https://briefs.example/briefs/brf_1?token=abc.def",
    unsubscribe="https://briefs.example/v1/subscriptions/unsubscribe?token=ghi",
    site="https://briefs.example",
)


class Page(HTMLParser):
    """What a reader of HTML sees."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.tags if tag == "a"]


def sized(made: Mail) -> int:
    return len(made.html.encode())


def large(words: str, *, sections: int, sentences: int, more: int = 0, figures: int = 0) -> Briefing:
    """A brief of many sections; each sentence cites a paper of its own."""
    parts, citations, n = [], [], 0
    for at in range(sections):
        said: list[AnswerSentence] = []
        for _ in range(sentences):
            n += 1
            said.append(sentence(f"{words} {n}.", f"System {n}", n))
            citations.append(Citation(n=n, paper_id=f"t-{n}", title=f"Paper {n}", quotes=()))
        further = tuple(BriefPaper(paper_id=f"t-m{at}-{k}", title=f"Further paper {k} of a title") for k in range(more))
        parts.append(BriefSection(heading=f"Theme {at}", sentences=tuple(said), more=further))
    rows = tuple(
        BriefFigure(paper_id="t-1", quantity=words, value=f"{k}%", quote="30%", start=0, end=3) for k in range(figures)
    )
    return briefing(sections=tuple(parts), citations=tuple(citations), figures=rows)


def test_the_mail_is_the_golden_one() -> None:
    made = mail(briefing(), LINKS)
    assert_golden("briefs/mail.html", made.html)
    assert_golden("briefs/mail.txt", made.text)


def test_what_mail_clients_drop_is_not_needed() -> None:
    page = Page(mail(briefing(), LINKS).html)
    assert not {tag for tag, _ in page.tags} & {"script", "svg", "img", "link", "form", "iframe"}
    for tag, attributes in page.tags:
        if tag in ("h1", "h2", "p", "li", "th", "td", "a"):
            assert attributes.get("style") or (tag == "td" and attributes.get("align")), (tag, attributes)
    assert "Read it in the browser" in page.text
    assert LINKS.unsubscribe in page.links()


def test_each_number_leads_to_its_source_on_the_page() -> None:
    links = Page(mail(briefing(), LINKS).html).links()
    assert links.count(f"{LINKS.page}#source-1") == 3  # the summary's, and two in the section
    assert f"{LINKS.page}#source-2" in links
    assert "https://example.org/1" in links


def test_hostile_titles_are_text_on_one_line() -> None:
    made = mail(briefing(title=HOSTILE), LINKS)
    page = Page(made.html)
    assert "javascript" not in "".join(page.links())
    assert "Quilt](javascript:alert(1)) <script> Bcc: x@example.org **bold** # head" in page.text
    assert made.subject == "Quilt](javascript:alert(1)) <script> Bcc: x@example.org **bold** # head"
    for text in (made.html, made.text, made.subject):
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\r\0]", text)
    message = EmailMessage()
    message["Subject"] = made.subject  # raises for more than one line
    assert message["Bcc"] is None


def test_a_long_title_makes_a_short_subject() -> None:
    subject = mail(briefing(title="Reading " * 200), LINKS).subject
    assert len(subject) <= 150
    assert subject.endswith("…")


def test_three_hundred_papers_on_one_theme_stay_below_the_clip() -> None:
    made = mail(
        large("A sentence of common length about what this paper does", sections=1, sentences=24, more=276), LINKS
    )
    assert sized(made) <= MOST_BYTES
    assert "Further paper 275" not in made.html
    assert "264 more" in made.html  # twelve are named
    listed = made.text[made.text.index("Also listed, by theme") :]
    assert " ".join(listed.split()).count("Further paper") == 276  # plain text is not cut
    assert LINKS.unsubscribe in Page(made.html).links()


@pytest.mark.parametrize(
    "brief",
    [
        large(
            "A sentence of common length about what this paper does", sections=12, sentences=10, more=100, figures=200
        ),
        large("A very long sentence, " * 40, sections=30, sentences=4, figures=100),
        large("Unending " * 20_000, sections=2, sentences=2),
        briefing(summary=(sentence("Unending " * 20_000),)),
    ],
    ids=["many", "long", "unending", "unending summary"],
)
def test_what_would_be_cut_is_shortened_and_says_so(brief: Briefing) -> None:
    made = mail(brief, LINKS)
    page = Page(made.html)
    assert sized(made) <= MOST_BYTES
    assert "This mail is shortened." in page.text
    assert LINKS.unsubscribe in page.links()
    shown = {int(number) for number in re.findall(r"#source-(\d+)", made.html)}
    assert shown <= {citation.n for citation in brief.citations}
    assert page.text.count("Unending") < 400  # a sentence is shown whole or not at all


def test_a_sentence_is_never_shown_in_part() -> None:
    said = "A very long sentence, " * 40
    made = mail(large(said, sections=30, sentences=4), LINKS)
    shown = Page(made.html).text
    assert shown.count("A very long sentence, A very") > 0
    for part in shown.split("System")[1:]:
        assert part.count("A very long sentence,") in (0, 40)


def test_an_empty_week() -> None:
    nothing = briefing(
        summary=(), sections=(), figures=(), citations=(), changes=Changes(), title="2025-W11: nothing new"
    )
    page = Page(mail(nothing, LINKS).html)
    assert "2025-W11: nothing new" in page.text
    assert "Figures" not in page.text
    assert LINKS.unsubscribe in page.links()


def test_dark_colours_are_for_clients_that_read_them() -> None:
    html = mail(briefing(), LINKS).html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "@media (prefers-color-scheme: dark)" in html
