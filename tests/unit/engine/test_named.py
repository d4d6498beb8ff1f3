import pytest
from tests.unit.engine.test_replaced import DAY, told

from driftline import clock
from driftline.engine import named
from driftline.errors import BadInput, NotFound


def test_a_version_is_named_by_its_time(tmp_path: object) -> None:
    with told(tmp_path) as engine:  # type: ignore[arg-type] # a path
        for word, version in (("latest", "a"), ("previous", "b"), (DAY.format(2), "b")):
            assert named.find(engine.house, f"raw@{word}") == [f"dataset:n:raw#xxh3:{version}"]
        for word, day in (("latest", 3), ("previous", 2), (DAY.format(1), 1)):  # from when on it was there
            assert (
                named.since(engine.house, f"raw@{word}") == engine.moment(f"raw@{word}") == clock.parse(DAY.format(day))
            )
        assert engine.moment("raw#xxh3:a") == clock.parse(DAY.format(1))  # the first time
        assert named.since(engine.house, "raw#xxh3:a") == 0
        with pytest.raises(BadInput, match="is no time"):
            named.find(engine.house, "raw@soon")
        with pytest.raises(NotFound, match="no version then"):
            named.find(engine.house, "raw@2023-01-01")
