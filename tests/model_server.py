"""A server on this machine that speaks OpenAI's `/chat/completions` and behaves, or misbehaves, as it is told.

    with serving("invent") as server:
        model = OpenAIModel(server.url, None, "scripted")
        ...
        server.requests   # the bodies that came in
        server.planted    # the falsehoods that went out

A script is a row of behaviours, one for each request; the last one goes on for ever. Replies are made from the evidence
that stands in the prompt, without chance: the same request gets the same reply.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any

CLAIMS = 3
RETRY_AFTER = "0.05"
SCRIPTS = {"429_then_good": ("429", "faithful"), "bad_json_then_good": ("bad_json", "faithful")}
"""Scripts that have a name of their own."""

FALSEHOODS = ("figure", "name", "negation", "direction")


@dataclass(frozen=True)
class Shown:
    """A sentence of the evidence as it stands in a prompt. `paper` numbers the papers of the prompt from 0."""

    key: str
    subject: str | None
    text: str
    paper: int

    @property
    def said(self) -> str:
        return f"{self.subject}: {self.text}" if self.subject else self.text


@dataclass(frozen=True)
class Planted:
    """A falsehood that was sent: the sentence, the one of the evidence that it was made of, and what was changed."""

    text: str
    source: str
    changed: str


@dataclass
class ModelServer:
    """What a test sees of a running server. `requests` and `keys` (of the Authorization header) are in their order."""

    url: str
    script: tuple[str, ...]
    delay: float
    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def last(self) -> dict[str, Any]:
        return self.requests[-1]

    def behaviour(self) -> str:
        """What the script says for the request that came in last."""
        return self.script[min(len(self.requests), len(self.script)) - 1]


@contextmanager
def serving(*script: str, delay: float = 5.0) -> Iterator[ModelServer]:
    """Run a server with a script; `delay` is how many seconds `slow` waits before it answers."""
    steps = tuple(step for name in script for step in SCRIPTS.get(name, (name,)))
    unknown = [step for step in steps if step not in FAILURES and step not in REPLIES]
    if unknown or not steps:
        raise ValueError(f"no behaviour {unknown}; there are {sorted((*FAILURES, *REPLIES, *SCRIPTS))}")
    http = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    http.daemon_threads = True
    server = ModelServer(f"http://127.0.0.1:{http.server_address[1]}/v1", steps, delay)
    http.model_server = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        http.shutdown()
        thread.join()
        http.server_close()


# -------------------------------------------------------------------------------------------- what it makes of a prompt


def evidence_in(messages: list[dict[str, str]]) -> list[Shown]:
    """The evidence of the last prompt that shows any."""
    found = re.findall(r"^<<<EVIDENCE\n(.*?)^EVIDENCE>>>", _prompt(messages), re.DOTALL | re.MULTILINE)
    shown, paper = [], -1
    for line in (found[-1] if found else "").splitlines():
        paper += line.startswith("Paper: ")
        if sentence := re.match(r"\[(E\d+)\] (?:\{([^{}]+)\} )?(.+)", line):
            shown.append(Shown(sentence[1], sentence[2], sentence[3], paper))
    return shown


def best(messages: list[dict[str, str]]) -> list[Shown]:
    """The sentences that share most words with the question, at most three, in the order of the evidence."""
    asked = re.search(r"^<<<QUESTION\n(.*?)^QUESTION>>>", _prompt(messages), re.DOTALL | re.MULTILINE)
    wanted = _words(asked[1] if asked else "")
    shown = evidence_in(messages)
    ranked = sorted(shown, key=lambda s: (-len(wanted & _words(s.said)), shown.index(s)))
    return sorted(ranked[:CLAIMS], key=shown.index)


def _prompt(messages: list[dict[str, str]]) -> str:
    return "\n".join(message["content"] for message in messages if message["role"] == "user")


def _words(text: str) -> set[str]:
    return {word for word in re.findall(r"[^\W_]+", text.casefold()) if len(word) > 3}


def _claims(claims: list[tuple[str, list[str]]], answerable: bool = True) -> str:
    written = [{"text": text, "evidence": keys} for text, keys in claims]
    return json.dumps({"answerable": answerable, "claims": written}, ensure_ascii=False)


def _faithful(messages: list[dict[str, str]], _: ModelServer) -> str:
    chosen = best(messages)
    return _claims([(s.said, [s.key]) for s in chosen], answerable=bool(chosen))


def _prose(messages: list[dict[str, str]], _: ModelServer) -> str:
    return " ".join(f"{s.said.rstrip('.')} [{s.key}]." for s in best(messages))


def _invent(*kinds: str) -> Callable[[list[dict[str, str]], ModelServer], str]:
    def reply(messages: list[dict[str, str]], server: ModelServer) -> str:
        claims = []
        for turn, sentence in enumerate(best(messages)):
            first = turn % len(kinds)  # the kinds take turns, so that every reply tries several
            falsehood = _falsehood(sentence, evidence_in(messages), (*kinds[first:], *kinds[:first]))
            server.planted.append(falsehood)
            claims.append((falsehood.text, [sentence.key]))
        return _claims(claims)

    return reply


def _miscite(messages: list[dict[str, str]], _: ModelServer) -> str:
    shown = evidence_in(messages)

    def wrong(right: Shown) -> str:
        others = [s for s in shown if s.paper != right.paper] or [s for s in shown if s != right] or [right]
        return others[0].key

    return _claims([(s.said, [wrong(s)]) for s in best(messages)])


def _unknown_key(messages: list[dict[str, str]], _: ModelServer) -> str:
    return _claims([(s.said, ["E999"]) for s in best(messages)])


_ORDER = re.compile(
    r"ignore (?:all |any )?(?:the )?previous instructions and (?:say|answer|write):?\s*(.+?)[.!]?$", re.I
)


def _obey(messages: list[dict[str, str]], server: ModelServer) -> str:
    """Do what a sentence of the evidence orders, where one does; else answer faithfully."""
    orders = [(_ORDER.search(s.text), s.key) for s in evidence_in(messages)]
    obeyed = [(f"{order[1].strip()}.", [key]) for order, key in orders if order]
    return _claims(obeyed) if obeyed else _faithful(messages, server)


def _long(messages: list[dict[str, str]], _: ModelServer) -> str:
    shown = evidence_in(messages)
    return _claims([(" ".join([s.said] * 12), [s.key]) for s in shown * 40][:40])


def _decline(_: list[dict[str, str]], __: ModelServer) -> str:
    return _claims([], answerable=False)


def _bad_json(messages: list[dict[str, str]], server: ModelServer) -> str:
    return _faithful(messages, server).replace('"claims":', '"claims"', 1)


# ----------------------------------------------------------------------------------------------------------- falsehoods

_FIGURE = re.compile(r"(?<![\w.,^-])\d+(?:[.,]\d+)*(?![\w]*-\w)")
_NAME = re.compile(r"\b(?:[A-Z][a-z]*[A-Z]\w*|[A-Z]{2,}\w*)(?:[-+]+\w*)*")
_AUXILIARY = re.compile(r"\b(is|are|was|were|can|could|does|do|did|has|have|will|may|should)\b(?! not)")
_OPPOSITES = (
    ("outperforms", "underperforms"),
    ("outperform", "underperform"),
    ("improves", "worsens"),
    ("improve", "worsen"),
    ("increases", "decreases"),
    ("increase", "decrease"),
    ("reduces", "raises"),
    ("reduce", "raise"),
    ("more", "fewer"),
    ("higher", "lower"),
    ("faster", "slower"),
    ("better", "worse"),
    ("larger", "smaller"),
    ("above", "below"),
)


def _falsehood(sentence: Shown, shown: list[Shown], kinds: tuple[str, ...]) -> Planted:
    """The sentence with one fact changed: the first kind of change that it allows; a figure of our own if none is."""
    for kind in kinds:
        changed = CHANGES[kind](sentence.said, shown)
        if changed is not None and changed != sentence.said:
            return Planted(changed, sentence.said, kind)
    return Planted(f"{sentence.said.rstrip('.')}, by 41 percent.", sentence.said, "figure")


def _other_figure(text: str, _: list[Shown]) -> str | None:
    def next_digit(found: re.Match[str]) -> str:
        return f"{int(found[0][0]) % 9 + 1}{found[0][1:]}"

    return _FIGURE.sub(next_digit, text, count=1) if _FIGURE.search(text) else None


def _other_name(text: str, shown: list[Shown]) -> str | None:
    """Another name of the evidence in place of the first, or one that nobody bears."""
    names = _NAME.findall(text)
    if not names:
        return None
    others = [name for s in shown for name in _NAME.findall(s.said) if name not in text]
    return text.replace(names[0], others[0] if others else "Zephyrion")


def _turned(text: str, _: list[Shown]) -> str | None:
    if re.search(r"\bnot\b", text):
        return re.sub(r"\b(?:does |do |did )?not ", "", text, count=1)
    return _AUXILIARY.sub(r"\1 not", text, count=1) if _AUXILIARY.search(text) else None


def _reversed(text: str, _: list[Shown]) -> str | None:
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            if re.search(rf"\b{one}\b", text):
                return re.sub(rf"\b{one}\b", other, text, count=1)
    return None


CHANGES: dict[str, Callable[[str, list[Shown]], str | None]] = {
    "figure": _other_figure,
    "name": _other_name,
    "negation": _turned,
    "direction": _reversed,
}


def _judge(messages: list[dict[str, str]], _: ModelServer) -> str:
    """Says that an answer states the reference when it has every figure of it."""
    texts = dict(re.findall(r"^<<<(REFERENCE|ANSWER)\n(.*?)^\1>>>", _prompt(messages), re.DOTALL | re.MULTILINE))
    wanted, said = (set(re.findall(r"\d+(?:\.\d+)*", texts[name])) for name in ("REFERENCE", "ANSWER"))
    return json.dumps({"because": "The figures were compared.", "states": wanted <= said})


REPLIES: dict[str, Callable[[list[dict[str, str]], ModelServer], str]] = {
    "faithful": _faithful,
    "prose": _prose,
    "invent": _invent(*FALSEHOODS),
    **{f"invent_{kind}": _invent(kind) for kind in FALSEHOODS},
    "miscite": _miscite,
    "unknown_key": _unknown_key,
    "obey": _obey,
    "decline": _decline,
    "long": _long,
    "bad_json": _bad_json,
    "judge": _judge,
    "garbage": lambda _, __: '{"answerable": tru ]] \x07 {{{',
}
"""What each behaviour says, where the wire works."""

FAILURES = (
    *("429", "500", "no_json", "empty", "blank", "no_finish_reason", "cut_by_length"),
    *("refuse", "stop_mid_stream", "slow"),
)
"""Behaviours that fail below the text."""


# ------------------------------------------------------------------------------------------------------------- the wire

_numbers = count(1)


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        server: ModelServer = self.server.model_server  # type: ignore[attr-defined]
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        server.requests.append(body)
        server.keys.append(self.headers.get("authorization", "").removeprefix("Bearer "))
        behaviour = server.behaviour()
        if behaviour == "slow":
            server.closing.wait(server.delay)
        try:
            self._answer(behaviour, body, server)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client has given up, as a deadline makes it do

    def _answer(self, behaviour: str, body: dict[str, Any], server: ModelServer) -> None:
        if not self.path.endswith("/chat/completions"):
            return self._send(404, {"error": {"message": f"nothing at {self.path}"}})
        if behaviour == "429":
            return self._send(429, {"error": {"message": "slow down"}}, ("retry-after", RETRY_AFTER))
        if behaviour == "500":
            return self._send(500, {"error": {"message": "the model fell over"}}, ("retry-after-ms", "1"))
        if behaviour == "no_json":
            return self._send_bytes(200, b"<html>It works!</html>", "text/html")
        say = REPLIES.get(behaviour, _faithful)
        text = "" if behaviour == "blank" else say(body["messages"], server)
        if body.get("stream"):
            return self._stream(behaviour, body, text)
        reply = _completion(behaviour, body, text)
        if behaviour == "stop_mid_stream":
            return self._send_half(json.dumps(reply).encode())
        return self._send(200, reply)

    def _stream(self, behaviour: str, body: dict[str, Any], text: str) -> None:
        """The reply as server-sent events; `stop_mid_stream` ends after half of them, as a killed server does."""
        chunks = _chunks(behaviour, body, text)
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        cut = behaviour == "stop_mid_stream"
        for chunk in chunks[: len(chunks) // 2] if cut else chunks:
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        if not cut:
            self.wfile.write(b"data: [DONE]\n\n")

    def _send(self, status: int, reply: dict[str, Any], *headers: tuple[str, str]) -> None:
        self._send_bytes(status, json.dumps(reply).encode(), "application/json", *headers)

    def _send_half(self, body: bytes) -> None:
        """Announce the whole body, send half of it, and hang up."""
        self._send_bytes(200, body[: len(body) // 2], "application/json", length=len(body))
        self.close_connection = True

    def _send_bytes(
        self, status: int, body: bytes, kind: str, *headers: tuple[str, str], length: int | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body) if length is None else length))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the output of the tests clean."""


