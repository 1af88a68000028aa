"""`segue work-pool`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from segue.backend.pages import every_item
from segue.cli.cells import Cell, Column
from segue.cli.changes import change_facts, change_words, last_change
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import Asked, Kind, as_json, present
from segue.cli.options import (
    CountOption,
    FlowOption,
    LimitOption,
    Output,
    OutputOption,
    ReasonOption,
    SinceOption,
    StateOption,
    YesOption,
    since,
)
from segue.cli.record import PAGE, because, confirm, opened
from segue.cli.words import ago
from segue.decide.job_templates import TEMPLATES
from segue.engine.session import reading
from segue.host import clock
from segue.host.ids import new_id
from segue.model.errors import AlreadyExists, InUse, NotFound
from segue.model.pools import WorkPool
from segue.wire import pools as w
from segue.wire.requests import ByName

app = noun("Work pools: where runs wait for workers of one type.")


def complete(incomplete: str) -> list[str]:
    """Return the names of work pools for the shell."""
    query = w.WorkPoolQuery(name_like=incomplete or None, limit=100)
    return [pool.name for pool in reading().call(w.POOL_LIST, query).items]


def complete_type(incomplete: str) -> list[str]:
    """Return the types of worker that are known here."""
    return [name for name in TEMPLATES if name.startswith(incomplete)]


Name = Annotated[str, typer.Argument(help="Name of a work pool.", metavar="NAME", autocompletion=complete)]
NewName = Annotated[str, typer.Argument(help="Name of the new work pool.", metavar="NAME")]
Template = Annotated[
    Path | None,
    typer.Option("--base-job-template", metavar="FILE", help="JSON file with `job_configuration` and `variables`."),
]
Limit = Annotated[int | None, typer.Option("--concurrency-limit", "-c", metavar="N", min=0, help="Runs at once.")]
_LOOKS = {"READY": "COMPLETED", "PAUSED": "PAUSED", "NOT_READY": "faint"}

POOLS: Kind[WorkPool] = Kind(
    columns=(
        Column("NAME", stretches=True), Column("TYPE"), Column("STATUS"), Column("RUNNING", right=True),
        Column("LIMIT", right=True), Column("CHANGED", spare=True),
    ),
    cells=lambda pool: (
        Cell(pool.name, "strong"),
        Cell(pool.type),
        Cell(pool.status, _LOOKS.get(pool.status, "")),
        Cell(str(pool.active_slots)),
        Cell("" if pool.concurrency_limit is None else str(pool.concurrency_limit)),
        Cell(ago(pool.updated, clock.now())),
    ),
    facts=msgspec.to_builtins,
    none_yet="There are no work pools yet. `segue work-pool create NAME --type process` makes one.",
    none_fits="No work pool fits. `segue work-pool ls` lists all of them.",
)  # fmt: skip


@app.command("create")
def create(
    name: NewName,
    type_: Annotated[
        str, typer.Option("--type", "-t", metavar="TYPE", help="Type of worker.", autocompletion=complete_type)
    ] = "process",
    base_job_template: Template = None,
    paused: Annotated[bool, typer.Option("--paused", help="Begin paused.")] = False,
    concurrency_limit: Limit = None,
    description: Annotated[str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Change the pool of this name, if there is one.")
    ] = False,
    reason: ReasonOption = None,
) -> None:
    """Make a work pool.

    For example:

        segue work-pool create here --type process
    """
    because(reason)
    template = _template(base_job_template)
    if template is None and type_ not in TEMPLATES:
        known = ", ".join(TEMPLATES)
        raise Fault(
            f"There is no worker of type {type_!r} here, so its base job template must be given.",
            Exit.USAGE,
            hint=f"Known are {known}. `segue work-pool get-default-base-job-template --type process` shows what one looks like.",
        )
    new = w.NewWorkPool(
        id=new_id(), name=name, type=type_, description=description, base_job_template=template, is_paused=paused,
        concurrency_limit=concurrency_limit,
    )  # fmt: skip
    try:
        opened().call(w.POOL_CREATE, new)
    except AlreadyExists:
        if not overwrite:
            raise Fault(
                f"There is a work pool {name!r} already.", Exit.REFUSED, hint="Say --overwrite to change it."
            ) from None
        _overwrite(new)
        typer.echo(f"Changed work pool {name}.")
        return
    typer.echo(f"Made work pool {name}. `segue worker start --pool {name}` starts a worker for it.")


def _overwrite(new: w.NewWorkPool) -> None:
    known = _read(new.name)
    if known.type != new.type:
        raise Fault(f"Work pool {new.name!r} is of type {known.type}, which stays.", Exit.REFUSED)
    template = new.base_job_template if new.base_job_template is not None else known.base_job_template
    edit = w.EditWorkPool(
        name=new.name, base_job_template=template, is_paused=new.is_paused, concurrency_limit=new.concurrency_limit,
        description=new.description,
    )  # fmt: skip
    opened().call(w.POOL_EDIT, edit)


def _template(file: Path | None) -> dict[str, object] | None:
    if file is None:
        return None
    try:
        return msgspec.json.decode(file.read_bytes(), type=dict[str, object])
    except (OSError, msgspec.MsgspecError) as problem:
        raise Fault(f"{file} is no base job template: {problem}", Exit.USAGE) from None


@app.command("ls")
def ls(
    state: StateOption = None,
    flow: FlowOption = None,
    since_: SinceOption = None,
    limit: LimitOption = 50,
    count: CountOption = False,
    output: OutputOption = Output.TABLE,
) -> None:
    """List work pools, newest first. They have neither state nor flow: asking for one finds none.

    For example:

        segue work-pool ls
    """
    backend = opened()
    query = w.WorkPoolQuery(created_after=since(since_), limit=min(limit + 1, PAGE), sort="-created")
    asked = Asked(limit, count, output, narrowed=bool(state or flow or since_))
    if state or flow:
        present(POOLS, (), asked)
        return
    found = every_item(lambda asked: backend.call(w.POOL_LIST, asked), query)
    present(POOLS, found, asked, total=lambda: backend.call(w.POOL_COUNT, query).count)


def _read(name: str) -> WorkPool:
    try:
        return opened().call(w.POOL_READ, ByName(name))
    except NotFound:
        message = f"There is no work pool {name!r}."
        raise Fault(message, Exit.NOT_FOUND, hint="`segue work-pool ls` lists them.") from None


@app.command("inspect")
def inspect(name: Name, output: OutputOption = Output.TABLE) -> None:
    """Show a work pool: its queues, what runs, its variables, who changed it last and why.

    For example:

        segue work-pool inspect here -o json
    """
    backend, pool = opened(), _read(name)
    query = w.WorkQueueQuery(work_pool_names=[pool.name], limit=PAGE)
    queues = list(every_item(lambda asked: backend.call(w.QUEUE_LIST, asked), query))
    change = last_change(backend, f"segue.work-pool.{pool.id}")
    if output is Output.JSON:
        typer.echo(
            as_json({**msgspec.to_builtins(pool), "queues": msgspec.to_builtins(queues), **change_facts(change)})
        )
        return
    limit = "no limit" if pool.concurrency_limit is None else f"at most {pool.concurrency_limit}"
    typer.echo(f"Name     {pool.name}\nType     {pool.type}\nStatus   {pool.status}")
    if pool.description:
        typer.echo(f"About    {pool.description}")
    typer.echo(f"Running  {pool.active_slots} ({limit})")
    for n, queue in enumerate(queues):
        most = "" if queue.concurrency_limit is None else f", at most {queue.concurrency_limit}"
        typer.echo(
            f"{'Queues   ' if n == 0 else ' ' * 9}{queue.name} (priority {queue.priority}, {queue.status}, "
            f"{queue.active_slots} running{most})"
        )
    typer.echo(f"Changed  {change_words(change)}\nId       {pool.id}")


def _edited(edit: w.EditWorkPool, said: str) -> None:
    _read(edit.name)
    opened().call(w.POOL_EDIT, edit)
    typer.echo(said)


@app.command("pause")
def pause(name: Name, reason: ReasonOption = None) -> None:
    """Let no run of a work pool start; those that run go on.

    For example:

        segue work-pool pause here --reason "machine is moved"
    """
    because(reason)
    _edited(w.EditWorkPool(name=name, is_paused=True), f"Paused work pool {name}.")


@app.command("resume")
def resume(name: Name, reason: ReasonOption = None) -> None:
    """Let runs of a work pool start again.

    For example:

        segue work-pool resume here
    """
    because(reason)
    _edited(w.EditWorkPool(name=name, is_paused=False), f"Resumed work pool {name}.")


@app.command("update")
def update(
    name: Name,
    base_job_template: Template = None,
    concurrency_limit: Limit = None,
    description: Annotated[str | None, typer.Option("--description", metavar="TEXT", help="What it is for.")] = None,
    new_name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Another name.")] = None,
    reason: ReasonOption = None,
) -> None:
    """Change a work pool; what is not given stays.

    For example:

        segue work-pool update here --concurrency-limit 4
    """
    because(reason)
    template = _template(base_job_template)
    given: dict[str, object] = {
        "base_job_template": template, "concurrency_limit": concurrency_limit, "description": description, "new_name": new_name,
    }  # fmt: skip
    facts = {fact: value for fact, value in given.items() if value is not None}
    if not facts:
        raise Fault("Nothing is given that would change the work pool.", Exit.USAGE)
    _edited(msgspec.convert({"name": name, **facts}, w.EditWorkPool), f"Changed work pool {new_name or name}.")


@app.command("set-concurrency-limit")
def set_concurrency_limit(
    name: Name,
    concurrency_limit: Annotated[int, typer.Argument(help="Runs at once; 0: none.", metavar="N", min=0)],
    reason: ReasonOption = None,
) -> None:
    """Limit how many runs of a work pool execute at once.

    For example:

        segue work-pool set-concurrency-limit here 4
    """
    because(reason)
    _edited(
        w.EditWorkPool(name=name, concurrency_limit=concurrency_limit),
        f"At most {concurrency_limit} runs of work pool {name} execute at once.",
    )


@app.command("clear-concurrency-limit")
def clear_concurrency_limit(name: Name, reason: ReasonOption = None) -> None:
    """Lift the limit of a work pool.

    For example:

        segue work-pool clear-concurrency-limit here
    """
    because(reason)
    _edited(w.EditWorkPool(name=name, concurrency_limit=None), f"Runs of work pool {name} are limited no longer.")


@app.command("get-default-base-job-template")
def get_default_base_job_template(
    type_: Annotated[
        str, typer.Option("--type", "-t", metavar="TYPE", help="Type of worker.", autocompletion=complete_type)
    ],
    file: Annotated[Path | None, typer.Option("--file", "-f", metavar="FILE", help="Where to write it.")] = None,
) -> None:
    """Print the base job template that a new pool of a type begins with.

    For example:

        segue work-pool get-default-base-job-template --type docker
    """
    if type_ not in TEMPLATES:
        raise Fault(f"There is no worker of type {type_!r} here; known are {', '.join(TEMPLATES)}.", Exit.NOT_FOUND)
    text = as_json(TEMPLATES[type_])
    if file is None:
        typer.echo(text)
        return
    file.write_text(f"{text}\n", "utf-8")
    typer.echo(f"Wrote {file}.")


@app.command("delete")
def delete(name: Name, yes: YesOption = False, reason: ReasonOption = None) -> None:
    """Delete a work pool that no deployment needs, with its queues.

    For example:

        segue work-pool delete here --yes
    """
    because(reason)
    _read(name)
    confirm(f"Delete work pool {name} with its queues?", yes=yes)
    try:
        opened().call(w.POOL_DELETE, ByName(name))
    except InUse as problem:
        raise Fault(str(problem), Exit.REFUSED) from None
    typer.echo(f"Deleted work pool {name}.")
