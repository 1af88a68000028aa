"""`segue server`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Annotated

import msgspec
import typer

import segue
from segue.backend.open import whole_address
from segue.cli.faults import Exit, Fault
from segue.cli.group import noun
from segue.cli.listing import as_json
from segue.cli.options import Output, OutputOption
from segue.cli.server_doors import check_certificate, refuse_without_accounts, warn_in_clear
from segue.cli.server_services import app as services
from segue.cli.server_state import Seen, look_until_ready
from segue.cli.server_state import stop as stop_server
from segue.cli.words import duration
from segue.host import config
from segue.model.errors import StorageProblem
from segue.server.binding import NoSuchAddress, listen
from segue.server.entrance import LOOPBACK
from segue.server.plan import COMMAND, VARIABLE, Plan
from segue.server.records import read_records, server_lives, take_database

app = noun("The server: start it, see how it is, stop it.")
app.add_typer(services, name="services")

AllowedHostOption = Annotated[
    list[str] | None,
    typer.Option(
        "--allowed-host", metavar="NAME", help="Another name of this server, such as a proxy's; repeat for several."
    ),
]
TrustedProxyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trusted-proxy",
        metavar="ADDRESS",
        help="A proxy whose X-Forwarded-For and -Proto are believed; repeat for several.",
    ),
]
CertificateOption = Annotated[
    str | None, typer.Option("--ssl-certfile", metavar="FILE", help="Speak TLS with this certificate (PEM).")
]
CertificateKeyOption = Annotated[
    str | None,
    typer.Option("--ssl-keyfile", metavar="FILE", help="The certificate's key, where it is a file of its own."),
]
PortOption = Annotated[
    int | None, typer.Option("--port", metavar="PORT", help="The server at this port, where this home has several.")
]


@app.command()
def start(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)] = 4747,
    database_url: Annotated[
        str | None,
        typer.Option("--database-url", metavar="URL", help="Database to serve; by default that of runs here."),
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that share the port.", min=1, max=64)] = 1,
    allowed_host: AllowedHostOption = None,
    trusted_proxy: TrustedProxyOption = None,
    ssl_certfile: CertificateOption = None,
    ssl_keyfile: CertificateKeyOption = None,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="Serve the API alone, no pages.")] = False,
    log_level: Annotated[str, typer.Option(help="Least level of the server's own log lines.")] = "WARNING",
    background: Annotated[bool, typer.Option("--background", help="Return when it serves; it goes on.")] = False,
) -> None:
    """Serve the database that runs here use, until interrupted.

    Runs that write to the same SQLite file by themselves go on meanwhile, and both see the other's work.

    For example:

        segue server start --background
    """
    if log_level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}:
        raise Fault(f"--log-level {log_level!r} is none of DEBUG, INFO, WARNING, ERROR, CRITICAL.", Exit.USAGE)
    settings = config.current()
    url = whole_address(database_url or settings.database.url, settings.home)
    names, proxies = list(allowed_host or []), list(trusted_proxy or [])
    certificate, key = (str(Path(file).resolve()) if file is not None else None for file in (ssl_certfile, ssl_keyfile))
    check_certificate(certificate, key)
    if host not in LOOPBACK or names or proxies:
        refuse_without_accounts(url, settings.home, host if host not in LOOPBACK else (names or proxies)[0])
        warn_in_clear(host, certificate, proxies)
    try:
        socket = listen(host, port)
    except NoSuchAddress as problem:
        raise Fault(str(problem), Exit.USAGE) from None
    lock = take_database(url)
    plan = Plan(
        version=segue.__version__, home=settings.home, database_url=url, retention=settings.retention, server=settings.server,
        secret_key=settings.secret_key, host=host, port=socket.getsockname()[1],
        socket=socket.detach(), lock=lock, workers=workers, allowed_hosts=names, pages=not no_ui, log_level=log_level,
        proxies=proxies, certificate=certificate, certificate_key=key, ui_url=settings.ui_url,
    )  # fmt: skip
    if background:
        _leave_behind(plan)
        return
    for each in plan.inherited:
        os.set_inheritable(each, True)
    # This process becomes the server: what a command line needs does not stay in its memory, and Ctrl-C goes straight to it.
    os.execve(COMMAND[0], COMMAND, {**config.surroundings(), VARIABLE: plan.written()})


def _leave_behind(plan: Plan) -> None:
    """Start the server as a process of its own; return when it answers."""
    log = Path(plan.home) / "server.log"
    try:
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        said = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    except OSError as problem:
        message = (
            f"The log {log} cannot be written: {problem.strerror}. Change its owner, or point SEGUE_HOME elsewhere."
        )
        raise StorageProblem(message) from problem
    before = os.fstat(said).st_size
    ready, told = os.pipe()
    plan = msgspec.structs.replace(plan, log_file=str(log), ready=told)
    process = subprocess.Popen(
        COMMAND, env={**config.surroundings(), VARIABLE: plan.written()}, pass_fds=plan.inherited, cwd="/",
        stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
    )  # fmt: skip
    os.close(told)
    if os.read(ready, 1) != b"1":
        code = process.wait()
        with log.open("rb") as file:
            file.seek(before)
            lines = file.read().decode(errors="replace").strip()
        raise Fault(f"The server ended at its start:\n{lines}", Exit(code) if code in set(Exit) else Exit.FAILED)
    typer.echo(f"Segue is at {plan.url} (to connect: export SEGUE_API_URL={plan.url}/api)")
    typer.echo(f"Process {process.pid} serves it in the background and logs to {log}; `segue server stop` ends it.")


@app.command()
def status(
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it is ready.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", metavar="SECONDS", help="How long to wait.")] = 30.0,
    port: PortOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Say how the server of this home is, or the one that SEGUE_API_URL names; exits 0 when it is ready.

    For example:

        segue server status --wait -o json
    """
    seen = look_until_ready(config.current(), port, timeout if wait else 0.0)
    if output is Output.JSON:
        typer.echo(as_json(seen))
    elif not seen:
        typer.echo(f"No server runs in {config.current().home}{_at(port)}. `segue server start` starts one.")
    for each in seen if output is Output.TABLE else ():
        _show(each)
    if not seen or any(each.state != "ready" for each in seen):
        raise typer.Exit(Exit.FAILED if seen else Exit.NOT_FOUND)


