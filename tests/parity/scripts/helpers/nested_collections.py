"""Nested collections: walked, changed, flattened, merged, and reached by a path."""

from dataclasses import dataclass

from pydantic import BaseModel

from segue.utilities.annotations import quote
from segue.utilities.collections import (
    AutoEnum,
    StopVisiting,
    batched_iterable,
    deep_merge,
    deep_merge_dicts,
    dict_to_flatdict,
    distinct,
    ensure_iterable,
    extract_instances,
    flatdict_to_dict,
    get_from_dict,
    isiterable,
    listrepr,
    remove_nested_keys,
    set_in_dict,
    visit_collection,
)


@dataclass
class Point:
    x: int
    more: list


class Model(BaseModel):
    a: int
    b: list = [1]


class Colour(AutoEnum):
    RED = AutoEnum.auto()
    BLUE = AutoEnum.auto()


def tenfold(value):
    return value * 10 if isinstance(value, int) else value


def stop_at_two(value):
    seen.append(value)
    if value == 2:
        raise StopVisiting


def depth(value, context):
    context["depth"] = context.get("depth", 0) + 1
    if isinstance(value, int):
        seen.append((value, context["depth"]))
    return value


print(dict_to_flatdict({"a": {"b": 1, "c": {"d": 2}}, "e": 3, "f": {}}))
print(flatdict_to_dict({("a", "b"): 1, ("a", "c", "d"): 2, ("e",): 3}))
print([isiterable(x) for x in ([], (), {}, "s", b"b", {1}, range(2), 1, None, (i for i in []))])
print(ensure_iterable([1]), ensure_iterable(1), ensure_iterable("a"), ensure_iterable({"a": 1}))
print(listrepr([1, 2, "a"]), listrepr([1, 2], sep=" | "), list(batched_iterable(range(5), 2)))
print(extract_instances([1, "a", 2.5, "b"], str), sorted(map(str, extract_instances([1, "a"], (int, str)))))
print(remove_nested_keys(["a"], {"a": 1, "b": {"a": 2, "c": 3}}), list(distinct([1, 2, 1, 3])))
print(list(distinct(["a", "B", "b"], key=str.lower)))
print(get_from_dict({"a": {"b": [1, {"c": 5}]}}, "a.b[1].c"), get_from_dict({}, "x", default=9))
into = {}
set_in_dict(into, "a.b.c", 5)
set_in_dict(into, ["a", "x"], 1)
print(into)
try:
    set_in_dict({"a": 1}, "a.b", 5)
except TypeError as error:
    print(error)
print(deep_merge({"a": {"b": 1}}, {"a": {"c": 2}}), deep_merge_dicts({"a": 1}, {"b": {"x": 1}}, {"b": {"y": 2}}))
print(Colour.RED, Colour.RED == "RED", list(Colour))

print(visit_collection([1, {"k": (2, 3)}, {4}], visit_fn=tenfold, return_data=True))
print(visit_collection([Point(1, [2]), Model(a=3)], visit_fn=tenfold, return_data=True))
print(visit_collection([1, [2, [3]]], visit_fn=tenfold, return_data=True, max_depth=1))
same = [1, [2]]
print(visit_collection(same, visit_fn=lambda x: x, return_data=True) is same, visit_collection(same, visit_fn=tenfold))
seen = []
print(visit_collection([1, 2, 3], visit_fn=stop_at_two), seen)
seen = []
visit_collection([1, [2, [3]]], visit_fn=depth, return_data=True, context={})
print(seen)
print(visit_collection([quote([1])], visit_fn=tenfold, return_data=True, remove_annotations=True))
