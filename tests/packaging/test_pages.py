"""Generated pages say what the code says."""

from __future__ import annotations

import typer
import typer.main

from tools.pages import cli_page, settings_page, states_page


def test_every_setting_has_a_row_with_its_meaning() -> None:
    page = settings_page()
    assert "| `SEGUE_HOME` | Folder of everything that Segue keeps on this machine. | a text | `~/.segue` |" in page
    rows = [line for line in page.splitlines() if line.startswith("| `SEGUE_")]
    assert all(len(row.split(" | ")) == 4 for row in rows)


def test_the_diagrams_draw_what_the_tables_allow() -> None:
    page = states_page()
    assert page.count("```mermaid\nstateDiagram-v2\n") == 2
    flows = page.partition("## Flow runs")[2].partition("## Task runs")[0]
    assert "    RUNNING --> PAUSED\n" in flows
    assert "    CANCELLING --> Ended\n" in flows
    assert "RUNNING --> COMPLETED" not in flows
    assert "| FAILED | nowhere: it is final |" in flows
    assert "    COMPLETED --> COMPLETED\n" in page.partition("## Task runs")[2]


def test_commands_are_described_with_their_options_and_examples() -> None:
    app, runs = typer.Typer(help="Everything.", add_completion=False), typer.Typer(help="Runs of flows.")

    @runs.command("ls")
    def ls(state: str = typer.Option("any", "--state", "-s", help="Only this|that state.")) -> None:
        """List runs.

        Example:

            segue flow-run ls --state Failed
        """

    @runs.command("secret", hidden=True)
    def secret() -> None:
        """Not for eyes."""

    app.add_typer(runs, name="flow-run")
    root = typer.main.get_command(app)
    assert isinstance(root, typer.core.TyperGroup)
    page = cli_page(root)
    assert "## segue flow-run ls\n\nList runs.\n\nExample:\n\n    segue flow-run ls --state Failed\n" in page
    assert "| `-s, --state <str>` | Only this\\|that state. [default: any] |" in page
    assert "secret" not in page
