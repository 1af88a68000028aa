from segue import flow, task


class Transient(Exception):
    pass


class Fatal(Exception):
    pass


asked = []


def worth_it(task, task_run, state) -> bool:
    error = state.result(raise_on_failure=False)
    asked.append((task.name, task_run.run_count, type(error).__name__))
    return isinstance(error, (Transient, ConnectionError))


class Unless:
    def __init__(self, *kinds):
        self.kinds = kinds

    def __call__(self, task, task_run, state):
        try:
            state.result()
        except self.kinds:
            return False
        except Exception:
            return True
        return False


script = {
    "a": [Transient, ConnectionError, None],
    "b": [Transient, Fatal, None],
    "c": [Fatal, None],
    "d": [OSError, None],
}
calls: dict[str, int] = {}


@task(retries=3, retry_condition_fn=worth_it)
def careful(name: str) -> str:
    calls[name] = calls.get(name, 0) + 1
    what = script[name][calls[name] - 1]
    if what:
        raise what(f"{name} {calls[name]}")
    return name


@flow
def all_of_them():
    results = {}
    for name in "abc":
        state = careful(name, return_state=True)
        results[name] = (state.type.value, state.message)
    state = careful.with_options(retry_condition_fn=Unless(OSError))("d", return_state=True)
    results["d"] = (state.type.value, state.message)
    return results


for name, result in all_of_them().items():
    print(name, result, calls[name])
for each in asked:
    print(each)
