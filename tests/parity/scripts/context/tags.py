"""Tags nest, join the decorator's own, and are gone afterwards."""

from segue import flow, tags, task
from segue.context import TagsContext
from segue.runtime import flow_run, task_run


@task(tags={"t"})
def work():
    return sorted(task_run.tags)


@flow
def pipeline():
    print("flow", sorted(flow_run.tags))
    print("task", work())
    with tags("inner", "outer"):
        print("task", work(), work.submit().result())
    print("with_options", work.with_options(tags=["other"])())


with tags("outer") as current:
    print(sorted(current))
    with tags("second") as both:
        print(sorted(both), sorted(TagsContext.get().current_tags))
        pipeline()
print(sorted(TagsContext.get().current_tags))
