"""The API as HTTP: what is asked wrongly is named, what is there and what may be done with it is said exactly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.asking import ask
from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.serving import served

pytestmark = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def api(url: str, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    with served(url, tmp_path) as address:
        yield address


def test_lists_are_asked_by_get_as_well(api: str) -> None:
    for name in ("a", "b", "c"):
        assert ask(api, "POST", "/variables", {"name": name, "value": name, "tags": [name, "all"]}).status == 200
    page = ask(api, "GET", "/variables?tags_all=all&limit=2").body
    assert [each["name"] for each in page["items"]] == ["a", "b"]
    rest = ask(api, "GET", f"/variables?tags_all=all&limit=2&after={page['next']}").body
    assert [each["name"] for each in rest["items"]] == ["c"]
    assert rest["next"] is None
    both = ask(api, "GET", "/variables?tags_all=all&tags_all=b").body["items"]
    assert [each["name"] for each in both] == ["b"]
    assert [each["name"] for each in ask(api, "GET", "/variables?sort=-created").body["items"]] == ["c", "b", "a"]
    assert ask(api, "GET", "/flow-runs/count?state_types=FAILED&top_level=true").body == {"count": 0, "more": False}
    assert ask(api, "POST", "/flow-runs/list", {"where": {"names": ["x"]}}).body == {"items": [], "next": None}


def test_a_thing_may_be_called_like_a_place(api: str) -> None:
    for name in ("list", "count", "a/b c%", "ä"):
        ask(api, "POST", "/variables", {"name": name, "value": 1})
    assert ask(api, "GET", "/variables/list").body["name"] == "list"
    assert ask(api, "GET", "/variables/count").body["name"] == "count"
    assert ask(api, "GET", "/variables/a%2Fb%20c%25").body["name"] == "a/b c%"
    assert ask(api, "GET", "/variables/%C3%A4").body["name"] == "ä"
    assert ask(api, "DELETE", "/variables/count").status == 200


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/flow-runs?limt=3", "There is no query parameter 'limt' here; did you mean 'limit'?"),
        ("/flow-runs?limit=1001", 'limit: Expected int <= 1000; it is "1001".'),
        ("/flow-runs?limit=-1", 'limit: Expected int >= 0; it is "-1".'),
        ("/flow-runs?limit=many", 'limit: Expected int, got str; it is "many".'),
        ("/flow-runs?limit=1&limit=2", "The query parameter 'limit' is given twice."),
        ("/flow-runs?offset=99999999999999999999", "offset: Expected int"),
        ("/flow-runs?after=x", "The cursor is not one that a page gave; ask from the start."),
        ("/flow-runs?after=WzEsMl0", "The cursor is of a list in another order; ask from the start."),
        ("/flow-runs?started_after=null", "started_after: leave it out where nothing is meant"),
        ("/flow-runs?sort=colour", "Cannot sort by 'colour'; choose one of"),
        ("/flow-runs?started_after=yesterday", "started_after: Invalid RFC3339 encoded datetime, such as 2026-"),
        ("/flow-runs?started_after=2026-01-31T08:00:00", "started_after: Expected datetime with a timezone"),
        ("/flow-runs?started_after=2026-01-31T08:00:00+01:00", "(a + in a query is written %2B)"),
        ("/flow-runs?names=a%00b", 'names: there is a NUL character in "a\\u0000b".'),
        ("/variables/a%00b", 'name: there is a NUL character in "a\\u0000b".'),
        ("/variables/%FF", "is not UTF-8."),
        ("/logs?level_from=99999999999999999999", "level_from: Expected int"),
        ("/health?x=1", "There is no query parameter 'x' here; there is none at all."),
    ],
)
def test_what_is_wrong_with_a_query_is_named(api: str, path: str, detail: str) -> None:
    answer = ask(api, "GET", path)
    assert (answer.status, answer.code, answer.headers["content-type"]) == (
        422,
        "bad-request",
        "application/problem+json",
    )
    assert detail in answer.detail


@pytest.mark.parametrize(
    ("path", "body", "detail"),
    [
        ("/flow-runs/list", b'{"limit": 5', "The body is not JSON: "),
        ("/flow-runs/list", b'{"limit": NaN}', "The body is not JSON: "),
        ("/flow-runs/list", b'{"limit": 1e999}', "The body is not JSON: "),
        ("/flow-runs/list", b'{"after": "\\ud800"}', "The body is not JSON: "),
        ("/flow-runs/list", b'{"after": "\xed\xa0\x80"}', "not valid UTF-8"),
        ("/flow-runs/list", b"[" * 50_000, "The body is nested too deeply."),
        ("/flow-runs/list", b"[1]", "The request is not valid: Expected object, got array."),
        ("/flow-runs/list", b'{"where": {"ids": ["a", 3]}}', "where.ids[1]: Expected str, got int; it is 3."),
        (
            "/flow-runs/list",
            b'{"where": {"state_type": []}}',
            "no field 'where.state_type' here; did you mean 'state_types'?",
        ),
        (
            "/flow-runs/list?limit=1",
            b"{}",
            "There is no query parameter 'limit' here; what is asked for stands in the body.",
        ),
        ("/variables", b'{"name": "x\\u0000y", "value": 1}', "name: text with a NUL character cannot be stored."),
        ("/variables", b'{"value": 1}', "Object missing required field name"),
        ("/concurrency-limits", b'{"name": "x", "limit": 10000000000}', "limit: Expected int <= 2147483647"),
    ],
)
def test_what_is_wrong_with_a_body_is_named(api: str, path: str, body: bytes, detail: str) -> None:
    answer = ask(api, "POST", path, body)
    assert (answer.status, answer.code) == (422, "bad-request")
    assert detail in answer.detail


def test_a_request_without_a_body_asks_for_what_is_there_by_default(api: str) -> None:
    assert ask(api, "POST", "/flow-runs/list").body == {"items": [], "next": None}


def test_bodies_are_json_and_are_sent_as_such(api: str) -> None:
    for kind in ("multipart/form-data; boundary=x", "text/plain", "application/octet-stream"):
        answer = ask(api, "POST", "/flow-runs/list", b"{}", headers={"content-type": kind})
        assert (answer.status, answer.code) == (415, "wrong-kind")
        assert kind in answer.detail
    told_by_nobody = "application/x-www-form-urlencoded"
    for kind in ("application/json; charset=utf-8", "application/cloudevents+json", told_by_nobody):
        assert ask(api, "POST", "/flow-runs/list", b"{}", headers={"content-type": kind}).status == 200
    form = ask(api, "POST", "/flow-runs/list", b"limit=3", headers={"content-type": told_by_nobody})
    assert (form.status, form.detail.partition(":")[0]) == (422, "The body is not JSON")
    packed = ask(api, "POST", "/flow-runs/list", b"{}", headers={"content-encoding": "gzip"})
    assert (packed.status, packed.code) == (415, "wrong-kind")
    large = ask(api, "POST", "/flow-runs/list", b" " * 6_000_000)
    assert (large.status, large.code) == (413, "too-large")


def test_methods_are_exact(api: str) -> None:
    ask(api, "POST", "/variables", {"name": "x", "value": 1})
    whole = ask(api, "GET", "/variables/x")
    head = ask(api, "HEAD", "/variables/x")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", whole.headers["etag"])
    assert head.headers["content-length"] == whole.headers["content-length"]
    assert ask(api, "HEAD", "/variables/y").status == 404
    may = ask(api, "OPTIONS", "/variables/x")
    assert (may.status, may.headers["allow"]) == (204, "DELETE, GET, HEAD, OPTIONS, PATCH")
    wrong = ask(api, "PUT", "/variables/x", {})
    assert (wrong.status, wrong.code, wrong.headers["allow"]) == (405, "no-method", "DELETE, GET, HEAD, OPTIONS, PATCH")
    assert ask(api, "GET", "/records").headers["allow"] == "OPTIONS, POST"
    for path in ("/nothing", "/variables/x/", "/variables/", "/Variables", "/variables/x/y", "//variables", "/"):
        for method in ("GET", "DELETE", "OPTIONS"):
            answer = ask(api, method, path)
            assert (answer.status, answer.code) == (404, "no-route")


def test_what_was_read_is_not_sent_again(api: str) -> None:
    ask(api, "POST", "/variables", {"name": "x", "value": 1})
    version = ask(api, "GET", "/variables/x").headers["etag"]
    same = ask(api, "GET", "/variables/x", headers={"if-none-match": f'"other", W/{version}'})
    assert (same.status, same.body, same.headers["etag"]) == (304, b"", version)
    ask(api, "POST", "/variables", {"name": "x", "value": 2, "overwrite": True})
    changed = ask(api, "GET", "/variables/x", headers={"if-none-match": version})
    assert (changed.status, changed.body["value"]) == (200, 2)
    assert ask(api, "GET", "/variables/x", headers={"if-match": version}).status == 412


def test_a_change_may_be_made_for_one_version(api: str) -> None:
    ask(api, "POST", "/concurrency-limits", {"name": "db", "limit": 1})
    version = ask(api, "GET", "/concurrency-limits/db").headers["etag"]
    first = ask(api, "PATCH", "/concurrency-limits/db", {"limit": 2}, headers={"if-match": version})
    assert (first.status, first.body["limit"]) == (200, 2)
    assert first.headers["etag"] == ask(api, "GET", "/concurrency-limits/db").headers["etag"]
    late = ask(api, "PATCH", "/concurrency-limits/db", {"limit": 3}, headers={"if-match": version})
    assert (late.status, late.code) == (412, "changed-meanwhile")
    assert first.headers["etag"] in late.detail
    assert ask(api, "DELETE", "/concurrency-limits/db", headers={"if-match": version}).status == 412
    assert ask(api, "GET", "/concurrency-limits/db").body["limit"] == 2
    assert ask(api, "DELETE", "/concurrency-limits/db", headers={"if-none-match": "*"}).status == 412
    assert ask(api, "DELETE", "/concurrency-limits/none", headers={"if-match": "*"}).status == 404
    many = ask(api, "POST", "/variables", {"name": "x", "value": 1}, headers={"if-match": version})
    assert (many.status, many.code) == (422, "bad-request")
    assert ask(api, "DELETE", "/concurrency-limits/db", headers={"if-match": first.headers["etag"]}).status == 200


def test_a_request_with_a_key_is_done_once(api: str) -> None:
    key = {"idempotency-key": "monday"}
    first = ask(api, "POST", "/variables", {"name": "x", "value": 1}, headers=key)
    again = ask(api, "POST", "/variables", {"value": 1, "name": "x"}, headers=key)
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    other = ask(api, "POST", "/variables", {"name": "x", "value": 2}, headers=key)
    assert (other.status, other.code) == (422, "idempotency.key-reused")
    # A key belongs to one operation, and what was refused may be asked anew.
    assert ask(api, "POST", "/concurrency-limits", {"name": "x", "limit": 1}, headers=key).status == 200
    refused = {"idempotency-key": "tuesday"}
    assert ask(api, "POST", "/variables", {"name": "x", "value": 1}, headers=refused).status == 409
    ask(api, "DELETE", "/variables/x")
    assert ask(api, "POST", "/variables", {"name": "x", "value": 1}, headers=refused).status == 200
    assert (
        ask(api, "POST", "/variables", {"name": "y", "value": 1}, headers={"idempotency-key": "k" * 256}).status == 422
    )


NEW_YEAR = "2026-01-01T00:00:00Z"
#: Every way to make a thing, with what it takes at least; some need what those before them make.
CREATES: dict[str, dict[str, object]] = {
    "/flow-runs": {
        "id": "0199a0b4-0000-7000-8000-000000000001", "flow_name": "f", "name": "n",
        "states": [{"type": "PENDING", "id": "s", "name": "Pending", "timestamp": NEW_YEAR}],
    },
    "/flow-runs/0199a0b4-0000-7000-8000-000000000001/inputs": {"key": "k", "value": "1"},
    "/variables": {"name": "v", "value": 1},
    "/artifacts": {"type": "markdown", "data": "x", "key": "a"},
    "/concurrency-limits": {"name": "l", "limit": 1},
    "/concurrency-limits/slots": {"id": "c1", "names": ["l"]},
    "/block-types": {"slug": "pin", "name": "Pin"},
    "/block-schemas": {"block_type": "pin", "fields": {"type": "object"}},
    "/block-documents": {"name": "d", "block_type": "pin", "data": {}},
    "/task-runs/enqueue": {
        "id": "0199a0b4-0000-7000-8000-000000000002", "name": "t", "task_name": "t", "task_key": "t", "inputs_ref": "r",
        "state": {"type": "SCHEDULED", "id": "s2", "name": "Scheduled", "timestamp": NEW_YEAR, "at": NEW_YEAR},
    },
    "/work-pools": {"name": "p", "type": "process"},
    "/work-pools/p/queues": {"name": "q"},
    "/deployments": {"name": "d", "flow_name": "f"},
    "/events": {"event": "e", "resource": {"segue.resource.id": "r"}},
    "/users": {"id": "0199a0b4-0000-7000-8000-000000000003", "name": "ann", "role": "admin", "password": "correct horse"},
}  # fmt: skip
#: CloudEvents may have attributes of their own.
OPEN = {"/events"}


def test_every_create_names_a_field_that_it_does_not_know(api: str) -> None:
    for path, body in CREATES.items():
        if path not in OPEN:
            answer = ask(api, "POST", path, {**body, "colour": "red"})
            assert (answer.status, answer.code) == (422, "bad-request"), path
            assert "There is no field 'colour' here" in answer.detail, path
    assert ask(api, "GET", "/flow-runs/count").body["count"] == 0


def test_every_create_is_done_once_for_a_key(api: str) -> None:
    made = {path: ask(api, "POST", path, body, headers={"idempotency-key": path}) for path, body in CREATES.items()}
    for path, answer in made.items():
        assert answer.status == 200, (path, answer.body)
    # The first account was the last to be made: from now on a key is needed.
    assert ask(api, "GET", "/flow-runs/count").status == 401


def test_a_create_that_is_repeated_gets_the_first_answer(api: str) -> None:
    for path, body in list(CREATES.items())[:-1]:
        headers = {"idempotency-key": path}
        first, again = (ask(api, "POST", path, body, headers=headers) for _ in range(2))
        assert (first.status, again.status, again.body) == (200, 200, first.body), path
        assert again.headers["idempotency-replayed"] == "true", path


def test_a_variable_is_changed_for_one_version(api: str) -> None:
    ask(api, "POST", "/variables", {"name": "x", "value": {"a": 1}, "tags": ["t"]})
    version = ask(api, "GET", "/variables/x").headers["etag"]
    changed = ask(api, "PATCH", "/variables/x", {"value": None}, headers={"if-match": version})
    assert (changed.status, changed.body["value"], changed.body["tags"]) == (200, None, ["t"])
    late = ask(api, "PATCH", "/variables/x", {"value": 2}, headers={"if-match": version})
    assert (late.status, late.code) == (412, "changed-meanwhile")
    tagged = ask(api, "PATCH", "/variables/x", {"tags": []}, headers={"if-match": changed.headers["etag"]})
    assert (tagged.status, tagged.body["value"], tagged.body["tags"]) == (200, None, [])
    assert ask(api, "PATCH", "/variables/y", {"value": 1}).status == 404


def test_a_secret_is_told_once(api: str) -> None:
    fields = {"type": "object", "properties": {"value": {"type": "string"}}, "secret_fields": ["value"]}
    assert ask(api, "POST", "/block-types", {"slug": "secret", "name": "Secret"}).status == 200
    assert ask(api, "POST", "/block-schemas", {"block_type": "secret", "fields": fields}).status == 200
    saved = ask(api, "POST", "/block-documents", {"name": "d", "block_type": "secret", "data": {"value": "hush"}}).body
    key = {"idempotency-key": "k"}
    told = ask(api, "POST", f"/block-documents/{saved['id']}/reveal", headers=key)
    assert told.body["data"] == {"value": "hush"}
    again = ask(api, "POST", f"/block-documents/{saved['id']}/reveal", headers=key)
    assert (again.status, again.code) == (409, "idempotency.answer-not-kept")
