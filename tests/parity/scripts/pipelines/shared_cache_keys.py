from segue import flow, task
from segue.cache_policies import CacheKeyFnPolicy
from segue.runtime import flow_run

ran = []


def by_region(context, parameters):
    if parameters["region"] == "none":
        return None
    return f"{context.task.name}-{parameters['region']}"


def per_flow(context, parameters):
    return f"{flow_run.flow_name}-{parameters['n']}"


@task(cache_key_fn=by_region, persist_result=True)
def regional(region: str, detail: int = 0) -> str:
    ran.append(("regional", region, detail))
    return f"{region}:{detail}"


@task(cache_policy=CacheKeyFnPolicy(cache_key_fn=per_flow))
def once_a_flow(n: int) -> int:
    ran.append(("once", n))
    return n * len(ran)


@flow
def first():
    return regional("north", 1), regional("north", 2), regional("south", 3), once_a_flow(1), once_a_flow(1)


@flow
def second():
    states = [regional(region, 9, return_state=True) for region in ("north", "east", "none", "none")]
    return [state.name for state in states], [state.result() for state in states], once_a_flow(1)


print(first())
print(second())
print(first())
print(ran)
