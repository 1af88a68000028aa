from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.certificates import self_signed
from tests.integration.server.house import PASSWORD, House
from tests.serving import served


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    """A server of a database in which nobody has an account."""
    url = f"sqlite:///{tmp_path / 'home' / 'segue.db'}"
    with served(url, tmp_path) as api:
        yield House(api, url, tmp_path)


@pytest.fixture(scope="session")
def of_ann(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a database whose admin is ann: to hash a password takes long, as it must."""
    folder = tmp_path_factory.mktemp("of-ann")
    House("", f"sqlite:///{folder / 'segue.db'}", tmp_path_factory.mktemp("home")).user("ann", "admin", PASSWORD)
    return folder


@pytest.fixture
def house(of_ann: Path, tmp_path: Path) -> Iterator[House]:
    """A server whose admin is ann."""
    shutil.copytree(of_ann, tmp_path / "home")
    url = f"sqlite:///{tmp_path / 'home' / 'segue.db'}"
    with served(url, tmp_path) as api:
        yield House(api, url, tmp_path)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a key and a certificate for 127.0.0.1 that it signed itself."""
    return self_signed(tmp_path)
