"""People and keys of a server: who comes in, under which name, and until when."""

from __future__ import annotations

import threading

import pytest

from segue.host.ids import new_id
from segue.server.entrance import Entrance
from segue.wire.people import KEY_REVOKE, SIGN_IN_LIST, USER_EDIT, SignInQuery, UserEdit
from segue.wire.requests import ById
from tests.integration.server.house import House
from tests.serving import served


def test_until_the_first_account_nobody_needs_one_and_the_server_says_so(empty_house: House) -> None:
    me = empty_house.ask("GET", "/me").json
    assert (me["open"], me["by"], me["role"]) == (True, "open", "admin")
    assert empty_house.ask("POST", "/flow-runs/list", {}).status == 200
    # A key from elsewhere is no hindrance.
    assert empty_house.ask("POST", "/flow-runs/list", {}, key="segue_key_" + "x" * 43).status == 200
    first = {"id": new_id(), "name": "Ann", "role": "viewer"}
    assert empty_house.ask("POST", "/users", first).code == "users.first-admin"
    assert empty_house.ask("POST", "/users", first | {"role": "admin"}).json["name"] == "ann"
    # From this moment on.
    assert empty_house.ask("POST", "/flow-runs/list", {}).status == 401
    assert empty_house.ask("GET", "/me").json == {}


def test_an_account_made_beside_the_server_closes_it_as_well(empty_house: House) -> None:
    assert empty_house.ask("GET", "/leases").status == 200
    empty_house.user("ann", "admin")
    while empty_house.ask("GET", "/leases").status != 401:
        pass


def test_a_server_that_others_reach_is_never_open(house: House) -> None:
    fresh = f"sqlite:///{house.home / 'other.db'}"
    with served(fresh, house.home, entrance=Entrance(exposed=True)) as api:
        other = House(api, fresh, house.home)
        assert other.ask("GET", "/leases").status == 401
        assert other.ask("GET", "/me").json == {}
        assert other.ask("POST", "/users", {"id": new_id(), "name": "eve", "role": "admin"}).status == 401
        assert other.ask("GET", "/health").status == 200


def test_only_its_own_names_are_answered_to(house: House) -> None:
    key = house.key("admin", role="admin").key
    assert house.ask("GET", "/leases", key=key, host="evil.example").code == "forbidden"
    assert house.ask("GET", "/health", host="evil.example").code == "forbidden"
    assert house.ask("GET", "/leases", key=key, host="10.0.0.1:4747").status == 403
    assert house.ask("GET", "/leases", key=key, host="LOCALHOST:1").status == 200
    assert house.ask("GET", "/leases", key=key, host="127.0.0.1:x").status == 200
    assert house.ask("GET", "/leases", key=key, origin="http://evil.example").status == 403
    assert house.ask("GET", "/leases", key=key, origin="null").status == 403


def test_names_that_were_given_are_answered_to(house: House) -> None:
    key = house.key("admin", role="admin").key
    entrance = Entrance(names=frozenset({"localhost", "127.0.0.1", "segue.example"}), exposed=True)
    with served(house.url, house.home, entrance=entrance) as api:
        other = House(api, house.url, house.home)
        assert other.ask("GET", "/leases", key=key, host="segue.example").status == 200
        assert other.ask("GET", "/leases", key=key, host="10.0.0.1:4747").status == 200
        assert other.ask("GET", "/leases", key=key, host="evil.example").status == 403
        # A proxy may pass on another name than the browser asked for.
        assert other.ask("GET", "/leases", key=key, origin="https://segue.example").status == 200
        assert other.ask("GET", "/leases", key=key, origin="https://evil.example").status == 403
        # Another program of this machine is another place.
        assert other.ask("GET", "/leases", key=key, origin="http://localhost:1").status == 403


