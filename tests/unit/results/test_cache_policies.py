"""The algebra of cache policies, and that an explanation tells the key it explains."""

import threading
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.cache_policies import (
    DEFAULT,
    FLOW_PARAMETERS,
    INPUTS,
    NO_CACHE,
    NONE,
    RUN_ID,
    TASK_SOURCE,
    CacheKeyFnPolicy,
    CachePolicy,
    CompoundCachePolicy,
    Inputs,
    task_input_hash,
)
from segue.transactions import IsolationLevel

if TYPE_CHECKING:
    from segue.context import TaskRunContext


def body(x: int) -> int:
    return x


def other_body(x: int) -> int:
    return x + 1


def context(fn: object = body, flow: str | None = "flow-1", run: str = "task-1") -> "TaskRunContext":
    """What policies look at, without a run around it."""
    life = SimpleNamespace(id=run, flow=SimpleNamespace(id=flow) if flow else None)
    return cast(
        "TaskRunContext", SimpleNamespace(task=SimpleNamespace(fn=fn, task_key="body-1", name="body"), life=life)
    )


def key(
    policy: CachePolicy, inputs: dict[str, object], parameters: dict[str, object] | None = None, **about: Any
) -> str | None:
    return policy.compute_key(context(**about), inputs, parameters or {})


base = st.sampled_from([INPUTS, TASK_SOURCE, RUN_ID, FLOW_PARAMETERS, NO_CACHE, INPUTS - "x", INPUTS - "y"])
policies = st.recursive(base, lambda inner: st.builds(lambda a, b: a + b, inner, inner), max_leaves=6)
arguments = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.integers() | st.text(), max_size=3)


@given(policies, arguments, arguments)
def test_an_explanation_has_the_key_it_explains(
    policy: CachePolicy, inputs: dict[str, object], flow: dict[str, object]
) -> None:
    facts = policy.explain(context(), inputs, flow)
    assert facts.key == policy.compute_key(context(), inputs, flow)
    assert facts.policy == policy.label


@given(policies)
def test_no_cache_is_neutral(policy: CachePolicy) -> None:
    assert policy + NO_CACHE == policy
    assert NO_CACHE + policy == policy


@given(policies, policies, policies, arguments)
def test_grouping_does_not_matter(a: CachePolicy, b: CachePolicy, c: CachePolicy, inputs: dict[str, object]) -> None:
    assert key((a + b) + c, inputs) == key(a + (b + c), inputs)


@given(policies, arguments, st.integers())
def test_an_input_taken_out_has_no_say(policy: CachePolicy, inputs: dict[str, object], value: int) -> None:
    without = policy - "x"
    assert key(without, {**inputs, "x": value}) == key(without, {**inputs, "x": value + 1})


def test_what_each_policy_depends_on() -> None:
    assert key(INPUTS, {"x": 1}) == key(INPUTS, {"x": 1}, fn=other_body, flow="flow-2") != key(INPUTS, {"x": 2})
    assert key(INPUTS, {}) is None
    assert key(TASK_SOURCE, {"x": 1}) == key(TASK_SOURCE, {"x": 2}) != key(TASK_SOURCE, {"x": 1}, fn=other_body)
    assert key(RUN_ID, {}) == "flow-1"
    assert key(RUN_ID, {}, flow=None) == "task-1"
    assert key(FLOW_PARAMETERS, {}) is None
    assert key(FLOW_PARAMETERS, {}, {"a": 1}) != key(FLOW_PARAMETERS, {}, {"a": 2})
    assert key(NONE, {"x": 1}) is None
    assert key(DEFAULT, {"x": 1}) != key(DEFAULT, {"x": 1}, flow="flow-2")


def test_inputs_are_merged_and_stand_last() -> None:
    both = (INPUTS - "b") + TASK_SOURCE + (INPUTS - "a")
    assert isinstance(both, CompoundCachePolicy)
    last = both.policies[-1]
    assert isinstance(last, Inputs)
    assert last.exclude == ["a", "b"]
    assert len(both.policies) == 2
    assert both.label == "TASK_SOURCE + INPUTS - 'a' - 'b'"


def test_only_names_are_subtracted() -> None:
    for policy in (INPUTS, DEFAULT, RUN_ID):
        with pytest.raises(TypeError, match="Can only subtract strings from key policies"):
            policy - cast("str", 5)


def test_policies_that_contradict_each_other_cannot_be_added() -> None:
    here, there = INPUTS.configure(key_storage="a"), TASK_SOURCE.configure(key_storage="b")
    with pytest.raises(ValueError, match="different storage locations"):
        here + there
    with pytest.raises(ValueError, match="different isolation levels"):
        INPUTS.configure(isolation_level="SERIALIZABLE") + RUN_ID.configure(isolation_level="READ_COMMITTED")
    joined = here + RUN_ID.configure(isolation_level=IsolationLevel.SERIALIZABLE)
    assert (joined.key_storage, joined.isolation_level) == ("a", "SERIALIZABLE")
    assert INPUTS.key_storage is None


def test_a_key_function_is_taken_at_its_word() -> None:
    policy = CachePolicy.from_cache_key_fn(lambda context, parameters: f"{context.task.name}-{parameters['x']}")
    assert isinstance(policy, CacheKeyFnPolicy)
    assert key(policy, {"x": 3}) == "body-3"
    assert key(policy + INPUTS, {"x": 3}) not in {None, "body-3"}
    assert policy.explain(context(), {"x": 3}, {}).parts == {"cache_key_fn": "body-3"}


def test_a_policy_of_ones_own_may_be_a_dataclass() -> None:
    @dataclass(eq=True, unsafe_hash=True)
    class Rounded(CachePolicy):
        digits: int = 0

        def compute_key(self, task_ctx: object, inputs: dict[str, object], flow_parameters: object, **_: object) -> str:
            return str(round(cast("float", inputs["x"]), self.digits))

    assert key(Rounded(digits=1), {"x": 1.04}) == "1.0"
    assert Rounded(digits=1).configure(key_storage="k").key_storage == "k"
    assert (Rounded() + INPUTS).explain(context(), {"x": 1.04}, {}).parts["Rounded"] == "1.0"


def test_an_input_that_cannot_be_hashed_is_named() -> None:
    inputs: dict[str, object] = {"lock": threading.Lock(), "x": 1}
    with pytest.raises(
        ValueError, match=r"^Unable to create hash - cannot pickle '_thread.lock' object\n\nInputs such as"
    ):
        key(INPUTS, inputs)
    facts = DEFAULT.explain(context(), inputs, {})
    assert facts.key is None
    assert {entry.name: entry.reason for entry in facts.inputs} == {
        "lock": "Unable to create hash - cannot pickle '_thread.lock' object",
        "x": None,
    }
    assert key(INPUTS - "lock", inputs) is not None


def test_task_input_hash_depends_on_code_and_arguments() -> None:
    hashes = {
        task_input_hash(context(), {"x": 1}),
        task_input_hash(context(), {"x": 2}),
        task_input_hash(context(fn=other_body), {"x": 1}),
    }
    assert len(hashes) == 3
    assert task_input_hash(context(), {"x": threading.Lock()}) is None
