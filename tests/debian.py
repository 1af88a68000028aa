"""Programs that tests need and neither pip nor npm provides: on Debian with root they are installed where the machine has none."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path


def program(name: str, package: str) -> str | None:
    """Return where a program lies, installing its package first if need be; `None` where that cannot be done."""
    if shutil.which(name) is None and shutil.which("apt-get") is not None and os.geteuid() == 0:
        with (Path(tempfile.gettempdir()) / "segue-tests-apt.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            install = ["apt-get", "install", "-y", "--no-install-recommends", package]
            # The list of packages may be old: it is fetched anew only if the first try fails.
            for words in (install, ["apt-get", "update"], install):
                if shutil.which(name) is None:
                    subprocess.run(
                        words, check=False, capture_output=True, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
                    )
    return shutil.which(name)
