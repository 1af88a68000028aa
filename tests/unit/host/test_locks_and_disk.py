from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from segue.host.disk import is_network_path, kind_of_mount
from segue.host.locks import FileLock
from segue.host.process import Identity, is_alive, this_process

MOUNTS = r"""
/dev/vda / ext4 rw 0 0
server:/x /home nfs4 rw 0 0
tmpfs /home/me/scratch tmpfs rw 0 0
//host/s /mnt/with\040blank cifs rw 0 0
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "ext4"),
        ("/var/lib", "ext4"),
        ("/home", "nfs4"),
        ("/home/me/db", "nfs4"),
        ("/homes", "ext4"),
        ("/home/me/scratch/a", "tmpfs"),
        ("/mnt/with blank/a", "cifs"),
    ],
)
def test_the_nearest_mount_above_counts(path: str, kind: str) -> None:
    assert kind_of_mount(path, MOUNTS) == kind


def test_this_disk_is_judged(tmp_path: Path) -> None:
    assert is_network_path(str(tmp_path)) in {True, False}


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    first, second = FileLock(str(tmp_path / "l")), FileLock(str(tmp_path / "l"))
    first.acquire()
    assert not second.try_acquire()
    first.release()
    first.release()
    assert second.try_acquire()
    second.close()
    second.close()
    assert first.try_acquire()
    first.close()


def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    program = (
        "import sys, os\nfrom segue.host.locks import FileLock\nlock = FileLock(sys.argv[1])\nlock.acquire()\n"
        "print('held', flush=True)\nsys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "l")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdin is not None
    assert holder.stdout.readline() == b"held\n"
    mine = FileLock(str(tmp_path / "l"))
    assert not mine.try_acquire()
    holder.kill()
    holder.wait()
    mine.acquire()
    mine.close()
    holder.stdout.close()
    holder.stdin.close()


def test_a_zombie_does_not_live() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    me = this_process()
    child.stdout.read()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    # It has exited and nobody has asked for its status yet.
    assert is_alive(Identity(me.host, me.boot, me.pid_namespace, child.pid, me.started)) is False
    child.wait()
    child.stdout.close()


def test_only_this_machine_can_be_looked_at() -> None:
    me = this_process()
    assert is_alive(me) is True
    assert is_alive(Identity("another", me.boot, me.pid_namespace, me.pid, me.started)) is None
    assert is_alive(Identity(me.host, me.boot, "pid:[0]", me.pid, me.started)) is None


def test_a_machine_is_known_by_its_boot_and_not_by_its_names() -> None:
    me = this_process()
    alike = Identity(me.host, "another", me.pid_namespace, me.pid, me.started)
    assert is_alive(alike) is None
    # Known to have run on this machine, it ran before this machine was started anew.
    assert is_alive(alike, here=True) is False
    assert is_alive(Identity("another", "another", me.pid_namespace, me.pid, me.started), here=True) is None
    assert is_alive(me, here=True) is True
