"""Mails over TLS and with a login, against real servers on loopback; certificates are checked in every test."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import quote

import pytest
from contract.delivering import Clock, desk_in, issued, rows, subscribed
from contract.mailhost import Certificates, Kind, certificates, mailhost
from contract.postbox import postbox

from rag.config import Settings
from rag.deliver.post import deliver
from rag.deliver.smtp import SmtpServer
from rag.models import DeliveryReport

pytestmark = pytest.mark.anyio

ADA = "ada@example.org"
USER, PASSWORD = "paperbrief", "correct-horse/battery@staple"
KINDS: tuple[Kind, ...] = ("implicit", "starttls")


@pytest.fixture
def good(tmp_path: Path) -> Certificates:
    return certificates(tmp_path / "good", "localhost", "127.0.0.1")


def url(kind: Kind, port: int, *, host: str = "localhost", user: str = "", password: str = PASSWORD) -> str:
    """The address of a server that has to encrypt."""
    login = f"{quote(user)}:{quote(password, safe='')}@" if user else ""
    return f"smtps://{login}{host}:{port}" if kind == "implicit" else f"smtp://{login}{host}:{port}?tls=required"


async def sent(folder: Path, address: str, authority: Path | None, clock: Clock | None = None) -> DeliveryReport:
    """A brief to one subscriber over this server; what is said of it."""
    async with desk_in(folder, clock or Clock(), smtp_url=address, smtp_ca=authority) as desk:
        await subscribed(desk, ADA)
        if not await rows(desk, "deliveries"):
            await issued(desk)
        return await deliver(desk)


async def is_kept_for_later(folder: Path, report: DeliveryReport, address: str, authority: Path) -> None:
    """Nothing was lost and no attempt was counted: over a good server it is sent."""
    assert (report.sent, report.dead, report.waiting) == (0, 0, 1)
    async with desk_in(folder, Clock()) as desk:
        (row,) = await rows(desk, "deliveries")
        assert (row["state"], row["attempts"]) == ("waiting", 0)
        assert PASSWORD not in str(row)
    later = Clock()
    later.now += 400
    assert (await sent(folder, address, authority, later)).sent == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_a_mail_goes_out_encrypted_and_after_a_login(tmp_path: Path, good: Certificates, kind: Kind) -> None:
    with mailhost(kind, good, USER, PASSWORD) as host:
        report = await sent(tmp_path, url(kind, host.port, user=USER), good.authority)
        assert (report.sent, report.stopped) == (1, None)
        assert host.logins == [(USER, True)]
        ((recipient, text, user),) = host.arrived
        assert (recipient, user) == (ADA, USER)
        assert b"List-Unsubscribe: " in text


@pytest.mark.parametrize("kind", KINDS)
async def test_a_password_may_have_any_signs(tmp_path: Path, good: Certificates, kind: Kind) -> None:
    with mailhost(kind, good, "jürgen", "geheim:ß@/?") as host:
        assert (await sent(tmp_path, url(kind, host.port, user="jürgen", password="geheim:ß@/?"), good.authority)).sent
        assert host.logins == [("jürgen", True)]


async def test_the_systems_authorities_are_trusted_where_none_is_named(
    tmp_path: Path, good: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(good.authority))
    with mailhost("implicit", good) as host:
        assert (await sent(tmp_path, url("implicit", host.port), None)).sent == 1


async def test_on_this_machine_encryption_is_used_where_it_is_offered(tmp_path: Path, good: Certificates) -> None:
    with mailhost("starttls", good) as host:  # which takes nothing in clear
        assert (await sent(tmp_path, f"smtp://localhost:{host.port}", good.authority)).sent == 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wrong", ["unknown authority", "another host", "over"])
async def test_a_certificate_that_is_not_good_gets_neither_password_nor_mail(
    tmp_path: Path, good: Certificates, kind: Kind, wrong: str
) -> None:
    shown, trusted, said = {
        "unknown authority": (certificates(tmp_path / "theirs", "localhost"), good, "PAPERBRIEF_SMTP_CA"),
        "another host": (other := certificates(tmp_path / "other", "elsewhere.example"), other, "PAPERBRIEF_SMTP_URL"),
        "over": (old := certificates(tmp_path / "old", "localhost", days=-1), old, "certificate has expired"),
    }[wrong]
    with mailhost(kind, shown, USER, PASSWORD) as host:
        report = await sent(tmp_path, url(kind, host.port, user=USER), trusted.authority)
        assert said in (report.stopped or "")
        assert (host.logins, host.arrived) == ([], [])
    with mailhost(kind, good, USER, PASSWORD) as host:
        await is_kept_for_later(tmp_path, report, url(kind, host.port, user=USER), good.authority)


async def test_a_server_that_offers_no_encryption_hears_a_greeting_and_no_more(
    tmp_path: Path, good: Certificates
) -> None:
    with postbox() as box:
        report = await sent(tmp_path, url("starttls", box.port, user=USER), good.authority)
        assert "offers no encryption" in (report.stopped or "")
        assert [line.partition(" ")[0].upper() for line in box.heard] == ["EHLO"]
        assert box.arrived == []
    with mailhost("starttls", good) as host:
        await is_kept_for_later(tmp_path, report, url("starttls", host.port), good.authority)


async def test_a_server_that_takes_back_its_offer_hears_no_password(tmp_path: Path, good: Certificates) -> None:
    with postbox(
        offers=("STARTTLS", "AUTH PLAIN LOGIN"), rule=lambda at, _: "454 not now" if at == "tls" else None
    ) as box:
        report = await sent(tmp_path, url("starttls", box.port, user=USER), good.authority)
        assert "454 not now" in (report.stopped or "")
        assert [line.partition(" ")[0].upper() for line in box.heard] == ["EHLO", "STARTTLS"]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_login_that_is_refused_loses_nothing_and_tells_no_password(
    tmp_path: Path, good: Certificates, kind: Kind, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG, "paperbrief")
    with mailhost(kind, good, USER, "another") as host:
        report = await sent(tmp_path, url(kind, host.port, user=USER), good.authority)
        assert "the login was refused: 535" in (report.stopped or "")
        assert host.arrived == []
        assert (USER, False) in host.logins
    assert "deliveries stopped" in caplog.text
    out, err = capfd.readouterr()
    assert PASSWORD not in caplog.text + str(report) + out + err
    with mailhost(kind, good, USER, PASSWORD) as host:
        await is_kept_for_later(tmp_path, report, url(kind, host.port, user=USER), good.authority)


async def test_a_server_that_repeats_the_password_is_not_quoted(tmp_path: Path) -> None:
    def rule(stage: str, argument: str) -> str | None:
        return f"535 {argument} is wrong, and {PASSWORD} too" if stage == "auth" else None

    with postbox(offers=("AUTH PLAIN",), rule=rule) as box:
        address = url("starttls", box.port, user=USER).replace("required", "none")
        report = await sent(tmp_path, address, None)
        assert "(password)" in (report.stopped or "")
        said = next(line for line in box.heard if line.startswith("AUTH")).split()[-1]
        assert PASSWORD not in str(report)
        assert said not in str(report)


async def test_a_server_that_takes_no_login_is_told_apart(tmp_path: Path) -> None:
    with postbox() as box:
        address = url("starttls", box.port, user=USER).replace("required", "none")
        report = await sent(tmp_path, address, None)
        assert "takes no login" in (report.stopped or "")
        assert box.arrived == []


async def test_a_file_that_holds_no_certificates(tmp_path: Path, good: Certificates) -> None:
    nothing = tmp_path / "nothing.pem"
    nothing.write_text("nothing")
    with mailhost("implicit", good) as host:
        report = await sent(tmp_path, url("implicit", host.port), nothing)
        assert "PAPERBRIEF_SMTP_CA cannot be read" in (report.stopped or "")
    with pytest.raises(ValueError, match="file of certificates"):
        Settings(smtp_ca=tmp_path / "missing.pem")


def test_how_a_server_is_spoken_to() -> None:
    for address, tls, port in (
        ("smtp://mail.example.org", "required", 587),
        ("smtps://mail.example.org", "implicit", 465),
        ("smtp://mail.example.org:25?tls=none", "none", 25),
        ("smtp://127.0.0.1:25", "where offered", 25),
        ("smtp://localhost:25?tls=required", "required", 25),
    ):
        server = SmtpServer.of(address)
        assert (server.tls, server.port) == (tls, port)
    assert PASSWORD not in repr(SmtpServer.of(url("implicit", 465, user=USER)))
