from segue import flow, task
from segue.cache_policies import (
    DEFAULT, FLOW_PARAMETERS, INPUTS, NO_CACHE, NONE, RUN_ID, TASK_SOURCE, CacheKeyFnPolicy, CachePolicy, CompoundCachePolicy, Inputs,
    RunId, TaskSource, FlowParameters,
)

for policy in (DEFAULT, INPUTS, TASK_SOURCE, RUN_ID, FLOW_PARAMETERS, NO_CACHE, INPUTS + TASK_SOURCE, INPUTS - "x",
               RUN_ID - "x", DEFAULT - "x", INPUTS + NO_CACHE, NO_CACHE + INPUTS, INPUTS - "x" - "y", TASK_SOURCE + RUN_ID + INPUTS,
               INPUTS + INPUTS, NO_CACHE - "x"):
    print(type(policy).__name__, [type(p).__name__ for p in getattr(policy, "policies", [])], getattr(policy, "exclude", None))
print(NONE == NO_CACHE, INPUTS == INPUTS, INPUTS == Inputs(), TASK_SOURCE == TaskSource(), RUN_ID == RunId(), INPUTS == TASK_SOURCE)
print((INPUTS - "x") == Inputs(exclude=["x"]), isinstance(DEFAULT, CompoundCachePolicy))
for wrong in (lambda: INPUTS - 3, lambda: INPUTS + 3, lambda: INPUTS + "x"):
    try:
        print(type(wrong()).__name__)
    except Exception as error:
        print(type(error).__name__, error)
made = CachePolicy.from_cache_key_fn(lambda context, parameters: "k")
print(type(made).__name__, [type(p).__name__ for p in (made + INPUTS).policies])
print(isinstance(made, CacheKeyFnPolicy))
