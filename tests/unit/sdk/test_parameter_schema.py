"""The schema of a flow's parameters, where it says more than the recorded scripts show."""

import threading
from typing import Annotated, Any

from pydantic import Field

from segue.parameter_schema import parameter_docstrings, parameter_schema


def test_bounds_of_a_default_written_as_field_are_told() -> None:
    def grow(n: int = Field(5, gt=3, description="How far."), m: Annotated[int, Field(ge=1)] = 2) -> None: ...

    schema = parameter_schema(grow)
    assert schema.properties["n"] == {
        "default": 5, "description": "How far.", "exclusiveMinimum": 3, "position": 0, "title": "n", "type": "integer",
    }  # fmt: skip
    assert schema.properties["m"]["minimum"] == 1
    assert "required" not in schema.model_dump_for_openapi()


def test_names_that_models_keep_for_themselves_are_ordinary_parameters() -> None:
    def write(schema: int, copy: str, model_config: bool, _hidden: int = 3) -> None: ...

    assert list(parameter_schema(write).properties) == ["schema", "copy", "model_config", "_hidden"]


def test_types_that_json_does_not_know_are_left_open() -> None:
    def hold(lock: threading.Event, unknown: "NoSuchName", *rest: int, **named: str) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    schema = parameter_schema(hold)
    assert schema.properties["lock"] == {"position": 0, "title": "lock"}
    assert schema.properties["unknown"] == {"position": 1, "title": "unknown"}
    assert schema.properties["rest"]["items"] == {"type": "integer"}
    assert schema.required == ["lock", "unknown"]


def test_the_object_a_method_is_called_on_is_no_parameter() -> None:
    class Plant:
        def grow(self, height: int) -> None: ...

    assert parameter_schema(Plant.grow).properties == {"height": {"position": 1, "title": "height", "type": "integer"}}


def test_docstrings_are_read_section_by_section() -> None:
    told = parameter_docstrings(
        "Short.\n\nArgs:\n    a (int, optional): The a.\n        Goes on.\n\n    b: With: colon.\n\n"
        "Returns:\n    c: Not a parameter.\n"
    )
    assert told == {"a": "The a.\nGoes on.", "b": "With: colon."}


def test_a_heading_inside_a_paragraph_is_no_section() -> None:
    nothing: dict[str, Any] = {}
    assert parameter_docstrings("Text\nArgs:\n    a: first\n") == nothing
    assert parameter_docstrings(None) == nothing
