"""A brief as an HTML file, as a drawing and in feeds."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html import unescape
from xml.etree import ElementTree

import feedparser
import pytest
from goldens import assert_golden
from invented import HOSTILE, briefing, sentence

from rag.brief.changes import histories
from rag.models import BriefPaper, BriefSection, Changes, TopicHistory, Window
from rag.render import Feed, atom, document, json_feed, markdown, plain
from rag.render.document import policy
from rag.render.parts import when
from rag.render.svg import drawn, svg

FEED = Feed(
    id="urn:uuid:00000000-0000-4000-8000-000000000001", updated="2025-03-17T06:00:00Z", site="https://b.example"
)
BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("brief.md", markdown(briefing())),
        ("brief.txt", plain(briefing())),
        ("brief.html", document(briefing())),
        ("weeks.svg", svg(briefing().changes)),
        ("feed.atom", atom([briefing()], FEED)),
        ("feed.json", json.dumps(json.loads(json_feed([briefing()], FEED)), indent=2, ensure_ascii=False) + "\n"),
    ],
)
def test_each_form_is_the_golden_one(name: str, text: str) -> None:
    assert_golden(f"briefs/{name}", text)


def test_the_file_needs_nothing_else_and_forbids_it() -> None:
    html = document(briefing())
    assert "<script" not in html
    assert not re.search(r'(?:src|href)="(?!#|https://example\.org/1)', html)
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in policy()
    assert policy() in unescape(html)


def test_each_number_leads_to_the_words_that_show_the_sentence() -> None:
    html = document(briefing())
    for n in (1, 2):
        assert f'href="#source-{n}"' in html
        assert f'id="source-{n}"' in html
    assert html.count("<blockquote") == 2


def test_hostile_text_stays_text() -> None:
    for html in (document(briefing(title=HOSTILE)), atom([briefing(title=HOSTILE)], FEED)):
        assert "<script>" not in html
        assert "javascript:alert(2)" not in html
        assert not BIDI.search(html)


def test_the_drawing_says_in_words_what_it_shows() -> None:
    text = svg(briefing().changes)
    root = ElementTree.fromstring(text)
    assert root.attrib["role"] == "img"
    said = {child.tag.rpartition("}")[2]: child.text for child in root}
    assert said["title"] == "Papers by topic, W09 to W11"
    assert said["desc"] == "readers: not known, 0, 2. <b>graphs</b>: not known, 5, 1."
    assert "style=" not in text  # the page's policy forbids styles
    heights = [float(rect.attrib["height"]) for rect in root.iter("{http://www.w3.org/2000/svg}rect")]
    assert max(heights) == 24  # the five papers


def test_nothing_is_drawn_where_nothing_is_known() -> None:
    assert drawn(Changes()) is None
    assert svg(Changes()) == ""


def test_weeks_and_other_windows_have_short_names() -> None:
    assert when(Window(since="2024-12-30", until="2025-01-05")) == "W01"
    assert when(Window(since="2025-03-12", until="2025-03-18")) == "2025-03-12"
    assert when(Window(since="2025", until=None)) == "2025"


def test_histories_go_from_the_earliest_window_to_this_one() -> None:
    made = histories({"b": 2, "a": 2, "c": 3}, [{"a": 1}, {}, {"a": 4, "gone": 1}], [5, 0, 9])
    assert made == (
        TopicHistory(topic="c", papers=(0, None, 0, 3)),
        TopicHistory(topic="a", papers=(4, None, 1, 2)),
        TopicHistory(topic="b", papers=(0, None, 0, 2)),
    )
    assert histories({"a": 1}, [{}], [0]) == ()


def test_the_atom_feed_is_read_by_feedparser() -> None:
    read = feedparser.parse(atom([briefing(), briefing(id="brf_2", title=HOSTILE)], FEED).encode())
    assert not read.bozo
    assert read.version == "atom10"
    assert read.feed.id == FEED.id
    first, second = read.entries
    assert first.id.startswith("urn:uuid:")
    assert first.id != second.id
    assert first.link == "https://b.example/briefs/brf_1"
    assert first.updated == "2025-03-17T06:00:00Z"
    assert first.title == "Readers, 2025-W11, 2 papers"
    assert second.title == "Quilt](javascript:alert(1)) <script> Bcc: x@example.org **bold** # head"
    assert first.summary == "Quilt is a reader."
    assert [tag.term for tag in first.tags] == ["readers"]
    html = first.content[0].value
    assert "https://b.example/briefs/brf_1#source-1" in html
    assert "<script" not in html


def test_an_entry_keeps_its_identifier_when_the_host_changes() -> None:
    moved = Feed(FEED.id, FEED.updated, "https://elsewhere.example")
    here, there = (feedparser.parse(atom([briefing()], feed)).entries[0] for feed in (FEED, moved))
    assert here.id == there.id
    assert here.link != there.link
    assert json.loads(json_feed([briefing()], moved))["items"][0]["id"] == here.id


def test_the_json_feed_has_what_version_1_1_asks_for() -> None:
    feed = json.loads(json_feed([briefing()], FEED))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    (item,) = feed["items"]
    assert isinstance(item["id"], str)
    assert item["content_html"]
    assert item["url"].startswith("https://b.example/")
    assert item["date_published"] == "2025-03-17T06:00:00Z"


def test_feeds_of_nothing_are_feeds() -> None:
    assert not feedparser.parse(atom([], FEED)).bozo
    assert json.loads(json_feed([], FEED))["items"] == []


@pytest.mark.parametrize(
    "brief",
    [
        briefing(summary=(), sections=(), figures=(), citations=(), changes=Changes(), title="2025-W11: nothing new"),
        briefing(sections=(BriefSection(heading="One", sentences=(sentence("It reads."),), paper_ids=("t-1",)),)),
        briefing(
            sections=(
                BriefSection(
                    heading="Theme",
                    sentences=(sentence("It reads."),),
                    paper_ids=("t-1",),
                    more=tuple(BriefPaper(paper_id=f"t-{n}", title=f"Paper {n} {HOSTILE}") for n in range(299)),
                ),
            )
        ),
    ],
    ids=["none", "one", "three hundred"],
)
def test_weeks_of_none_one_and_three_hundred_papers(brief: object) -> None:
    from rag.models import Briefing

    assert isinstance(brief, Briefing)
    html = document(brief)
    assert html.count("<h1") == 1
    assert len(html.encode()) < 150_000
    assert not feedparser.parse(atom([brief], FEED)).bozo
    if brief.empty:
        assert "Papers</h2>" not in html
    assert ("by theme: 299 papers" in html) == (len(brief.sections) == 1 and len(brief.sections[0].more) == 299)
