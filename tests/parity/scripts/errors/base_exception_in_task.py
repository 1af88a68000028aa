from segue import flow, task


class Stop(BaseException):
    pass


@task
def stops():
    raise Stop("base")


@flow
def main():
    try:
        stops()
    except Stop as error:
        print("flow sees", type(error).__name__, error)
    return "goes on"


@flow
def stopped():
    raise Stop("from flow")


print(main())
try:
    stopped()
except Stop as error:
    print("caller sees", type(error).__name__, error)
