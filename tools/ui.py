"""Build the web pages into the package when their sources changed: `python -m tools.ui [--check | --fix]`.

What is needed is Node.js; its packages are installed as `ui/package-lock.json` says. With `--check` the pages are also looked at:
types, lint, format, the tests of pure logic, and how large the scripts are that a browser loads. With `--fix` their sources are
formatted, and nothing is built.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

UI = Path("ui")
BUILT = Path("src/segue/server/ui")
DESCRIPTION = Path("src/segue/server/openapi.json")
TYPES = UI / "src/api/schema.ts"
MODULES = UI / "node_modules"
#: What was installed, and what was built last, by their hashes.
INSTALLED, BUILT_FROM = MODULES / ".segue-installed", MODULES / ".segue-built"
#: Bytes of script that a browser loads, compressed.
MOST = 350_000


def main(arguments: list[str]) -> int:
    """Build what is stale, or format; exit 1 when the pages cannot be built or do not pass."""
    checking, fixing = "--check" in arguments, "--fix" in arguments
    if shutil.which("npm") is None:
        what = "formatted" if fixing else "built"
        print(f"The web pages are not {what}: they need Node.js (https://nodejs.org), version 20 or later.")
        return int(checking)
    if fixing:
        _install()
        return fix(UI)
    build()
    return check() if checking else 0


def build() -> None:
    """Bring the built pages up to their sources."""
    _install()
    now = _sources()
    if (BUILT / "index.html").exists() and _read(BUILT_FROM) == now:
        return
    print("building the web pages …", flush=True)
    program = MODULES / ".bin/openapi-typescript"
    _run(program.resolve(), DESCRIPTION.resolve(), "--default-non-nullable", "false", "-o", TYPES.resolve())
    _run("node_modules/.bin/vite", "build", "--logLevel", "warn")
    BUILT_FROM.write_text(now)


def check() -> int:
    """Look at sources and scripts; print what is wrong."""
    faults = []
    for words in (("tsc", "--noEmit"), ("biome", "ci", "."), ("vitest", "run", "--silent")):
        done = subprocess.run(
            [f"node_modules/.bin/{words[0]}", *words[1:]], cwd=UI, check=False, capture_output=True, text=True
        )
        if done.returncode:
            faults.append(done.stdout + done.stderr)
    size = sum(len(gzip.compress(path.read_bytes(), mtime=0)) for path in (BUILT / "parts").glob("*.js"))
    if size > MOST:
        faults.append(f"the scripts have {size:,} bytes compressed, {MOST:,} are the most")
    print("\n".join(faults) or f"the pages pass; their scripts have {size:,} bytes compressed")
    return 1 if faults else 0


def fix(folder: Path) -> int:
    """Format the sources of a folder and mend what the linter can mend; print what it cannot."""
    words = [str((MODULES / ".bin/biome").resolve()), "check", "--write", "."]
    done = subprocess.run(words, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        print(done.stdout + done.stderr)
    return done.returncode


def _install() -> None:
    wanted = hashlib.sha256((UI / "package-lock.json").read_bytes()).hexdigest()
    if _read(INSTALLED) != wanted:
        print("installing what the web pages are built with …", flush=True)
        _run("npm", "ci", "--silent", "--no-audit", "--no-fund")
        INSTALLED.write_text(wanted)


def _sources() -> str:
    found = hashlib.sha256(DESCRIPTION.read_bytes())
    for path in sorted(UI.rglob("*")):
        if path.is_file() and MODULES not in path.parents and path != TYPES:
            found.update(str(path).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _run(*words: str | Path) -> None:
    done = subprocess.run([str(word) for word in words], cwd=UI, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, words))} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
