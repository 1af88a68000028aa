"""The page that Prometheus scrapes says what was counted, whatever the labels hold."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families as parsed

from segue.backend.histograms import Histogram
from segue.server.figures.exposition import counter, gauge, histogram, labelled, page
from segue.server.figures.requests import Answered


@given(label=st.text().filter(lambda text: "\r" not in text), value=st.floats(allow_nan=False))
def test_any_label_and_number_is_read_as_it_was_meant(label: str, value: float) -> None:
    (family,) = parsed(page([gauge("segue_x", "X.", {label: value}, label="what")]))
    (sample,) = family.samples
    assert (sample.labels, sample.value) == ({"what": label}, value)


@given(values=st.lists(st.floats(min_value=0, max_value=100)))
def test_a_histogram_counts_each_value_in_every_bucket_it_fits_into(values: list[float]) -> None:
    spread = Histogram()
    for value in values:
        spread.observe(value)
    (family,) = parsed(page([histogram("segue_x_seconds", "X.", spread)]))
    buckets = {float(s.labels["le"]): s.value for s in family.samples if s.name.endswith("_bucket")}
    assert buckets == {bound: sum(v <= bound for v in values) for bound in (*spread.bounds, math.inf)}
    told = {s.name: s.value for s in family.samples}
    assert told["segue_x_seconds_count"] == len(values)
    assert math.isclose(told["segue_x_seconds_sum"], math.fsum(values), abs_tol=1e-9)


def test_numbers_of_several_processes_stand_under_one_name() -> None:
    families = [counter("segue_x_total", "X.", 3.0)]
    text = page([*labelled(families, process="0"), *labelled(families, process="1")])
    assert text.count("# TYPE segue_x_total counter") == 1
    (family,) = parsed(text)
    assert [(s.labels["process"], s.value) for s in family.samples] == [("0", 3.0), ("1", 3.0)]


def test_what_nobody_counted_is_not_on_the_page() -> None:
    assert page([gauge("segue_x", "X."), gauge("segue_y", "Y.", None)]) == "\n"


def test_requests_that_waited_are_counted_but_not_timed() -> None:
    answered = Answered()
    answered.count("flow-runs.read", 200, 0.003)
    answered.count("flow-runs.read", 404, 0.002)
    answered.count("leases.listen", 200, None)
    families = {family.name: family for family in parsed(page(answered.families()))}
    ended = {(s.labels["operation"], s.labels["status"]): s.value for s in families["segue_requests"].samples}
    assert ended == {("flow-runs.read", "200"): 1, ("flow-runs.read", "404"): 1, ("leases.listen", "200"): 1}
    timed = {s.labels["operation"] for s in families["segue_request_duration_seconds"].samples}
    assert timed == {"flow-runs.read"}
