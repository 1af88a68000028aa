from segue import flow, task


@task
def repeat(text: str, times: int):
    return text * times


@flow
def main(times: int):
    return repeat("ab", times)


print(main("2"))
try:
    repeat("ab", "2")
except TypeError as error:
    print("TypeError", error)
print(repeat(2, 3))
