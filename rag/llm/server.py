"""A model behind any server that speaks OpenAI's `/chat/completions`: a hosted one, or one on the next machine.

The openai client does the talking and is the only layer that repeats a call. What it raises, what httpx raises and what
a reply lacks becomes a `ModelError` here; no type of theirs leaves. Replies are not streamed: nothing of an answer is
shown before all of it was checked, so a stream would only add ways to fail.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel

from rag.endpoint import readable_address, sendable_key, words_of
from rag.llm import BadReply, Completion, ModelError, ModelRefused, ModelUnavailable
from rag.llm.reply import Unusable, completion
from rag.prompting import Message

if TYPE_CHECKING:
    import httpx
    import openai

OPENAI_URL = "https://api.openai.com/v1"
DEADLINE = 60.0
CONNECT = 10.0
MAX_RETRIES = 2
SEED = 20

Structured = Literal["json_schema", "json_object", "none"]

# Fields that some servers refuse, and what to send in their place. Models that want `max_completion_tokens` count
# their thinking in it, so they get four times as many.
_REFUSABLE = ("max_tokens", "temperature", "seed")
_THINKING = 4


class OpenAIModel:
    """A model behind any server that speaks OpenAI's `/chat/completions`.

    `base_url` is the address up to and without `/chat/completions`; None is OpenAI's own. `structured` is what the
    server can be asked for. `deadline`, in seconds, holds for a whole call with its repeats and waits; `max_retries`
    counts the attempts after the first. Raises SettingsError when the address or the key cannot be used.

    One event loop uses it at a time; `aclose` belongs in that loop. A call from another loop gets new connections.
    """

    def __init__(
        self,
        base_url: str | None,
        api_key: str | None,
        model: str,
        *,
        structured: Structured = "json_schema",
        deadline: float = DEADLINE,
        max_retries: int = MAX_RETRIES,
    ) -> None:
        self._base_url = base_url or OPENAI_URL
        self._where = readable_address(self._base_url, server="model server", setting="PAPERBRIEF_MODEL_BASE_URL")
        self._api_key = sendable_key(api_key, server="model server")
        self._model = model
        self._structured = structured
        self._deadline = deadline
        self._max_retries = max_retries
        self._refused: frozenset[str] = frozenset()  # fields that this server was found not to take
        self._client: openai.AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def name(self) -> str:
        """The model's name, as the server knows it."""
        return self._model

    async def complete(
        self, messages: Sequence[Message], *, schema: type[BaseModel] | None = None, max_tokens: int
    ) -> Completion:
        """One reply, at temperature 0 and with a fixed seed where the server takes them.

        Raises ModelUnavailable, ModelRefused or BadReply, none of which shows the key.
        """
        with self._failures():
            async with asyncio.timeout(self._deadline):
                body = await self._ask(messages, schema, max_tokens)
        try:
            return completion(body, self._model)
        except Unusable as why:
            raise self._unusable(why) from None

    async def aclose(self) -> None:
        """Close the connections. The model may be used again afterwards."""
        client, self._client, self._loop = self._client, None, None
        if client is not None:
            await client.close()

    async def _ask(self, messages: Sequence[Message], schema: type[BaseModel] | None, max_tokens: int) -> bytes:
        import openai  # a second of CPU: only those who use a model pay it

        while True:
            try:
                reply = await self._connected().chat.completions.with_raw_response.create(
                    model=self._model,
                    messages=[{"role": m.role, "content": _sendable(m.content)} for m in messages],  # type: ignore[misc]
                    **self._options(schema, max_tokens),
                )
            except openai.BadRequestError as error:
                field = _field_refused(error)
                if field is None or field in self._refused:
                    raise
                self._refused |= {field}  # remembered, so that it is asked for once and not at every call
            else:
                return reply.content

    def _options(self, schema: type[BaseModel] | None, max_tokens: int) -> dict[str, Any]:
        options: dict[str, Any] = {"max_tokens": max_tokens, "temperature": 0, "seed": SEED}
        for field in self._refused:
            options.pop(field)
        if "max_tokens" in self._refused:
            options["max_completion_tokens"] = _THINKING * max_tokens
        if schema is not None and self._structured == "json_object":
            options["response_format"] = {"type": "json_object"}
        if schema is not None and self._structured == "json_schema":
            form = {"name": schema.__name__, "strict": True, "schema": schema.model_json_schema()}
            options["response_format"] = {"type": "json_schema", "json_schema": form}
        return options

    def _connected(self) -> openai.AsyncOpenAI:
        import openai

        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            # Connections live in the loop that opened them, which may be closed by now: never share them.
            http = openai.DefaultAsyncHttpxClient(event_hooks={"response": [self._spare_hopeless_wait]})
            self._client = openai.AsyncOpenAI(
                base_url=self._base_url,
                api_key=self._api_key,
                timeout=openai.Timeout(self._deadline, connect=min(CONNECT, self._deadline)),
                max_retries=self._max_retries,
                http_client=http,
            )
            self._loop = loop
        return self._client

    async def _spare_hopeless_wait(self, response: httpx.Response) -> None:
        """Fail at once where the server asks to wait longer than the deadline: someone is waiting for an answer."""
        wait = response.headers.get("retry-after", "")
        if wait.isdigit() and int(wait) >= self._deadline:
            response.headers["x-should-retry"] = "false"

    # ------------------------------------------------------------------------------------------------ what goes wrong

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        """Turn everything that the client and its transport raise into a ModelError."""
        import httpx
        import openai

        try:
            yield
        # `from None`: a foreign exception holds what the server said, which may repeat the key.
        except openai.APIStatusError as error:
            raise self._refusal(error) from None
        except (TimeoutError, openai.APITimeoutError, httpx.TimeoutException):
            raise ModelUnavailable(
                f"{self._server} did not answer within {self._deadline:g} seconds.",
                hint="Try again later, or use a faster model.",
                retryable=True,
            ) from None
        except (openai.APIConnectionError, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, OSError):
            raise ModelUnavailable(
                f"{self._server} cannot be reached, or broke off.",
                hint="Check PAPERBRIEF_MODEL_BASE_URL, and that the server is running.",
                retryable=True,
            ) from None
        except (openai.OpenAIError, httpx.CookieConflict, ValueError):
            raise BadReply(
                f"{self._server} sent a reply that cannot be read.",
                hint="Check that PAPERBRIEF_MODEL_BASE_URL speaks OpenAI's protocol (often it ends in /v1).",
            ) from None

    @property
    def _server(self) -> str:
        return f"The model server at {self._where}"

    def _refusal(self, error: openai.APIStatusError) -> ModelError:
        status = error.status_code
        if status in (401, 403):
            return ModelRefused(
                f"{self._server} refused the API key ({status}).", hint="Check PAPERBRIEF_MODEL_API_KEY."
            )
        said = words_of(error.body).replace(self._api_key, "***")
        quoted = f": {said}" if said else ""
        if status == 404:
            return ModelRefused(
                f"{self._server} knows no model {self._model!r} (404){quoted}.",
                hint="Check PAPERBRIEF_MODEL, and that PAPERBRIEF_MODEL_BASE_URL is right (often it ends in /v1).",
            )
        if status == 429:
            if error.code == "insufficient_quota":
                return ModelRefused(f"{self._server} has no quota left for this API key (429).", hint="Check the plan.")
            seconds = error.response.headers.get("retry-after", "")
            wait = f"Wait {seconds} seconds, then try again." if seconds.isdigit() else "Wait a while, then try again."
            return ModelUnavailable(f"{self._server} is asked too often (429){quoted}.", hint=wait, retryable=True)
        if status in (408, 409) or status >= 500:
            hint = "Try again later, or see the server's log."
            return ModelUnavailable(f"{self._server} failed ({status}){quoted}.", hint=hint, retryable=True)
        return ModelRefused(
            f"{self._server} refused the request ({status}){quoted}.",
            hint="Check PAPERBRIEF_MODEL_STRUCTURED, and the length of what the model takes.",
        )

    def _unusable(self, why: Unusable) -> ModelError:
        reason = str(why).replace(self._api_key, "***")
        if why.declined:
            return ModelRefused(f"The model {self._model!r} declined to answer: {reason}.", hint="Ask it otherwise.")
        return BadReply(
            f"{self._server} sent a reply that cannot be used: {reason}.",
            hint="Try again, or check that it serves the model in OpenAI's form.",
            retryable=True,
        )


def _field_refused(error: openai.BadRequestError) -> str | None:
    """The optional field that a server does not take: it says so in `param`, or quotes it in its message."""
    said = words_of(error.body)
    return next((field for field in _REFUSABLE if error.param == field or f"'{field}'" in said), None)


def _sendable(text: str) -> str:
    """Text without lone surrogates, which JSON can smuggle in and UTF-8 cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
