"""A small load: read, clean, sum per group, and go on when one source is broken."""

from segue import flow, task, unmapped

SOURCES = {"north": ["1", "2", "x"], "south": ["4"], "west": None}


@task(task_run_name="read-{source}")
def read(source):
    rows = SOURCES[source]
    if rows is None:
        raise ConnectionError(f"{source} does not answer")
    return rows


@task
def clean(rows, reject):
    return [int(row) for row in rows if row != reject]


@task
def total(rows):
    return sum(rows)


@flow(name="Daily load", log_prints=False)
def load(sources: list[str]):
    raw = read.map(sources)
    cleaned = clean.map(raw, reject=unmapped("x"))
    totals = total.map(cleaned)
    totals.wait()
    report = {}
    for source, future in zip(sources, totals):
        report[source] = future.result() if future.state.is_completed() else future.state.name
    return report


for source, value in load(list(SOURCES)).items():
    print(source, value)