def _show(seen: Seen) -> None:
    typer.echo(f"The server at {seen.url} is {seen.state}{f': {seen.why}' if seen.why else '.'}")
    if seen.pid is not None:
        log = f", log {seen.log}" if seen.log else ""
        typer.echo(f"  Segue {seen.version}, process {seen.pid}, database {seen.database}{log}")
    for name, beat in seen.loops.items():
        typer.echo(f"  {name}: {'no turn yet' if beat.age is None else f'last turn {duration(beat.age)} ago'}")


def _at(port: int | None) -> str:
    return "" if port is None else f" at port {port}"


@app.command()
def stop(port: PortOption = None) -> None:
    """End the server of this home: it answers what was asked, writes what it holds, and goes.

    For example:

        segue server stop
    """
    home = config.current().home
    found = [record for at, record in read_records(home) if port in {None, at}]
    if not found:
        hint = "`segue server start` starts one."
        raise Fault(f"No server runs in {home}{_at(port)}.", Exit.NOT_FOUND, hint=hint)
    if len(found) > 1:
        hint = "\n".join(f"  {record.url}" for record in found)
        raise Fault("Several servers run in this home; say which with --port.", Exit.USAGE, hint=hint)
    (record,) = found
    if server_lives(home, record) is None:
        raise Fault(f"The server at {record.url} runs on {record.process.host}; stop it there.", Exit.REFUSED)
    if not stop_server(record):
        pid = record.process.pid
        raise Fault(
            f"Process {pid} at {record.url} did not end.", hint=f"`kill -9 {pid}` ends it; nothing recorded is lost."
        )
    typer.echo(f"The server at {record.url} (process {record.process.pid}) has ended.")


@app.callback()
def server() -> None:
    """The server: start it, see how it is, stop it."""
