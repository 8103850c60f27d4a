"""The settings: what may be set, where a value may come from, and one sentence when it cannot be used.

A value comes from the first of these that has it: the command line, the environment (`PAPERBRIEF_DATA_DIR`), a `.env`
file, `paperbrief.toml` (`data_dir = "…"`), the default. Both files are read from the working directory. A name that no
setting has is refused: a misspelt setting that is silently ignored costs an afternoon.

`load()` reads all of them. `Settings(...)` itself reads nothing but its arguments, so that a program or a test that
builds one gets exactly what it wrote.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from rag.errors import SettingsError
from rag.outgoing import OutgoingSettings
from rag.serving import HttpUrl, ServingSettings

PREFIX = "PAPERBRIEF_"
ENV_FILE = ".env"
TOML_FILE = "paperbrief.toml"
KEY_FALLBACK = "OPENAI_API_KEY"

COMMAND_LINE = "command line"
ENVIRONMENT = "environment"
DEFAULT = "default"


def _absolute(path: Path) -> Path:
    """A folder as an absolute path: `~` expanded, relative to the working directory at the time of loading."""
    try:
        return Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow symbolic links
    except RuntimeError as error:  # ~name of nobody on this machine
        raise ValueError("names the home folder of an unknown user") from error


def _embedding_name(name: str) -> str:
    """Accept `builtin`, `openai:<model>` and `llamaindex:<import path>`."""
    kind, _, rest = name.partition(":")
    if name == "builtin" or (kind == "openai" and rest):
        return name
    if kind == "llamaindex" and "." in rest and all(part.isidentifier() for part in rest.split(".")):
        return name
    raise ValueError("should be builtin, openai:<model> or llamaindex:<package.module.Class>")


def _database_url(url: str) -> str:
    """Accept what names a database by URL; whether it opens is the catalogue's to say."""
    if not re.match(r"[a-z][a-z0-9_+]*://", url):
        raise ValueError("should look like sqlite:///path/to/file.db or postgresql+psycopg://user@host/name")
    return url


def _sqlite_in(folder: Path) -> str:
    # In an address % opens an escape and ? ends the path.
    path = str(folder / "catalogue.sqlite").replace("%", "%25").replace("?", "%3F")
    return f"sqlite:///{path}"


def cores() -> int:
    """How many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        return os.cpu_count() or 1


def _secret(value: object) -> object:
    """A key pasted with a line break at its end is a common accident and makes a broken header."""
    return value.strip() if isinstance(value, str) else value


Folder = Annotated[Path, AfterValidator(_absolute)]
Secret = Annotated[SecretStr, BeforeValidator(_secret)]


class _HouseSettings(BaseSettings):
    """What every door needs: where things are stored, and with which models."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        # The fields' own defaults go through the same validators as values that were given.
        validate_default=True,
    )

    data_dir: Folder = Field(
        default_factory=lambda: platformdirs.user_data_path("paperbrief"),
        description="The folder that holds the catalogue and the two indexes.",
        json_schema_extra={"shown_default": "the platform's user data folder"},
    )
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default_factory=lambda given: _sqlite_in(given["data_dir"]),
        description="The catalogue's database, as an SQLAlchemy URL.",
        json_schema_extra={"shown_default": "`catalogue.sqlite` in the data folder"},
        repr=False,
    )
    chroma_url: HttpUrl | None = Field(
        default=None,
        description="A Chroma server, `http://host:port`; without one, vectors are kept in the data folder.",
        repr=False,
    )
    embedding: Annotated[str, AfterValidator(_embedding_name)] = Field(
        default="builtin",
        description="What turns text into vectors: `builtin`, `openai:<model>` or `llamaindex:<import path>`.",
    )
    embedding_base_url: HttpUrl | None = Field(
        default=None,
        description="The address of an OpenAI-compatible endpoint, for `openai:<model>`.",
        json_schema_extra={"shown_default": "OpenAI's own"},
        repr=False,
    )
    embedding_api_key: Secret | None = Field(
        default=None,
        description=f"The key for that endpoint; `{KEY_FALLBACK}` is used where it is not set. Never printed.",
    )
    model: str | None = Field(
        default=None,
        min_length=1,
        description="The language model that words answers, by its server's name for it; without one, answers quote.",
    )
    model_base_url: HttpUrl | None = Field(
        default=None,
        description="The address of an OpenAI-compatible endpoint for it.",
        json_schema_extra={"shown_default": "OpenAI's own"},
        repr=False,
    )
    model_api_key: Secret | None = Field(
        default=None,
        description=f"The key for that endpoint; `{KEY_FALLBACK}` is used where it is not set. Never printed.",
    )
    model_structured: Literal["json_schema", "json_object", "none"] = Field(
        default="json_schema",
        description="What the server can be asked for: `json_schema`, `json_object`, or `none`.",
    )
    mode: Literal["auto", "extractive", "generative"] = Field(
        default="auto",
        description="`auto` words answers with the model where one is set and works, `extractive` always quotes, "
        "`generative` insists on a model being set.",
    )
    calibration: str = Field(
        default="packaged",
        min_length=1,
        description="What the decision to answer is weighed with: `packaged`, `none` for rules alone, or a file that "
        "`paperbrief eval calibrate` made.",
    )
    cache_dir: Folder = Field(
        default_factory=lambda: platformdirs.user_cache_path("paperbrief"),
        description="Holds what can be made again: the fast form of the built-in model.",
        json_schema_extra={"shown_default": "the platform's user cache folder"},
    )
    threads: int = Field(
        default_factory=cores,
        ge=1,
        le=1024,
        description="How many threads the built-in model computes with.",
        json_schema_extra={"shown_default": "the cores that this process may use"},
    )

    _origins: dict[str, str] = PrivateAttr(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments only; `load()` does the reading, because it also keeps where each value came from."""
        return (init_settings,)


# The last base's fields come first in every table.
class Settings(OutgoingSettings, ServingSettings, _HouseSettings):
    """The values in force, frozen. `load()` makes one from the environment and the files."""


def load(overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the settings from the environment, `.env` and `paperbrief.toml` in the working directory.

    `overrides` are values from the command line by field name; they come first. Raises `SettingsError` for a name that
    no setting has, a value that cannot be used and a file that cannot be read.
    """
    environment = EnvSettingsSource(Settings)
    dotenv = _read_env_file()
    toml = _read_toml_file()
    _refuse_unknown(environment.env_vars, f"in the {ENVIRONMENT}", prefix=PREFIX)
    _refuse_unknown(dotenv.env_vars, f"in {ENV_FILE}", prefix=PREFIX)
    _refuse_unknown(toml.toml_data, f"in {TOML_FILE}")

    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    # From the last to the first in rank: each overwrites what stands.
    for origin, given in (
        (TOML_FILE, toml()),
        (ENV_FILE, dotenv()),
        (ENVIRONMENT, environment()),
        (COMMAND_LINE, dict(overrides or {})),
    ):
        values.update(given)
        origins.update(dict.fromkeys(given, origin))
    for name in ("embedding_api_key", "model_api_key"):
        if name in values:
            continue
        for origin, variables in ((ENVIRONMENT, environment.env_vars), (ENV_FILE, dotenv.env_vars)):
            if key := variables.get(KEY_FALLBACK.lower()):
                values[name], origins[name] = key, f"{KEY_FALLBACK}, {origin}"
                break
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise _malformed(error, values, origins) from None
    settings._origins.update(origins)
    return settings


def load_apart(folder: Path, overrides: Mapping[str, Any] | None = None) -> Settings:
    """The settings in force, with everything that is stored under `folder` and nothing on a server.

    For papers that must not land among the user's own: the demo's sample, the collections of a measurement.
    """
    apart = {"data_dir": folder, "database_url": _sqlite_in(_absolute(folder)), "chroma_url": None}
    return load({**(overrides or {}), **apart})


def origins(settings: Settings) -> dict[str, str]:
    """Where each value came from, by field name in the order of the table: `default`, `environment`, `.env`, …."""
    return {
        name: settings._origins.get(name, "given in code" if name in settings.model_fields_set else DEFAULT)
        for name in Settings.model_fields
    }


def shown(settings: Settings) -> dict[str, str | float | None]:
    """The values in force by field name, fit for a screen or a bug report: no key and no password stands in it."""
    return {name: _shown(getattr(settings, name)) for name in Settings.model_fields}


def _shown(value: object) -> str | float | None:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, tuple):
        return ", ".join(value)
    # SecretStr prints as asterisks by itself; an address may hold a password before the @ or among its parameters.
    text = re.sub(r"(?<=://)([^/@:]*):[^/@]*@", r"\1:***@", str(value))
    return re.sub(r"(?i)([?&][^=&]*(?:password|passwd|secret|token|key)[^=&]*=)[^&#]*", r"\1***", text)


