"""What a server tells of itself, and which types of blocks it offers before anybody used one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from segue.blocks.system import Secret
from segue.decide.blocks import checksum
from tests.asking import ask
from tests.conformance.conftest import postgresql, url  # noqa: F401 - fixtures
from tests.serving import served

pytestmark = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def api(url: str, tmp_path: Path) -> Iterator[str]:  # noqa: F811
    with served(url, tmp_path) as address:
        yield address


def test_a_server_says_what_it_stands_on(api: str, url: str) -> None:  # noqa: F811
    ask(api, "POST", "/variables", {"name": "x", "value": 1})
    told = ask(api, "GET", "/server").body
    lies_in_a_file = url.startswith("sqlite")
    assert told["database"] == ("sqlite" if lies_in_a_file else "postgresql")
    assert told["schema_version"] == ask(api, "GET", "/database").body["schema_version"]
    assert told["retention"]["logs_days"] == 30
    assert told["writing"]["batches"] > 0
    for name in ("database_size", "disk_free"):
        assert (told[name] is not None) == lies_in_a_file
        assert told[name] is None or told[name] > 0


def test_a_type_that_is_offered_is_the_one_that_its_class_has(api: str) -> None:
    assert ask(api, "GET", "/block-types").body["items"] == []
    offered = {each["type"]["slug"]: each for each in ask(api, "GET", "/standard-block-types").body["items"]}
    assert {"secret", "webhook", "json"} <= offered.keys()
    secret = offered["secret"]
    assert ask(api, "POST", "/block-types", secret["type"]).status == 200
    assert ask(api, "POST", "/block-schemas", secret["schema"]).body["checksum"] == checksum(Secret.model_json_schema())
    document = {"name": "word", "block_type": "secret", "data": {"value": "swordfish"}}
    assert ask(api, "POST", "/block-documents", document).body["data"] == {"value": "********"}
