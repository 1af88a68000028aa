"""What kind of disk a path lies on."""

from __future__ import annotations

import contextlib
import os
import sys

#: Filesystems whose locks and shared memory do not reach the other machines that mount them.
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ncpfs", "9p", "ceph", "glusterfs", "lustre", "gpfs"}
    | {"fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.gcsfuse", "fuse.blobfuse2"}
)
_PAGE = 4096
_MOUNTS = "/proc/self/mounts"


def is_network_path(path: str) -> bool:
    """Say whether a path lies on a network filesystem, as far as this machine tells."""
    try:
        with open(_MOUNTS, encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError:
        return path.startswith("\\\\")
    return kind_of_mount(os.path.realpath(path), text) in _NETWORK


def kind_of_mount(path: str, mounts: str) -> str:
    """Return the filesystem type under a resolved path, from the text of a mount table."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        # The kernel writes blanks and backslashes in octal.
        point = fields[1].replace(r"\040", " ").replace(r"\011", "\t").replace(r"\012", "\n").replace(r"\134", "\\")
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def begin_writing(file: int, offset: int, length: int) -> None:
    """Have the disk begin to write a part of an open file, where the system can do that, without waiting; only a hint.

    On Linux, advice that pages are not needed makes the kernel write those that have changed; these it does not drop. A sync that
    comes a little later then finds half of its work done.
    """
    if sys.platform == "linux":
        first = offset - offset % _PAGE
        with contextlib.suppress(OSError):
            os.posix_fadvise(file, first, offset + length - first, os.POSIX_FADV_DONTNEED)


def sync_folder(path: str) -> None:
    """See to it that the names in a folder survive a power cut, where the system can do that."""
    try:
        folder = os.open(path, os.O_RDONLY)
    except OSError:
        # Windows opens no folders; its names are journaled.
        return
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
