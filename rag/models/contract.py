"""What all contract objects have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """Base of the objects that cross a door: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")
