import os
import signal
import time

from segue import flow


@flow(on_crashed=[lambda flow, run, state: print("crashed:", state.name, state.message, flush=True)])
def main():
    print("started", flush=True)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(20)
    print("never printed")


main()
