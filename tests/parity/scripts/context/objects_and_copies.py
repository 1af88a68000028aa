import threading

from segue import flow, tags, task
from segue.context import FlowRunContext, TagsContext, TaskRunContext, get_run_context, hydrated_context, serialize_context


@task
def inside():
    ctx = get_run_context()
    return type(ctx).__name__, ctx.task.name, ctx.task_run.name.split("-")[0], FlowRunContext.get() is not None


@flow
def main():
    ctx = get_run_context()
    print(type(ctx).__name__, ctx.flow.name, ctx.flow_run.name == FlowRunContext.get().flow_run.name, TaskRunContext.get())
    print(ctx.parameters, type(ctx.task_runner).__name__, ctx.start_time is not None)
    print(inside(), inside.submit().result()[0])
    with tags("a", "b") as current:
        print(sorted(current), sorted(TagsContext.get().current_tags))
        with tags("c"):
            print(sorted(TagsContext.get().current_tags))
    print(sorted(TagsContext.get().current_tags))
    context = serialize_context()
    seen = []

    def other():
        seen.append(FlowRunContext.get())
        with hydrated_context(context):
            seen.append(FlowRunContext.get().flow.name)

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    print(seen)


main()
print(FlowRunContext.get(), TaskRunContext.get())
try:
    get_run_context()
except Exception as error:
    print(type(error).__name__, error)
