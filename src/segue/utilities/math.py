"""Intervals drawn by chance, so that many clients do not call at once, under the names users know."""

from __future__ import annotations

import math
import random


def poisson_interval(average_interval: float, lower: float = 0, upper: float = 1) -> float:
    """Return an interval as between the events of a Poisson process of this average.

    `lower` and `upper` are shares of the distribution (0 to 1) to draw from.
    """
    # The inverse of the exponential distribution's function; never quite 1, where it is infinite.
    share = min(random.uniform(lower, upper), 1 - 1e-10)
    return -math.log(1.0 - share) * average_interval


def exponential_cdf(x: float, average_interval: float) -> float:
    """Return how likely an exponentially distributed value of this average is at most `x`."""
    return 1 - math.exp(-x / average_interval)


def lower_clamp_multiple(k: float) -> float:
    """Return the share that, taken off below, goes with taking off everything above `1 + k` averages, so that the average stays.

    For shares of time the closed form is an approximation: both tails taken together weigh the same.
    """
    if k >= 50:
        # Beyond this the tail is smaller than a float can tell from none.
        return 0.0
    return math.log2(max(2**k / (2**k - 1), 1e-10))


def clamped_poisson_interval(average_interval: float, clamping_factor: float = 0.3) -> float:
    """Return a Poisson interval within `1 ± clamping_factor` averages above, and so far below that the average stays about."""
    if clamping_factor <= 0:
        raise ValueError("`clamping_factor` must be > 0.")
    upper = 1 + clamping_factor
    lower = max(0.0, lower_clamp_multiple(upper))
    return poisson_interval(
        average_interval,
        lower=exponential_cdf(lower * average_interval, average_interval),
        upper=exponential_cdf(upper * average_interval, average_interval),
    )


def bounded_poisson_interval(lower_bound: float, upper_bound: float) -> float:
    """Return a Poisson interval between two bounds."""
    average = (lower_bound + upper_bound) / 2
    return poisson_interval(
        average, lower=exponential_cdf(lower_bound, average), upper=exponential_cdf(upper_bound, average)
    )
