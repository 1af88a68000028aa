from segue import flow, task


@task
def leaf(x):
    return x + 1


@task
def branch(n):
    direct = leaf(n)
    submitted = leaf.submit(direct).result()
    mapped = leaf.map([submitted, n]).result()
    return mapped


@task
def tree(n):
    return [branch(i) for i in range(n)]


@flow
def main():
    print(branch(0))
    print(branch.submit(10).result())
    print(tree.submit(2).result())


main()
