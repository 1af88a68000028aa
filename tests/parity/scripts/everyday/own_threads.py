import contextvars
from concurrent.futures import ThreadPoolExecutor

from segue import flow, tags, task
from segue.context import FlowRunContext, TagsContext
from segue.runtime import flow_run


@task
def work(x: int) -> tuple[int, bool]:
    return x * 2, FlowRunContext.get() is not None


@flow
def plain_pool():
    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(work, [1, 2]))


@flow
def copied_context():
    with tags("kept"), ThreadPoolExecutor(2) as pool:
        contexts = [contextvars.copy_context() for _ in range(2)]
        futures = [pool.submit(context.run, work, x) for x, context in enumerate(contexts)]
        inside = pool.submit(contextvars.copy_context().run, lambda: sorted(TagsContext.get().current_tags)).result()
        return sorted(future.result() for future in futures), inside


@flow
def subflows_in_threads():
    @flow
    def child(n: int):
        return n, flow_run.parent_flow_run_id is not None

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(child, [1, 2]))


print(plain_pool())
print(copied_context())
print(subflows_in_threads())
