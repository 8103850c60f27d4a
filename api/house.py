"""What the routes of one app share: the library once it is open, the settings, admission, the measures.

A route asks for it with `house: HouseDep` and finds nothing global. `create_app` makes one for each app.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.access import Caller, exposed, published
from api.admission import Admission
from api.jobs import Jobs
from api.limits import USUAL, Limits
from api.measures import Measures
from api.problems import NOT_READY, UNAUTHORIZED, Refusal
from api.sessions import Sessions
from api.uploads import FOLDER, clear
from rag.ask import Mode
from rag.catalogue import indexing, jobs, keys
from rag.config import Settings
from rag.deliver.desk import DeliverDesk
from rag.deliver.tokens import Tokens
from rag.errors import SettingsError
from rag.library import Library
from rag.models import Answer

_MOST_UPLOADS = 16
"""Files of papers that may wait to be loaded."""
_MOST_FEEDS = 8
_log = logging.getLogger("paperbrief.house")


@dataclass(slots=True)
class House:
    """The shared things of one app. `opened` is None until the library is."""

    settings: Settings
    quick: Admission
    """Work that computes: searches, answers without a model."""
    patient: Admission
    """Work that mostly waits: answers with a model."""
    loading: Admission
    """Loading papers: one after another, few waiting, since each holds a file."""
    limits: Limits
    exposed: bool
    """Whether the service listens on an address that others can reach, and so keys are needed."""
    own_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    """Opens the service to the command line of whoever may read the data folder."""
    jobs: Jobs = field(default_factory=Jobs)
    measures: Measures = field(default_factory=Measures)
    opened: Library | None = None
    started: float = field(default_factory=time.time)
    """When the service began, as a Unix time."""
    _sessions: Sessions | None = None
    _tokens: Tokens | None = None
    _post: DeliverDesk | None = None
    send_soon: Callable[[], None] = lambda: None
    """Has what is to be sent looked at now; the process around the app sets it."""
    startup: dict[str, float] = field(default_factory=dict)
    """Seconds that opening took, by part."""
    examples: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Questions to begin with, by the catalogue's revision; those of the latest only."""

    @classmethod
    def of(cls, settings: Settings, library: Library | None) -> House:
        """The house for these settings; `library` may be opened later."""
        waiting = settings.waiting_work
        reached = exposed(settings)
        usual = USUAL if reached or published(settings) else None
        return cls(
            settings,
            Admission(settings.concurrent_work, waiting),
            Admission(settings.concurrent_models, waiting),
            Admission(1, _MOST_UPLOADS),
            Limits(settings.rate_limit or usual),
            reached,
            opened=library,
        )

    feeds: dict[str, bytes] = field(default_factory=dict)
    """Feeds as they were sent last, by their entity tags."""

    def site(self, request: Request) -> str:
        """The service's address as its readers know it, without a slash at the end."""
        return (self.settings.public_url or str(request.base_url)).rstrip("/")

    def keep_feed(self, tag: str, content: bytes) -> None:
        """Keep a feed for the next who asks; of old ones few."""
        while len(self.feeds) >= _MOST_FEEDS:
            self.feeds.pop(next(iter(self.feeds)))
        self.feeds[tag] = content

    @property
    def sessions(self) -> Sessions:
        """The browser sessions of the data folder."""
        if self._sessions is None:
            self._sessions = Sessions.of(self.settings.data_dir)
        return self._sessions

    @property
    def tokens(self) -> Tokens:
        """The signed links of the data folder."""
        if self._tokens is None:
            self._tokens = Tokens.for_settings(self.settings)
        return self._tokens

    @property
    def post(self) -> DeliverDesk:
        """What delivery works with."""
        if self._post is None:
            self._post = DeliverDesk.of(self.settings, self.library.catalogue)
        return self._post

    @property
    def mails(self) -> bool:
        """Whether briefs can be had by mail."""
        return self.settings.smtp_url is not None

    def secure(self, request: Request) -> bool:
        """Whether browsers reach the service by https, so that a cookie may be kept to it."""
        return request.url.scheme == "https" or (self.settings.public_url or "").startswith("https:")

    async def move_in(self, library: Library) -> None:
        """Begin to serve an open library: what an earlier process left open is closed, or gone on with."""
        await self._require_key(library)
        interrupted = await library.catalogue.write(jobs.interrupt)
        await asyncio.to_thread(clear, self.settings.data_dir / FOLDER)
        pending = await library.catalogue.read(indexing.pending_count)
        self.opened = library
        if interrupted or pending:
            _log.info("left by an earlier process", extra={"interrupted_jobs": interrupted, "pending_papers": pending})
        if pending:
            await self.jobs.start(
                library.catalogue, "index", lambda report: library.ingest((), progress=report), self.loading.turn()
            )

    async def _require_key(self, library: Library) -> None:
        """Refuse to serve others without a key; raises SettingsError."""
        reached = self.exposed or published(self.settings)
        if not reached or self.settings.public_read or await library.catalogue.read(keys.any_valid):
            return
        place = self.settings.host if self.exposed else self.settings.public_url
        sentence = f"Others can reach the service at {place}, and there is no key."
        hint = "Make one with `paperbrief keys create NAME`, or set PAPERBRIEF_PUBLIC_READ for reading alone."
        if self.exposed:
            raise SettingsError(sentence, hint=hint)
        _log.warning("%s %s", sentence, hint)

    async def move_out(self) -> None:
        """Stop serving: jobs are interrupted and marked so."""
        await self.jobs.stop()
        self.opened = None

    @property
    def library(self) -> Library:
        """The open library; a refusal while it is being opened."""
        if self.opened is None:
            raise Refusal(NOT_READY, "The library is being opened.", hint="Try again in a moment.", retry_after=1)
        return self.opened

    def note_question(self, request: Request, text: str) -> None:
        """Put a question into the request's line in the log, where the settings ask for it."""
        if self.settings.log_questions:
            request.scope["state"].setdefault("logged", {})["question"] = text

    def mode(self, caller: Caller, wanted: Mode | None) -> Mode | None:
        """The mode in which a caller is answered: without a key, the model does not work for them."""
        if caller.may_spend:
            return wanted
        if wanted == "generative":
            raise Refusal(UNAUTHORIZED, "Answers by the language model need a key.", hint="Ask in mode extractive.")
        return "extractive"

    def measured(self, answer: Answer) -> Answer:
        """The answer, counted."""
        self.measures.answer(answer)
        return answer

    def admission(self, mode: Mode | None) -> Admission:
        """Where an answer in this mode waits for its turn."""
        wanted = mode or self.settings.mode
        return self.quick if self.settings.model is None or wanted == "extractive" else self.patient


async def house_of(request: Request) -> House:
    """The house of the app that serves the request."""
    house = request.app.state.house
    assert isinstance(house, House)
    return house


HouseDep = Annotated[House, Depends(house_of)]
