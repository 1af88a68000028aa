from segue import flow, task


@task
def pages(n: int):
    for number in range(n):
        yield {"page": number, "size": number + 1}


@task
def size(page: dict) -> int:
    return page["size"]


@task
def grow(x: int, by: int) -> int:
    return x * by


@flow
def lazily(n: int):
    total = 0
    for page in pages(n):
        total += size(page)
        if total > 5:
            break
    return total


@flow
def all_at_once(n: int):
    sizes = size.map(pages.submit(n))
    grown = grow.map(sizes, by=10)
    return grown.result()


@flow
def from_generator(n: int):
    return size.map(pages(n)).result()


@flow
def batches(items: list[int], width: int):
    def cut():
        for start in range(0, len(items), width):
            yield items[start : start + width]

    return [grow.map(batch, by=2).result() for batch in cut()]


print(lazily(10))
print(all_at_once(4))
print(from_generator(3))
print(batches([1, 2, 3, 4, 5], 2))
