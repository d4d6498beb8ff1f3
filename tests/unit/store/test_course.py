from pathlib import Path

from tests.unit.engine.test_replaced import DAY, told

from driftline import clock
from driftline.store.connection import OPEN
from driftline.store.course import Writers


def test_a_version_was_there_by_the_last_write_that_had_begun(tmp_path: Path) -> None:
    """By hand: tA was written on days 1 and 3."""
    with told(tmp_path) as engine:
        store = engine.house.store
        found = store.lineage.lookup("dataset:n:table#xxh3:ta")
        assert found is not None
        writers = Writers(store._connection, OPEN - 1)
        writers.learn([found.id])
        first, last = writers.of(found.id)
        assert writers.then(found.id, clock.parse(DAY.format(2))) == first
        assert writers.then(found.id, clock.parse(DAY.format(3))) == last
        assert writers.spans(found.id, [last]) == ((clock.parse(DAY.format(3)), OPEN),)
        assert writers.spans(found.id, [first, last]) == ()


def test_answers_before_a_version_came_back_do_not_stand_on_what_it_was_made_of_later(tmp_path: Path) -> None:
    """By hand: of what B led to, the answer of the second day alone."""
    with told(tmp_path) as engine:
        assert engine.touched_by("dataset:n:raw#xxh3:b").answers == 1
        assert engine.touched_by("dataset:n:raw#xxh3:a").answers == 2
