"""`task_calls="concurrent"`: the same program means the same, its calls go on meanwhile, and what cannot be deferred says so."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from segue import allow_failure, flow, tags, task
from segue.deferral import CannotDefer
from segue.runtime import task_run

#: Longer than any pause of the machine: who waits for others that never come waits so long.
PATIENCE = 60


@task
def double(number: int) -> int:
    return number * 2


@task
def add(left: int, right: int) -> int:
    return left + right


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@task
def fails(number: int) -> int:
    raise ValueError(f"refused {number}")


@task
def marks() -> list[str]:
    return sorted(task_run.tags)


@task
async def later(number: int) -> int:
    return number + 1


# -------------------------------------------------------------------- programs that must mean the same in both ways


def loop_into_a_list() -> Any:
    found = []
    for number in range(5):
        found.append(double(number))  # noqa: PERF401 - the plain loop is what is tried
    return found, len(found), sum(found), found[-1], found[1:3]


def comprehensions() -> Any:
    listed = [double(number) for number in range(3)]
    named = {number: double(number) for number in range(3)}
    return listed, named, {double(1), double(2)}, sum(double(number) for number in range(4))


def chains() -> Any:
    first = double(1)
    second = add(first, double(first))
    return total([first, second, 3]), add(left=first, right=second)


def items_and_stores() -> Any:
    found: dict[str, Any] = {}
    for name in "abc":
        found[name] = double(ord(name))
    found["d"] = add(found["a"], found["b"])
    rows = [[double(number)] for number in range(3)]
    rows[1][0] = 9
    return found, rows, list(found.items())


def arithmetic() -> Any:
    number = double(2)
    number += double(3)
    number *= 2
    listed = [double(1)]
    listed += [double(2), 7]
    listed.extend(double(each) for each in range(2))
    return number, -double(1), double(2) > 3, f"{double(4)!r:>4}", listed


def branches() -> Any:
    found = double(1) if double(0) else double(5)
    if (seen := double(3)) > 5 and not double(0):
        found += seen
    while found < 30:
        found = double(found)
    match found:
        case 32:
            return "there"
        case int(other):
            return other
    return None


def unpacking() -> Any:
    left, right = double(1), double(2)
    first, *others = [double(number) for number in range(4)]
    pairs = [(name, double(number)) for number, name in enumerate("ab")]
    return left, right, first, others, pairs, [b for _, b in pairs], add(*[double(1), double(2)]), dict(a=double(1))  # noqa: C408 - what is tried


def pipeline() -> Any:
    stage = [double(number) for number in range(4)]
    for _ in range(2):
        after = []
        for each in stage:
            after.append(double(each))  # noqa: PERF401 - as above
        stage = after
    return stage


def closures() -> Any:
    seen = double(1)
    listed: list[int] = []

    def inner() -> Any:
        return seen + 1, list(listed)

    listed.append(double(2))
    unseen: Any = lambda: seen  # noqa: E731 - what is tried
    return inner(), unseen(), sorted([double(2), double(1)], key=lambda each: -each)


def caught() -> Any:
    said: list[Any] = []
    for number in range(4):
        try:
            if number == 2:
                continue
            fails(number) if number % 2 else double(number)
        except ValueError as error:
            said.append(str(error))
        else:
            said.append("well")
        finally:
            said.append(number)
    return said


def caught_before_another() -> Any:
    try:
        fails(1)
        raise KeyError("later")
    except ValueError as error:
        return str(error)


def lent_until_it_breaks() -> Any:
    said: list[str] = []
    try:
        with tags("lent"):
            found = marks()
            raise KeyError("broken")
    except KeyError as error:
        said += [*found, str(error)]
    return said


def fails_in_the_middle() -> Any:
    double(1)
    fails(7)
    return double(2)


def fails_where_it_is_used() -> Any:
    return add(double(1), fails(3))


def lends_tags() -> Any:
    with tags("lent"):
        found = marks()
    return found, marks()


def forgives() -> Any:
    return isinstance(double(3), int), add.fn(1, 2), str(allow_failure)[:6]


def states() -> Any:
    return double(2, return_state=True).name, double.submit(2).result(), double.map([1, double(1)]).result()


def slices_and_targets() -> Any:
    listed = [0, 0, 0]
    listed[0], listed[1:] = double(4), [double(1), double(2)]
    del listed[1]
    names: Any = {}
    names["a"] = names["b"] = double(1)
    return listed, names


PROGRAMS = [
    loop_into_a_list, comprehensions, chains, items_and_stores, arithmetic, branches, unpacking, pipeline, closures,
    caught, caught_before_another, lent_until_it_breaks,
    fails_in_the_middle, fails_where_it_is_used, lends_tags, forgives, states, slices_and_targets,
]  # fmt: skip


def outcome(program: Callable[[], Any], task_calls: Literal["direct", "concurrent"]) -> Any:
    with warnings.catch_warnings():
        # Of generator expressions, which are among what is tried.
        warnings.simplefilter("ignore")
        made = flow(task_calls=task_calls)(program)
    try:
        return made()
    except ValueError as error:
        return type(error), str(error)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.__name__)
def test_the_same_program_means_the_same(program: Callable[[], Any]) -> None:
    assert outcome(program, "concurrent") == outcome(program, "direct")


# -------------------------------------------------------------------- what is different


def test_calls_in_a_plain_loop_run_at_once() -> None:
    together = threading.Barrier(4)

    @task
    def meets(number: int) -> int:
        together.wait(PATIENCE)
        return number

    @flow(task_calls="concurrent")
    def gathers() -> int:
        found = []
        for number in range(4):
            found.append(meets(number))  # noqa: PERF401 - the plain loop is what is tried
        return sum(found)

    assert gathers() == 6


def test_chains_of_calls_run_at_once_beside_each_other() -> None:
    together = threading.Barrier(3)

    @task
    def meets(number: int) -> int:
        together.wait(PATIENCE)
        return number

    @flow(task_calls="concurrent")
    def chained() -> list[int]:
        first = [double(number) for number in range(3)]
        return [double(meets(each)) for each in first]

    assert chained() == [0, 4, 8]


def test_an_error_says_where_the_task_was_called() -> None:
    @flow(task_calls="concurrent")
    def careless() -> int:
        found = fails(1)
        double(2)
        return found + 1

    line = careless.fn.__code__.co_firstlineno + 2
    with pytest.raises(ValueError, match="refused 1") as raised:
        careless()
    assert raised.value.__notes__ == [f"The task was called at {__file__}:{line}."]
    # Counted from 0 there.
    lines = [each.lineno + 1 for each in raised.traceback if Path(each.path).name == "test_deferred_calls.py"]
    assert line + 2 in lines


def test_methods_private_names_and_defaults_are_those_of_the_function() -> None:
    class Shop:
        __rate = 3

        def __init__(self) -> None:
            self.seen: list[int] = []

        @task
        def price(self, number: int) -> int:
            return number * self.__rate

        @flow(task_calls="concurrent")
        def sell(self, number: int, *, more: int = 2) -> int:
            """Sell."""
            found = [self.price(each) for each in range(number)]
            self.seen = found
            return sum(found) * more + self.__class__.__rate

    shop = Shop()
    assert shop.sell(3) == 21
    assert shop.seen == [0, 3, 6]
    assert Shop.sell.description == "Sell."
    assert shop.sell(3, more=1) == 12


def test_async_tasks_give_their_values() -> None:
    @flow(task_calls="concurrent")
    def awaits() -> int:
        return later(1) + later(2)  # type: ignore[operator, no-any-return]

    assert awaits() == 5


def test_what_cannot_be_deferred_is_refused_with_its_line() -> None:
    async def coroutine() -> None:
        """Nothing."""

    def yields() -> Any:
        yield double(1)

    def looks() -> Any:
        found = double(1)
        return locals(), found

    first = looks.__code__.co_firstlineno
    for function, why in [
        (coroutine, "it is async; asyncio.gather runs"),
        (yields, "it yields"),
        (looks, rf"locals\(\) would see values that are not there yet \(line {first + 2}\)"),
        (lambda: 1, "it is a lambda|no function of its own lines"),
        (eval(compile("lambda: 1", "<typed>", "eval")), "its source cannot be read"),
    ]:
        with pytest.raises(CannotDefer, match=why):
            flow(task_calls="concurrent", name="tried")(function)


def test_a_call_that_stays_direct_is_said_when_the_flow_is_decorated() -> None:
    def lazy() -> int:
        return sum(double(number) for number in range(3))

    with pytest.warns(UserWarning, match=r"the call of task 'double' in a generator expression is not deferred"):
        made = flow(task_calls="concurrent")(lazy)
    assert made() == 6


def test_an_unknown_way_is_refused() -> None:
    with pytest.raises(ValueError, match="'task_calls' is 'parallel'; it must be 'direct' or 'concurrent'"):
        flow(task_calls="parallel")(lambda: 1)  # type: ignore[call-overload]
