"""Templates: what they say of values, and what they cannot do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from segue.decide.actions import action_faults, template_faults
from segue.decide.templates import BadTemplate, template_fault, text_of, value_of
from segue.host.bounded import TooLong, bounded
from segue.model.actions import (
    CallWebhook,
    CancelFlowRun,
    EmitEvent,
    PauseAutomation,
    PauseDeployment,
    QuietHours,
    RunDeployment,
    SendNotification,
)
from segue.service.rendering import rendered

KNOWN: dict[str, object] = {
    "event": {
        "payload": {"n": 5, "rows": [1, 2], "text": "05", "items": "mine"},
        "occurred": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    },
    "flow_run": {"name": "otter", "ui_url": "http://segue/flow-runs/1", "state": {"message": "a\nb\nc"}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("no template", "no template"),
        ("{{ flow_run.name }} at {{ flow_run | ui_url }}", "otter at http://segue/flow-runs/1"),
        ("{% for row in event.payload.rows %}{{ loop.index }}:{{ row }} {% endfor %}", "1:1 2:2 "),
        ("{% if event.payload.n > 3 %}many{% else %}few{% endif %}", "many"),
        ("{{ event.payload | tojson }}", '{"n":5,"rows":[1,2],"text":"05","items":"mine"}'),
        ("{{ flow_run.state.message | tail(2) }}", "b\nc"),
        ("{{ nothing.at.all }}{{ nothing | default('?') }}", "?"),
        ("{{ event.payload['items'] }}", "mine"),
        ("{{ 'a' ~ event.payload.n ~ flow_run.name.upper() }}", "a5OTTER"),
        ("{% set x = 2 %}{{ x * event.payload.n }}", "10"),
        ("{{ event.occurred.strftime('%H:%M') }}", "03:04"),
        ("{{ event.payload.rows | join(', ') }}", "1, 2"),
        ("{{ [{'a': 1}, {'a': 2}] | map(attribute='a') | list }}", "[1, 2]"),
    ],
)
def test_a_template_says(template: str, says: str) -> None:
    assert text_of(template, KNOWN) == says
    assert template_fault(template) is None


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ event.payload.n }}", 5),
        (" {{ event.payload.rows }} ", [1, 2]),
        ("{{ event.payload.text }}", "05"),
        ("{{ event.payload.n }}{{ event.payload.n }}", "55"),
        ("n={{ event.payload.n }}", "n=5"),
        ("{{ event.payload.n == 5 }}", True),
        ("{{ none }}", None),
        ("{{ {'a': event.payload.n} }}", {"a": 5}),
    ],
)
def test_a_value_keeps_its_type(template: str, value: object) -> None:
    assert value_of(template, KNOWN) == value


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ a", "line 1: unexpected end of template"),
        ("{% macro x() %}{% endmacro %}", "there is no 'macro' here"),
        ("{% include 'x' %}", "there is no 'include' here"),
        ("{{ 2 ** 9 }}", "there is no 'pow' here"),
        ("{{ x | pprint }}", "there is no filter 'pprint'"),
        ("x" * 70_000 + "{{ a }}", "70,007 characters"),
    ],
)
def test_what_is_no_template_is_known_beforehand(template: str, why: str) -> None:
    assert why in (template_fault(template) or "")


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ event.__class__.__mro__ }}",
        "{{ event.payload | attr('__class__') }}",
        "{{ flow_run.name.format(1) }}",
        "{{ 'x' * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ [1] * 10000000 }}",
        "{{ ('a' * 90000) | replace('a', 'b' * 90000) }}",
        "{{ range(90000) | list | join('x' * 90000) }}",
        "{% set a = 'x' * 90000 %}{% set a = a ~ a ~ a ~ a %}{% set a = a ~ a ~ a ~ a %}{{ a }}",
        "{{ event.payload.rows.append(3) }}",
        "{{ range(3)() }}",
        "{{ lipsum() }}",
        "{{ event.payload.n.to_bytes(2, 'big') }}",
    ],
)
def test_what_reaches_further_or_grows_is_refused(template: str) -> None:
    with pytest.raises(BadTemplate):
        value_of(template, KNOWN)


def test_what_goes_on_for_ever_is_stopped() -> None:
    endless = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"
    with pytest.raises(TooLong, match=r"10,000 steps"):
        bounded(lambda: text_of(endless, KNOWN), lines=10_000)
    assert bounded(lambda: text_of("{{ 1 }}", KNOWN), lines=10_000) == "1"


def test_parameters_that_name_what_is_not_there_are_refused() -> None:
    with pytest.raises(BadTemplate, match="has no attribute 'nope'"):
        value_of("{{ event.payload.nope }}", KNOWN)
    with pytest.raises(BadTemplate, match="'nothing' is undefined"):
        value_of("{{ nothing }}", KNOWN)


def test_kinds_of_parameters() -> None:
    parameters: dict[str, object] = {
        "none": {"__segue_kind": "none", "value": "{{ event.payload.n }}"},
        "json": {"__segue_kind": "json", "value": '{"a": [1]}'},
        "variable": {"__segue_kind": "workspace_variable", "variable_name": "region"},
        "instant": "{{ event.occurred }}",
    }
    action = rendered(RunDeployment(parameters=parameters), KNOWN, lambda name: f"value of {name}")
    assert isinstance(action, RunDeployment)
    assert action.parameters == {
        "none": 5, "json": {"a": [1]}, "variable": "value of region", "instant": "2026-01-02T03:04:00Z",
    }  # fmt: skip
    for wrong, why in (
        ({"__segue_kind": "json", "value": "{"}, "no JSON"),
        ({"__segue_kind": "yaml"}, "is one of jinja"),
    ):
        with pytest.raises(BadTemplate, match=why):
            rendered(RunDeployment(parameters={"x": wrong}), KNOWN, str)


def test_faults_are_named_with_their_place() -> None:
    assert template_faults(SendNotification(block_document_id="b", subject="{{ a", body="{{ b }}")) == [
        "subject: line 1: unexpected end of template, expected 'end of print statement'."
    ]
    (fault,) = template_faults(RunDeployment(parameters={"a": {"b": ["ok", "{% x %}"]}}))
    assert fault.startswith("parameters.a.b[1]: line 1")
    assert template_faults(EmitEvent(event="e", payload={"a": "{{ b }}"})) == []
    (fault,) = template_faults(CallWebhook(block_document_id="b", payload="{{ x | pprint }}"))
    assert "pprint" in fault


def test_what_an_action_lacks_is_said() -> None:
    assert action_faults(CancelFlowRun()) == []
    assert action_faults(RunDeployment(deployment_id="d")) == []
    assert "give deployment_id, or say" in action_faults(RunDeployment())[0]
    assert "give automation_id" in action_faults(PauseAutomation())[0]
    assert "names another" in action_faults(PauseDeployment(source="inferred", deployment_id="d"))[0]
    assert "leave out the conditions" in action_faults(CancelFlowRun(flow_run_id="r", flow_name="f"))[0]
    assert "a selected flow run" in action_faults(CancelFlowRun(source="selected"))[0]
    assert (
        "come together"
        in action_faults(SendNotification(block_document_id="b", body="", quiet=QuietHours(start="01:00")))[0]
    )
