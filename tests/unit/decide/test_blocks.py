"""Rules of blocks that decide what is kept out of log lines."""

from __future__ import annotations

from segue.decide.blocks import secrets_named_so


def test_of_what_is_secret_as_a_whole_only_what_is_called_so_is_masked() -> None:
    data: dict[str, object] = {
        "settings": {
            "key": "AKIA1", "region": "us-east-1", "nested": {"password": "one", "port": 5432}, "list": [{"token": "two"}],
            "headers": {"Authorization": ["three", {"deep": "four"}]},
        },
        "password": "elsewhere",
    }  # fmt: skip
    assert secrets_named_so(data, (("settings", "*"),)) == ["AKIA1", "one", "two", "three", "four"]
    assert secrets_named_so(data, (("none", "*"),)) == []
    assert secrets_named_so({"settings": "password"}, (("settings", "*"),)) == []
