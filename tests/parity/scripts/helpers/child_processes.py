"""Child processes from async code, commands as texts, and environments for them."""

import asyncio
import io
import sys

from segue.utilities.processutils import (
    command_from_string,
    command_to_string,
    get_sys_executable,
    open_process,
    run_process,
    sanitize_subprocess_env,
)

print(command_to_string(["a b", "c", "$x"]), command_from_string("'a b' c \"d e\""))
print(sanitize_subprocess_env({"A": "1", "B": None}), sanitize_subprocess_env(None))
here = {"B": "2", "C": "3"}
print(sanitize_subprocess_env({"A": "1", "B": None}, remove_from=here), here)
print(get_sys_executable() == sys.executable)

SAYS = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"


async def main():
    out, err = io.StringIO(), io.StringIO()
    process = await run_process([sys.executable, "-c", SAYS], stream_output=(out, err))
    print(process.returncode, out.getvalue().split(), err.getvalue().split())
    process = await run_process([sys.executable, "-c", "print('shown')"], stream_output=True)
    print(process.returncode)
    process = await run_process([sys.executable, "-c", "print('not shown')"])
    print(process.returncode)
    process = await run_process(
        [sys.executable, "-c", "import os, sys; sys.exit(int(os.environ['CODE']))"], env={"CODE": "7"}
    )
    print(process.returncode)
    try:
        async with open_process("ls"):
            pass
    except TypeError as error:
        print(type(error).__name__)
    try:
        await run_process(["/no/such/program"])
    except FileNotFoundError:
        print("not found")


asyncio.run(main())
