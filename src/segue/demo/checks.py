"""Whether the data is what it should be: counts after the write, missing values, a join that multiplies nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from segue.demo.data import NullBudget, Table

#: Row counts at which exports and spreadsheets are known to stop without a word.
SILENT_LIMITS = frozenset({32_767, 32_768, 65_535, 65_536, 1_000_000, 1_048_575, 1_048_576})


class CheckFailed(Exception):
    """The data is not what it should be; each line of the message is one finding."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = findings


def rows_arrived(counted: Mapping[str, int], tables: Iterable[Table]) -> None:
    """Raise `CheckFailed` unless every table holds exactly the rows its publisher states."""
    findings = []
    for table in tables:
        found = counted.get(table.name, 0)
        if found == table.rows:
            continue
        difference = abs(table.rows - found)
        verdict = "missing" if found < table.rows else "too many"
        finding = f"{table.name}: {found:,} rows where {table.rows:,} are expected, {difference:,} {verdict}"
        if found in SILENT_LIMITS:
            finding += f" ({found:,} is where many tools stop silently)"
        findings.append(finding)
    if findings:
        raise CheckFailed(findings)


def nulls_within(counted: Mapping[str, int], budgets: Iterable[NullBudget]) -> None:
    """Raise `CheckFailed` unless every budgeted column (`table.column`) misses a plausible number of values."""
    findings = []
    for budget in budgets:
        column = f"{budget.table}.{budget.column}"
        found = counted[column]
        if not budget.least <= found <= budget.most:
            allowed = "none" if budget.most == 0 else f"{budget.least:,} to {budget.most:,}"
            findings.append(f"{column}: {found:,} values are missing where {allowed} may be")
    if findings:
        raise CheckFailed(findings)


def nothing_multiplied(before: int, after: int) -> None:
    """Raise `CheckFailed` unless a join left as many rows as it was given."""
    if after != before:
        raise CheckFailed([f"joined: {before:,} flights went into the join and {after:,} rows came out"])