def test_who_shows_a_key_bears_its_name_and_no_other(house: House) -> None:
    house.user("bob", "operator")
    key = house.key("laptop", user="bob").key
    claim = {"segue_actor": "ann", "segue_means": "cli", "segue_reason": "because%20I%20can"}
    variable = {"id": new_id(), "name": "region", "value": 1}
    assert house.ask("POST", "/variables", variable, key=key, **claim).status == 200
    program = house.key("nightly").key
    assert house.ask("DELETE", "/variables/region", key=program, **claim).status == 200
    told = house.ask("POST", "/events/list", {"names": ["segue.variable.*"]}, key=key).json["items"]
    assert isinstance(told, list)
    deleted, created = (each for each in told)
    assert created["actor"] == {"kind": "user", "name": "bob", "means": "cli"}
    assert created["reason"] == "because I can"
    assert (deleted["actor"]["kind"], deleted["actor"]["name"]) == ("key", "nightly")
    me = house.ask("GET", "/me", key=key).json
    assert (me["name"], me["role"], me["by"], me["rights"]) == ("bob", "operator", "key", ["edit", "read", "run"])


def test_a_revoked_key_is_refused_by_a_server_that_did_not_revoke_it(house: House) -> None:
    made = house.key("laptop", user="ann")
    assert house.ask("GET", "/leases", key=made.key).status == 200
    backend = house.opened()
    backend.call(KEY_REVOKE, ById(made.facts.id))
    backend.close()
    while house.ask("GET", "/leases", key=made.key).status != 401:
        pass
    assert "'laptop' was revoked" in str(house.ask("GET", "/leases", key=made.key).json["detail"])


def test_a_stream_ends_when_its_listener_may_no_longer_listen(house: House) -> None:
    import http.client
    from urllib.parse import urlsplit

    made = house.key("listener", role="viewer")
    place = urlsplit(house.api)
    link = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
    link.request("GET", "/api/stream", headers={"authorization": f"Bearer {made.key}"})
    answer = link.getresponse()
    assert answer.status == 200
    heard: list[bytes] = []
    reading = threading.Thread(target=lambda: heard.append(answer.read()), daemon=True)
    reading.start()
    admin = house.key("admin", role="admin").key
    assert house.ask("DELETE", f"/keys/{made.facts.id}", key=admin).status == 200
    reading.join(30)
    assert not reading.is_alive()
    assert b"event: hello" in heard[0]
    link.close()


def test_last_use_is_shown(house: House) -> None:
    made = house.key("laptop", user="ann")
    assert made.facts.last_used is None
    assert house.ask("GET", "/leases", key=made.key).status == 200
    while house.ask("GET", f"/keys/{made.facts.id}", key=made.key).json.get("last_used") is None:
        pass


# --- keys of one's own ----------------------------------------------------------------------------------------------


def test_a_person_looks_after_own_keys_with_at_most_own_rights(house: House) -> None:
    house.user("bob", "operator")
    mine, others = house.key("laptop", user="bob"), house.key("of ann", user="ann")
    made = house.ask("POST", "/keys", {"id": new_id(), "name": "second"}, key=mine.key).json
    assert isinstance(made["facts"], dict)
    assert made["facts"]["user"] == "bob"
    assert house.ask("GET", "/me", key=str(made["key"])).json["rights"] == ["edit", "read", "run"]
    listed = house.ask("POST", "/keys/list", {}, key=mine.key).json["items"]
    assert isinstance(listed, list)
    assert {each["name"] for each in listed} == {"laptop", "second"}
    assert all("digest" not in each for each in listed)
    assert house.ask("DELETE", f"/keys/{others.facts.id}", key=mine.key).status == 404
    assert house.ask("GET", f"/keys/{others.facts.id}", key=mine.key).status == 404
    assert house.ask("POST", "/keys", {"id": new_id(), "name": "x", "user": "ann"}, key=mine.key).status == 403
    assert house.ask("DELETE", f"/keys/{mine.facts.id}", key=mine.key).status == 200
    assert house.ask("GET", "/leases", key=mine.key).status == 401


