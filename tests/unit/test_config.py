"""The settings: where values come from, what is refused, and that no key is ever printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy.engine import make_url

from rag.config import Settings, load, load_apart, origins, shown
from rag.errors import SettingsError

KEY = "sk-invented-0123456789"


@pytest.fixture(autouse=True)
def empty_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A working directory without `.env` and `paperbrief.toml`, and no setting in the environment."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("PAPERBRIEF_DATA_DIR")
    monkeypatch.delenv("PAPERBRIEF_CACHE_DIR")
    return folder


def test_defaults_need_nothing() -> None:
    settings = load()
    assert settings.embedding == "builtin"
    assert settings.chroma_url is None
    assert settings.data_dir.is_absolute()
    assert settings.database_url == f"sqlite:///{settings.data_dir}/catalogue.sqlite"
    assert settings.threads >= 1
    assert set(origins(settings).values()) == {"default"}


def test_each_source_overrides_the_next(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / "paperbrief.toml").write_text('data_dir = "toml"\nthreads = 3\nembedding = "openai:toml"\n')
    (empty_folder / ".env").write_text("PAPERBRIEF_DATA_DIR=dotenv\nPAPERBRIEF_THREADS=4\nOTHER_PROGRAM=1\n")
    monkeypatch.setenv("PAPERBRIEF_DATA_DIR", "environment")
    settings = load({"chroma_url": "http://localhost:8000/"})
    assert settings.data_dir == empty_folder / "environment"
    assert settings.threads == 4
    assert settings.embedding == "openai:toml"
    assert settings.chroma_url == "http://localhost:8000"
    came_from = origins(settings)
    assert came_from["data_dir"] == "environment"
    assert came_from["threads"] == ".env"
    assert came_from["embedding"] == "paperbrief.toml"
    assert came_from["chroma_url"] == "command line"
    assert came_from["database_url"] == "default"
    assert list(came_from) == list(Settings.model_fields)


def test_any_folder_can_hold_the_database(tmp_path: Path) -> None:
    folder = tmp_path / "50% of #1?"
    folder.mkdir()
    url = load({"data_dir": folder}).database_url
    assert make_url(url).database == str(folder / "catalogue.sqlite")


def test_the_command_line_comes_first(monkeypatch: pytest.MonkeyPatch, empty_folder: Path) -> None:
    monkeypatch.setenv("PAPERBRIEF_DATA_DIR", "environment")
    assert load({"data_dir": Path("given")}).data_dir == empty_folder / "given"


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERBRIEF_CHROMA_URL", "")
    assert load().chroma_url is None


def test_home_is_expanded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load({"data_dir": "~/papers"}).data_dir == tmp_path / "papers"


@pytest.mark.parametrize(
    ("place", "text"),
    [("environment", ""), (".env", "PAPERBRIEF_DATADIR=x\n"), ("paperbrief.toml", 'datadir = "x"\n')],
)
def test_unknown_names_are_refused_with_the_nearest(
    place: str, text: str, empty_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text:
        (empty_folder / place).write_text(text)
    else:
        monkeypatch.setenv("PAPERBRIEF_DATADIR", "x")
    with pytest.raises(SettingsError, match=f"in (the )?{place}") as caught:
        load()
    assert "data_dir" in caught.value.hint.lower()
    assert "Did you mean" in caught.value.hint


def test_a_name_near_nothing_points_to_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERBRIEF_QQQQ", "1")
    with pytest.raises(SettingsError, match="no setting PAPERBRIEF_QQQQ") as caught:
        load()
    assert "docs/settings.md" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("THREADS", "0", "greater than or equal to 1"),
        ("THREADS", "many", "valid integer"),
        ("EMBEDDING", "minilm", "builtin, openai:<model> or llamaindex"),
        ("EMBEDDING", "openai:", "builtin, openai:<model> or llamaindex"),
        ("EMBEDDING", "llamaindex:no-module", "builtin, openai:<model> or llamaindex"),
        ("CHROMA_URL", "localhost:8000", "http://host:port"),
        ("CHROMA_URL", "http://[broken", "IPv6"),
        ("DATABASE_URL", "catalogue.sqlite", "sqlite:///"),
        ("DATA_DIR", "~nobody-of-this-name/x", "unknown user"),
    ],
)
def test_malformed_values_are_one_sentence(name: str, value: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"PAPERBRIEF_{name}", value)
    with pytest.raises(SettingsError) as caught:
        load()
    message = caught.value.message
    assert message.startswith(f"PAPERBRIEF_{name} (environment)")
    assert reason in message
    assert "\n" not in message
    assert message.count("PAPERBRIEF_") == 1, "one mistake is one complaint"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("paperbrief.toml", b"data_dir = "),
        ("paperbrief.toml", b'data_dir = "\xff"'),
        (".env", b"PAPERBRIEF_DATA_DIR=\xff\xfe"),
    ],
)
def test_a_broken_file_is_named(name: str, content: bytes, empty_folder: Path) -> None:
    (empty_folder / name).write_bytes(content)
    with pytest.raises(SettingsError, match="cannot be read") as caught:
        load()
    assert caught.value.message.startswith(name)


def test_the_key_falls_back_to_openai(empty_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty_folder / ".env").write_text(f"OPENAI_API_KEY={KEY}-file\n")
    settings = load()
    assert settings.embedding_api_key == SecretStr(f"{KEY}-file")
    assert origins(settings)["embedding_api_key"] == "OPENAI_API_KEY, .env"

    monkeypatch.setenv("OPENAI_API_KEY", f"{KEY}\n")
    settings = load()
    assert settings.embedding_api_key == SecretStr(KEY), "the line break of a pasted key is no part of it"

    monkeypatch.setenv("PAPERBRIEF_EMBEDDING_API_KEY", "own")
    assert load().embedding_api_key == SecretStr("own")


def test_secrets_are_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAPERBRIEF_EMBEDDING_API_KEY", KEY)
    monkeypatch.setenv("PAPERBRIEF_DATABASE_URL", f"postgresql+psycopg://reader:{KEY}@db.example/papers?password={KEY}")
    monkeypatch.setenv("PAPERBRIEF_CHROMA_URL", f"https://me:{KEY}@chroma.example")
    settings = load()
    assert settings.database_url.count(KEY) == 2, "the program itself needs the password"
    for text in (repr(settings), str(settings), str(shown(settings)), f"{settings.embedding_api_key}"):
        assert KEY not in text
    assert shown(settings)["database_url"] == "postgresql+psycopg://reader:***@db.example/papers?password=***"
    monkeypatch.setenv("PAPERBRIEF_CHROMA_URL", f"ftp://me:{KEY}@chroma.example")
    with pytest.raises(SettingsError) as caught:
        load()
    assert KEY not in str(caught.value)


def test_settings_are_frozen_and_read_nothing_by_themselves(
    monkeypatch: pytest.MonkeyPatch, empty_folder: Path
) -> None:
    monkeypatch.setenv("PAPERBRIEF_THREADS", "7")
    (empty_folder / "paperbrief.toml").write_text("threads = 9\n")
    settings = Settings(data_dir=empty_folder, threads=1)
    assert settings.threads == 1
    assert origins(settings)["threads"] == "given in code"
    with pytest.raises(ValidationError):
        settings.threads = 2
    with pytest.raises(SettingsError, match="There is no setting nothing"):
        load({"nothing": 1})


@pytest.mark.parametrize("name", ["builtin", "openai:text-embedding-3-small", "llamaindex:package.module.Class"])
def test_the_three_kinds_of_embedding(name: str) -> None:
    assert load({"embedding": name}).embedding == name


def test_settings_apart_store_nothing_among_the_users_papers(
    monkeypatch: pytest.MonkeyPatch, empty_folder: Path
) -> None:
    monkeypatch.setenv("PAPERBRIEF_DATABASE_URL", "postgresql+psycopg://me@db.example/papers")
    monkeypatch.setenv("PAPERBRIEF_CHROMA_URL", "http://chroma.example:8000")
    monkeypatch.setenv("PAPERBRIEF_THREADS", "1")
    settings = load_apart(Path("apart"))
    assert settings.data_dir == empty_folder / "apart"
    assert settings.database_url == f"sqlite:///{empty_folder / 'apart'}/catalogue.sqlite"
    assert settings.chroma_url is None
    assert settings.threads == 1
