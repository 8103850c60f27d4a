"""`create_app`: the one place where routes, layers and shared things become an app."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from api.house import House
from api.mcp import door as mcp
from api.openai import routes as openai
from api.openai.errors import CHAT
from api.pages import nothing_here
from api.pages import router as pages
from api.pages.subscribing import router as subscribing
from api.problems import (
    BUSY,
    FORBIDDEN,
    INTERNAL,
    INVALID,
    MALFORMED,
    MEDIA,
    MEDIA_TYPE,
    MISDIRECTED,
    NOT_FOUND,
    TOO_LARGE,
    TOO_LONG,
    TOO_MANY,
    UNAUTHORIZED,
    Problem,
    documented,
    of_http,
    of_validation,
    refusal_of,
)
from api.routes import answers, ask, briefs, corpus, feeds, health, ingest, jobs, login, papers, search, subscriptions
from api.shield.bodies import Bodies
from api.shield.gate import Gate
from api.shield.origins import Origins
from api.shield.requests import RequestLine
from rag import __version__
from rag.config import Settings
from rag.errors import PaperbriefError
from rag.library import Library

ROUTERS: tuple[APIRouter, ...] = (
    ask.router,
    search.router,
    papers.router,
    ingest.router,
    subscriptions.asking,
    subscriptions.router,
    answers.router,
    briefs.router,
    feeds.router,
    jobs.router,
    login.router,
    openai.cards,
    health.router,
    corpus.router,
)
"""The routers of the API, in the order of its description."""

DESCRIPTION = """Answers about research papers from their titles and abstracts, each sentence shown in an abstract.

Offsets count Unicode code points, start inclusive, end exclusive: `abstract[start:end] == quote`, always.
Errors are problem documents (RFC 9457, `application/problem+json`) with a stable `type`."""

TAGS = [
    {"name": "ask", "description": "Questions and answers."},
    {"name": "search", "description": "Search by meaning and by words."},
    {"name": "papers", "description": "The stored papers."},
    {"name": "subscriptions", "description": "Briefs by mail."},
    {"name": "answers", "description": "Answers that were given before."},
    {"name": "briefs", "description": "What is new in a week or on a topic."},
    {"name": "jobs", "description": "Work that outlasts a request."},
    {"name": "openai", "description": "The same answers for OpenAI's clients."},
    {"name": "session", "description": "A browser's session."},
    {"name": "health", "description": "Is the service alive, is it ready?"},
]


def create_app(library: Library | None, settings: Settings) -> FastAPI:
    """The app for these settings. `library` may be opened later (`app.state.house.opened`); until then it is not ready.

    Further doors add themselves with `app.include_router` or `app.mount`; every request passes the same layers.
    """
    house = House.of(settings, library)
    tools = mcp.Door(house)
    app = FastAPI(
        title="paperbrief",
        version=__version__,
        description=DESCRIPTION,
        openapi_tags=TAGS,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lambda _: tools.open(),
    )
    app.state.house = house
    common = documented(
        UNAUTHORIZED, FORBIDDEN, TOO_MANY, MALFORMED, TOO_LARGE, MEDIA, MISDIRECTED, INVALID, INTERNAL, BUSY, TOO_LONG
    )
    for router in ROUTERS:
        app.include_router(router, responses=common)
    app.include_router(openai.chat)
    app.router.routes.append(mcp.route(tools))
    app.include_router(pages)
    app.include_router(subscribing)
    _answer_with_problems(app, house)
    _describe(app)
    # The last that is added is the outermost.
    app.add_middleware(Bodies, limit=lambda scope: _largest_body(scope, settings))
    app.add_middleware(Gate, house=house)
    app.add_middleware(Origins, settings=settings)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Prefer", "X-Request-ID"],
            expose_headers=["Location", "Retry-After", "X-Request-ID"],
        )
    app.add_middleware(RequestLine, measure=house.measures.request)
    return app


_UPLOADS = ("/v1/papers", "/v1/ingest")
_CONVERSATION = 4
"""So many times the size of another request may be sent as a conversation of OpenAI's clients."""


def _largest_body(scope: Scope, settings: Settings) -> int:
    if scope["path"] in _UPLOADS:
        return settings.max_upload_bytes
    # Clients send the whole conversation each time, some with the Answers that came with it.
    return settings.max_request_bytes * (_CONVERSATION if scope["path"] == CHAT else 1)


def _answer_with_problems(app: FastAPI, house: House) -> None:
    async def validation(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        shown = subscriptions.broken_link(house, request)
        return of_validation(error).response(request.scope) if shown is None else shown

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == NOT_FOUND.status and _follows_a_link(request):
            return nothing_here()
        return of_http(error, request, _methods(app, request.scope)).response(request.scope)

    async def expected(request: Request, error: Exception) -> Response:
        return refusal_of(error).response(request.scope)

    app.add_exception_handler(RequestValidationError, validation)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(PaperbriefError, expected)
    app.add_exception_handler(TimeoutError, expected)


def _follows_a_link(request: Request) -> bool:
    """Whether a person's browser asks for a page: programs under /v1 and elsewhere are answered with problems."""
    navigates = request.method in ("GET", "HEAD") and "text/html" in request.headers.get("accept", "")
    return navigates and not request.url.path.startswith(("/v1/", "/mcp", "/assets/"))


def _methods(app: FastAPI, scope: Scope) -> set[str]:
    """The methods that some route knows for the path of a request that none served."""
    known: set[str] = set()
    for route in _each(app.routes):
        methods = getattr(route, "methods", None)
        if methods and route.matches(scope)[0] is Match.PARTIAL:
            known |= set(methods)
    return known | ({"HEAD"} if "GET" in known else set())


def _each(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    """The routes, those of included routers too."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from _each(included.routes)


def _describe(app: FastAPI) -> None:
    """Put the schema of problem documents into the description, where every route's errors refer to it."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
                tags=app.openapi_tags,
            )
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas["Problem"] = Problem.model_json_schema()
            schema["components"]["responses"] = _named_once(schema["paths"])
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _named_once(paths: dict[str, Any]) -> dict[str, Any]:
    """Put a reference in place of every response that is a problem; the responses by name, each of them once."""
    names: dict[str, str] = {}
    named: dict[str, Any] = {}
    for operations in paths.values():
        for operation in operations.values():
            for status, response in operation["responses"].items():
                if MEDIA_TYPE not in response.get("content", {}):
                    continue
                text = json.dumps(response, sort_keys=True)
                if text not in names:
                    kinds = "-or-".join(response["content"][MEDIA_TYPE]["examples"])
                    names[text] = f"{status}-{kinds}"
                    named[names[text]] = response
                operation["responses"][status] = {"$ref": f"#/components/responses/{names[text]}"}
    return named