def test_a_narrow_key_makes_no_wider_one(house: House) -> None:
    from datetime import UTC, datetime, timedelta

    soon = datetime.now(UTC) + timedelta(hours=1)
    narrow = house.key("narrow", user="ann", scopes=("read",), expires=soon).key
    wide = {"id": new_id(), "name": "wide"}
    assert house.ask("POST", "/keys", wide, key=narrow).status == 403
    scoped = wide | {"scopes": ["read"]}
    assert "no later than yours" in str(house.ask("POST", "/keys", scoped, key=narrow).json["detail"])
    assert house.ask("POST", "/keys", scoped | {"expires": soon.isoformat()}, key=narrow).status == 200
    program = house.key("program").key
    assert house.ask("POST", "/keys", {"id": new_id(), "name": "child"}, key=program).status == 403


def test_the_last_admin_stays(house: House) -> None:
    key = house.key("admin", user="ann").key
    for change in ({"disabled": True}, {"role": "viewer"}):
        assert house.ask("PATCH", "/users/ann", change, key=key).code == "users.last-admin"
    house.user("bob", "admin")
    assert house.ask("PATCH", "/users/ann", {"disabled": True}, key=key).status == 200
    assert house.ask("GET", "/leases", key=key).status == 401


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"name": "a/b"}, "'a/b' is no name"),
        ({"role": "root"}, "no role 'root'"),
        ({"password": "short"}, "10 to 256 letters; this one has 5"),
        ({"name": "bob@example.org", "password": "bob@example.org"}, "must not be the name"),
    ],
)
def test_what_is_no_account_is_refused_without_repeating_the_password(
    house: House, facts: dict[str, str], told: str
) -> None:
    key = house.key("admin", user="ann").key
    answer = house.ask("POST", "/users", {"id": new_id(), "name": "bob", "role": "viewer"} | facts, key=key)
    assert (answer.status, told in str(answer.json["detail"])) == (422, True), answer.body
    assert "short" not in answer.body.decode()


def test_a_change_of_role_holds_for_keys_at_once(house: House) -> None:
    house.user("bob", "viewer")
    admin, bobs = house.key("admin", user="ann").key, house.key("bobs", user="bob").key
    assert house.ask("GET", "/users/bob", key=bobs).status == 403
    assert house.ask("PATCH", "/users/bob", {"role": "admin"}, key=admin).status == 200
    assert house.ask("GET", "/users/bob", key=bobs).status == 200


def test_no_secret_is_in_the_database_or_in_any_list(house: House) -> None:
    made = house.key("laptop", user="ann")
    secret = made.key.removeprefix("segue_key_")
    for file in (house.home / "home").iterdir():
        data = file.read_bytes()
        assert secret.encode() not in data, file
        assert b"correct horse" not in data, file
    told = (
        house.ask("POST", "/keys/list", {}, key=made.key).body + house.ask("POST", "/users/list", {}, key=made.key).body
    )
    assert secret.encode() not in told
    assert b"scrypt" not in told


def test_a_change_says_who_made_it_and_why(house: House) -> None:
    house.user("bob", "viewer")
    key = house.key("admin", user="ann").key
    reason = {"segue_reason": "left"}
    assert house.ask("PATCH", "/users/bob", {"disabled": True}, key=key, **reason).status == 200
    told = house.ask("POST", "/events/list", {"names": ["segue.user.updated"]}, key=key).json["items"]
    assert isinstance(told, list)
    assert (told[0]["actor"]["name"], told[0]["reason"], told[0]["payload"]) == ("ann", "left", {"disabled": True})


def test_sign_ins_of_nobody_are_none(house: House) -> None:
    backend = house.opened()
    assert backend.call(SIGN_IN_LIST, SignInQuery()).items == []
    backend.call(USER_EDIT, UserEdit(name="ann", password="another password"))
    backend.close()
