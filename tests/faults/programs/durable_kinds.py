"""Durable flows of many kinds: `durable_kinds.py FLOW [ID]` runs one afresh, or again under an id, and prints what it returns."""

import asyncio
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from segue import flow, task, unmapped
from segue.flows import rerun
from tests.faults.programs.ledger import die_at, effect


@task
def step(name: str) -> str:
    effect(name)
    return name.upper()


@task
async def astep(name: str) -> str:
    effect(name)
    await asyncio.sleep(0)
    return name.upper()


@task
def serial(_same: int) -> str:
    """Equal calls, each with a result of its own."""
    name = f"serial {len(Path(os.environ['LEDGER']).read_text().splitlines())}"
    effect(name)
    return name


@task
def outer(name: str) -> list[str]:
    effect(f"outer {name}")
    return [step(f"{name} {number}") for number in range(3)]


@flow(durable=True)
def nested() -> list[list[str]]:
    step("before")
    return [outer("one"), outer("two")]


@flow
def inner(name: str) -> list[str]:
    effect(f"inner {name}")
    return [step("same"), step(name)]


@flow(durable=True)
def subflows() -> list[object]:
    return [inner("one"), step("same"), inner("two"), inner("one"), step("same")]


@flow(durable=True)
def submitted() -> list[str]:
    first = [step.submit(f"first {number}") for number in range(4)]
    values = [future.result() for future in first]
    second = [step.submit(f"second {value}", wait_for=first) for value in values]
    third = greeted.submit(second[0], "third")
    return [*values, *(future.result() for future in second), third.result(), step("last")]


@flow(durable=True)
def mapped() -> list[object]:
    names = [f"mapped {number}" for number in range(6)]
    return [step.map(names).result(), greeted.map(names, unmapped("hello")).result(), step("last")]


@task
def greeted(name: str, greeting: str) -> str:
    effect(f"{greeting} {name}")
    return f"{greeting} {name}"


@flow(durable=True)
async def gathered() -> list[object]:
    first = await astep("first")
    pair = await asyncio.gather(astep("left"), astep("right"), astep("left"))
    second = await astep("second")
    branches = await asyncio.gather(branch("a"), branch("b"))
    return [first, *pair, second, *branches, await astep("last")]


async def branch(name: str) -> list[str]:
    return [await astep(f"{name} {number}") for number in range(3)]


@flow(durable=True)
def equal() -> list[str]:
    step("begin")
    futures = [serial.submit(1) for _ in range(5)]
    values = [future.result() for future in futures]
    die_at("before:the end")
    return values


@task
def nothing() -> None:
    effect("nothing")


@task
def large(size: int) -> bytes:
    effect("large")
    return b"x" * size


@flow(durable=True)
def extremes() -> tuple[None, int]:
    none = nothing()
    size = len(large(30_000_000))
    step("middle")
    die_at("before:the end")
    return none, size


class Flaw(ValueError):
    """What a step raises."""


@task
def flawed(name: str) -> str:
    effect(name)
    if not os.environ.get("MENDED"):
        raise Flaw(name)
    return f"{name} is mended"


@flow(durable=True)
def handled() -> list[str]:
    done = [step("one")]
    try:
        done.append(flawed("flawed"))
    except Flaw as error:
        done.append(f"handled {error}")
    done.append(step("two"))
    die_at("before:the end")
    return done


@flow(durable=True)
def failing() -> list[str]:
    return [step("one"), flawed("flawed"), step("two")]


@flow(durable=True, retries=2)
def retried() -> list[str]:
    done = [step("one"), step("one")]
    try:
        if not os.environ.get("MENDED"):
            flawed("flawed")
    finally:
        os.environ["MENDED"] = "yes"
    die_at("before:two")
    return [*done, step("two")]


@task(retries=2)
def tried(name: str) -> str:
    step(f"within {name}")
    effect(name)
    if Path(os.environ["LEDGER"]).read_text().splitlines().count(name) < 3:
        raise Flaw(name)
    return name


@flow(durable=True)
def task_retries() -> str:
    value = tried("tried")
    die_at("before:the end")
    return value


@task
def holding(lock: object, name: str) -> str:
    effect(name)
    return name


@flow(durable=True)
def unhashable() -> list[str]:
    lock = threading.Lock()
    done = [holding(lock, "one"), holding(lock, "two")]
    die_at("before:the end")
    return done


@flow(durable=True)
def unhashable_concurrent() -> list[str]:
    lock = threading.Lock()
    return [holding.submit(lock, name).result() for name in ("one", "two")]


@flow(durable=True)
def swapped() -> list[str]:
    names = ["one", "two", "three"] if not os.environ.get("SWAP") else ["one", "three", "two"]
    done = []
    for name in names:
        try:
            done.append(step(name))
        except Exception as error:  # noqa: BLE001
            # Code that swallows everything does not get around it.
            done.append(str(error))
    die_at("before:the end")
    return done


@task
def unkept() -> object:
    effect("unkept")
    return threading.Lock()


@flow(durable=True)
def keeps_nothing() -> object:
    return unkept()


@flow
def inner_unkept() -> object:
    effect("inner unkept")
    return threading.Lock()


@flow(durable=True)
def subflow_keeps_nothing() -> object:
    return inner_unkept()


@task
def items() -> Iterator[int]:
    yield from range(3)


@flow(durable=True)
def generators() -> object:
    return list(items())


@flow(durable=True)
def generators_submitted() -> object:
    return items.submit().result()


@flow(durable=True, isolation="process")
def isolated() -> str:
    return step("one")


@flow(durable=True)
def isolated_task() -> list[str]:
    done = [step("one"), apart("two"), step("three")]
    die_at("before:the end")
    return done


@task(isolation="process")
def apart(name: str) -> str:
    effect(name)
    return name


@flow(durable=True)
def threads() -> list[str]:
    """Steps called in threads of the user's own."""
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(copy_context().run, step, f"thread {number}") for number in range(4)]
    done = [future.result() for future in futures]
    die_at("before:the end")
    return [*done, step("last")]


if __name__ == "__main__":
    chosen = globals()[sys.argv[1]]
    value = rerun(chosen, sys.argv[2], {}).result() if len(sys.argv) > 2 else chosen()
    print(asyncio.run(value) if asyncio.iscoroutine(value) else value)
