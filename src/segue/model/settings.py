"""What can be configured: names, types, defaults and what each one means.

A setting's place is its path in these structs (`tasks.default_retries`); its name everywhere else (environment, profiles, command
line) is that path in capitals (`SEGUE_TASKS_DEFAULT_RETRIES`). Annotations are only looked at when a value has to be understood:
a process that nobody configured pays for none of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeAlias, cast, get_args, get_origin

import msgspec
from msgspec import Meta, Struct, field

from segue.model.errors import SegueError

Path: TypeAlias = tuple[str, ...]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
Seconds = Annotated[float, Meta(ge=0)]
Span = Annotated[float, Meta(gt=0)]
Count = Annotated[int, Meta(ge=0)]
Workers = Annotated[int, Meta(gt=0)]
Status = Annotated[int, Meta(ge=400, le=599)]
Days = Annotated[int, Meta(gt=0)]


MASK = "**********"


class WrongSetting(SegueError, ValueError):
    """{name} is {value!r} ({layer}), but must be {expected}."""

    code = "settings.wrong-value"
    status = 422


class UnknownSetting(SegueError, ValueError):
    """Unknown setting: {name!r}"""  # noqa: D400 - it ends with the name

    code = "settings.unknown"
    status = 422


class Api(Struct, frozen=True, kw_only=True):
    """How to reach a server."""

    url: Annotated[
        str | None, Meta(description="Address of the server's API; without one, runs are recorded here.")
    ] = None
    key: Annotated[str | None, Meta(description="API key sent to the server.", extra={"secret": True})] = None
    request_timeout: Annotated[Seconds, Meta(description="Seconds to wait for an answer of the server.")] = 60.0
    ssl_cert_file: Annotated[
        str | None,
        Meta(description="File of the certificates that a server's must be signed by.", extra={"path": True}),
    ] = None
    tls_insecure_skip_verify: Annotated[bool, Meta(description="Take any certificate of a server.")] = False


class Client(Struct, frozen=True, kw_only=True):
    """How to bear with a server that is away."""

    max_retries: Annotated[
        Count,
        Meta(
            description="Repetitions of a call that the server did not answer; the pauses between them double from half a "
            "second to ten, so that five last about a quarter of a minute."
        ),
    ] = 5
    retry_jitter_factor: Annotated[Seconds, Meta(description="Share by which a pause is lengthened at random.")] = 0.2
    retry_extra_codes: Annotated[
        list[Status], Meta(description="Further HTTP statuses upon which a call is repeated.")
    ] = field(default_factory=list)
    spool_limit: Annotated[
        Workers,
        Meta(
            description="Megabytes of records, for each run, that wait on this machine's disk for a server that is away."
        ),
    ] = 256


class Database(Struct, frozen=True, kw_only=True):
    """Where runs are recorded when no server is configured."""

    url: Annotated[
        str,
        Meta(
            description="`sqlite:///PATH` or `postgresql://…`; by default a file in the home.",
            extra={"also": ("SEGUE_API_DATABASE_CONNECTION_URL", "SEGUE_SERVER_DATABASE_CONNECTION_URL")},
        ),
    ] = ""


class Results(Struct, frozen=True, kw_only=True):
    """Persisted results."""

    persist_by_default: Annotated[bool, Meta(description="Persist results where neither flow nor task says.")] = False
    default_serializer: Annotated[str, Meta(description="Serializer where neither flow nor task says.")] = "pickle"
    default_storage_block: Annotated[
        str | None,
        Meta(
            description="Saved block, as `type/name`, that keeps results where neither flow nor task says another place.",
            extra={"also": ("SEGUE_DEFAULT_RESULT_STORAGE_BLOCK",)},
        ),
    ] = None
    local_storage_path: Annotated[
        str,
        Meta(
            description="Folder of results kept on this machine; by default `storage` in the home.",
            extra={"also": ("SEGUE_LOCAL_STORAGE_PATH",), "path": True},
        ),
    ] = ""


class TaskRunner(Struct, frozen=True, kw_only=True):
    """How submitted tasks are run."""

    thread_pool_max_workers: Annotated[
        Workers | None,
        Meta(
            description="Most threads of a ThreadPoolTaskRunner.",
            extra={"also": ("SEGUE_TASK_RUNNER_THREAD_POOL_MAX_WORKERS",)},
        ),
    ] = None
    process_pool_max_workers: Annotated[
        Workers | None, Meta(description="Most processes of a ProcessPoolTaskRunner.")
    ] = None


class Tasks(Struct, frozen=True, kw_only=True):
    """Defaults of all tasks."""

    default_retries: Annotated[
        Count, Meta(description="Retries of a task that does not say.", extra={"also": ("SEGUE_TASK_DEFAULT_RETRIES",)})
    ] = 0
    default_retry_delay_seconds: Annotated[
        Seconds | list[Seconds],
        Meta(
            description="Seconds before a retry, or one number for each retry.",
            extra={"also": ("SEGUE_TASK_DEFAULT_RETRY_DELAY_SECONDS",)},
        ),
    ] = 0.0
    default_persist_result: Annotated[bool | None, Meta(description="Persist results of tasks that do not say.")] = None
    default_no_cache: Annotated[bool, Meta(description="Tasks that do not say have the cache policy NO_CACHE.")] = False
    refresh_cache: Annotated[bool, Meta(description="Run tasks even where a cached result exists, and renew it.")] = (
        False
    )
    disable_caching: Annotated[bool, Meta(description="Ignore every cache policy.")] = False
    runner: TaskRunner = TaskRunner()


class Flows(Struct, frozen=True, kw_only=True):
    """Defaults of all flows."""

    default_retries: Annotated[
        Count, Meta(description="Retries of a flow that does not say.", extra={"also": ("SEGUE_FLOW_DEFAULT_RETRIES",)})
    ] = 0
    default_retry_delay_seconds: Annotated[
        Seconds | list[Seconds],
        Meta(
            description="Seconds before a retry, or one number for each retry.",
            extra={"also": ("SEGUE_FLOW_DEFAULT_RETRY_DELAY_SECONDS",)},
        ),
    ] = 0.0


class LoggingToApi(Struct, frozen=True, kw_only=True):
    """Which log lines are recorded with their run."""

    enabled: Annotated[bool, Meta(description="Record the log lines of runs.")] = True
    when_missing_flow: Annotated[
        Literal["warn", "error", "ignore"],
        Meta(description="What to do when a run's logger is used where there is no run."),
    ] = "warn"


class Logging(Struct, frozen=True, kw_only=True):
    """Log lines of runs, on the terminal and in the record."""

    level: Annotated[Level, Meta(description="Least level that is shown and recorded.")] = "INFO"
    extra_loggers: Annotated[
        list[str], Meta(description="Names of other loggers whose lines belong to the run that logs them.")
    ] = field(default_factory=list)
    log_prints: Annotated[bool, Meta(description="Log what flows and tasks print, where they do not say.")] = False
    to_console: Annotated[bool, Meta(description="Show log lines on standard error.")] = True
    colors: Annotated[bool, Meta(description="Colour log lines when standard error is a terminal.")] = True
    config_path: Annotated[
        str | None,
        Meta(
            description="YAML file that sets up logging; by default `logging.yml` in the home, where there is one.",
            extra={"also": ("SEGUE_LOGGING_SETTINGS_PATH",), "path": True},
        ),
    ] = None
    to_api: LoggingToApi = LoggingToApi()


class Retention(Struct, frozen=True, kw_only=True):
    """How long things are kept, in days; `none` keeps them for ever."""

    logs_days: Annotated[Days | None, Meta(description="Days that log lines are kept.")] = 30
    events_days: Annotated[Days | None, Meta(description="Days that events are kept.")] = 30
    task_runs_days: Annotated[Days | None, Meta(description="Days that task runs are kept.")] = 90
    flow_runs_days: Annotated[Days | None, Meta(description="Days that flow runs are kept.")] = 365
    artifacts_days: Annotated[Days | None, Meta(description="Days that artifacts are kept.")] = 365
    environments_days: Annotated[
        Days | None,
        Meta(
            description="Days that an environment made for a flow's header (`# /// script`) is kept after its last use."
        ),
    ] = 30


class LateRuns(Struct, frozen=True, kw_only=True):
    """When a scheduled run is late."""

    after_seconds: Annotated[
        Seconds, Meta(description="Seconds after its time from which on a run that nobody has begun is named Late.")
    ] = 15.0


class Services(Struct, frozen=True, kw_only=True):
    """What a server does by itself."""

    late_runs: LateRuns = LateRuns()


class Outbound(Struct, frozen=True, kw_only=True):
    """Where a server sends what automations tell the world outside."""

    allowed_addresses: Annotated[
        list[str],
        Meta(
            description="Addresses and networks, such as `10.0.0.0/8`, that a server may send to although they are not public: "
            "a mail server of the house, a chat of your own."
        ),
    ] = field(default_factory=list)


class Server(Struct, frozen=True, kw_only=True):
    """How a server started here works."""

    services: Services = Services()
    outbound: Outbound = Outbound()


class Worker(Struct, frozen=True, kw_only=True):
    """How workers started here work."""

    heartbeat_seconds: Annotated[
        Span,
        Meta(description="Seconds between two beats of a worker; one that misses three of them is taken for dead."),
    ] = 30.0


class Deployments(Struct, frozen=True, kw_only=True):
    """What deployments get that do not say otherwise."""

    default_work_pool_name: Annotated[
        str | None,
        Meta(description="Work pool of deployments that name none.", extra={"also": ("SEGUE_DEFAULT_WORK_POOL_NAME",)}),
    ] = None


class Settings(Struct, frozen=True, kw_only=True):
    """All settings; read once at the door and passed on."""

    home: Annotated[
        str, Meta(description="Folder of everything that Segue keeps on this machine.", extra={"path": True})
    ] = "~/.segue"
    profiles_path: Annotated[
        str, Meta(description="File of the profiles; by default `profiles.toml` in the home.", extra={"path": True})
    ] = ""
    profile: Annotated[str, Meta(description="Name of the profile in use.")] = "ephemeral"
    debug_mode: Annotated[bool, Meta(description="Log at level DEBUG and show whole tracebacks.")] = False
    test_mode: Annotated[
        bool, Meta(description="Set by the test harness.", extra={"also": ("SEGUE_TESTING_TEST_MODE",)})
    ] = False
    ui_url: Annotated[str | None, Meta(description="Address of the web UI, for links.")] = None
    secret_key: Annotated[
        str | None,
        Meta(
            description="Keys that secrets are encrypted with, the newest first; by default `secret.key` in the home.",
            extra={"secret": True},
        ),
    ] = None
    api: Api = Api()
    client: Client = Client()
    database: Database = Database()
    results: Results = Results()
    tasks: Tasks = Tasks()
    flows: Flows = Flows()
    logging: Logging = Logging()
    retention: Retention = Retention()
    server: Server = Server()
    worker: Worker = Worker()
    deployments: Deployments = Deployments()


class Setting(Struct, frozen=True, kw_only=True):
    """One setting: where it stands, what it may be, what it means."""

    name: str
    path: Path
    type: object
    default: object
    description: str
    #: Other names it is known by.
    also: tuple[str, ...] = ()
    secret: bool = False
    #: The value is a place in the file system.
    is_path: bool = False

    def read(self, value: object, layer: str) -> object:
        """Understand a value written as text or given as an object; raises `WrongSetting`."""
        try:
            return msgspec.convert(_parsed(value, self.type), self.type, strict=False)
        except msgspec.ValidationError:
            raise WrongSetting(
                name=self.name, value=self.masked(value), layer=layer, expected=expected(self.type)
            ) from None

    def masked(self, value: object) -> object:
        """Return the value as it may be shown: neither a secret nor the password in an address."""
        if self.secret and value is not None:
            return MASK
        return masked_address(value) if isinstance(value, str) and "://" in value else value


def masked_address(url: str) -> str:
    """Return an address without the password in it."""
    scheme, _, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    user, colon, _ = login.partition(":")
    return f"{scheme}://{user}{colon}{MASK}@{place}" if at and colon else url


def name_of(path: Path) -> str:
    """Return the name of the setting at a path."""
    return f"SEGUE_{'_'.join(path).upper()}"


def walk(settings: Struct, at: Path = ()) -> Iterator[tuple[Path, object]]:
    """Yield every setting's path and value, in the order of definition."""
    for name in settings.__struct_fields__:
        value = getattr(settings, name)
        if isinstance(value, Struct):
            yield from walk(value, (*at, name))
        else:
            yield (*at, name), value


