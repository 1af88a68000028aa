from segue import flow


@flow(validate_parameters=False)
def loose(x: int, y: list[int] = [1]):
    return x, y


@flow
def strict(x: int):
    return x


print(loose("five", y="not a list"))
print(loose.should_validate_parameters)
print(strict.with_options(validate_parameters=False)("six"))
print(strict.validate_parameters({"x": "7"}))
try:
    strict.validate_parameters({"x": "seven"})
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[0])
try:
    strict.validate_parameters({"x": 1, "z": 2})
except Exception as error:
    print(type(error).__name__, str(error).splitlines()[0])
