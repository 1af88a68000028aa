from segue import flow, task, unmapped


@task
def split(line: str) -> list[str]:
    return line.split()


@task
def length(word: str, add: int = 0) -> int:
    return len(word) + add


@task
def total(numbers: list[int], weights: dict | None = None) -> int:
    return sum(numbers) * (weights or {}).get("all", 1)


@task
def pair(left: int, right: str) -> str:
    return f"{left}{right}"


@flow
def words(lines: list[str]):
    per_line = split.map(lines)
    lengths = [length.map(line, add=unmapped(1)) for line in per_line]
    sums = total.map([each.result() for each in lengths], weights=unmapped({"all": 10}))
    pairs = pair.map(sums, [line[0] for line in lines])
    return [each.result() for each in lengths], sums.result(), pairs.result()


print(words(["a bb", "ccc", "dd ee f"]))


@flow
def zipped():
    numbers = length.map(("x", "yy"), add=[1, 2])
    sizes = length.map(word={"k": 1, "long": 2})
    return numbers.result(), sizes.result(), total(numbers), total([numbers[0], numbers[1], 5])


print(zipped())
