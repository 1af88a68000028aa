from segue import flow
from segue.runtime import flow_run

counts = []


@flow(retries=2)
def child(limit):
    counts.append((flow_run.run_count, flow_run.parameters["limit"]))
    if flow_run.run_count < limit:
        raise ValueError(f"child {flow_run.run_count}")
    return flow_run.run_count


@flow
def parent():
    first = child(2)
    second = child(9, return_state=True)
    return first, second.name, second.message


print(parent())
print(counts)
