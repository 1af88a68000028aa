"""Keys of secrets: made once, kept apart, replaced without losing what older ones wrote."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from segue.host.secret_keys import SecretKeys, new_key
from segue.model.errors import SecretKeyProblem


def test_the_first_secret_makes_a_key_that_is_its_owners_alone(tmp_path: Path) -> None:
    keys = SecretKeys(str(tmp_path / "home"))
    sealed = keys.encrypt(b"canary", about="one")
    assert "canary" not in sealed
    assert stat.S_IMODE((tmp_path / "home" / "secret.key").stat().st_mode) == 0o600
    assert SecretKeys(str(tmp_path / "home")).decrypt(sealed, about="one") == b"canary"
    assert keys.encrypt(b"canary", about="one") != sealed
    assert len(keys.known()) == 1


def test_what_was_encrypted_for_one_thing_opens_for_no_other(tmp_path: Path) -> None:
    keys = SecretKeys(str(tmp_path))
    sealed = keys.encrypt(b"canary", about="one")
    for wrong, about in ((sealed, "two"), (sealed[:-6] + "AAAAA=", "one"), (sealed[:-9], "one")):
        with pytest.raises(SecretKeyProblem, match="was changed by something else"):
            keys.decrypt(wrong, about=about)
    with pytest.raises(SecretKeyProblem, match="not in a form"):
        keys.decrypt("canary", about="one")


def test_a_new_key_writes_and_the_old_ones_read(tmp_path: Path) -> None:
    keys = SecretKeys(str(tmp_path))
    old = keys.encrypt(b"canary", about="one")
    first = keys.known()[0]
    added = keys.add()
    new = keys.encrypt(b"canary", about="one")
    assert [key.id for key in keys.known()] == [added.id, first.id]
    assert f":{added.id}:" in new
    assert keys.decrypt(old, about="one") == keys.decrypt(new, about="one") == b"canary"
    assert keys.forget({first.id}, writes=first.id) == []
    assert keys.forget({first.id, added.id}, writes=added.id) == [first.id]
    assert keys.decrypt(new, about="one") == b"canary"
    with pytest.raises(
        SecretKeyProblem, match=f"encrypted with key {first.id}, which is not known here .known: {added.id}"
    ):
        keys.decrypt(old, about="one")


def test_the_setting_comes_before_the_file(tmp_path: Path) -> None:
    plain = SecretKeys(str(tmp_path))
    old = plain.encrypt(b"canary", about="one")
    one, two = new_key(), new_key()
    given = SecretKeys(str(tmp_path), f"{one}, {two.rstrip('=')}")
    assert given.is_given
    assert not plain.is_given
    assert len(given.known()) == 3
    assert given.decrypt(old, about="one") == b"canary"
    sealed = given.encrypt(b"x", about="one")
    assert SecretKeys(str(tmp_path / "elsewhere"), one).decrypt(sealed, about="one") == b"x"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("word", ["secret", "x" * 44, "x" * 30])
def test_what_is_no_key_is_refused_and_not_shown(tmp_path: Path, word: str) -> None:
    with pytest.raises(SecretKeyProblem, match="Key 2 of SEGUE_SECRET_KEY") as caught:
        SecretKeys(str(tmp_path), f"{new_key()},{word}").known()
    assert f" {word} " not in str(caught.value)
    assert "segue secret-key new" in str(caught.value)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keys = SecretKeys(str(tmp_path))
    keys.add()
    (tmp_path / "secret.key").chmod(0o644)
    with pytest.raises(SecretKeyProblem, match=r"can be read by others .mode 644.*chmod 600"):
        keys.known()


def test_processes_that_begin_at_once_agree_on_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from segue.host.secret_keys import SecretKeys;"
        "print(SecretKeys(sys.argv[1]).encrypt(b'x', about='').split(':')[1])"
    )
    racers = [
        subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "home")], stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    ids = {racer.communicate()[0].strip() for racer in racers}
    assert ids == {SecretKeys(str(tmp_path / "home")).known()[0].id}
