"""Data that is passed from step to step, or from one block to the next, keeps where it came from. By hand."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LinearRegression

import driftline
from driftline.capture.frames import passed
from driftline.capture.runs.trace import Seen
from driftline.event.lineage import Dataset, Touched
from driftline.testing import MemorySink

Script = Callable[..., list[dict[str, Any]]]
HEAD = "import driftline\ndriftline.watch('whole')\nimport pandas as pd\n"


@pytest.fixture
def orders(watched: MemorySink, tmp_path: Path) -> MemorySink:
    (tmp_path / "orders.csv").write_text("id,amount\n7,20.5\n2,3.0\n5,7.5\n")
    (tmp_path / "more.csv").write_text("k\n1\n")
    return watched


def inputs(sink: MemorySink) -> dict[str, list[str]]:
    """Return what the last event of each job lists as read."""
    assert driftline.flush(timeout=20)
    return {event["job"]["name"]: [part["name"] for part in event.get("inputs", ())] for event in ended(sink)}


def ended(sink: MemorySink) -> list[dict[str, Any]]:
    """Return the last events of all runs, in order."""
    told = [json.loads(event) for event in sink.raw]
    return [event for event in told if event["eventType"] == "COMPLETE"]


@driftline.step
def load(path: str) -> pd.DataFrame:
    return pd.read_csv(path)


@driftline.step
def clean(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame.amount > 5].assign(double=frame.amount * 2)


@driftline.step
def save(frame: Any, path: str) -> None:
    frame.to_csv(path, index=False)


def test_what_one_step_read_and_another_writes_is_an_input_of_the_one_that_writes(orders: MemorySink) -> None:
    save(load("orders.csv"), "x.csv")
    assert inputs(orders) == {"load": ["orders.csv"], "save": ["orders.csv"]}


def test_the_input_is_the_version_that_was_read_and_its_columns_are_compared(orders: MemorySink) -> None:
    frame = load("orders.csv")
    Path("orders.csv").write_text("id\n9\n")
    save(frame, "x.csv")
    assert driftline.flush(timeout=20)
    read, wrote = ended(orders)
    version = [part["facets"]["driftline_state"]["version"] for event in (read, wrote) for part in event["inputs"]]
    assert len(version) == 2
    assert version[0] == version[1]


def test_what_a_step_makes_of_its_arguments_stands_on_what_they_stand_on(orders: MemorySink) -> None:
    save(clean(load("orders.csv")), "x.csv")
    assert inputs(orders) == {name: ["orders.csv"] for name in ("load", "clean", "save")}


def test_objects_in_containers_and_items_of_generators_are_followed(orders: MemorySink) -> None:
    @driftline.step
    def both() -> dict[str, Any]:
        return {"one": [pd.read_csv("orders.csv").sum()]}

    @driftline.step
    def each() -> Iterator[pd.DataFrame]:
        yield pd.read_csv("more.csv") + 1

    save(both()["one"][0], "x.csv")
    assert inputs(orders)["save"] == ["orders.csv"]
    for item in each():
        save(item, "y.csv")
    assert inputs(orders)["save"] == ["more.csv"]


def test_an_argument_that_is_changed_and_returned_stands_on_what_was_read_meanwhile_too(orders: MemorySink) -> None:
    @driftline.step
    def enrich(frame: pd.DataFrame) -> pd.DataFrame:
        frame["k"] = pd.read_csv("more.csv").k
        return frame

    save(enrich(load("orders.csv")), "x.csv")
    assert sorted(inputs(orders)["save"]) == ["more.csv", "orders.csv"]


def test_a_frame_is_known_from_one_block_to_the_next(orders: MemorySink) -> None:
    with driftline.run("one"):
        frame = pd.read_csv("orders.csv")
        pd.read_csv("more.csv")
    with driftline.run("two"):
        frame.to_csv("x.csv")
    assert inputs(orders)["two"] == ["orders.csv"]


def test_a_frame_that_the_user_names_is_known_as_well(orders: MemorySink) -> None:
    frame = pd.DataFrame({"a": [1]})
    with driftline.run("one") as run:
        run.read("table", data=frame)
    with driftline.run("two") as run:
        run.write("out", data=frame)
        run.write("made", data=pd.DataFrame({"b": [1]}))
    assert inputs(orders)["two"] == ["table"]


def test_a_frame_that_nobody_knows_is_guessed_from_what_was_read_under_the_run_around_it(orders: MemorySink) -> None:
    with driftline.run("whole"):
        with driftline.run("one"):
            frame = pd.read_csv("orders.csv")
        with driftline.run("two"):
            (frame * 2).to_csv("x.csv")
    assert inputs(orders)["two"] == ["orders.csv"]
    two = next(event for event in ended(orders) if event["job"]["name"] == "two")
    assert two["run"]["facets"]["driftline_gaps"]["gaps"] == {passed.GUESSED: 1}


def test_the_run_around_writes_what_its_steps_have_read_and_not_written(orders: MemorySink) -> None:
    @driftline.step
    def copy() -> pd.DataFrame:
        frame = pd.read_csv("more.csv")
        frame.to_csv("copy.csv")
        return frame

    Path("rates.csv").write_text("r\n1\n")
    with driftline.run("whole"):
        rates = pd.read_csv("rates.csv")
        copy()
        (load("orders.csv") * rates.r[0]).to_csv("x.csv")
    assert sorted(inputs(orders)["whole"]) == ["orders.csv", "rates.csv"]


def test_a_run_that_read_by_itself_is_not_guessed_to_stand_on_what_others_read(orders: MemorySink) -> None:
    with driftline.run("whole"):
        load("orders.csv")
        with driftline.run("two"):
            (pd.read_csv("more.csv") * 2).to_csv("x.csv")
    assert inputs(orders)["two"] == ["more.csv"]


def test_runs_that_wrote_have_their_own_story_where_another_one_only_read(orders: MemorySink) -> None:
    with driftline.run("whole"):
        with driftline.run("copy"):
            pd.read_csv("more.csv").to_csv("copy.csv")
        frame = load("orders.csv")
        with driftline.run("two"):
            (frame * 2).to_csv("x.csv")
    assert inputs(orders)["two"] == ["orders.csv"]


def test_without_a_run_around_nothing_is_guessed_but_it_is_said(orders: MemorySink) -> None:
    with driftline.run("one"):
        frame = pd.read_csv("orders.csv")
    with driftline.run("two"):
        (frame * 2).to_csv("x.csv")
    assert inputs(orders)["two"] == []
    two = next(event for event in ended(orders) if event["job"]["name"] == "two")
    assert two["run"]["facets"]["driftline_gaps"]["gaps"] == {passed.UNKNOWN: 1}


def test_a_pandas_script_of_steps_has_its_lineage(script: Script, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text("id,amount\n7,20.5\n2,3.0\n5,7.5\n")
    steps = (
        "@driftline.step\ndef load(p): return pd.read_csv(p)\n"
        "@driftline.step\ndef save(d): d.to_csv('x.csv', index=False)\n"
    )
    events = script(HEAD + steps + "save(load('orders.csv'))\n")
    (wrote,) = (event for event in events if event.get("outputs"))
    assert [part["name"] for part in wrote["inputs"]] == ["orders.csv"]
    assert set(wrote["outputs"][0]["facets"]["columnLineage"]["fields"]) == {"id", "amount"}  # by equal content


def test_nothing_is_kept_alive_and_plain_values_stand_on_nothing() -> None:
    seen = Seen(touched=Touched(dataset=Dataset("file", "a")))
    frame = pd.DataFrame({"a": [1]})
    passed.read(frame, [seen])
    passed.read("text", [seen])
    assert passed.behind([frame, "text", None]) == (seen,)
    del frame
    assert passed.behind("text") == ()


def test_members_of_a_container_are_known_by_the_file_that_it_was_read_from() -> None:
    seen = Seen(touched=Touched(dataset=Dataset("file", "m.pkl")))
    vectors, model = DictVectorizer(), LinearRegression()
    passed.kept((vectors, model), [seen])
    assert passed.kept_in(vectors) is passed.kept_in(model) is seen
    frame = pd.DataFrame({"a": [1]})
    passed.read({"data": [frame]}, [seen])
    assert passed.behind(frame) == (seen,)


def test_a_container_was_fitted_when_the_last_of_its_models_was() -> None:
    vectors, model = DictVectorizer(), LinearRegression()
    assert passed.fitted_ns((vectors, model)) == 0
    passed.fitted(vectors)
    passed.fitted(model)
    assert passed.fitted_ns((model, vectors)) == passed.fitted_ns(model) >= passed.fitted_ns(vectors) > 0


def test_a_version_that_stands_behind_several_times_is_read_once_and_what_the_run_has_is_not_read(
    watched: MemorySink,
) -> None:
    one, other, own = (Seen(touched=Touched(dataset=Dataset("d", name), version="1")) for name in ("a", "b", "c"))
    with driftline.run("take") as run:
        run.add("write", own)
        passed.take(run, [one, other, one, own, other])
        passed.take(run, [other, one])
    assert [touched.dataset.name for touched in run.inputs] == ["a", "b"]
    assert len([seen for seen, _ in run.heard or ()]) == 2


def test_what_is_collected_while_a_read_is_noted_may_read_something_itself() -> None:
    """Garbage is collected at each allocation in turn, so also while the lock is held."""
    script = (
        "import gc, driftline\n"
        "done = []\n"
        "from driftline.testing import MemorySink, use_sink\n"
        "class Circle:\n"
        "    def __init__(self): self.me = self\n"
        "    def __del__(self):\n"
        "        with driftline.run('inner') as run: run.read('left', version='1')\n"
        "        done.append(self)\n"
        "with use_sink(MemorySink()) as sink:\n"
        "    with driftline.run('first') as run: run.read('x', version='1')\n"  # everything is loaded
        "    gc.disable()\n"
        "    for number in range(1, 400):\n"
        "        Circle()\n"
        "        gc.set_threshold(number, 1000, 1000)\n"
        "        gc.enable()\n"
        "        with driftline.run('outer') as run: run.read('x', version='1')\n"
        "        gc.disable()\n"
        "        gc.collect()\n"
        "    while len(done) < 399: gc.collect()\n"  # does nothing while the sender's thread collects
        "    driftline.flush(30)\n"
        "    print(len(sink.raw))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=100)
    assert done.stdout == f"{1 + 2 * 399}\n"


def test_a_forked_child_is_not_held_up_by_what_a_thread_of_its_parent_was_doing(
    child_takes: Callable[[Callable[[], Any]], bool],
) -> None:
    assert child_takes(lambda: passed._lock)
