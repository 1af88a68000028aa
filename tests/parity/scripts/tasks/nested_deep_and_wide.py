from segue import flow, task


@task
def leaf(x):
    return x


@task
def middle(x):
    return leaf(x) + sum(leaf.map([x, x]).result())


@task
def top(x):
    return middle(x) + middle.submit(x).result()


@flow
def main():
    return top(1), top.submit(2).result()


print(main())
print(leaf(5))
