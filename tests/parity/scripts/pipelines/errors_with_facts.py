from segue import flow, get_client, task
from segue.client.schemas.sorting import FlowRunSort


class QualityError(Exception):
    def __init__(self, column: str, share: float):
        super().__init__(f"{column}: {share:.0%} missing")
        self.column = column
        self.share = share

    def __reduce__(self):
        return type(self), (self.column, self.share)


@task(persist_result=True)
def check(column: str, missing: int, rows: int) -> float:
    share = missing / rows
    if share > 0.5:
        raise QualityError(column, share)
    return share


@flow(persist_result=True)
def quality(table: dict[str, int], rows: int):
    found = {}
    for column, missing in table.items():
        try:
            found[column] = check(column, missing, rows)
        except QualityError as error:
            found[error.column] = f"bad {error.share}"
    worst = check("last", max(table.values()), rows)
    return found, worst


print(quality({"a": 1, "b": 2}, 4))
try:
    quality({"a": 1, "b": 3}, 4)
except QualityError as error:
    print(type(error).__name__, error, error.column, error.share, type(error.__cause__).__name__)
try:
    quality({"a": 1}, 0)
except ZeroDivisionError as error:
    print(type(error).__name__, error)
with get_client(sync_client=True) as client:
    for run in client.read_flow_runs(sort=FlowRunSort.START_TIME_ASC):
        print(run.state.type.value, run.state.message)
        value = run.state.result(raise_on_failure=False)
        print(
            "  ", value if not isinstance(value, Exception) else (type(value).__name__, getattr(value, "column", None))
        )
