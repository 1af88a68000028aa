"""Pydantic models made in steps, parsed, encoded and pickled."""

import uuid

import cloudpickle
from pydantic import BaseModel, SecretStr

from segue.utilities.pydantic import (
    PartialModel,
    add_cloudpickle_reduction,
    custom_pydantic_encoder,
    get_class_fields_only,
    handle_secret_render,
    parse_obj_as,
)


class Point(BaseModel):
    x: int
    y: str
    z: float = 1.0


class Further(Point):
    w: int = 1
    x: int = 3


def attempt(label, call):
    try:
        print(label, repr(call()))
    except Exception as error:
        print(label, type(error).__name__)


print(sorted(get_class_fields_only(Further)))
partial = PartialModel(Point, x=1)
attempt("one more", lambda: setattr(partial, "y", "two"))
attempt("again", lambda: setattr(partial, "x", 2))
attempt("none such", lambda: setattr(partial, "nope", 2))
attempt("none such", lambda: PartialModel(Point, nope=1))
attempt("again", lambda: partial.finalize(x=5))
attempt("not read", lambda: partial.x)
attempt("whole", lambda: partial.finalize(z="7"))
attempt("whole again", lambda: partial.finalize())
attempt("wrong", lambda: PartialModel(Point, x="a").finalize())
attempt("shown", lambda: partial)

attempt("python", lambda: parse_obj_as(Point, {"x": 1, "y": "q"}))
attempt("json", lambda: parse_obj_as(list[Point], '[{"x": 1, "y": "a"}]', "json"))
attempt("strings", lambda: parse_obj_as(int, "123", mode="strings"))
attempt("dict", lambda: parse_obj_as(dict[str, int], {"a": "3"}))
attempt("itself", lambda: parse_obj_as(Point, Point(x=1, y="b")))
attempt("wrong", lambda: parse_obj_as(Point, '{"x": 1, "y": "a"}'))

attempt("by an encoder", lambda: custom_pydantic_encoder({uuid.UUID: lambda id: str(id)[:4]}, uuid.UUID(int=0)))
attempt("a model", lambda: custom_pydantic_encoder({}, Point(x=1, y="a")))
attempt("a set", lambda: custom_pydantic_encoder({}, {1}))

for context in ({}, {"include_secrets": True}):
    attempt("secret", lambda: handle_secret_render(SecretStr("abcdef"), context))
    attempt("number", lambda: handle_secret_render(5, context))


@add_cloudpickle_reduction
class Pickled(BaseModel):
    q: int


@add_cloudpickle_reduction(exclude={"q"})
class Partly(BaseModel):
    q: int = 9
    r: int = 1


attempt("pickled", lambda: cloudpickle.loads(cloudpickle.dumps(Pickled(q=3))))
attempt("partly", lambda: cloudpickle.loads(cloudpickle.dumps(Partly(q=3, r=4))))