def table() -> dict[str, Setting]:
    """Return every setting by its name; costs a look at all annotations."""
    return {setting.name: setting for setting in _described(Settings, ())}


def build(values: Mapping[Path, object]) -> Settings:
    """Return the settings with the given values in place; what hangs on another setting follows it."""
    return _follow(cast("Settings", _filled(Settings, (), values)))


def expected(type_: object) -> str:
    """Say in words what a value may be."""
    origin, args = get_origin(type_), get_args(type_)
    if origin is Annotated:
        meta = next((item for item in args[1:] if isinstance(item, Meta)), Meta())
        bounds = [f"at least {meta.ge}"] if meta.ge is not None else []
        bounds += [f"more than {meta.gt}"] if meta.gt is not None else []
        return " ".join([expected(args[0]), *bounds])
    if origin is Literal:
        return f"one of {', '.join(map(str, args))}"
    if origin is list:
        return f"a list ({expected(args[0])} each)"
    if args:
        return " or ".join(expected(arg) for arg in args)
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", type(None): "none"}
    return words[cast("type", type_)]


_TRUE, _FALSE = ("true", "yes", "on", "t", "y"), ("false", "no", "off", "f", "n")


def _parsed(value: object, type_: object) -> object:
    """Text as people write it, in the form that `msgspec.convert` reads."""
    kinds = _kinds(type_)
    if isinstance(value, str) and kinds != [str]:
        text = value.strip()
        if list in kinds and (text.startswith("[") or "," in text or float not in kinds):
            return _items(text)
        if type(None) in kinds and text.lower() in {"none", "null", ""}:
            return None
        if bool in kinds and text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
        return text.upper() if "DEBUG" in kinds else text
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    # A bool is an int to Python, never to a person: `True` retries is a mistake.
    if isinstance(value, bool) and bool not in kinds:
        return str(value)
    return value


