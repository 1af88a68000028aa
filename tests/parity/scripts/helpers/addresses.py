"""Addresses of things, and which addresses may be asked."""

import uuid

from segue.client.schemas.objects import FlowRun, TaskRun
from segue.futures import SegueDistributedFuture
from segue.settings import SEGUE_API_URL, SEGUE_UI_URL, temporary_settings
from segue.utilities.urls import convert_class_to_name, url_for, validate_restricted_url

id = uuid.UUID(int=5)


class SomeBigThing:
    pass


def attempt(label, call):
    try:
        print(label, call())
    except Exception as error:
        print(label, type(error).__name__)


print(convert_class_to_name(SomeBigThing()), convert_class_to_name(SomeBigThing))
with temporary_settings({SEGUE_UI_URL: "https://pages.example", SEGUE_API_URL: "https://h.example:4200/api"}):
    attempt("flow run", lambda: url_for(FlowRun(id=id, flow_id=id)))
    attempt("task run", lambda: url_for(TaskRun(id=id, flow_run_id=id, task_key="k", dynamic_key="0")))
    attempt("future", lambda: url_for(SegueDistributedFuture(id)))
    for kind in ("flow", "flow-run", "task-run", "deployment", "block", "block-document", "work-pool", "automation", "thing"):
        attempt(kind, lambda: url_for(kind, id))
    attempt("worker", lambda: url_for("worker", "w1", work_pool_name="p"))
    attempt("event", lambda: url_for("received-event", id))
    attempt("flow", lambda: url_for("flow", str(id), "api"))
    attempt("deployment", lambda: url_for("deployment", str(id), url_type="api"))
    attempt("no id", lambda: url_for("flow-run"))
    attempt("nothing", lambda: url_for(5))
    attempt("wrong", lambda: url_for("flow-run", id, "page"))
for url in (
    "http://127.0.0.1/x", "http://localhost", "ftp://example.com", "file:///etc/passwd", "http://169.254.169.254/",
    "http://10.0.0.1", "", "nope", "http:///x", "http://[::1]/", "http://8.8.8.8/",
):  # fmt: skip
    attempt(url, lambda: validate_restricted_url(url))