def _envelope(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    return {"id": f"cmpl-{next(_numbers)}", "object": kind, "created": int(time.time()), "model": body["model"]}


def _usage(body: dict[str, Any], text: str) -> dict[str, int]:
    """Words for tokens: enough to see that they are added up."""
    asked, said = sum(len(m["content"].split()) for m in body["messages"]), len(text.split())
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def _finish(behaviour: str) -> str | None:
    return {"no_finish_reason": None, "cut_by_length": "length"}.get(behaviour, "stop")


def _said(behaviour: str, text: str) -> dict[str, Any]:
    if behaviour == "refuse":
        return {"role": "assistant", "content": None, "refusal": "I would rather not."}
    return {"role": "assistant", "content": text[: len(text) // 2] if behaviour == "cut_by_length" else text}


def _completion(behaviour: str, body: dict[str, Any], text: str) -> dict[str, Any]:
    choice = {"index": 0, "message": _said(behaviour, text), "finish_reason": _finish(behaviour)}
    choices = [] if behaviour == "empty" else [choice]
    return {**_envelope("chat.completion", body), "choices": choices, "usage": _usage(body, text)}


def _chunks(behaviour: str, body: dict[str, Any], text: str) -> list[dict[str, Any]]:
    envelope = _envelope("chat.completion.chunk", body)

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        return {**envelope, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}

    said = _said(behaviour, text)
    words = re.findall(r"\S+\s*|\s+", said.pop("content") or "")
    chunks = [chunk(said), *(chunk({"content": word}) for word in words)]
    if _finish(behaviour):
        chunks.append(chunk({}, _finish(behaviour)))
    if behaviour == "empty":
        chunks = []
    if body.get("stream_options", {}).get("include_usage"):
        chunks.append({**envelope, "choices": [], "usage": _usage(body, text)})
    return chunks
