"""Write the files that are made from the code: `python -m tools.generate [--check]`.

With `--check` nothing is written; a file that differs from what the code says is named, and the exit code is 1.
"""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from segue.cli.root import root
from tools.api_page import api_page
from tools.openapi import printed
from tools.pages import cli_page, settings_page, states_page
from tools.standard_blocks import standard_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

REFERENCE = Path("docs/reference")
FILES: dict[Path, Callable[[], str]] = {
    REFERENCE / "api.md": api_page,
    REFERENCE / "cli.md": lambda: cli_page(root()),
    REFERENCE / "settings.md": settings_page,
    REFERENCE / "states.md": states_page,
    Path("src/segue/server/openapi.json"): printed,
    Path("src/segue/server/standard_blocks.json"): standard_blocks,
}


def main(arguments: list[str]) -> int:
    """Write every file, or with `--check` compare them; exit 1 when one is stale."""
    stale = []
    for path, make in FILES.items():
        text = make()
        before = path.read_text() if path.exists() else ""
        if before == text:
            continue
        stale.append(path)
        if "--check" in arguments:
            lines = difflib.unified_diff(
                before.splitlines(), text.splitlines(), str(path), "as the code says", lineterm=""
            )
            print("\n".join(list(lines)[:40]))
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            print(f"wrote {path}")
    if stale and "--check" in arguments:
        print(f"stale: {', '.join(map(str, stale))}; run `make docs` and commit what it writes")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
