from segue import flow


@flow
def value():
    return ValueError("value")


@flow(persist_result=True)
def persisted():
    return KeyError("k")


@flow
def parent():
    got = value()
    print(type(got).__name__, got)
    return persisted(return_state=True)


print(type(parent()).__name__)
state = value(return_state=True)
print(state.is_completed(), repr(state.result()))
