"""What users import from `segue.utilities`, where it could go wrong."""

from __future__ import annotations

import asyncio
import gc
import threading
from contextlib import suppress
from types import AsyncGeneratorType

import pytest
from pydantic import BaseModel, ConfigDict

from segue.utilities.asyncutils import add_event_loop_shutdown_callback, run_coro_as_sync
from segue.utilities.collections import visit_collection
from segue.utilities.dispatch import lookup_type, register_base_type
from segue.utilities.importtools import lazy_import
from segue.utilities.timeout import timeout_async


def test_an_error_that_nobody_waits_for_is_told_by_its_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[BaseException | None] = []
    heard = threading.Event()

    def tell(args: threading.ExceptHookArgs) -> None:
        told.append(args.exc_value)
        heard.set()

    monkeypatch.setattr(threading, "excepthook", tell)

    async def fail() -> None:
        raise ValueError("lost")

    assert run_coro_as_sync(fail(), wait_for_result=False) is None
    assert heard.wait(10)
    assert str(told[0]) == "lost"


def test_what_is_done_at_the_end_of_a_loop_is_done_then_and_held_no_longer() -> None:
    done: list[str] = []

    async def end() -> None:
        done.append("at the end")

    async def main() -> None:
        await add_event_loop_shutdown_callback(end)
        gc.collect()
        assert done == []

    asyncio.run(main())
    assert done == ["at the end"]
    gc.collect()
    # By their type itself: a proxy, which may be of something gone, says that it is of another.
    generators = [each for each in gc.get_objects() if type(each) is AsyncGeneratorType]
    assert not [each for each in generators if each.__name__ == "on_shutdown"]


def test_a_base_class_goes_on_hearing_of_its_subclasses() -> None:
    heard: list[type] = []

    @register_base_type
    class Base:
        def __init_subclass__(cls, **kwargs: object) -> None:
            heard.append(cls)
            super().__init_subclass__(**kwargs)

    class Above:
        def __init_subclass__(cls, **kwargs: object) -> None:
            heard.append(cls)
            super().__init_subclass__(**kwargs)

    @register_base_type
    class Below(Above):
        pass

    child = type("Child", (Base,), {"__dispatch_key__": "child"})
    other = type("Other", (Below,), {"__dispatch_key__": "other"})
    assert heard == [Below, child, other]
    assert (lookup_type(Base, "child"), lookup_type(Below, "other")) == (child, other)


def test_a_time_out_that_a_block_swallows_leaves_the_task_as_it_was() -> None:
    async def main() -> int:
        task = asyncio.current_task()
        assert task is not None
        with timeout_async(0.01), suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return task.cancelling()

    assert asyncio.run(main()) == 0


def test_a_visited_model_keeps_its_extra_fields_where_they_are() -> None:
    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")
        known: int

    given = Open(known=1, extra=2)  # type: ignore[call-arg]  # an extra field
    made = visit_collection(given, lambda each: each + 10 if isinstance(each, int) else each, return_data=True)
    assert made.model_dump() == {"known": 11, "extra": 12}
    assert given.model_dump() == {"known": 1, "extra": 2}


def test_a_module_of_a_package_that_is_missing_is_missed_when_it_is_used() -> None:
    module = lazy_import("not_there.below", help_message="Install it.")
    with pytest.raises(ModuleNotFoundError, match="Install it"):
        _ = module.anything
