from segue import flow, task


@task
def divide(a, b):
    return a / b


@flow
def main():
    print("before")
    divide(1, 0)
    print("never printed")


if __name__ == "__main__":
    main()
    print("never printed")
