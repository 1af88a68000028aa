"""Takes a slot of the limit `one` again and again, and notes when it had it: `slots.py LEDGER ROUNDS`."""

import sys
import time

from segue.concurrency.sync import concurrency

if __name__ == "__main__":
    for _ in range(int(sys.argv[2])):
        with concurrency("one", occupy=1):
            begun = time.time()
            time.sleep(0.02)
            # As the last thing within: what giving it back takes is a part of how long the next one waits.
            with open(sys.argv[1], "a") as file:  # noqa: PTH123 - as users write
                file.write(f"{begun!r} {time.time()!r}\n")
