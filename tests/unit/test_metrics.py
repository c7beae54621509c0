"""What Prometheus is told of many answers at once is what it would be told one by one."""

from bisect import bisect_left

from prometheus_client import CollectorRegistry, Histogram, generate_latest

from holdfast.api.metrics import SECONDS, ManyTimes


def test_many_times_told_at_once_fall_into_the_same_buckets() -> None:
    times = [0.0, 0.0001, *SECONDS, 0.03, 0.0300001, 5.1, 60.0]
    one_by_one, at_once = CollectorRegistry(), CollectorRegistry()
    plain = Histogram("took", "Seconds.", ["route"], buckets=SECONDS, registry=one_by_one)
    many = ManyTimes("took", "Seconds.", ["route"], buckets=SECONDS, registry=at_once)
    counts = [0] * (len(SECONDS) + 1)
    for seconds in times:
        plain.labels("GET /").observe(seconds)
        counts[bisect_left(SECONDS, seconds)] += 1
    many.labels("GET /").observe_many(counts, sum(times))
    assert _without_times(at_once) == _without_times(one_by_one)
    assert b'took_count{route="GET /"} 18.0' in generate_latest(at_once)


def _without_times(registry: CollectorRegistry) -> list[bytes]:
    return [line for line in generate_latest(registry).splitlines() if b"_created" not in line]
