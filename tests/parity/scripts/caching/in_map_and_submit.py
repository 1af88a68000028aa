from segue import flow, task
from segue.cache_policies import INPUTS, TASK_SOURCE

runs = []


@task(cache_policy=INPUTS + TASK_SOURCE, persist_result=True)
def square(x):
    runs.append(x)
    return x * x


@flow
def main():
    print(square.map([1, 2, 3]).result())
    print([s.name for s in square.map([1, 2, 4], return_state=True)])
    print(square.submit(4, return_state=True).name, square(4, return_state=True).name)


main()
main()
print(sorted(runs))
