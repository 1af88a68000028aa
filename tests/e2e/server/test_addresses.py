"""Where a server listens: on this machine alone, as long as there are no accounts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import self_signed
from tests.e2e.cli.desk import Desk
from tests.integration.server.house import PASSWORD, House


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.org"])
def test_no_other_machine_is_served_without_accounts(tmp_path: Path, host: str) -> None:
    told = Desk(tmp_path).segue("server", "start", "--host", host, "--port", "0")
    assert told.returncode == 4
    assert f"listens on this machine only (127.0.0.1), not on {host}" in told.stderr
    assert "segue user create NAME --role admin" in told.stderr


def serving(desk: Desk, *words: str) -> tuple[str, str]:
    """Start a server in the background; returns its URL and what was said besides."""
    done = desk.segue("server", "start", "--background", "--port", "0", *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.split()[3], done.stderr


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    """Return a desk with an admin, whose server is ended with the test."""
    desk = Desk(tmp_path)
    made = desk.segue("user", "create", "ann", "--role", "admin", input=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    yield desk
    assert desk.segue("server", "stop").returncode == 0


@pytest.mark.parametrize("more", [("--allowed-host", "segue.example"), ("--trusted-proxy", "127.0.0.1")])
def test_nor_is_anybody_through_a_proxy(tmp_path: Path, more: tuple[str, str]) -> None:
    told = Desk(tmp_path).segue("server", "start", "--port", "0", *more)
    assert told.returncode == 4
    assert f"not on {more[1]}" in told.stderr
    assert "segue user create NAME --role admin" in told.stderr


def test_with_accounts_another_address_is_served_behind_tls(office: Desk, tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "127.0.0.2")
    url, said = serving(office, "--host", "127.0.0.2", "--ssl-certfile", str(certificate))
    assert url.startswith("https://127.0.0.2:")
    assert said == ""
    (seen,) = office.items("server", "status")
    assert seen["state"] == "ready"
    refused = office.segue("flow-run", "ls", SEGUE_API_URL=f"{url}/api", SEGUE_CLIENT_MAX_RETRIES="0")
    assert (refused.returncode, "certificate" in refused.stderr.lower()) == (5, True), refused.stderr
    trusting = {"SEGUE_API_URL": f"{url}/api", "SEGUE_API_SSL_CERT_FILE": str(certificate)}
    unknown = office.segue("flow-run", "ls", **trusting)
    assert (unknown.returncode, "wants to know who asks" in unknown.stderr) == (4, True)
    key = office.segue("key", "create", "laptop", "--user", "ann").stdout.strip()
    login = office.segue("login", f"{url}", "--key", input=f"{key}\n", SEGUE_API_SSL_CERT_FILE=str(certificate))
    assert (login.returncode, login.stderr) == (0, "")
    listed = office.segue("flow-run", "ls", SEGUE_API_SSL_CERT_FILE=str(certificate))
    assert listed.returncode == 0, listed.stderr
    assert office.segue("profile", "use", "ephemeral").returncode == 0


def test_files_that_are_no_certificate_are_refused(office: Desk, tmp_path: Path) -> None:
    (tmp_path / "nonsense.pem").write_text("no certificate")
    for words in (
        ["--ssl-certfile", "missing.pem"],
        ["--ssl-certfile", "nonsense.pem"],
        ["--ssl-keyfile", "missing.pem"],
    ):
        told = office.segue("server", "start", "--port", "0", *words)
        assert told.returncode == 2, told.stderr
        assert "Traceback" not in told.stderr
    serving(office)


def test_only_a_trusted_proxy_says_where_a_request_came_from(office: Desk) -> None:
    url, said = serving(office, "--allowed-host", "segue.example", "--trusted-proxy", "127.0.0.1")
    assert said == ""
    house = House(f"{url}/api", "", office.home)
    through = {"host": "segue.example", "content_type": "application/json", "x_forwarded_proto": "https"}
    signed_in = house.ask(
        "POST", "/sign-ins", {"name": "ann", "password": PASSWORD}, x_forwarded_for="10.1.2.3", **through
    )
    assert signed_in.status == 200, signed_in.body
    cookie = signed_in.headers["set-cookie"]
    assert cookie.startswith("__Host-segue-session=")
    assert "; Secure" in cookie
    listed = house.ask("GET", "/sign-ins", cookie=cookie.partition(";")[0], **through).json["items"]
    assert isinstance(listed, list)
    assert [each["address"] for each in listed] == ["10.1.2.3"]
