from segue import flow, task

marker = object()


@task
def give():
    return marker


@task
def same(x):
    return x is marker


@flow
def sub(x):
    return x


@flow
def main():
    got = give()
    print(got is marker, same(got), give.submit().result() is marker, same.submit(got).result(), sub(got) is marker)
    data = [1]

    @task
    def append(values):
        values.append(2)
        return values

    result = append(data)
    print(data, result is data)


main()
