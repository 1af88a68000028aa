import signal
import subprocess
import sys
from pathlib import Path

from segue import flow, task
from segue.task_worker import serve

OUT = Path("letters.txt")


@task(persist_result=True, task_run_name="to-{name}")
def write_letter(name: str, lines: int = 1) -> str:
    with OUT.open("a") as out:
        out.write(f"{name}:{lines}\n")
    return f"Dear {name}" + "!" * lines


@task(persist_result=True, retries=1)
def count_letters(minimum: int) -> int:
    found = len(OUT.read_text().splitlines())
    if found < minimum:
        raise ValueError(f"only {found}")
    return found


@flow
def post(names: list[str]) -> list[str]:
    futures = [write_letter.delay(name, lines=number) for number, name in enumerate(names)]
    return [future.result(timeout=60) for future in futures]


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve(write_letter, count_letters, limit=1)
        sys.exit(0)
    early = write_letter.delay("early")
    print(early.state.type.value, early.state.name)
    worker = subprocess.Popen([sys.executable, __file__, "serve"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        print(early.result(timeout=60))
        print(post(["Ada", "Bob"]))
        print(count_letters.delay(3).result(timeout=60))
        failing = count_letters.delay(10)
        failing.wait(timeout=60)
        print(failing.state.type.value)
        try:
            failing.result(timeout=60)
        except ValueError as error:
            print(type(error).__name__, error)
        print(sorted(OUT.read_text().split()))
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(timeout=30)
