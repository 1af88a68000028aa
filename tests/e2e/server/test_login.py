"""Logging in from a terminal: by a real browser, by a code, by a key; and out again."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import browsing, chromium
from tests.e2e.cli.desk import SEGUE, Desk
from tests.e2e.server.test_people import Office
from tests.integration.server.house import PASSWORD
from tests.serving_process import ServerProcess


@pytest.fixture
def office(server: ServerProcess, tmp_path: Path) -> Office:
    office = Office(server, tmp_path)
    office.segue("user", "create", "ann", "--role", "admin", input=f"{PASSWORD}\n")
    office.segue("user", "create", "bob", "--role", "operator", input=f"{PASSWORD}\n")
    return office


@pytest.fixture
def laptop(tmp_path: Path) -> Iterator[Desk]:
    """A desk that knows no server yet; its browser only writes down what it was asked to open."""
    (tmp_path / "laptop").mkdir()
    desk = Desk(tmp_path / "laptop")
    desk.write("browse.py", "import pathlib, sys\npathlib.Path('opened.new').write_text(sys.argv[1])\n"
               "pathlib.Path('opened.new').rename('opened')\n")  # fmt: skip
    yield desk
    desk.leave()


def begin(laptop: Desk, *words: str, **more: str) -> subprocess.Popen[str]:
    browser = f"{sys.executable} {laptop.folder / 'browse.py'} %s"
    process = subprocess.Popen(
        [SEGUE, "login", *words], cwd=laptop.folder, env=laptop.surroundings() | {"BROWSER": browser} | more, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    laptop.running.append(process)
    return process


def whoami(laptop: Desk) -> dict[str, object]:
    found = laptop.json("whoami")
    assert isinstance(found, dict)
    return found


def test_a_person_logs_in_with_a_browser_and_out_again(
    office: Office, laptop: Desk, tmp_path: Path, need: Callable[[str, object], None]
) -> None:
    need("chromium", chromium())
    url = office.server.url.removesuffix("/api")
    process = begin(laptop, url)
    laptop.wait_for((laptop.folder / "opened").exists, "the browser to be opened")
    page = (laptop.folder / "opened").read_text()
    assert page.startswith(f"{url}/login?")
    with browsing(tmp_path / "chromium") as browser:
        browser.go(page)
        browser.until("!document.querySelector('#sign-in').hidden")
        browser.type("#name", "bob")
        browser.type("#password", "wrong password")
        browser.click("#sign-in button")
        browser.until("document.querySelector('#said').textContent === 'Name or password is wrong.'")
        browser.run("document.querySelector('#password').value = ''")
        browser.type("#password", PASSWORD)
        browser.click("#sign-in button")
        browser.until("!document.querySelector('#ask').hidden")
        assert browser.run("document.cookie") == ""
        browser.click("#allow")
        browser.until("document.body.innerText.includes('You are logged in')")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "as bob (operator)" in out
    me = whoami(laptop)
    assert (me["name"], me["role"], me["by"], me["server"]) == ("bob", "operator", "key", office.server.url)
    profiles = laptop.home / "profiles.toml"
    assert stat.S_IMODE(profiles.stat().st_mode) == 0o600
    assert laptop.segue("variable", "set", "region", "north", "--reason", "moved").returncode == 0
    (told,) = laptop.items("event", "ls", "--name", "segue.variable.created")
    assert told["actor"]["name"] == "bob"  # type: ignore[index]  # JSON
    # And out.
    key = profiles.read_text().partition('SEGUE_API_KEY = "')[2].partition('"')[0]
    done = laptop.segue("logout")
    assert (done.returncode, "It is revoked." in done.stdout) == (0, True), done.stderr
    assert key not in profiles.read_text()
    refused = laptop.segue("flow-run", "ls", SEGUE_API_KEY=key)
    assert (refused.returncode, "was revoked" in refused.stderr) == (4, True)
    assert laptop.segue("logout").returncode == 3


def test_the_page_lets_nothing_of_others_in(
    office: Office, tmp_path: Path, need: Callable[[str, object], None]
) -> None:
    need("chromium", chromium())
    url = office.server.url.removesuffix("/api")
    with browsing(tmp_path / "chromium") as browser:
        name = "<img src=x onerror=document.title=1>"
        browser.go(f"{url}/login?challenge={'x' * 43}&port=evil.example&name={name}")
        browser.until("!document.querySelector('#sign-in').hidden")
        browser.type("#name", "ann")
        browser.type("#password", PASSWORD)
        browser.click("#sign-in button")
        browser.until("!document.querySelector('#ask').hidden")
        assert browser.run("document.querySelector('#who').textContent") == name
        assert browser.run("document.querySelectorAll('img').length") == 0
        browser.click("#allow")
        browser.until("document.querySelector('#code').textContent.startsWith('segue_code_')")
        # No port, so nowhere to go.
        assert browser.run("location.pathname") == "/login"
        browser.click("#sign-out")
        browser.until("!document.querySelector('#sign-in').hidden")


def code_for(office: Office, page: str) -> str:
    """Sign in and ask for a code, as the page does."""
    from tests.integration.server.house import House
    from tests.integration.server.test_signing_in import Browser

    asked = parse_qs(urlsplit(page).query)
    browser = Browser(House(office.server.url, "", office.home), content_type="application/json")
    assert browser.sign_in("ann").status == 200
    body = {"challenge": asked["challenge"][0], "name": asked["name"][0]}
    return str(browser.ask("POST", "/login-codes", body).json["code"])


def test_where_there_is_no_browser_the_code_is_typed(office: Office, laptop: Desk) -> None:
    process = begin(laptop, office.server.url, "--no-browser", "--save-as", "work")
    assert process.stderr is not None
    assert process.stdin is not None
    page = next(line.strip() for line in process.stderr if "/login?" in line)
    assert "port=" not in page
    out, err = process.communicate(f"{code_for(office, page)}\n", timeout=60)
    assert process.returncode == 0, err
    assert "as ann (admin). Profile work is active." in out
    assert whoami(laptop)["profile"] == "work"


def test_a_code_that_is_none_logs_nobody_in(office: Office, laptop: Desk) -> None:
    for typed, told in (("letmein\n", "no code"), ("", "no code"), (f"segue_code_{'x' * 43}\n", "code is not good")):
        process = begin(laptop, office.server.url, "--no-browser")
        _, err = process.communicate(typed, timeout=60)
        assert (process.returncode != 0, told in err) == (True, True), err
    assert not (laptop.home / "profiles.toml").exists()


def test_a_key_is_taken_from_standard_input_and_kept_apart(office: Office, laptop: Desk) -> None:
    key = office.key("nightly", "--role", "viewer")
    done = laptop.segue("login", office.server.url, "--key", input=f"{key}\n")
    assert done.returncode == 0, done.stderr
    assert key not in done.stdout + done.stderr
    port = office.server.port
    assert (whoami(laptop)["name"], whoami(laptop)["profile"]) == ("nightly", f"127.0.0.1-{port}")
    again = laptop.segue("logout")
    assert "it is still valid" in again.stdout
    for wrong, code in (("letmein", 2), ("segue_key_" + "x" * 43, 4)):
        assert laptop.segue("login", office.server.url, "--key", input=f"{wrong}\n").returncode == code
    assert laptop.segue("login", input="").returncode == 2
    assert laptop.segue("profile", "use", "ephemeral").returncode == 0
    assert whoami(laptop)["server"] is None


def test_profiles_switch_servers(office: Office, laptop: Desk, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = ServerProcess(tmp_path / "other" / "home")
    other.start()
    try:
        key = office.key("nightly", "--role", "operator")
        assert laptop.segue("login", office.server.url, "--key", "--save-as", "work", input=f"{key}\n").returncode == 0
        assert laptop.segue("login", other.url, "--save-as", "lab").returncode == 0
        assert laptop.segue("variable", "set", "place", "lab").returncode == 0
        assert laptop.segue("--profile", "work", "variable", "set", "place", "work").returncode == 0
        # By the active one, by the environment, by an option; each with its own server and key.
        assert (whoami(laptop)["server"], whoami(laptop)["open"]) == (other.url, True)
        assert laptop.segue("variable", "get", "place", SEGUE_PROFILE="work").stdout == "work\n"
        assert laptop.segue("profile", "use", "work").returncode == 0
        me = whoami(laptop)
        assert (me["server"], me["name"], me["profile"]) == (office.server.url, "nightly", "work")
        assert laptop.segue("variable", "get", "place").stdout == "work\n"
        assert laptop.segue("--profile", "lab", "variable", "get", "place").stdout == "lab\n"
        # A script goes where the profile leads.
        script = laptop.write("greet.py", "from segue import flow\n\n@flow\ndef greet():\n    pass\n\ngreet()\n")
        assert laptop.python(script).returncode == 0
        assert [run["flow_name"] for run in laptop.items("flow-run", "ls")] == ["greet"]
        assert laptop.segue("--profile", "lab", "flow-run", "ls", "--count").stdout == "0\n"
        # Out of one is not out of the other.
        assert laptop.segue("logout").returncode == 0
        assert whoami(laptop)["name"] is None
        assert laptop.segue("--profile", "lab", "variable", "get", "place").stdout == "lab\n"
    finally:
        other.stop()


def test_a_server_without_accounts_wants_no_key(server: ServerProcess, laptop: Desk) -> None:
    done = laptop.segue("login", server.url)
    assert (done.returncode, "Nobody needs an account there yet" in done.stdout) == (0, True), done.stderr
    assert whoami(laptop)["open"]


def test_a_server_that_is_not_there_is_said(laptop: Desk) -> None:
    done = laptop.segue("login", "http://127.0.0.1:1", SEGUE_CLIENT_MAX_RETRIES="0")
    assert (done.returncode, "127.0.0.1:1" in done.stderr) == (5, True)
    assert json.loads(laptop.segue("profile", "ls", "--count", "-o", "json").stdout)["count"] == 1
