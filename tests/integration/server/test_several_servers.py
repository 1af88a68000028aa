"""Several servers on one PostgreSQL are one place: who comes in by one comes in by the others, and who is out is out everywhere."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from segue.host.ids import new_id
from segue.server.entrance import LOOPBACK, Entrance
from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.integration.server.house import PASSWORD, House
from tests.integration.server.test_signing_in import Browser
from tests.serving import served

pytestmark = pytest.mark.parametrize("url", ["postgresql"], indirect=True)

#: What stands before them has one name for both.
NAME = "segue.example"


@pytest.fixture
def houses(url: str, tmp_path: Path) -> Iterator[tuple[House, House]]:  # noqa: F811
    """Two servers of one database, whose admin is ann."""
    entrance = Entrance(names=LOOPBACK | {NAME}, exposed=True)
    with ExitStack() as stack:
        one, two = (
            House(stack.enter_context(served(url, tmp_path, entrance=entrance)), url, tmp_path) for _ in range(2)
        )
        one.user("ann", "admin", PASSWORD)
        yield one, two


def refused(house: House, **shown: str) -> None:
    """Wait until a server knows what was done at the other: it looks again after a second."""
    while house.ask("GET", "/leases", **shown).status != 401:
        pass


def test_accounts_and_keys_hold_everywhere_at_once_and_end_everywhere(houses: tuple[House, House]) -> None:
    one, two = houses
    admin = one.key("admin", role="admin").key
    bob = {"id": new_id(), "name": "bob", "role": "operator", "password": PASSWORD}
    assert one.ask("POST", "/users", bob, key=admin).status == 200
    assert two.ask("POST", "/users", bob | {"id": new_id()}, key=admin).status == 409
    made = two.ask("POST", "/keys", {"id": new_id(), "name": "laptop", "user": "bob"}, key=admin).json
    key, facts = str(made["key"]), made["facts"]
    assert isinstance(facts, dict)
    for house in (one, two):
        assert house.ask("GET", "/me", key=key).json["name"] == "bob"
    # What it may do is known everywhere as well.
    assert one.ask("PATCH", "/users/bob", {"role": "viewer"}, key=admin).status == 200
    variable = {"id": new_id(), "name": "x", "value": 1}
    assert one.ask("POST", "/variables", variable, key=key).status == 403
    while two.ask("POST", "/variables", variable, key=key).status != 403:
        pass
    assert two.ask("DELETE", f"/keys/{facts['id']}", key=admin).status == 200
    assert two.ask("GET", "/leases", key=key).status == 401
    refused(one, key=key)
    assert "'laptop' was revoked" in str(one.ask("GET", "/leases", key=key).json["detail"])
    # Who did it, wherever it was done.
    told = one.ask("POST", "/events/list", {"names": ["segue.user.*", "segue.key.*"], "sort": "seq"}, key=admin).json[
        "items"
    ]
    assert isinstance(told, list)
    names = [each["event"] for each in told if each.get("actor", {}).get("name") == "admin"]
    assert names == ["segue.user.created", "segue.key.created", "segue.user.updated", "segue.key.revoked"]


def test_who_signed_in_at_one_is_signed_in_at_all_and_out_of_all(houses: tuple[House, House]) -> None:
    one, two = houses
    at_one, at_two = Browser(one, host=NAME), Browser(two, host=NAME)
    assert at_one.sign_in().status == 200
    at_two.cookie, at_two.csrf = at_one.cookie, at_one.csrf
    assert at_two.ask("GET", "/me").json["name"] == "ann"
    assert at_two.ask("POST", "/variables", {"id": new_id(), "name": "x", "value": 1}).status == 200
    # A program's login: allowed at one, fetched at the other, once.
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"my secret").digest()).decode().rstrip("=")
    code = at_one.ask("POST", "/login-codes", {"challenge": challenge, "name": "laptop"}).json["code"]
    fetched = two.ask("POST", "/login-codes/exchange", {"code": code, "verifier": "my secret"})
    assert one.ask("POST", "/login-codes/exchange", {"code": code, "verifier": "my secret"}).status == 401
    assert one.ask("GET", "/me", key=str(fetched.json["key"])).json["name"] == "ann"
    assert at_two.ask("POST", "/sign-out", {}).status == 200
    assert at_two.ask("GET", "/leases").status == 401
    refused(one, cookie=at_one.cookie, host=NAME)
    # A new password ends what was begun with the old one, at the other server too.
    at_one.sign_in()
    key = two.key("admin", role="admin").key
    assert two.ask("PATCH", "/users/ann", {"password": "another password"}, key=key).status == 200
    refused(one, cookie=at_one.cookie, host=NAME)
    assert at_one.sign_in().status == 401
    assert at_one.sign_in("ann", "another password").status == 200


def test_wrong_passwords_are_counted_together(houses: tuple[House, House]) -> None:
    one, two = houses
    for number in range(6):
        assert Browser(houses[number % 2]).sign_in("ann", "wrong password").status == 401
    for house in (one, two):
        assert Browser(house).sign_in().code == "sign-in.too-many-attempts"
