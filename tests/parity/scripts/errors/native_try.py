from segue import flow, task


@task
def risky(x):
    if x % 2:
        raise ValueError(f"odd {x}")
    return x


@flow
def child(x: int):
    return risky(x)


@flow
def main():
    kept = []
    for x in range(4):
        try:
            kept.append(risky(x))
        except ValueError as error:
            kept.append(str(error))
        finally:
            kept.append("-")
    try:
        child(5)
    except ValueError as error:
        kept.append(f"child {error}")
    else:
        kept.append("no")
    return kept


print(main())
