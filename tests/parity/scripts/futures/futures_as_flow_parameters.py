from pydantic import BaseModel

from segue import flow, task


class Item(BaseModel):
    n: int


@task
def number(x):
    return x


@task
def item(n):
    return Item(n=n)


@flow
def takes_int(x: int, y: list[int] = []):
    return x, y


@flow
def takes_item(one: Item, many: list[Item] = []):
    return one, many


@flow
def main():
    print(takes_int(number.submit("5")))
    print(takes_int(number.submit(1), [number.submit("2"), 3]))
    print(takes_int(number(1, return_state=True)))
    print(takes_item(item.submit(1), [item.submit(2), {"n": "3"}]))


main()
