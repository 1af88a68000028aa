"""`segue deploy`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from segue.cli.deploy_asking import Asking, can_ask
from segue.cli.faults import Exit, Fault
from segue.cli.group import single
from segue.cli.options import json_or_text, parameters
from segue.cli.record import opened
from segue.cli.schedule_options import AnchorOption
from segue.deployments import deploying, projects
from segue.deployments.project_file import Project, read
from segue.deployments.project_shape import check
from segue.deployments.projects import Wanted
from segue.fetched import load_here
from segue.flows import Flow
from segue.host import config

_FILE = "segue.yaml"
Texts = list[str] | None


def deploy(  # long: a deployment has many facts
    entrypoint: Annotated[
        str | None, typer.Argument(metavar="FILE:FLOW", help="The flow, where no file says which.")
    ] = None,
    name: Annotated[
        Texts,
        typer.Option("--name", "-n", metavar="NAME", help="Which of the file's, also FLOW/NAME or with *; repeat."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that the file has.")] = False,
    file: Annotated[
        Path | None, typer.Option("--segue-file", metavar="FILE", help="By default segue.yaml in this folder.")
    ] = None,
    pool: Annotated[str | None, typer.Option("--pool", "--work-pool", "-p", metavar="POOL", help="Work pool.")] = None,
    queue: Annotated[str | None, typer.Option("--work-queue", "-q", metavar="QUEUE", help="Queue of its pool.")] = None,
    job_variable: Annotated[
        Texts, typer.Option("--job-variable", "-jv", metavar="KEY=VALUE", help="A variable of its jobs; repeat.")
    ] = None,
    cron: Annotated[Texts, typer.Option("--cron", metavar="CRON", help="A schedule by cron; repeat.")] = None,
    interval: Annotated[
        Texts, typer.Option("--interval", metavar="SPAN", help="A schedule by seconds, or 15m, 2h, 1d; repeat.")
    ] = None,
    rrule: Annotated[Texts, typer.Option("--rrule", metavar="RRULE", help="A schedule by RFC 5545; repeat.")] = None,
    anchor_date: AnchorOption = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", "-z", metavar="ZONE", help="Of these schedules, by default UTC.")
    ] = None,
    trigger: Annotated[
        Texts, typer.Option("--trigger", metavar="JSON", help="A trigger, or a YAML file with `triggers`; repeat.")
    ] = None,
    param: Annotated[
        Texts, typer.Option("--param", metavar="KEY=VALUE", help="A parameter of its runs; repeat.")
    ] = None,
    params: Annotated[
        str | None, typer.Option("--params", metavar="JSON", help="Its parameters as one JSON object.")
    ] = None,
    tag: Annotated[Texts, typer.Option("--tag", "-t", metavar="TAG", help="A tag; repeat.")] = None,
    description: Annotated[str | None, typer.Option("--description", "-d", metavar="WORDS", help="What it is.")] = None,
    version: Annotated[str | None, typer.Option("--version", metavar="VERSION", help="Your word for it.")] = None,
    version_type: Annotated[
        str | None, typer.Option("--version-type", metavar="TYPE", help="segue:simple, or vcs:git for the commit.")
    ] = None,
    concurrency_limit: Annotated[
        int | None, typer.Option("--concurrency-limit", "-cl", metavar="N", min=1, help="Runs at once.")
    ] = None,
    collision_strategy: Annotated[
        str | None, typer.Option("--collision-strategy", metavar="WORD", help="One more: ENQUEUE or CANCEL_NEW.")
    ] = None,
    enforce_parameter_schema: Annotated[
        bool | None,
        typer.Option(
            "--enforce-parameter-schema/--no-enforce-parameter-schema", help="Refuse runs whose parameters do not fit."
        ),
    ] = None,
    keep_running: Annotated[
        bool | None,
        typer.Option("--keep-running/--no-keep-running", help="A service: one run of it is under way at any time."),
    ] = None,
) -> None:
    """Do the steps of segue.yaml and make its deployments, or one that these options describe.

    For example:

        segue deploy --all

        segue deploy flows.py:etl --name nightly --pool machines --cron "30 2 * * *"
    """
    facts: dict[str, Any] = {
        "entrypoint": entrypoint, "description": description, "version": version, "version_type": version_type,
        "tags": tag, "parameters": parameters(param, params) or None, "enforce_parameter_schema": enforce_parameter_schema,
        "concurrency_limit": _limit(concurrency_limit, collision_strategy), "triggers": _triggers(trigger),
        "keep_running": keep_running,
        "schedules": _schedules(cron, interval, rrule, anchor_date, timezone),
        "work_pool": {"name": pool, "work_queue_name": queue, "job_variables": parameters(job_variable) or None},
    }  # fmt: skip
    backend = opened()
    project = _project(file)
    asking = Asking(backend) if can_ask() else None
    if project is None and entrypoint is None:
        if all_ or asking is None:
            raise Fault(_NO_FILE, Exit.USAGE, hint=_hint())
        typer.echo(f"{_NO_FILE} `segue init` writes one; a deployment can do without.", err=True)
    wanted, is_new = _wanted(project, entrypoint, name or [], facts, asking, everything=all_)
    wanted = [_checked(each, asking) for each in wanted]
    made = projects.deploy_all(wanted, partial(load_here, Flow, use_placeholder=True))
    for pool_made in {pool.name: pool for _, pool in made}.values():
        deploying.say([each for each, its in made if its.name == pool_made.name], pool_made)
    if is_new and asking is not None:
        asking.offer_to_save(project, wanted[0].facts)


def _project(given: Path | None) -> Project | None:
    """Return the file to deploy from; None where there is none and none was named."""
    file = given or Path(_FILE)
    try:
        project = read(file)
    except OSError as problem:
        if given is None and isinstance(problem, FileNotFoundError):
            return None
        raise Fault(f"{file} cannot be read: {problem.strerror}.", Exit.USAGE) from None
    check(project)
    return project


def _wanted(
    project: Project | None,
    entrypoint: str | None,
    names: list[str],
    facts: dict[str, Any],
    asking: Asking | None,
    *,
    everything: bool,
) -> tuple[list[Wanted], bool]:
    """Return what is to be deployed, and whether it is in no file yet."""
    there = [] if project is None else projects.deployments_of(project)
    if everything:
        if names or entrypoint:
            raise Fault("Say --all, or which: not both.", Exit.USAGE)
        if not there:
            raise Fault(*_NOTHING, hint=_hint())
        return [_alone_or_plain(there, each, facts) for each in there], False
    alone = _only(names)
    if names and there and not (alone and entrypoint and not any(each.fits(alone) for each in there)):
        found = projects.chosen(there, names)
        return [_alone_or_plain(found, each, facts) for each in found], False
    if not names and len(there) == 1:
        return [_with(there[0], facts)], False
    if not names and there and not entrypoint:
        if asking is None:
            titles = "\n".join(f"  {each.title}" for each in there)
            raise Fault("Which of them? Say --name NAME, or --all:", Exit.USAGE, hint=titles)
        return [_with(asking.choose(there), facts)], False
    if names and not alone:
        raise Fault(f"{' and '.join(names)}: one deployment has one name without *.", Exit.USAGE)
    base = project or Project(Path(_FILE), {}, {})
    new = Wanted(Project(base.file, base.values, {}), (), {"name": alone})
    return [_with(new, facts)], True


_NO_FILE = f"There is no {_FILE} here."
_NOTHING = ("There is nothing to deploy: segue.yaml has no deployments.", Exit.USAGE)


def _hint() -> str:
    if Path("prefect.yaml").exists():
        return "There is a prefect.yaml: sed 's/prefect/segue/g' prefect.yaml > segue.yaml, and look it through."
    return "`segue init` writes one; or: segue deploy FILE.py:FLOW --name NAME --pool POOL"


def _only(names: list[str]) -> str | None:
    """Return the one name that is no pattern."""
    return names[0].rpartition("/")[2] if len(names) == 1 and "*" not in names[0] else None


def _alone_or_plain(all_of: Sequence[Wanted], each: Wanted, facts: dict[str, Any]) -> Wanted:
    if len(all_of) == 1:
        return _with(each, facts)
    given = [key for key, value in _given(facts).items() if key != "entrypoint"]
    if given:
        said = ", ".join(given)
        raise Fault(
            f"Options describe one deployment, and {len(all_of)} are meant ({said}). Write it into the file, or name one.",
            Exit.USAGE,
        )
    return each


def _given(facts: dict[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in facts.items() if value is not None and key != "work_pool"}
    pool = {key: value for key, value in facts["work_pool"].items() if value is not None}
    return {**plain, **({"work_pool": pool} if pool else {})}


def _with(wanted: Wanted, facts: dict[str, Any]) -> Wanted:
    """Return a deployment with what the command line says above what the file does."""
    given = _given(facts)
    pool, before = given.get("work_pool", {}), wanted.facts.get("work_pool") or {}
    merged = {**wanted.facts, **given, "work_pool": {**before, **pool}}
    if "parameters" in given:
        merged["parameters"] = {**(wanted.facts.get("parameters") or {}), **given["parameters"]}
    if pool.get("job_variables"):
        merged["work_pool"]["job_variables"] = {**(before.get("job_variables") or {}), **pool["job_variables"]}
    if "schedules" in given:
        merged.pop("schedule", None)
    return Wanted(wanted.project, wanted.way, merged)


def _checked(wanted: Wanted, asking: Asking | None) -> Wanted:
    """Ask for what a deployment lacks, where somebody can be asked; else say all that it lacks."""
    facts = wanted.facts
    pool = (facts.get("work_pool") or {}).get("name") or config.current().deployments.default_work_pool_name
    lacks = {"entrypoint": not facts.get("entrypoint"), "name": not facts.get("name"), "pool": not pool}
    if not any(lacks.values()):
        return wanted
    if asking is not None:
        return Wanted(wanted.project, wanted.way, asking.complete(facts, lacks))
    words = {
        "entrypoint": "which flow (FILE.py:FLOW, or `entrypoint:`)", "name": "its name (--name NAME, or `name:`)",
        "pool": "its work pool (--pool POOL, or `work_pool: {name: POOL}`)",
    }  # fmt: skip
    said = ", ".join(words[each] for each, lacking in lacks.items() if lacking)
    message = wanted.project.said(wanted.way, f"To deploy it, say {said}.")
    raise Fault(message, Exit.USAGE, hint=None if wanted.way else _hint())


def _limit(limit: int | None, strategy: str | None) -> object:
    if strategy is None:
        return limit
    if limit is None:
        raise Fault(
            "--collision-strategy says what becomes of one more than --concurrency-limit; say both.", Exit.USAGE
        )
    return {"limit": limit, "collision_strategy": strategy}


def _schedules(
    cron: Texts, interval: Texts, rrule: Texts, anchor: str | None, zone: str | None
) -> list[dict[str, object]] | None:
    found: list[dict[str, object]] = [
        {kind: rule}
        for kind, rules in (("cron", cron), ("interval", interval), ("rrule", rrule))
        for rule in rules or ()
    ]
    if (anchor or zone) and not found:
        raise Fault("--anchor-date and --timezone belong to a schedule: say --cron, --interval or --rrule.", Exit.USAGE)
    for each in found:
        each["timezone"] = zone
        if "interval" in each:
            each["anchor_date"] = anchor
    return found or None


def _triggers(given: Texts) -> list[object] | None:
    found: list[object] = []
    for text in given or ():
        described = json_or_text(text)
        if isinstance(described, str):
            try:
                described = yaml.safe_load(Path(text).read_text("utf-8"))
            except OSError:
                raise Fault(f"--trigger {text!r} is neither JSON nor a file.", Exit.USAGE) from None
            except yaml.YAMLError as problem:
                raise Fault(f"{text} is no YAML: {problem}", Exit.USAGE) from None
            if isinstance(described, dict) and "triggers" in described:
                described = described["triggers"]
        found += described if isinstance(described, list) else [described]
    return found or None


app = single(deploy)
