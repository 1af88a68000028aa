"""What a build of the package does beside packing it: a wheel or an sdist must hold the web pages."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Pages(BuildHookInterface[Any]):
    """Builds the pages where they are missing, and says so where they cannot be built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's own signature
        """Look before anything is packed."""
        root = Path(self.root)
        if version == "editable" or (root / "src/segue/server/ui/index.html").exists():
            return
        subprocess.run([sys.executable, "-m", "tools.ui"], cwd=root, check=False)
        if not (root / "src/segue/server/ui/index.html").exists():
            self.app.display_warning("The web pages are missing from what is built; the server will say so.")
