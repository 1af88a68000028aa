"""The command `segue`."""

from __future__ import annotations

import os
import sys
from typing import NoReturn

from segue.cli.catalogue import help_text


def main() -> NoReturn:
    """Do what was typed and exit; the codes are listed in `segue --help`."""
    arguments = sys.argv[1:]
    if arguments == ["--help"]:
        sys.stdout.write(help_text())
        raise SystemExit(0)
    code = _typed()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough (`segue ... | head`); the interpreter shall not complain about it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    raise SystemExit(code)


def _typed() -> int:
    # The door: everything beyond the first page of help.
    from segue.cli.faults import Exit, code_of, tell
    from segue.cli.root import root

    try:
        root()(prog_name="segue")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted.\n")
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001 - whatever it was, the person gets one sentence and not a traceback
        tell(error)
        return code_of(error)
    return Exit.DONE


if __name__ == "__main__":
    main()
