from concurrent.futures import ThreadPoolExecutor

from segue import flow


@flow
def countdown(n: int):
    if n == 0:
        return [0]
    return [n, *countdown(n - 1)]


@flow
def independent(x: int):
    return x * 2


print(countdown(3))
with ThreadPoolExecutor(max_workers=3) as pool:
    print(list(pool.map(independent, [1, 2, 3])))
