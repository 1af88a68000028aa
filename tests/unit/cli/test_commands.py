"""Every command that there is: described, with an example, and listed where help is written by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from typer import Context
from typer.core import TyperGroup

from segue.cli.catalogue import COMMANDS, OPTIONS, help_text
from segue.cli.faults import Exit
from segue.cli.group import Command
from segue.cli.root import root


def commands() -> Iterator[tuple[str, Command]]:
    top = root()
    context = Context(top, info_name="segue")
    assert isinstance(top, TyperGroup)
    for noun in top.list_commands(context):
        group = top.get_command(context, noun)
        assert isinstance(group, Command)
        yield from below(f"segue {noun}", group)


def below(name: str, command: Command) -> Iterator[tuple[str, Command]]:
    if not isinstance(command, TyperGroup):
        yield name, command
        return
    for word, each in command.commands.items():
        yield from below(f"{name} {word}", each)  # type: ignore[arg-type]  # typer's own class


ALL = dict(commands())

ISSUED = """
    version, demo, doctor, run, config view, config set, config unset, config validate, profile ls, profile create, profile use,
    profile inspect, profile rename, profile delete, flow ls, flow inspect, flow-run ls, flow-run inspect, flow-run logs,
    flow-run why, flow-run watch, flow-run retry, flow-run cancel, flow-run resume, flow-run close-lost, flow-run delete,
    task-run ls, task-run inspect, task-run logs, task-run rerun,
    artifact ls, artifact inspect, artifact delete, variable get, variable set, variable unset, variable ls,
    variable inspect, cache explain, task serve, shell watch, shell serve, flow serve, dashboard open, init, deploy,
    database upgrade, database backup, database restore, database prune,
    database check, debug bundle, spool ls, spool flush, server start, server status, server stop, server services ls,
    saved-view ls, saved-view inspect, saved-view delete,
    event emit, event ls, event inspect, event stream, global-concurrency-limit create,
    global-concurrency-limit update, global-concurrency-limit enable, global-concurrency-limit disable,
    global-concurrency-limit reset, global-concurrency-limit inspect, global-concurrency-limit ls,
    global-concurrency-limit delete, concurrency-limit create, concurrency-limit inspect, concurrency-limit reset,
    concurrency-limit ls, concurrency-limit delete, user create, user ls, user disable, user enable, user set-role,
    user set-password, key create, key ls, key revoke, login, logout, whoami, block register, block ls, block inspect, block create,
    block edit, block delete, block test, notification ls,
    notification inspect, notification retry, block type ls, block type inspect, block type delete, api,
    secret-key new, secret-key status, secret-key rotate, worker start, worker ls,
    deployment ls, deployment inspect, deployment run, deployment pause, deployment resume, deployment delete,
    deployment keep-running,
    deployment schedule create, deployment schedule ls, deployment schedule inspect, deployment schedule pause,
    deployment schedule resume, deployment schedule delete, deployment schedule clear, deployment schedule history,
    schedule preview,
    automation create, automation ls, automation inspect, automation update, automation enable, automation disable,
    automation resume, automation pause, automation delete, automation history, automation firing, automation explain,
    automation deliveries, automation test,
    work-pool create, work-pool ls, work-pool inspect, work-pool pause, work-pool resume, work-pool update, work-pool delete,
    work-pool set-concurrency-limit, work-pool clear-concurrency-limit, work-pool get-default-base-job-template,
    work-queue create, work-queue ls, work-queue inspect, work-queue pause, work-queue resume, work-queue delete,
    work-queue set-priority, work-queue set-concurrency-limit, work-queue clear-concurrency-limit
"""


def test_nothing_is_missing() -> None:
    assert {f"segue {words.strip()}" for words in ISSUED.replace("\n", " ").split(",")} == set(ALL)


@pytest.mark.parametrize("name", ALL)
def test_each_has_a_sentence_and_an_example_of_itself(name: str) -> None:
    told = ALL[name].help or ""
    sentence, _, rest = told.partition("\n")
    assert sentence.rstrip().endswith((".", ".\x0c")) or ":" in sentence
    assert "For example:" in rest
    example = rest.partition("For example:")[2].partition("\f")[0]
    assert name in example
    # As they are to be typed: in lines of their own, whole.
    shown = ALL[name].get_help(Context(ALL[name], info_name=name, terminal_width=60)).splitlines()
    assert {line.strip() for line in example.splitlines()} <= {line.strip() for line in shown}


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith(" ls")])
def test_every_list_takes_the_same_options(name: str) -> None:
    options = {option for parameter in ALL[name].params for option in parameter.opts}
    assert {"--state", "--flow", "--since", "--limit", "--count", "-o"} <= options
    assert {parameter.default for parameter in ALL[name].params if "--limit" in parameter.opts} == {50}


def test_the_first_page_of_help_is_true() -> None:
    top = root()
    real = {parameter.opts[0] for parameter in top.params}
    assert {option.split()[0] for option in OPTIONS} == real | {"--help"}
    page = help_text()
    assert all(f"  {noun} " in page for noun in COMMANDS)
    codes = [int(line.split()[0]) for line in page.partition("Exit codes:\n")[2].splitlines()]
    assert codes == [code for code in Exit if code is not Exit.INTERRUPTED]
