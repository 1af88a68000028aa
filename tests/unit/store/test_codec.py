from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.model.errors import BadRequest
from segue.store.codec import instant, json_text, micros, state_from
from segue.store.lists import Sort, Where, decode_cursor, encode_cursor
from segue.store.statements import to_pyformat

instants = st.integers(0, 7 * 10**15).map(lambda gone: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=gone))


@given(instants)
def test_an_instant_survives_its_column(at: datetime) -> None:
    assert instant(micros(at)) == at


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    from zoneinfo import ZoneInfo

    at = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo("Europe/Vienna"))
    assert instant(micros(at)) == at


@given(st.text())
def test_text_keeps_all_but_nul(text: str) -> None:
    import msgspec

    clean = text.encode("utf-8", "ignore").decode()
    assert msgspec.json.decode(json_text(clean)) == clean.replace("\x00", "�")


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert json_text("\\u0000") == '"\\\\u0000"'
    assert json_text("\\\x00") == '"\\\\\\ufffd"'


def test_states_without_a_body_are_rebuilt_from_columns() -> None:
    for kind in ("PENDING", "RUNNING", "COMPLETED", "FAILED", "CANCELLED"):
        state = state_from(kind, "id", None, 5_000_000, None)
        assert (state.kind, state.name, state.timestamp) == (kind, kind.capitalize(), instant(5_000_000))
    full = state_from("PAUSED", "id", "Suspended", 0, '{"key": "k", "reschedule": true, "unknown": 1}')
    assert full.name == "Suspended"
    assert state_from("RUNNING", "id", None, 0, b'{"attempt": 2}').attempt == 2  # type: ignore[union-attr]


def test_parameters_are_spelt_for_psycopg_and_casts_left_alone() -> None:
    assert (
        to_pyformat("a = :a AND b::text = :b_c AND c LIKE '50%'") == "a = %(a)s AND b::text = %(b_c)s AND c LIKE '50%%'"
    )
    assert to_pyformat("x IN (SELECT value FROM json_each(:ids))") == (
        "x IN (SELECT jsonb_array_elements_text(%(ids)s::jsonb))"
    )


@given(
    st.one_of(st.none(), st.integers(-(2**62), 2**62), st.text(st.characters(exclude_categories=["Cs"]))), st.uuids()
)
def test_a_cursor_survives_the_way(value: str | int | None, id: object) -> None:
    assert decode_cursor(encode_cursor(value, str(id))) == (value, str(id))


@given(st.text(max_size=40))
def test_a_foreign_cursor_is_refused_and_never_a_crash(text: str) -> None:
    with contextlib.suppress(BadRequest):
        decode_cursor(text)


def test_values_never_become_sql() -> None:
    where = Where("sqlite")
    where.among("r.name", ["'; DROP TABLE flow; --"])
    where.contains("r.name", "100%_\\")
    where.like("r.name", "a%_B")
    where.tags("r.tags", some=["it's"])
    assert "DROP" not in where.sql()
    assert list(where.params.values()) == ["'; DROP TABLE flow; --", "%100\\%\\_\\\\%", "%a%\\_b%", "it's"]
    with pytest.raises(BadRequest):
        Sort("name; DROP TABLE flow", {"name": "r.name"}, "r.id")


def test_durations_are_whole_microseconds() -> None:
    assert micros(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=400, microseconds=7)) == 400 * 86_400_000_000 + 7
