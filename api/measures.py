"""What the service counts, for Prometheus: a registry of its own for each app, nothing global."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.types import Scope

from rag.models import Answer

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measures:
    """Requests by address, answers by outcome, time by stage, what was dropped and why, tokens and cost."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "paperbrief_requests", "Finished requests.", ("method", "route", "status"), registry=self.registry
        )
        self._request_seconds = Histogram(
            "paperbrief_request_seconds", "Time of requests.", ("route",), buckets=_SECONDS, registry=self.registry
        )
        self._answers = Counter("paperbrief_answers", "Answers.", ("outcome", "mode"), registry=self.registry)
        self._stages = Histogram(
            "paperbrief_answer_stage_seconds",
            "Time of answers by stage.",
            ("stage",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._dropped = Counter(
            "paperbrief_dropped_sentences", "Sentences that were left out.", ("reason",), registry=self.registry
        )
        self._notes = Counter("paperbrief_notes", "Notes of answers.", ("kind",), registry=self.registry)
        self._tokens = Counter("paperbrief_model_tokens", "Tokens of the model.", ("kind",), registry=self.registry)
        self._cost = Counter("paperbrief_model_cost_usd", "Cost of the model.", registry=self.registry)
        self._work = Gauge(
            "paperbrief_work", "Requests that work or wait for their turn.", ("kind", "state"), registry=self.registry
        )
        self._turned_away = Gauge(
            "paperbrief_turned_away", "Requests refused because too many waited.", ("kind",), registry=self.registry
        )
        self._papers = Gauge("paperbrief_papers", "Stored papers.", ("state",), registry=self.registry)
        ProcessCollector(registry=self.registry)

    def request(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a finished request under its route: the template, so that identifiers make no series of their own."""
        route = getattr(scope.get("route"), "path", None) or "unknown"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(route).observe(seconds)

    def answer(self, answer: Answer) -> None:
        """Count an answer."""
        self._answers.labels(answer.outcome, answer.provenance.mode).inc()
        for stage, milliseconds in answer.usage.latency_ms:
            self._stages.labels(stage).observe(milliseconds / 1000)
        for dropped in answer.dropped:
            self._dropped.labels(dropped.reason).inc()
        for note in answer.notes:
            self._notes.labels(note.kind).inc()
        self._tokens.labels("prompt").inc(answer.usage.prompt_tokens)
        self._tokens.labels("completion").inc(answer.usage.completion_tokens)
        self._cost.inc(answer.usage.cost_usd or 0.0)

    def work(self, kind: str, working: int, waiting: int, turned_away: int) -> None:
        """Say how one admission stands."""
        self._work.labels(kind, "working").set(working)
        self._work.labels(kind, "waiting").set(waiting)
        self._turned_away.labels(kind).set(turned_away)

    def papers(self, stored: int, pending: int) -> None:
        """Say how many papers there are, and how many wait to be indexed."""
        self._papers.labels("stored").set(stored)
        self._papers.labels("pending").set(pending)

    def text(self) -> bytes:
        """All of it in Prometheus's text format."""
        return generate_latest(self.registry)
