"""`segue doctor`."""

from __future__ import annotations

import typer

from segue.cli.cells import Cell
from segue.cli.faults import Exit
from segue.cli.findings import Finding
from segue.cli.group import single
from segue.cli.health import examine
from segue.cli.listing import as_json
from segue.cli.options import Output, OutputOption

LOOKS = {"ok": "good", "warn": "warning", "fail": "bad"}


def doctor(output: OutputOption = Output.TABLE) -> None:
    """Check this installation: settings, home, servers, database, runs; exits 1 when something fails.

    For example:

        segue doctor
    """
    findings = list(examine())
    if output is Output.JSON:
        typer.echo(as_json(findings))
    else:
        _show(findings)
    if any(finding.verdict == "fail" for finding in findings):
        raise typer.Exit(Exit.FAILED)


def _show(findings: list[Finding]) -> None:
    from segue.cli.tables import print_lines  # noqa: PLC0415 - a door: programs that read JSON do not pay for rich

    lines: list[tuple[Cell, ...]] = []
    for finding in findings:
        lines.append(
            (Cell(f"{finding.verdict:<5} ", LOOKS[finding.verdict]), Cell(f"{finding.what:<11} "), Cell(finding.found))
        )
        if finding.todo is not None:
            lines.append((Cell(f"{'':<18} → {finding.todo}", "strong"),))
    print_lines(lines)


app = single(doctor)
