"""An Answer as the text of a chat message: sentences, notes, footnotes, and where in the text each citation is. Pure.

The text is made piece by piece, so that a stream and a whole message are the same text. Places count Unicode code
points, start inclusive, end exclusive. `text[start:end]` is the cited sentence as it stands in the Answer; only where
Markdown would make a link, an image or HTML of it, a backslash stands before the sign that would begin it: what a
paper says is shown, never obeyed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

from rag.cite import readable
from rag.models import Answer, AnswerSentence, Citation, Nearest

# HTML and declarations, with the backslashes before them; <https://…> shows an address and loads nothing.
_TAG = re.compile(r"(\\*)<(?=[A-Za-z/!?])(?!https?://)(?=.*>)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Annotation:
    """One citation of one sentence: `text[start:end]` is the sentence."""

    start: int
    end: int
    url: str
    title: str


@dataclass(frozen=True, slots=True)
class _Place:
    start: int
    end: int
    citations: tuple[int, ...]


@dataclass(slots=True)
class Content:
    """The text of one answer as far as it is written. `home` is the service's address, for papers without their own."""

    home: str
    _length: int = 0
    _places: list[_Place] = field(default_factory=list)

    def sentence(self, said: AnswerSentence) -> str:
        """The next piece of the text: a sentence with its numbers."""
        before = " " if self._places else ""
        before += f"{inactive(said.subject)}: " if said.subject else ""
        text = inactive(said.text)
        after = " " + "".join(f"[{n}]" for n in said.citations)
        after += " (weakly supported)" if said.support == "weak" else ""
        start = self._length + len(before)
        self._places.append(_Place(start, start + len(text), said.citations))
        return self._add(before + text + after)

    def rest(self, answer: Answer) -> str:
        """The last piece: the sentences not written yet, then what is known beside them, then the papers."""
        left = "".join(self.sentence(said) for said in answer.sentences[len(self._places) :])
        blocks = [_beside(answer), *_notes(answer), _papers(answer, self.home)]
        return left + self._add(_joined(blocks, first=not self._places))

    def annotations(self, answer: Answer) -> list[Annotation]:
        """The citations in the order of the text, one for each sentence and paper."""
        by_number = {citation.n: citation for citation in answer.citations}
        return [
            Annotation(place.start, place.end, address_of(by_number[n], self.home), by_number[n].title)
            for place in self._places
            for n in place.citations
        ]

    def _add(self, piece: str) -> str:
        self._length += len(piece)
        return piece


def inactive(text: str) -> str:
    """The text with a backslash wherever Markdown would begin HTML, a link's address or an image's."""
    text = _TAG.sub(lambda found: found[0] if len(found[1]) % 2 else f"{found[1]}\\<", text)
    return text.replace("](", "]\\(")


def address_of(paper: Citation | Nearest, home: str) -> str:
    """Where a reader finds the paper: its own address if it is one of the web, else its page at the service."""
    own = paper.url if isinstance(paper, Citation) else None
    if own and urlsplit(own).scheme in ("http", "https") and not re.search(r"[\s<>]", own):
        return own
    return f"{home}/papers/{quote(paper.paper_id, safe='/')}"


def _beside(answer: Answer) -> str:
    """The answer's text without its sentences: all of it where nothing answers."""
    said = " ".join(map(readable, answer.sentences))
    return inactive(answer.text.removeprefix(said).strip()) if answer.text.startswith(said) else ""


def _notes(answer: Answer) -> Iterable[str]:
    for note in answer.notes:
        yield f"Note: {inactive(note.detail)}"
    if count := len(answer.dropped):
        yield f"{count} {'sentence was' if count == 1 else 'sentences were'} left out because no abstract shows it."


def _papers(answer: Answer, home: str) -> str:
    """The cited papers as footnotes; the nearest ones where none is cited."""
    if answer.citations:
        lines = [f"- [{c.n}] {_named(c)} {address_of(c, home)}" for c in answer.citations]
        return "\n".join(["Sources:", *lines])
    if answer.nearest:
        return "\n".join(
            ["Nearest papers:", *(f"- {_named(near)} {address_of(near, home)}" for near in answer.nearest)]
        )
    return ""


def _named(paper: Citation | Nearest) -> str:
    published = paper.published if isinstance(paper, Citation) else None
    title = inactive(paper.title)
    return f"{title} ({published})." if published else title if title.endswith((".", "?", "!")) else f"{title}."


def _joined(blocks: Iterable[str], *, first: bool) -> str:
    text = "\n\n".join(filter(None, blocks))
    return text if first or not text else f"\n\n{text}"
