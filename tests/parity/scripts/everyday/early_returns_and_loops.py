from segue import flow, task
from segue.states import Completed


@task
def check(n: int) -> bool:
    return n % 2 == 0


@task
def fetch(page: int) -> dict:
    return {"items": list(range(page)), "next": page + 1 if page < 3 else None}


@flow
def paginate():
    page, items = 1, []
    while page is not None:
        answer = fetch(page)
        items += answer["items"]
        page = answer["next"]
    return items


@flow
def first_even(numbers: list[int]):
    for n in numbers:
        if check(n):
            return n
    return Completed(message="none was even")


@flow
def try_in_turn(names: list[str]):
    @task
    def use(name: str) -> str:
        if name != "c":
            raise ConnectionError(name)
        return name

    errors = []
    for name in names:
        try:
            return use(name), errors
        except ConnectionError as error:
            errors.append(str(error))
    raise RuntimeError(f"none of {errors}")


print(paginate())
print(first_even([3, 5, 8]), first_even([1]), first_even([1], return_state=True).message)
print(try_in_turn(["a", "b", "c", "d"]))
state = try_in_turn(["a"], return_state=True)
print(state.type.value, state.message)
