"""Templates: names in double braces found and filled, variables and blocks looked up."""

import asyncio
import os

from segue.blocks.system import Secret
from segue.utilities.annotations import NotSet
from segue.utilities.templating import (
    apply_values,
    determine_placeholder_type,
    find_placeholders,
    resolve_block_document_references,
    resolve_variables,
)
from segue.variables import Variable

values = {"name": "N", "x": {"y": 5}, "items": [1, {"z": 2}], "none": None, "n.m": 7}
template = {
    "greeting": "hello {{ name }} and {{x.y}}",
    "list": ["{{ segue.blocks.secret.a }}", "{{ segue.variables.v }}", "{{ $HOME }}", 3, "{{a b}}"],
    "{{ key }}": 1,
}
for each in sorted(find_placeholders(template)):
    print(each.full_match, each.name, each.type.name)
print([determine_placeholder_type(name).value for name in ("segue.blocks.a.b", "segue.variables.x", "$A", "x")])
print(find_placeholders(5), find_placeholders("nothing { here }"))


def shown(value):
    return "NotSet" if value is NotSet else value


os.environ["SOME_PLACE"] = "here"
for each in (
    "hello {{ name }}", "{{ x.y }}", "{{ x }}", "a{{ x }}b", "{{ items[1].z }}", "{{ items }}", "{{ missing }}",
    "a {{ missing }} b", "{{ none }}", "a{{ none }}", "{{ x.y }}{{ x.y }}", "{{ n.m }}", "{{ name.z }}",
    {"k": "{{ missing }}", "j": 1}, {"k": {"l": "{{ missing }}"}}, ["{{ missing }}", "z"], {"{{ name }}": 1}, 5, None,
    "{{ segue.variables.v }}", "{{ segue.blocks.secret.a }}-{{ name }}", "{{ $SOME_PLACE }}/x", "{{ $NO_SUCH_PLACE }}",
):  # fmt: skip
    print(each, "->", shown(apply_values(each, values)), "|", shown(apply_values(each, values, remove_notset=False)))
print(apply_values({"a": "{{ keep.this }}", "b": "{{ name }}"}, values, skip_prefixes=["keep."]))
try:
    apply_values(("{{ name }}",), values)
except ValueError as error:
    print(type(error).__name__)


async def attempt(label, waited):
    try:
        print(label, await waited)
    except Exception as error:
        print(label, type(error).__name__)


async def main():
    await Variable.aset("region", "north")
    await Variable.aset("conf", {"a": [1, 2]})
    await Secret(value={"k": {"n": "v"}, "l": [{"z": 1}]}).save("door")
    for each in (
        "{{ segue.variables.region }}", "x-{{ segue.variables.region }}-{{ name }}", "x{{ segue.variables.none }}y",
        {"a": "{{ segue.variables.none }}", "b": ["{{ segue.variables.region }}"]}, "{{ segue.variables.conf }}", 5,
        "{{ segue.blocks.secret.door }}",
    ):  # fmt: skip
        await attempt("variables", resolve_variables(each))
    for each in (
        "{{ segue.blocks.secret.door }}", "{{ segue.blocks.secret.door.value }}", "{{ segue.blocks.secret.door.value.k.n }}",
        "{{ segue.blocks.secret.door.value.l[0].z }}", "x{{ segue.blocks.secret.door.value.k.n }}",
        ["{{ segue.blocks.secret.door.value.k }}", "{{ segue.variables.region }}"], "{{ segue.blocks.secret.none }}",
        "{{ segue.blocks.secret.door.other }}", "{{ segue.blocks.secret }}", 7,
    ):  # fmt: skip
        await attempt("blocks", resolve_block_document_references(each))
    loud = {"value_transformer": lambda placeholder, value: f"{placeholder} is {value}"}
    await attempt("loud", resolve_block_document_references({"a": "{{ segue.blocks.secret.door.value.k.n }}"}, **loud))


asyncio.run(main())
