import csv
import json
from pathlib import Path

from segue import flow, get_run_logger, task
from segue.cache_policies import INPUTS

Path("orders.csv").write_text("id,amount\n1,10\n2,x\n3,30\n")
attempts = {"extract": 0, "transform": 0}


@task(retries=2, retry_delay_seconds=0)
def extract(path: str) -> list[dict[str, str]]:
    attempts["extract"] += 1
    if attempts["extract"] < 3:
        raise ConnectionError(f"try {attempts['extract']}")
    with open(path, newline="") as source:
        return list(csv.DictReader(source))


@task(cache_policy=INPUTS, persist_result=True)
def transform(rows: list[dict[str, str]]) -> dict[str, list]:
    attempts["transform"] += 1
    good, bad = [], []
    for row in rows:
        try:
            good.append({"id": int(row["id"]), "amount": int(row["amount"])})
        except ValueError as error:
            bad.append({"id": row["id"], "why": str(error)})
    return {"good": good, "bad": bad}


@task
def load(rows: list[dict[str, int]], target: str) -> int:
    Path(target).write_text(json.dumps(rows))
    return len(rows)


@flow(name="Orders")
def orders(source: str, target: Path = Path("out.json")) -> dict[str, object]:
    get_run_logger().info("from %s", source)
    parts = transform(extract(source))
    count = load(parts["good"], target)
    return {"loaded": count, "bad": parts["bad"]}


print(orders("orders.csv"))
print(attempts, json.loads(Path("out.json").read_text()))
print(orders("orders.csv", target="again.json"))
print(attempts, Path("again.json").exists())
state = orders("orders.csv", return_state=True)
print(state.type.value, state.name, state.result()["loaded"])
