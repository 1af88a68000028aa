import warnings

from segue import flow, task

warnings.simplefilter("ignore")


@task
def extract(source):
    print("never runs")


@task(name="clean up")
def clean(rows):
    print("never runs")


@task(viz_return_value=[1, 2, 3])
def numbers():
    print("never runs")


@task
def total(values, rows=None):
    print("never runs")


@flow
def report(value):
    print("subflow never runs")


@flow
def pipeline(sources=("a", "b")):
    print("body runs")
    cleaned = [clean(extract(source)) for source in sources]
    listed = numbers()
    for number in listed:
        print("number", number)
    result = total(listed, rows=cleaned[0])
    report(result)


print(pipeline.generate_mermaid_graph())
print(pipeline.generate_mermaid_graph(sources=["only"]))


@flow
def empty():
    pass


print(empty.generate_mermaid_graph())
