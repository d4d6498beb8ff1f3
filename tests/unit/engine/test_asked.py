from pathlib import Path
from typing import Any

import pytest

from driftline.config import Settings
from driftline.engine import asked
from driftline.errors import BadInput, StoreUnusable

AROUND = {
    "node": "features", "direction": "up", "depth": "5", "columns": "false", "as_of": "", "view": "union",
    "roll_up": "task", "hide_inner": "false", "select": "", "exclude": "", "limit": "500",
}  # fmt: skip


@pytest.fixture
def memory(town: Any) -> asked.LocalMemory:
    town.live(0, 1)
    return asked.LocalMemory(town.engine)


def test_each_question_is_answered_as_the_engine_answers_it(memory: asked.LocalMemory) -> None:
    engine = memory.engine
    node = "dataset:file:features"
    assert memory.ask("graph", AROUND) == engine.lineage(node, down=False)
    assert memory.ask("graph", {**AROUND, "select": "+features"}) == engine.among("+features")
    way = {"start": "feed/flights", "end": "features", "columns": "false", "as_of": ""}
    assert memory.ask("path", way) == engine.path("dataset:file:feed/flights", node)
    found = memory.ask("diff", {"node": "features", "since": "features#x0", "until": "", "depth": "5", "limit": "9"})
    since = engine.moment("features#x0")
    assert since is not None
    assert found == engine.diff(node, since_us=since, limit=9)
    chosen = {"selector": "features+", "exclude": "", "as_of": "", "limit": "9"}
    assert memory.ask("select", chosen) == engine.select("features+")
    assert memory.ask("impact", {"node": "features"}) == engine.impact(node)


def test_a_question_without_its_subject_is_refused(memory: asked.LocalMemory) -> None:
    with pytest.raises(BadInput, match="node"):
        memory.ask("graph", {**AROUND, "node": ""})
    with pytest.raises(BadInput, match="moment"):
        memory.ask("diff", {"node": "", "since": "", "until": "", "depth": "5", "limit": "9"})


def test_asking_makes_no_store(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(StoreUnusable, match="holds no store"):
            asked.open_memory(Settings(home=str(place)))
    assert list(tmp_path.iterdir()) == []


def test_a_question_sees_what_another_process_recorded_and_did_not_work_out_yet(town: Any) -> None:
    town.engine.accept(town.events(0))
    other = asked.open_memory(town.settings)
    found = other.ask("graph", {**AROUND, "node": "features"})
    other.close()
    assert len(found.nodes) > 1
