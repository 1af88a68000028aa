"""Prometheus' text format, version 0.0.4: families of samples, written as the page that is scraped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import accumulate

from msgspec import Struct

from segue.backend.histograms import Histogram

Labels = Mapping[str, str]


class Sample(Struct, frozen=True, array_like=True):
    """One number: what is added to the family's name, the labels, the value."""

    suffix: str
    labels: dict[str, str]
    value: float


class Family(Struct, array_like=True):
    """Numbers of one name."""

    name: str
    #: `counter`, `gauge` or `histogram`.
    kind: str
    help: str
    samples: list[Sample]

    def add(self, value: float, **labels: str) -> None:
        """Add a number."""
        self.samples.append(Sample("", labels, value))

    def spread(self, histogram: Histogram, **labels: str) -> None:
        """Add a histogram: its buckets hold each value that stays within their bound."""
        sums = list(accumulate(histogram.counts))
        for bound, many in zip((*histogram.bounds, math.inf), sums, strict=True):
            self.samples.append(Sample("_bucket", {**labels, "le": _number(bound)}, many))
        self.samples.append(Sample("_sum", labels, histogram.total))
        self.samples.append(Sample("_count", labels, sums[-1]))


def counter(name: str, help: str, values: Mapping[str, float] | float | None = None, *, label: str = "") -> Family:
    """Return a family of numbers that only rise; `values` by the value of a label, or one without any."""
    return _family("counter", name, help, values, label)


def gauge(name: str, help: str, values: Mapping[str, float] | float | None = None, *, label: str = "") -> Family:
    """Return a family of numbers that rise and fall; `values` by the value of a label, or one without any."""
    return _family("gauge", name, help, values, label)


def histogram(name: str, help: str, value: Histogram | None = None) -> Family:
    """Return a family of histograms."""
    made = Family(name, "histogram", help, [])
    if value is not None:
        made.spread(value)
    return made


def _family(kind: str, name: str, help: str, values: Mapping[str, float] | float | None, label: str) -> Family:
    made = Family(name, kind, help, [])
    if isinstance(values, Mapping):
        for key, value in values.items():
            made.add(value, **{label: key})
    elif values is not None:
        made.add(values)
    return made


def labelled(families: Iterable[Family], **labels: str) -> list[Family]:
    """Return the families with more labels on every sample."""
    return [
        Family(
            each.name, each.kind, each.help,
            [Sample(sample.suffix, {**labels, **sample.labels}, sample.value) for sample in each.samples],
        )
        for each in families
    ]  # fmt: skip


def page(families: Iterable[Family]) -> str:
    """Return the page; samples of one name from several places stand together, as the format wants it."""
    merged: dict[str, Family] = {}
    for each in families:
        known = merged.setdefault(each.name, Family(each.name, each.kind, each.help, []))
        known.samples.extend(each.samples)
    lines: list[str] = []
    for family in merged.values():
        if family.samples:
            lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
            lines += [_line(family.name, sample) for sample in family.samples]
    return "\n".join(lines) + "\n"


def _line(name: str, sample: Sample) -> str:
    labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels.items())
    return f"{name}{sample.suffix}{f'{{{labels}}}' if labels else ''} {_number(sample.value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if float(value).is_integer() else repr(float(value))
