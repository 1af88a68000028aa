import logging

from segue import flow, get_run_logger, task
from segue.logging import disable_run_logger
from segue.settings import SEGUE_API_URL, get_current_settings
from segue.testing.utilities import segue_test_harness


@task
def add(x: int, y: int) -> int:
    get_run_logger().info("adding")
    return x + y


@task(retries=3)
async def later(x: int) -> int:
    return x


@flow
def total(n: int) -> int:
    get_run_logger().info("total")
    return sum(add(i, 1) for i in range(n))


def test_raw():
    with disable_run_logger():
        assert add.fn(1, 2) == 3
        assert total.fn.__name__ == "total"


def test_flow():
    with segue_test_harness():
        assert total(3) == 6
        state = total("x", return_state=True)
        assert state.is_failed()
        assert add(1, 1) == 2


def test_missing_logger():
    try:
        add.fn(1, 2)
    except Exception as error:
        assert "no active flow or task run" in str(error)
    else:
        raise AssertionError("it logged")


def test_coroutine():
    import asyncio

    assert asyncio.run(later.fn(5)) == 5


for name, function in list(globals().items()):
    if name.startswith("test_"):
        function()
        print(name, "passed")
