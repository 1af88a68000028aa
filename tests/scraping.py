"""What a server tells of itself, read as Prometheus reads it; and a real Prometheus."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import urllib.request
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

_ROOT = Path(__file__).parents[1]


def text_of(url: str) -> str:
    """Return a server's page; `url` is that of its API."""
    with urllib.request.urlopen(url.removesuffix("/api") + "/metrics", timeout=10) as answer:
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        return str(answer.read().decode())


class Page:
    """A page, read."""

    def __init__(self, text: str) -> None:
        self._samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]

    def __call__(self, name: str, **labels: str) -> float | None:
        """Return the sum of the samples with this name and these labels; None where there is none."""
        found = [
            sample.value
            for sample in self._samples
            if sample.name == name and labels.items() <= dict(sample.labels).items()
        ]
        return sum(found) if found else None

    def values(self, name: str, label: str) -> set[str]:
        """Return the values that a label of a name has."""
        return {sample.labels[label] for sample in self._samples if sample.name == name}


def page_of(url: str) -> Page:
    """Read a server's page."""
    return Page(text_of(url))


def prometheus() -> tuple[Path, Path] | None:
    """Return the programs `prometheus` and `promtool`, taken out of Debian's package where the machine has none; or None."""
    folder = _ROOT / ".tools" / "prometheus"
    places = [shutil.which("prometheus"), shutil.which("promtool")]
    if all(places):
        return Path(str(places[0])), Path(str(places[1]))
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        found = folder / "usr" / "bin" / "prometheus", folder / "usr" / "bin" / "promtool"
        if not all(path.exists() for path in found) and not _unpacked(folder):
            return None
    return found


def _unpacked(folder: Path) -> bool:
    # Not installed: Debian would start it as a service that listens everywhere.
    if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
        return False
    for words in (["apt-get", "download", "prometheus"], ["apt-get", "update"], ["apt-get", "download", "prometheus"]):
        subprocess.run(words, check=False, capture_output=True, cwd=folder)
        packages = list(folder.glob("prometheus_*.deb"))
        if packages:
            done = subprocess.run(["dpkg", "-x", packages[0], "."], check=False, capture_output=True, cwd=folder)
            return done.returncode == 0
    return False
