from segue import flow


@flow
def main():
    return 1


@main.on_completion
def leave(flow, flow_run, state):
    print("leaving")
    raise SystemExit(3)


@main.on_completion
def later(flow, flow_run, state):
    print("later")


try:
    print(main())
except BaseException as error:
    print(type(error).__name__, error)
print("after")
