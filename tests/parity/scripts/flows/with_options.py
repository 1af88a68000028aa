from segue import flow


def on_done(flow, flow_run, state):
    print("done:", flow.name)


@flow(name="original", retries=2, description="first", log_prints=False, on_completion=[on_done])
def original(x: int):
    return x


copy = original.with_options(name="copy", retries=0, description="second")
print(original.name, original.retries, original.description)
print(copy.name, copy.retries, copy.description)
print(copy.fn is original.fn, copy is original)
print(copy(3))
quiet = original.with_options(on_completion=[])
print(quiet(4), quiet.name, quiet.retries)
unvalidated = original.with_options(validate_parameters=False)
print(unvalidated("not an int"))
try:
    original.with_options("positional")
except TypeError as error:
    print(type(error).__name__)
try:
    original.with_options(nonsense=True)
except TypeError as error:
    print(type(error).__name__, error)