def _read_env_file() -> DotEnvSettingsSource:
    try:
        return DotEnvSettingsSource(Settings, env_file=ENV_FILE, dotenv_filtering="only_existing")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{ENV_FILE} cannot be read: {error}.", hint="Mend it or move it away.") from error


def _read_toml_file() -> TomlConfigSettingsSource:
    try:
        return TomlConfigSettingsSource(Settings, toml_file=TOML_FILE)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{TOML_FILE} cannot be read: {error}.", hint="Mend it or move it away.") from error


def _refuse_unknown(names: Iterable[str], where: str, *, prefix: str = "") -> None:
    """Raise for the first name under `prefix` that no setting has, with the nearest that one has."""
    for name in sorted(names):
        if not name.upper().startswith(prefix):
            continue
        field = name[len(prefix) :].lower()
        if field in Settings.model_fields:
            continue
        near = difflib.get_close_matches(field, Settings.model_fields, n=1)
        written = f"{prefix}{field.upper()}" if prefix else name
        meant = (f"{prefix}{near[0].upper()}" if prefix else near[0]) if near else ""
        raise SettingsError(
            f"There is no setting {written}, which stands {where}.",
            hint=f"Did you mean {meant}?" if meant else "Remove it; docs/settings.md lists those there are.",
        )


def _malformed(error: ValidationError, values: Mapping[str, Any], origins: Mapping[str, str]) -> SettingsError:
    """One sentence that names every value that cannot be used, where it stands and why; never a secret."""
    complaints = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        if problem["type"] == "default_factory_not_called":
            continue  # follows from another value that cannot be used, which has its own complaint
        field = str(problem["loc"][0])
        name, origin = f"{PREFIX}{field.upper()}", origins.get(field, DEFAULT)
        if field not in Settings.model_fields:
            complaints.append(f"there is no setting {field}")
            continue
        reason = problem["msg"].removeprefix("Value error, ")
        reason = re.sub(r"^Input should", "should", reason)
        is_secret = "SecretStr" in str(Settings.model_fields[field].annotation)
        value = "" if is_secret else f" is {_shown(str(values.get(field)))!r} and"
        complaints.append(f"{name} ({origin}){value} {reason}")
    sentence = "; ".join(complaints) + "."
    return SettingsError(sentence[0].upper() + sentence[1:], hint="docs/settings.md says what each may be.")
