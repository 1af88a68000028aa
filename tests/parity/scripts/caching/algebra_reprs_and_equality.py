from segue.cache_policies import DEFAULT, FLOW_PARAMETERS, INPUTS, NO_CACHE, RUN_ID, TASK_SOURCE, CachePolicy, CompoundCachePolicy, Inputs

for policy in (DEFAULT, INPUTS, TASK_SOURCE, RUN_ID, FLOW_PARAMETERS, NO_CACHE):
    print(type(policy).__name__)
combined = INPUTS + TASK_SOURCE
print(type(combined).__name__, [type(p).__name__ for p in combined.policies])
combined = combined + RUN_ID
print(sorted(type(p).__name__ for p in combined.policies))
print(type(INPUTS - "x").__name__, (INPUTS - "x").exclude, (INPUTS - "x" - "y").exclude)
print(type(DEFAULT - "x").__name__, [getattr(p, "exclude", None) for p in (DEFAULT - "x").policies])
print(type(RUN_ID - "x").__name__)
print(type(INPUTS + NO_CACHE).__name__, type(NO_CACHE + INPUTS).__name__, type(NO_CACHE + NO_CACHE).__name__)
print(INPUTS == Inputs(), Inputs(exclude=["a"]) == INPUTS - "a")
for bad in (lambda: INPUTS + "x", lambda: INPUTS - 5, lambda: INPUTS + None):
    try:
        print(type(bad()).__name__)
    except Exception as error:
        print(type(error).__name__)
