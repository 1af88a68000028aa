"""What the pipeline tells people: a table, a page of markdown."""

from __future__ import annotations

from calendar import month_abbr
from collections.abc import Iterable, Mapping, Sequence

from segue.demo.data import Carrier, Month


def carrier_rows(carriers: Iterable[Carrier]) -> list[dict[str, object]]:
    """Return one row for each carrier, as a table artifact takes them."""
    return [
        {
            "carrier": carrier.name,
            "flights": carrier.flights,
            "cancelled": share(carrier.cancelled / carrier.flights),
            "mean delay (min)": round(carrier.delay, 1),
            "15 min late": share(carrier.late),
            "mean age of plane (years)": None if carrier.age is None else round(carrier.age, 1),
        }
        for carrier in carriers
    ]


def month_rows(months: Iterable[Month]) -> list[dict[str, object]]:
    """Return one row for each month."""
    return [
        {
            "month": month_abbr[month.month],
            "flights": month.flights,
            "cancelled": share(month.cancelled / month.flights),
            "mean delay (min)": round(month.delay, 1),
            "mean delay in rain or snow (min)": round(month.delay_when_wet, 1),
            "worst day": f"{month_abbr[month.month]} {month.worst_day} ({month.worst_delay:.0f} min)",
        }
        for month in months
    ]


def page(
    rows: Mapping[str, int], nulls: Mapping[str, int], carriers: Sequence[Carrier], months: Sequence[Month]
) -> str:
    """Return the whole report as markdown."""
    punctual = min(carriers, key=lambda carrier: carrier.late)
    worst = max(months, key=lambda month: month.worst_delay)
    return "\n".join(
        [
            "# Departures from New York, 2013",
            "",
            f"{rows['flights']:,} flights of {len(carriers)} carriers, {nulls['flights.dep_delay']:,} of them cancelled.",
            f"{punctual.name} was most often on time: {share(1 - punctual.late)} left less than 15 minutes late.",
            f"The worst day was {month_abbr[worst.month]} {worst.worst_day}: {worst.worst_delay:.0f} minutes' mean delay.",
            "",
            "## Carriers",
            "",
            *markdown_table(carrier_rows(carriers)),
            "",
            "## Months",
            "",
            *markdown_table(month_rows(months)),
            "",
            "## Checks after the load",
            "",
            *(f"- {table}: {count:,} rows, none missing" for table, count in rows.items()),
            *(f"- {column}: {count:,} values missing, within budget" for column, count in nulls.items()),
            "",
        ]
    )


def markdown_table(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Return the lines of a markdown table; the first row names the columns."""
    names = list(rows[0])
    body = [" | ".join("" if row[name] is None else str(row[name]) for name in names) for row in rows]
    return [f"| {line} |" for line in (" | ".join(names), " | ".join("---" for _ in names), *body)]


def share(part: float) -> str:
    """Return a fraction of one as people read it: `4.2 %`."""
    return f"{part * 100:.1f} %"
