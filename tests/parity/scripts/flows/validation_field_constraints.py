from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr

from segue import flow
from segue.exceptions import ParameterTypeError

Positive = Annotated[int, Field(gt=0)]
Shouted = Annotated[str, BeforeValidator(lambda text: text.upper())]


@flow
def order(count: Positive, label: Shouted = "none", secret: SecretStr = SecretStr("x")):
    return count, label, secret


print(order(2, "big"))
print(order("3"))
print(order(1, secret="hidden")[2].get_secret_value())
try:
    order(0)
except ParameterTypeError as error:
    print(str(error).splitlines()[0])
    print(str(error).splitlines()[1].strip())
