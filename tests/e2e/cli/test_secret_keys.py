"""Keys of secrets at the command line: seen, rotated, missed."""

from __future__ import annotations

from pathlib import Path

from segue.host.secret_keys import SecretKeys
from tests.e2e.cli.desk import Desk


def value(desk: Desk, block: str, **more: str) -> object:
    done = desk.segue("block", "inspect", block, "--show-secrets", **more)
    return next(line.split()[1] for line in done.stdout.splitlines() if line.split()[:1] == ["value"])


def test_keys_are_rotated_in_the_file(desk: Desk) -> None:
    assert "There are no keys yet" in desk.segue("secret-key", "status").stdout
    assert desk.segue("secret-key", "rotate", "--yes").returncode == 4
    desk.segue("block", "create", "secret", "one", "-p", "value=first")
    (old,) = SecretKeys(str(desk.home)).known()
    refused = desk.segue("secret-key", "rotate")
    assert (refused.returncode, "say --yes" in refused.stderr) == (4, True)
    rotated = desk.segue("secret-key", "rotate", "--yes", "--reason", "yearly")
    assert rotated.returncode == 0
    (new,) = SecretKeys(str(desk.home)).known()
    assert rotated.stdout.splitlines() == [
        f"Encrypted the secrets of 1 block with key {new.id}.", f"Forgot 1 key: {old.id}.",
    ]  # fmt: skip
    assert value(desk, "secret/one") == "first"
    (event, *_) = desk.items("event", "ls", "--changes", "--event", "segue.secret-key.*")
    assert event["reason"] == "yearly"
    kept = desk.segue("secret-key", "rotate", "--keep-old")
    assert "Forgot" not in kept.stdout
    assert [key.id for key in SecretKeys(str(desk.home)).known()][1:] == [new.id]
    status = desk.segue("secret-key", "status").stdout
    assert "opens 1 block, encrypts what is saved now" in status
    assert f"{new.id}  in the file, opens 0 blocks" in status


def test_keys_of_the_setting_are_rotated_by_whoever_sets_it(desk: Desk) -> None:
    one, two = (desk.segue("secret-key", "new").stdout.strip() for _ in range(2))
    assert one != two
    desk.segue("block", "create", "secret", "x", "-p", "value=first", SEGUE_SECRET_KEY=one)
    early = desk.segue("secret-key", "rotate", SEGUE_SECRET_KEY=one)
    assert (early.returncode, "Put a new key in front of it" in early.stderr) == (4, True)
    rotated = desk.segue("secret-key", "rotate", SEGUE_SECRET_KEY=f"{two},{one}")
    assert rotated.returncode == 0
    assert "take it out of SEGUE_SECRET_KEY" in rotated.stdout
    assert value(desk, "secret/x", SEGUE_SECRET_KEY=two) == "first"
    assert not (desk.home / "secret.key").exists()
    lost = desk.segue("block", "inspect", "secret/x", "--show-secrets", SEGUE_SECRET_KEY=one)
    assert (lost.returncode != 0, "Block secret/x cannot be read" in lost.stderr) == (True, True)


def test_from_the_file_to_the_setting(desk: Desk) -> None:
    desk.segue("block", "create", "secret", "x", "-p", "value=first")
    key = desk.segue("secret-key", "new").stdout.strip()
    rotated = desk.segue("secret-key", "rotate", SEGUE_SECRET_KEY=key)
    assert (rotated.returncode, "Forgot 1 key" in rotated.stdout) == (0, True)
    assert SecretKeys(str(desk.home)).known() == []
    assert value(desk, "secret/x", SEGUE_SECRET_KEY=key) == "first"


def test_what_a_lost_key_took_with_it_is_named_and_can_be_given_anew(desk: Desk) -> None:
    for name in ("one", "two"):
        desk.segue("block", "create", "secret", name, "-p", "value=first")
    desk.segue("block", "create", "string", "three", "-p", "value=plain")
    (old,) = SecretKeys(str(desk.home)).known()
    Path(desk.home / "secret.key").unlink()
    status = desk.segue("secret-key", "status")
    assert status.returncode == 1
    assert (
        f"The secrets of 2 blocks cannot be read, for key {old.id} is missing: secret/one, secret/two." in status.stderr
    )
    shown = desk.segue("block", "inspect", "secret/one", "--show-secrets")
    assert f"Block secret/one cannot be read. This secret was encrypted with key {old.id}" in shown.stderr
    assert desk.segue("block", "inspect", "secret/one").returncode == 0
    assert value(desk, "string/three") == "plain"
    rotated = desk.segue("secret-key", "rotate", "--yes")
    assert (rotated.returncode, "secret/one, secret/two" in rotated.stderr) == (1, True)
    key = desk.segue("secret-key", "new").stdout.strip()
    (desk.home / "secret.key").write_text(f"{key}\n")
    (desk.home / "secret.key").chmod(0o600)
    assert desk.segue("block", "create", "secret/one", "-p", "value=again", "--overwrite").returncode == 0
    assert value(desk, "secret/one") == "again"
    partly = desk.segue("secret-key", "rotate", "--yes")
    assert (partly.returncode, "no key is forgotten:\n  secret/two: " in partly.stderr) == (1, True)
    desk.segue("block", "create", "secret/two", "-p", "value=again", "--overwrite")
    assert desk.segue("secret-key", "rotate", "--yes").returncode == 0
    assert desk.segue("secret-key", "status").returncode == 0
