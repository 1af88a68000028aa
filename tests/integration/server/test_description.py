"""The description of the API that a server shows: whole, current, and without anything of anybody else's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from segue.wire.asking import read_request
from segue.wire.table import OPERATIONS
from tests.asking import ask
from tests.serving import served
from tools.examples import EXAMPLES, QUERIES
from tools.openapi import document


@pytest.fixture
def api(tmp_path: Path) -> Iterator[str]:
    with served(f"sqlite:///{tmp_path / 'segue.db'}", tmp_path) as address:
        yield address


def test_every_way_to_every_operation_is_described(api: str) -> None:
    told = ask(api, "GET", "/openapi.json")
    assert told.headers["content-type"] == "application/json"
    assert told.body == json.loads(json.dumps(document()))
    ways = {(method, path) for operation in OPERATIONS.values() if operation.below for method, path in operation.ways}
    described = {(method.upper(), path) for path, way in told.body["paths"].items() for method in way}
    assert described == ways
    for way in (way for ways in told.body["paths"].values() for way in ways.values()):
        assert re.fullmatch(r"[A-Z].*\.", way["summary"]), way["operationId"]
        assert "raises" not in way["summary"]
    ids = [way["operationId"] for ways in told.body["paths"].values() for way in ways.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_in_it_leads_somewhere(api: str) -> None:
    body = ask(api, "GET", "/openapi.json").body
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("$ref"), str):
                found.add(value["$ref"])
            for each in value.values():
                walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    walk(body)
    for reference in found:
        _, _, kind, name = reference.split("/")
        assert name in body["components"][kind]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_are_requests(name: str) -> None:
    operation = OPERATIONS[name]
    for example in EXAMPLES[name].values():
        path = dict.fromkeys(re.findall(r"\{(\w+)\}", operation.path), "x")
        assert read_request(operation, path=path, query=(), body=msgspec.json.encode(example)) is not None


@pytest.mark.parametrize("name", QUERIES)
def test_examples_of_queries_are_requests(name: str) -> None:
    pairs = [
        (key, str(each))
        for key, value in QUERIES[name].items()
        for each in (value if isinstance(value, list) else [value])
    ]
    assert read_request(OPERATIONS[name], path={}, query=pairs, body=b"", method="GET") is not None


def test_the_page_to_read_and_try_it_is_made_of_parts_of_this_server(api: str) -> None:
    page = ask(api, "GET", "/docs")
    text = page.body.decode()
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?://|<style|style=|<script>| on\w+=", text)
    parts = re.findall(r'(?:href|src)="(docs/[^"]+)"', text)
    assert len(set(parts)) == 4
    for part in parts:
        told = ask(api, "GET", f"/{part}")
        assert told.status == 200
        assert not re.search(rb"https?://(?!www\.w3\.org)", told.body)
    assert ask(api, "GET", "/docs/..%2Fopenapi.json").status == 404
    version = page.headers["etag"]
    assert ask(api, "GET", "/docs", headers={"if-none-match": version}).status == 304
