import datetime

from segue import flow, task
from segue.cache_policies import INPUTS

calls = []


@task(cache_policy=INPUTS, cache_expiration=datetime.timedelta(hours=2))
def load(x):
    calls.append(x)
    return x * 2


@flow
def main():
    first = load(1, return_state=True)
    second = load(1, return_state=True)
    third = load(2, return_state=True)
    for state in (first, second, third):
        print(state.type.value, state.name, state.result(), state.is_completed(), state.message)
    print(first.state_details.cache_key == second.state_details.cache_key, first.state_details.cache_key is not None)
    print(calls)


main()
main()
print(calls)
