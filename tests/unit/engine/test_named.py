import pytest
from tests.unit.engine.test_replaced import DAY, told

from driftline import clock
from driftline.engine import cells, named, questions
from driftline.errors import BadInput, NotFound
from driftline.event.lineage import Dataset


def test_a_version_that_came_back_is_the_newest_in_lists_and_hints(tmp_path: object) -> None:
    with told(tmp_path) as engine:
        raw = Dataset("n", "raw")
        assert [one.version for one in named.newest(engine.house, raw, 5)] == ["xxh3:a", "xxh3:b"]
        assert [one.version for one in named.newest(engine.house, raw, 1)] == ["xxh3:a"]
        assert [one.version for one in engine.dataset(raw.node).versions] == ["xxh3:a", "xxh3:b"]
        for ask in (engine.moment, lambda node: cells.between(engine.house, node, node)):
            with pytest.raises(BadInput) as said:
                ask("raw")
            assert said.value.hint.index("xxh3:a") < said.value.hint.index("xxh3:b")
        with pytest.raises(NotFound, match="near are dataset:n:raw#xxh3:a, dataset:n:raw#xxh3:b"):
            questions.resolve(engine.house, "raw#zzz")
        assert named.newest(engine.house, Dataset("n", "nobody"), 5) == []


def test_a_version_is_named_by_its_time(tmp_path: object) -> None:
    with told(tmp_path) as engine:
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
