from segue import flow, task


@task
def group():
    raise ExceptionGroup("several", [ValueError("a"), TypeError("b")])


@task
def noted():
    error = ValueError("plain")
    error.add_note("with a note")
    raise error


@flow
def main():
    try:
        group()
    except* ValueError as caught:
        print("values", [str(each) for each in caught.exceptions])
    except* TypeError as caught:
        print("types", [str(each) for each in caught.exceptions])
    try:
        noted()
    except ValueError as error:
        print(error, error.__notes__)
    print(group(return_state=True).message)


main()
