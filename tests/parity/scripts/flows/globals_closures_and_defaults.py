from segue import flow, task

counter = {"n": 0}


def make(factor):
    @task
    def scaled(x, add=counter["n"]):
        counter["n"] += 1
        return x * factor + add

    @flow(name=f"times-{factor}")
    def run(values, *, keep=lambda v: True):
        return [scaled(v) for v in values if keep(v)]

    return run


double, triple = make(2), make(3)
print(double([1, 2]), triple([1, 2]), triple([1, 2, 3], keep=lambda v: v > 1))
print(counter, double.name, triple.name)


@flow
def mutable(items=[]):
    items.append(len(items))
    return items


print(mutable(), mutable(), mutable([5]))
