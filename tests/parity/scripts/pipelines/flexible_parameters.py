from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from segue import flow, task
from segue.runtime import flow_run


class Email(BaseModel):
    kind: Literal["email"]
    to: str


class Hook(BaseModel):
    kind: Literal["hook"]
    url: str
    retries: int = 1


Target = Annotated[Email | Hook, Field(discriminator="kind")]


@task
def send(target, text: str) -> str:
    return f"{target.kind}:{text}"


@flow(flow_run_name="{level}-{options[width]}")
def notify(
    text: str,
    *targets: Target,
    level: Literal["info", "warn"] = "info",
    within: timedelta = timedelta(minutes=5),
    at: datetime | None = None,
    limit: Annotated[int, Field(ge=1, le=3)] = 2,
    **options: int,
):
    print(flow_run.name, level, within, at.isoformat() if at else None, limit, sorted(options.items()))
    return [getattr(target, "kind", type(target).__name__) for target in targets]


@flow
def route(target: Target, ids: set[int], pairs: dict[str, tuple[int, str]]):
    return send(target, "hi"), sorted(ids), pairs


print(notify("x", width=3))
print(notify("x", Email(kind="email", to="a"), level="warn", within=60, at="2024-01-02T03:04:05", limit="3", width=1))
print(route({"kind": "hook", "url": "u"}, ids=["3", 1, 1], pairs={"a": ["1", "b"]}))
for wrong in ({"limit": 9, "width": 1}, {"level": "loud", "width": 1}, {"within": "soon", "at": "later", "width": 1}):
    try:
        notify("x", **wrong)
    except Exception as error:
        print(type(error).__name__, [line.split(":")[0].strip(" -") for line in str(error).splitlines()[1:]])
try:
    route({"kind": "fax"}, ids=[], pairs={})
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[1].split(":")[0])
