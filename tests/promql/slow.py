"""The same mathematics in the plainest words: one window, one number at a time, nothing clever."""

from __future__ import annotations

import itertools
import math


def add(total: float, lost: float, term: float) -> tuple[float, float]:
    """Neumaier's step as Prometheus 3 has it."""
    result = total + term
    if math.isinf(result):
        return result, 0.0
    if abs(total) >= abs(term):
        return result, lost + ((total - result) + term)
    return result, lost + ((term - result) + total)


def total(values: list[float]) -> float:
    sum_, lost = 0.0, 0.0
    for value in values:
        sum_, lost = add(sum_, lost, value)
    return sum_ if math.isinf(sum_) else sum_ + lost


def mean(values: list[float]) -> float:
    sum_, lost, average = values[0], 0.0, 0.0
    incremental = False
    for count, value in enumerate(values[1:], start=2):
        if not incremental:
            next_sum, next_lost = add(sum_, lost, value)
            if not math.isinf(next_sum):
                sum_, lost = next_sum, next_lost
                continue
            incremental = True
            average = sum_ / (count - 1)
            lost /= count - 1
        share = (count - 1) / count
        average, lost = add(share * average, share * lost, value / count)
    if incremental:
        return average + lost
    return sum_ / len(values) + lost / len(values)


def variance(values: list[float]) -> float:
    average = average_lost = spread = spread_lost = 0.0
    for count, value in enumerate(values, start=1):
        off = value - (average + average_lost)
        average, average_lost = add(average, average_lost, off / count)
        spread, spread_lost = add(spread, spread_lost, off * (value - (average + average_lost)))
    return (spread + spread_lost) / len(values)


def largest(values: list[float]) -> float:
    best = values[0]
    for value in values:
        if value > best or math.isnan(best):
            best = value
    return best


def smallest(values: list[float]) -> float:
    best = values[0]
    for value in values:
        if value < best or math.isnan(best):
            best = value
    return best


def changes(values: list[float]) -> float:
    pairs = itertools.pairwise(values)
    return float(sum(b != a and not (math.isnan(a) and math.isnan(b)) for a, b in pairs))


def resets(values: list[float]) -> float:
    return float(sum(b < a for a, b in itertools.pairwise(values)))


def quantile(q: float, values: list[float]) -> float:
    if math.isnan(q):
        return math.nan
    if not 0 <= q <= 1:
        return math.copysign(math.inf, q)
    ordered = sorted(values, key=lambda value: (not math.isnan(value), 0.0 if math.isnan(value) else value))
    rank = q * (len(ordered) - 1)
    lower = max(0, math.floor(rank))
    upper = min(len(ordered) - 1, lower + 1)
    weight = rank - math.floor(rank)
    return ordered[lower] * (1 - weight) + ordered[upper] * weight


def change(values: list[float], *, counter: bool) -> float:
    result = values[-1] - values[0]
    if counter:
        for before, after in itertools.pairwise(values):
            if after < before:
                result += before
    return result


def rate(
    samples: list[tuple[int, float]], start: int, end: int, *, counter: bool, per_second: bool
) -> float | None:
    """Prometheus 3's rate, increase (counter) and delta over the samples of one window (milliseconds)."""
    if len(samples) < 2:
        return None
    values = [value for _, value in samples]
    result = change(values, counter=counter)
    to_start, to_end = (samples[0][0] - start) / 1000, (end - samples[-1][0]) / 1000
    sampled = (samples[-1][0] - samples[0][0]) / 1000
    average = sampled / (len(samples) - 1)
    if to_start >= average * 1.1:
        to_start = average / 2
    if counter and result > 0 and values[0] >= 0:
        to_start = min(to_start, sampled * (values[0] / result))
    if to_end >= average * 1.1:
        to_end = average / 2
    factor = (sampled + to_start + to_end) / sampled
    return result * (factor / ((end - start) / 1000) if per_second else factor)


def line(samples: list[tuple[int, float]], origin: int) -> tuple[float, float]:
    """Slope per second and the value at the origin of the least-squares line."""
    values = [value for _, value in samples]
    if all(value == values[0] for value in values):
        return (math.nan, math.nan) if math.isinf(values[0]) else (0.0, values[0])
    xs = [(at - origin) / 1e3 for at, _ in samples]
    x, y = raw_sum(xs), raw_sum(values)
    xy = raw_sum([a * b for a, b in zip(xs, values, strict=True)])
    xx = raw_sum([a * a for a in xs])
    count = len(samples)
    slope = (xy - x * y / count) / (xx - x * x / count)
    return slope, y / count - slope * x / count


def raw_sum(values: list[float]) -> float:
    sum_, lost = 0.0, 0.0
    for value in values:
        sum_, lost = add(sum_, lost, value)
    return sum_ + lost


def smoothed(values: list[float], level_factor: float, trend_factor: float) -> float:
    level, trend, before = values[0], values[1] - values[0], 0.0
    for step, value in enumerate(values[1:], start=1):
        if step > 1:
            trend = trend_factor * (level - before) + (1 - trend_factor) * trend
        before, level = level, level_factor * value + (1 - level_factor) * (level + trend)
    return level


def bucket_quantile(q: float, bounds: list[float], counts: list[float]) -> float:
    """The quantile of a classic histogram whose counts ascend; bounds ascend and end in infinity."""
    if math.isnan(q):
        return math.nan
    if not 0 <= q <= 1:
        return math.copysign(math.inf, q)
    if len(bounds) < 2 or counts[-1] == 0:
        return math.nan
    rank = q * counts[-1]
    place = next((i for i, count in enumerate(counts[:-1]) if count >= rank), len(counts) - 1)
    if place == len(counts) - 1:
        return bounds[-2]
    if place == 0 and bounds[0] <= 0:
        return bounds[0]
    start, below = (bounds[place - 1], counts[place - 1]) if place else (0.0, 0.0)
    inside = counts[place] - below
    return start + (bounds[place] - start) * ((rank - below) / inside) if inside else math.nan


def keep_best(values: list[float | None], size: int) -> list[float]:
    """The `size` largest numbers, NaN counting as smaller than all."""
    known = [value for value in values if value is not None]
    return sorted(known, key=lambda value: (math.isnan(value), 0.0 if math.isnan(value) else -value))[:size]