def _items(text: str) -> object:
    if text.startswith("["):
        try:
            return msgspec.json.decode(text)
        except msgspec.DecodeError:
            return text
    return [item.strip() for item in text.split(",") if item.strip()]


def _kinds(type_: object) -> list[object]:
    """The plain types and literal words that make up an annotation."""
    origin, args = get_origin(type_), get_args(type_)
    if origin is Annotated:
        return _kinds(args[0])
    if origin is list:
        return [list]
    if origin is Literal:
        return list(args)
    return [kind for arg in args for kind in _kinds(arg)] if args else [type_]


def _described(group: type[Struct], at: Path) -> Iterator[Setting]:
    for info in msgspec.structs.fields(group):
        path = (*at, info.name)
        if isinstance(info.type, type) and issubclass(info.type, Struct):
            yield from _described(info.type, path)
            continue
        meta = cast("Meta", info.type.__metadata__[-1])
        facts = meta.extra or {}
        yield Setting(
            name=name_of(path),
            path=path,
            type=info.type,
            default=info.default if info.default_factory is msgspec.NODEFAULT else info.default_factory(),
            description=meta.description or "",
            also=facts.get("also", ()),
            secret=facts.get("secret", False),
            is_path=facts.get("path", False),
        )


def _filled(group: type[Struct], at: Path, values: Mapping[Path, object]) -> Struct:
    if not values:
        return group()
    plain = group()
    depth = len(at)
    mine: dict[str, object] = {}
    for path, value in values.items():
        if path[:depth] == at:
            name = path[depth]
            if len(path) == depth + 1:
                mine[name] = value
            elif name not in mine:
                mine[name] = _filled(type(getattr(plain, name)), (*at, name), values)
    return msgspec.structs.replace(plain, **mine)


def _follow(settings: Settings) -> Settings:
    home = settings.home.rstrip("/")
    changes: dict[str, object] = {}
    if not settings.profiles_path:
        changes["profiles_path"] = f"{home}/profiles.toml"
    if not settings.database.url:
        changes["database"] = msgspec.structs.replace(settings.database, url=f"sqlite:///{home}/segue.db")
    if not settings.results.local_storage_path:
        changes["results"] = msgspec.structs.replace(settings.results, local_storage_path=f"{home}/storage")
    if settings.debug_mode and settings.logging.level == "INFO":
        changes["logging"] = msgspec.structs.replace(settings.logging, level="DEBUG")
    return msgspec.structs.replace(settings, **changes)
