"""`POST /login` and `/logout`: a browser trades a key for a session."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from pydantic import Field, ValidationError
from starlette.responses import Response

from api.fields import NO_QUERY, Strict
from api.house import HouseDep
from api.limits import address_of
from api.media import media_type
from api.problems import INVALID, MEDIA, NOT_READY, TOO_MANY, UNAUTHORIZED, Refusal, documented
from api.sessions import COOKIE, SECONDS
from rag import keys

router = APIRouter(tags=["session"], dependencies=NO_QUERY)

_FORM = "application/x-www-form-urlencoded"


class Login(Strict):
    """A key, and for a form the page to go on to: a path of this service."""

    key: Annotated[str, Field(min_length=1, max_length=200, examples=["pbk_0123abcd_…"])]
    next: Annotated[str, Field(max_length=2_000, pattern=r"^/(?:[^/\\\s][^\\\s]*)?$", examples=["/library"])] = "/"


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {name: {"schema": Login.model_json_schema()} for name in ("application/json", _FORM)},
    }
}


@router.post(
    "/login",
    summary="Begin a session",
    status_code=204,
    response_class=Response,
    responses={
        **documented(UNAUTHORIZED, TOO_MANY, NOT_READY),
        204: {"description": "The session's cookie is set.", "headers": {"Set-Cookie": {"schema": {"type": "string"}}}},
        303: {"description": "The same, for a form that a browser sent: the page comes next."},
    },
    openapi_extra=_BODY,
)
async def login(request: Request, house: HouseDep) -> Response:
    """Trade a key, as JSON or as a form, for a session cookie, which scripts cannot read and other sites cannot send.

    It lasts 30 days, or until the key is revoked.
    """
    given = await _given(request)
    key = await keys.check(house.library.catalogue, given.key.strip())
    if key is None:
        await house.limits.count_failure(address_of(request.scope.get("client")))
        raise Refusal(UNAUTHORIZED, "This key is not known here, or was revoked.", hint="Ask the operator for one.")
    response = _done(request, given.next)
    response.set_cookie(
        COOKIE,
        house.sessions.cookie(key.id),
        max_age=SECONDS,
        httponly=True,
        samesite="strict",
        secure=house.secure(request),
    )
    return response


@router.post(
    "/logout",
    summary="End a session",
    status_code=204,
    response_class=Response,
    responses={303: {"description": "The same, for a form that a browser sent: the page comes next."}},
)
async def logout(request: Request, house: HouseDep) -> Response:
    """Forget the session of this browser. The key stays valid."""
    response = _done(request)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=house.secure(request))
    return response


async def _given(request: Request) -> Login:
    """The key that the body holds; a refusal where it holds something else."""
    given, body = media_type(request), await request.body()
    try:
        if given == "application/json":
            return Login.model_validate_json(body)
        if given == _FORM:
            fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=10)
            return Login.model_validate({name: values[-1] for name, values in fields.items()})
    except (ValidationError, ValueError):
        # What is wrong with it is not repeated: it may be a key.
        raise Refusal(INVALID, "The body does not hold a key.", hint='Send {"key": "pbk_…"}.') from None
    raise Refusal(MEDIA, "The body is neither JSON nor a form.", hint='Send {"key": "pbk_…"} as application/json.')


def _done(request: Request, next_page: str = "/") -> Response:
    """Nothing for a program; the next page for a form that a browser sent by itself."""
    if "text/html" in request.headers.get("accept", ""):
        return Response(status_code=303, headers={"Location": next_page})
    return Response(status_code=204)
