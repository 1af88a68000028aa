"""Tags set by their context, and what hooks are told of retries."""

from segue import flow, tags, task
from segue.context import TagsContext


def told(thing, run, state):
    print(run.empirical_policy.retries, run.empirical_policy.retry_delay, run.run_count, state.name)


@task(retries=1, on_failure=[told], version="v7", on_completion=[lambda task, run, state: print(run.task_version, run.labels)])
def step(fails):
    if fails:
        raise ValueError("no")


@flow(retries=0, on_completion=[told])
def main():
    step(False)
    step(True, return_state=True)
    with tags("a"), TagsContext(current_tags={"q"}):
        print(TagsContext.get().current_tags)
    print(TagsContext.get().current_tags)
    return 1


main()
