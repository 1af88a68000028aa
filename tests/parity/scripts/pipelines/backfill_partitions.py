from datetime import date, timedelta
from pathlib import Path

from segue import flow, task, unmapped
from segue.cache_policies import INPUTS

computed = []


@task(cache_policy=INPUTS - "verbose", persist_result=True, task_run_name="{day:%Y-%m-%d}")
def partition(day: date, factor: int, verbose: bool = False) -> tuple[date, int]:
    computed.append((day.isoformat(), factor))
    if verbose:
        print("computing", day)
    return day, day.day * factor


@flow(flow_run_name="{start:%d.%m}-{days}")
def backfill(start: date, days: int = 3, factor: int = 2, force: bool = False):
    work = partition.with_options(refresh_cache=force)
    dates = [start + timedelta(days=number) for number in range(days)]
    futures = work.map(dates, factor=unmapped(factor), verbose=days > 3)
    Path("last.txt").write_text(dates[-1].isoformat())
    return {day.isoformat(): value for day, value in (future.result() for future in futures)}, [
        future.state.name for future in futures
    ]


print(backfill("2024-02-28"))
print(backfill(date(2024, 2, 29), days="2"))
print(backfill("2024-02-29", days=1, factor=5))
print(backfill("2024-02-29", days=1, force=True))
print(sorted(computed), Path("last.txt").read_text())
try:
    backfill("2024-02-30")
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[1].split(":")[0])
