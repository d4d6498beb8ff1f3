"""What we know of carriers and of airports, day by day."""

from registry import feature


@feature("carrier")
def mean_delay(frame):
    return frame.groupby(["carrier", "day"])["dep_delay"].mean().round(3)


@feature("carrier")
def long_haul_share(frame):
    return frame.assign(far=frame["distance"] > 1000).groupby(["carrier", "day"])["far"].mean().round(3)


@feature("origin", ttl_days=1)
def traffic(frame):
    return frame.groupby(["origin", "day"])["flight"].count()


@feature("origin", ttl_days=1)
def worst_delay(frame):
    return frame.groupby(["origin", "day"])["arr_delay"].max()
