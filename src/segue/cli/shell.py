"""`segue shell`."""

from __future__ import annotations

from typing import Annotated

import typer

from segue.cli.faults import Exit, Fault
from segue.cli.foreground import end
from segue.cli.group import noun
from segue.cli.record import opened
from segue.cli.schedule_options import ZoneOption, wanted
from segue.context import tags
from segue.deployments.runner import EntrypointType
from segue.engine.drive_sync import settle
from segue.flow_calls import call_flow
from segue.serving import serve as serve_deployments
from segue.shell_command import run_shell_command
from segue.states import State

app = noun("Commands of the shell as flows.")

CommandArgument = Annotated[str, typer.Argument(help="What the shell is to run, in quotes.", metavar="COMMAND")]
LogOption = Annotated[bool, typer.Option("--log-output/--no-log-output", help="Keep what it says in the run's logs.")]
StreamOption = Annotated[
    bool, typer.Option("--stream-stdout/--no-stream-stdout", help="Line by line as it comes, or all at the end.")
]
TagOption = Annotated[list[str] | None, typer.Option("--tag", metavar="TAG", help="A tag of the run; may be repeated.")]


@app.command("watch")
def watch(
    command: CommandArgument,
    flow_name: Annotated[
        str, typer.Option("--flow-name", metavar="NAME", help="The flow it is a run of.")
    ] = "Shell command",
    tag: TagOption = None,
    log_output: LogOption = True,
    stream_stdout: StreamOption = True,
) -> None:
    """Run a command as a flow, here and now; exits 0 when it is Completed.

    For example:

        segue shell watch "curl -fsS https://example.org -o page.html" --flow-name fetch --tag web
    """
    backend = opened()
    flow = run_shell_command.with_options(name=flow_name)
    given = {"command": command, "log_output": log_output, "stream_stdout": stream_stdout}
    with tags(*(tag or ())):
        state = settle(call_flow(flow, flow.bound((), given), return_state=True))
    if not isinstance(state, State):
        raise TypeError("a flow called for its state returns it")
    raise typer.Exit(end(backend, state, str(state.state_details.flow_run_id)))


@app.command("serve")
def serve(
    command: CommandArgument,
    flow_name: Annotated[str, typer.Option("--flow-name", metavar="NAME", help="The flow its runs are of.")],
    deployment_name: Annotated[
        str, typer.Option("--deployment-name", metavar="NAME", help="The deployment's name.")
    ] = "CLI",
    deployment_tag: Annotated[
        list[str] | None,
        typer.Option("--deployment-tag", "--tag", metavar="TAG", help="A tag of its runs; may be repeated."),
    ] = None,
    log_output: LogOption = True,
    stream_stdout: StreamOption = True,
    cron: Annotated[
        str | None,
        typer.Option("--cron-schedule", "--cron", metavar="CRON", help="When: 5 fields, or a word such as @daily."),
    ] = None,
    timezone: ZoneOption = None,
    concurrency_limit: Annotated[
        int | None, typer.Option("--concurrency-limit", metavar="N", min=1, help="At most so many runs at a time.")
    ] = None,
) -> None:
    """Run a command on a schedule, and whenever its deployment is run, until stopped.

    For example:

        segue shell serve "make report" --flow-name report --cron "0 7 * * 1-5" --timezone Europe/Berlin
    """
    opened()
    schedule = wanted(cron, None, None, anchor=None, of=timezone, day_or=True) if cron else None
    if timezone is not None and schedule is None:
        raise Fault("--timezone says where --cron is read, and there is no --cron.", Exit.USAGE)
    flow = run_shell_command.with_options(name=flow_name)
    deployment = flow.to_deployment(
        deployment_name, schedule=schedule, tags=deployment_tag, concurrency_limit=concurrency_limit,
        parameters={"command": command, "log_output": log_output, "stream_stdout": stream_stdout},
        entrypoint_type=EntrypointType.MODULE_PATH,
    )  # fmt: skip
    serve_deployments(deployment)
