"""Forms that a browser sends by itself, without scripts."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.requests import Request

from api.media import media_type
from api.problems import INVALID, MEDIA, Refusal

FORM = "application/x-www-form-urlencoded"


async def form(request: Request, *, most_fields: int) -> dict[str, str]:
    """The fields of a form, of each the last; a refusal where the body is none."""
    if media_type(request) != FORM:
        raise Refusal(MEDIA, "The body is no form.", hint=f"Send it as {FORM}.")
    body = await request.body()
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=most_fields)
    except ValueError:
        raise Refusal(INVALID, "The form has too many fields.") from None
    return {name: values[-1] for name, values in fields.items()}
