import datetime
import enum
from typing import Annotated, Literal, Optional, Union

from pydantic import BaseModel, EmailStr, Field, PositiveInt, SecretStr, field_validator

from segue import flow
from segue.exceptions import ParameterTypeError


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    city: str
    zip: Optional[str] = None


class Person(BaseModel):
    name: str
    age: PositiveInt
    address: Address = Address(city="Paris")
    tags: list[str] = Field(default_factory=list)

    @field_validator("name")
    @classmethod
    def upper(cls, value):
        return value.upper()


@flow
def main(
    person: Person,
    color: Color = Color.RED,
    day: datetime.date = datetime.date(2024, 1, 1),
    mode: Literal["fast", "slow"] = "fast",
    limit: Annotated[int, Field(ge=1, le=10)] = 5,
    either: Union[int, str] = 1,
    when: Optional[datetime.datetime] = None,
    secret: SecretStr = SecretStr("s"),
    delta: datetime.timedelta = datetime.timedelta(seconds=1),
):
    return person, color, day, mode, limit, either, when, secret.get_secret_value(), delta


print(main({"name": "ann", "age": "5"}))
print(main(Person(name="bo", age=1), color="blue", day="2020-02-03", limit="7", either="x", when="2020-01-01T00:00:00", secret="t", delta=90))
for bad in (
    {"person": {"name": "x", "age": -1}}, {"person": {"name": "x"}}, {"person": 5}, {"person": {"name": "a", "age": 1}, "color": "green"},
    {"person": {"name": "a", "age": 1}, "mode": "medium"}, {"person": {"name": "a", "age": 1}, "limit": 50}, {"person": {"name": "a", "age": 1}, "day": "soon"},
    {"person": {"name": "a", "age": 1, "address": {"zip": 5}}},
):
    try:
        main(**bad)
    except ParameterTypeError as error:
        print(str(error).splitlines()[0], "|", [line for line in str(error).splitlines() if not line.startswith(" ")][1:])
    except Exception as error:
        print(type(error).__name__, error)
