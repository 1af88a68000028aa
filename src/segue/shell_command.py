"""Any command of the shell as a flow, so that what is no Python is recorded, scheduled and stopped like the rest."""

from __future__ import annotations

import subprocess
import sys

from segue import flow, get_run_logger
from segue.exceptions import FailedRun
from segue.host import groups

#: Seconds between asking a command to end and ending it.
GRACE = 5.0


@flow(name="Shell command", flow_run_name="{command:.60}")
def run_shell_command(command: str, log_output: bool = True, stream_stdout: bool = True) -> None:  # noqa: FBT001, FBT002 - parameters
    """Run a command by the shell and end as it does; raises FailedRun for an exit code other than zero.

    With `log_output` what it says (both streams, in their order) is logged, each line as it comes; else it is only printed, unless
    `stream_stdout` is off as well. With `log_output` and no `stream_stdout` it is logged at the end. A run that is stopped ends the
    command and what it started in its process group: asked first, killed after five seconds.
    """
    said: list[str] = []
    log = get_run_logger()
    with subprocess.Popen(  # noqa: S602 - the shell is what it is about
        command, shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace", process_group=0 if sys.platform != "win32" else None,
    ) as process:  # fmt: skip
        try:
            for line in process.stdout or ():
                if log_output and stream_stdout:
                    log.info("%s", line.rstrip("\n"))
                elif log_output:
                    said.append(line)
                elif stream_stdout:
                    sys.stdout.write(line)
                    sys.stdout.flush()
            code = process.wait()
        except BaseException:
            _end(process)
            raise
        finally:
            if said:
                log.info("%s", "".join(said).rstrip("\n"))
    if code:
        raise FailedRun(f"Command failed with exit code {code}: {command}")


def _end(process: subprocess.Popen[str]) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        groups.end(process.pid, GRACE, notice=process.poll)
