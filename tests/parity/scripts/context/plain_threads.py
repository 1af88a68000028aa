"""A plain thread starts without the run context unless it is copied."""

import contextvars
import threading

from segue import flow
from segue.context import FlowRunContext

seen = []


def look(label):
    context = FlowRunContext.get()
    seen.append((label, context.flow.name if context else None))


@flow
def pipeline():
    bare = threading.Thread(target=look, args=("bare",))
    copied = threading.Thread(target=contextvars.copy_context().run, args=(look, "copied"))
    for thread in (bare, copied):
        thread.start()
        thread.join()


pipeline()
print(seen)
