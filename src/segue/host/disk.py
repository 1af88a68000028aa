"""What kind of disk a path lies on."""

from __future__ import annotations

from pathlib import Path

#: Filesystems whose locks and shared memory do not reach the other machines that mount them.
_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "afs", "ncpfs", "9p", "ceph", "glusterfs", "lustre", "gpfs"}
    | {"fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.glusterfs", "fuse.ceph", "fuse.gcsfuse", "fuse.blobfuse2"}
)
_MOUNTS = Path("/proc/self/mounts")


def is_network_path(path: Path) -> bool:
    """Say whether a path lies on a network filesystem, as far as this machine tells."""
    try:
        text = _MOUNTS.read_text("utf-8", errors="surrogateescape")
    except OSError:
        return str(path).startswith("\\\\")
    return kind_of_mount(path.resolve(), text) in _NETWORK


def kind_of_mount(path: Path, mounts: str) -> str:
    """Return the filesystem type under a resolved path, from the text of a mount table."""
    best, kind = "", ""
    place = str(path)
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        # The kernel writes blanks and backslashes in octal.
        point = fields[1].replace(r"\040", " ").replace(r"\011", "\t").replace(r"\012", "\n").replace(r"\134", "\\")
        inside = place == point or place.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind
