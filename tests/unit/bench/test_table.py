import json

import pytest

from bench.table import Row, as_json, as_text


@pytest.mark.parametrize(
    ("better", "measured", "met"),
    [("less", 6.9, True), ("less", 7.1, False), ("more", 6.9, False), ("more", 7.1, True), ("more", None, False)],
)
def test_a_budget_is_a_bound_on_the_better_side(better: str, measured: float | None, met: bool) -> None:
    assert Row("it", "x bare", measured, budget=7, better="less" if better == "less" else "more").met is met


def test_without_a_budget_nothing_is_missed() -> None:
    assert Row("it", "/s", 1).met is None


def test_a_ratio_says_how_many_times_better_ours_is() -> None:
    assert Row("rate", "/s", 100, prefect=5).ratio(5) == 20
    assert Row("start", "x bare", 5, prefect=100, better="less").ratio(100) == 20
    assert Row("failed", "/s").ratio(5) is None


def test_the_table_says_what_was_missed_and_what_was_disturbed() -> None:
    rows = [
        Row("quick", "/s", 20_000, prefect=100, budget=10_000, foreign=0.1, notes=["checked"]),
        Row("slow", "/s", 900, dbos=450, budget=1_500, foreign=1.2, notes=["checked", "alone"]),
    ]
    text = as_text(rows, {"machine": "2 cores"})
    assert "20,000/s" in text
    assert "200x" in text
    assert "2.0x" in text
    assert "1.2~" in text
    assert "Budgets missed: slow." in text
    assert text.count("checked") == 1
    told = json.loads(as_json(rows, {"machine": "2 cores"}))
    assert [row["met"] for row in told["rows"]] == [True, False]
    assert [row["disturbed"] for row in told["rows"]] == [False, True]
    assert told["rows"][0]["prefect_ratio"] == 200
