"""What there is to type: every noun with the module that knows it, and the help of `segue` itself.

This file imports nothing, so that `segue --help` costs little more than an interpreter's start.
"""

from __future__ import annotations

#: Command → (module, what it is for), in the order of help.
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("segue.cli.run", "Run a flow of a file."),
    "shell": ("segue.cli.shell", "Commands of the shell as flows."),
    "init": ("segue.cli.init", "Begin a project: write a segue.yaml."),
    "deploy": ("segue.cli.deploy", "Deploy what segue.yaml says, or one flow."),
    "flow-run": ("segue.cli.flow_run", "Runs of flows: list, inspect, watch, retry, cancel, resume."),
    "task-run": ("segue.cli.task_run", "Runs of tasks: list, inspect, read logs, run one again."),
    "flow": ("segue.cli.flow", "Flows that ran here."),
    "deployment": ("segue.cli.deployment", "Deployments: flows that can be run elsewhere."),
    "schedule": ("segue.cli.schedule", "When a rule, or a deployment, will fire."),
    "work-pool": ("segue.cli.work_pool", "Work pools: where runs wait for workers of one type."),
    "work-queue": ("segue.cli.work_queue", "Work queues: lines within a work pool, served by priority."),
    "saved-view": ("segue.cli.saved_view", "Filters of the page of runs, saved under a name."),
    "artifact": ("segue.cli.artifact", "What runs left behind: tables, pages, links."),
    "variable": ("segue.cli.variable", "Values shared by all runs."),
    "block": ("segue.cli.block", "Saved configuration and credentials, known by type and name."),
    "secret-key": ("segue.cli.secret_key", "The keys that secrets of blocks are encrypted with."),
    "notification": ("segue.cli.notification", "What automations told the world outside, with every attempt."),
    "event": ("segue.cli.event", "What happened: emit events, list them, follow them."),
    "automation": ("segue.cli.automation", "What is done when something happens, or does not."),
    "global-concurrency-limit": (
        "segue.cli.global_concurrency_limit",
        "Limits on how many do something at once, or how often.",
    ),
    "concurrency-limit": ("segue.cli.concurrency_limit", "Limits on how many tasks with a tag run at once."),
    "cache": ("segue.cli.cache", "Why a task was, or was not, answered from the cache."),
    "task": ("segue.cli.task", "Serve tasks that others start with `task.delay(...)`."),
    "worker": ("segue.cli.worker", "Workers: claim runs of a work pool and start them."),
    "server": ("segue.cli.server", "The server: start it, see how it is, stop it."),
    "dashboard": ("segue.cli.dashboard", "The web pages of the server in use."),
    "user": ("segue.cli.user", "People who may sign in, and what they may do."),
    "key": ("segue.cli.key", "Keys by which programs and people are known to a server."),
    "login": ("segue.cli.login", "Connect to a server, and keep address and key in a profile."),
    "logout": ("segue.cli.logout", "Forget the key of a profile, and revoke it."),
    "whoami": ("segue.cli.whoami", "Who you are to the server, and what you may do."),
    "spool": ("segue.cli.spool", "Records that wait here for a server that was away."),
    "api": ("segue.cli.api", "Call the HTTP API, with or without a server."),
    "config": ("segue.cli.config", "Settings: view, set, check."),
    "profile": ("segue.cli.profile", "Named sets of settings."),
    "database": ("segue.cli.database", "The database: upgrade, back up, restore, prune, check."),
    "doctor": ("segue.cli.doctor", "Check this installation and say what to do."),
    "debug": ("segue.cli.debug", "Collect what a report of a problem needs."),
    "demo": ("segue.cli.demo", "Run a real data pipeline, and see what is recorded."),
    "version": ("segue.cli.version", "Versions of Segue and of what it stands on."),
}

#: Other names that people type for a noun, besides its plural.
SHORT: dict[str, str] = {"gcl": "global-concurrency-limit"}


def noun_of(word: str) -> str:
    """Return the noun that somebody means: itself, its plural (`events`, `flow-runs`) or a short name; else the word."""
    if word in COMMANDS:
        return word
    singular = word.removesuffix("s")
    return singular if singular in COMMANDS else SHORT.get(word, word)


#: Options of `segue` itself, for help.
OPTIONS: dict[str, str] = {
    "--profile NAME": "Use the settings of this profile.",
    "--no-prompt": "Never ask; what would need an answer fails instead.",
    "--debug": "Show whole tracebacks.",
    "--install-completion": "Install completion for the current shell.",
    "--show-completion": "Show completion for the current shell, to copy it.",
    "--help": "Show this message and exit.",
}

EXIT_CODES = """\
Exit codes:
  0  done, and what was asked about is well
  1  what was asked for did not succeed: a run did not complete, a check failed
  2  the command was not understood
  3  there is no such thing
  4  refused: the state of things does not allow it
  5  the database, or the server, cannot be used
"""

SUMMARY = "Ordinary Python functions as observed, recoverable workflows."
EXAMPLE = "segue run flows.py:etl -p day=2026-01-31"


def help_text() -> str:
    """Return the help of `segue` itself."""
    lines = [
        "Usage: segue [OPTIONS] COMMAND [ARGS]...",
        "",
        f"  {SUMMARY}",
        "",
        "  For example:",
        "",
        f"      {EXAMPLE}",
        "",
    ]
    lines += ["Options:", *_columns(OPTIONS), ""]
    lines += ["Commands:", *_columns({name: purpose for name, (_, purpose) in COMMANDS.items()}), ""]
    return "\n".join(lines) + "\n" + EXIT_CODES


def _columns(rows: dict[str, str]) -> list[str]:
    width = max(map(len, rows))
    return [f"  {name:<{width}}  {purpose}" for name, purpose in rows.items()]
