"""Environments that flows asked for go when nobody has used them for long, and never under the feet of a run."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from segue.backend.environments import FOLDER, WHOLE, take_away, unused
from segue.backend.sweeping import Sweeping
from segue.engine.session import forget, reading
from segue.host import config
from tests.faults.processes import until

KEEP = timedelta(days=30)
HEADER = 'dependencies = ["pytz"]\n'
#: Asks for the environment as a run does, becomes another program, and lives until its input ends.
RUN = """
import os, sys
from pathlib import Path
from segue import own_environments
own_environments._make = lambda place, *_: (place / "made").write_text("once more")
own_environments.environment_for(sys.argv[1], said_in=Path("f.py"), home=sys.argv[2])
print("there", flush=True)
os.execv(sys.executable, [sys.executable, "-c", "import sys; sys.stdin.read()"])
"""
#: Before the run, while another process takes the environment away and a third makes it again as this one comes to hold it.
RACED = """
import fcntl
real, places = fcntl.flock, []
def flock(lock, how):
    if how == fcntl.LOCK_SH and not places:
        (place,) = Path(sys.argv[2], "environments").glob("*.lock")
        places.append(place)
        place.unlink()
        place.touch()
    real(lock, how)
fcntl.flock = flock
"""


@pytest.fixture(autouse=True)
def home(segue_home: Path) -> Iterator[Path]:
    config.forget()
    yield segue_home
    forget()
    config.forget()


def environment(home: Path, name: str, *, days: float, whole: bool = True) -> Path:
    place = home / FOLDER / name
    (place / "env").mkdir(parents=True)
    (place / "env" / "library.py").write_bytes(b"x" * 1000)
    used = datetime.now(UTC).timestamp() - days * 86_400
    if whole:
        (place / WHOLE).touch()
        os.utime(place / WHOLE, (used, used))
    os.utime(place, (used, used))
    return place


def test_what_nobody_used_for_long_goes_and_the_rest_stays(home: Path) -> None:
    old, half = environment(home, "old", days=31), environment(home, "half", days=31, whole=False)
    young = environment(home, "young", days=29)
    (home / FOLDER / "link").symlink_to(young)
    now = datetime.now(UTC)
    found = unused(str(home), KEEP, now)
    assert [(each.path, each.bytes) for each in found] == [(half, 1000), (old, 1000)]
    assert old.exists(), "only said"
    assert unused(str(home), None, now) == []
    done = take_away(str(home), KEEP, now)
    assert (done.bytes, done.failed) == (2000, ())
    assert sorted(each.name for each in (home / FOLDER).iterdir() if each.suffix != ".lock") == ["link", "young"]
    assert not (home / FOLDER / "old.lock").exists()


def test_what_cannot_be_taken_away_is_told_and_taken_for_whole_by_nobody(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = environment(home, "old", days=31)

    def busy(path: Path) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy", str(path))

    monkeypatch.setattr(shutil, "rmtree", busy)
    done = take_away(str(home), KEEP, datetime.now(UTC))
    assert (done.files, done.failed) == (0, (f"{old}: Device or resource busy",))
    assert not (old / WHOLE).exists()


@pytest.mark.parametrize("before", ["", RACED], ids=["alone", "raced"])
def test_an_environment_that_a_run_is_in_stays_and_one_that_went_is_made_again(home: Path, before: str) -> None:
    words = [
        sys.executable,
        "-c",
        RUN.replace("own_environments._make", f"{before}own_environments._make"),
        HEADER,
        str(home),
    ]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "there\n"
        (place,) = [each for each in (home / FOLDER).iterdir() if each.suffix != ".lock"]
        os.utime(place / WHOLE, (0, 0))
        now = datetime.now(UTC)
        assert unused(str(home), KEEP, now) == []
        assert take_away(str(home), KEEP, now).files == 0
        run.communicate()
    assert [each.path for each in unused(str(home), KEEP, now)] == [place]
    assert take_away(str(home), KEEP, now).files == 3
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.communicate()[0] == "there\n"
    assert (place / "made").read_text() == "once more"
    assert unused(str(home), KEEP, datetime.now(UTC)) == [], "asked for, it is used"


def test_a_process_of_this_home_takes_them_away_once_a_day(home: Path) -> None:
    old = environment(home, "old", days=31)
    (home / ".swept").touch()
    os.utime(home / ".swept", (0, 0))
    Sweeping(reading(), str(home), str(home / "storage"), keep_environments=30).look()
    until(lambda: not old.exists())
