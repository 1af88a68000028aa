"""Take pictures of every page with real data, in both themes: `python -m tests.e2e.ui.shots [--only run] [--width 390]`.

They are there to be looked at, one by one; nothing compares them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.browser import browsing
from tests.e2e.ui.places import DOOR, PLACES, show
from tests.e2e.ui.room import Room
from tests.e2e.ui.world import enter, world_in


def main() -> int:
    """Take the pictures that were asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(".shots"), help="by default .shots")
    parser.add_argument("--only", default="", metavar="TEXT", help="only pages whose name has this in it")
    parser.add_argument("--width", type=int, default=1440, help="of the page; by default 1440")
    options = parser.parse_args()
    options.folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, world_in(Path(folder)) as world:
        done = world.desk.segue("demo")
        assert done.returncode == 0, done.stderr
        with browsing(Path(folder) / "chromium") as browser:
            room = Room(world.server, world.desk, browser)
            browser.resize(options.width, 900)
            for place in (DOOR, *PLACES):
                if place is PLACES[0]:
                    enter(room, "ann")
                if options.only not in place.name:
                    continue
                for theme in ("light", "dark"):
                    path = options.folder / f"{place.name}-{theme}.png"
                    show(room, place, world.address(place.path), theme)
                    browser.picture(path)
                    print(path, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
