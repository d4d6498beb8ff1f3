"""In a run that is a whole process, only what was read before can have reached what was written. By hand."""

from driftline.capture.runs import order
from driftline.capture.runs.trace import Seen, Trace
from driftline.event.lineage import Dataset, Job, Touched


def seen(name: str, at: int, read: int = 0) -> Seen:
    return Seen(touched=Touched(dataset=Dataset("file", name)), at_ns=at, read_ns=read)


def trace(inputs: list[Seen], outputs: list[Seen]) -> Trace:
    return Trace(run="r", job=Job("default", "j"), started_us=0, inputs=inputs, outputs=outputs)


def sources(found: Trace) -> dict[str, list[str]]:
    return {entry["name"]: [one["name"] for one in entry.get("inputs", ())] for entry in order.entries(found)}


def test_what_is_read_later_is_no_source() -> None:
    found = trace([seen("a", 1), seen("b", 3)], [seen("x", 2), seen("y", 4)])
    assert order.matters(found)
    assert sources(found) == {"x": ["a"], "y": ["a", "b"]}


def test_what_the_run_wrote_and_read_again_is_a_source_of_what_follows() -> None:
    found = trace([seen("a", 1)], [seen("x", 2, read=3), seen("y", 4)])
    assert sources(found) == {"x": ["a"], "y": ["a", "x"]}


def test_what_was_written_and_read_again_before_something_is_told_the_last_read_first() -> None:
    one, other, later, model = seen("a", 2, 3), seen("b", 4, 5), seen("c", 6, 8), seen("m", 7)
    found = trace([], [one, other, later, model, seen("d", 6)])
    assert order.reread(found, model) == [other, one]  # c was read after the model, d never


def test_a_model_that_was_saved_may_stand_behind_what_is_written_next() -> None:
    model = seen("m", 2)
    model.touched = Touched(dataset=Dataset("file", "m"), kind="model")
    found = trace([seen("a", 1)], [model, seen("scores", 3)])
    assert order.matters(found)
    assert sources(found) == {"m": ["a"], "scores": ["a", "m"]}
    assert order.again(found) == [model]
    alone = trace([seen("a", 1)], [seen("x", 1), model])  # nothing came after it
    assert order.again(alone) == []
    assert not order.matters(alone)


def test_a_model_does_not_stand_on_one_that_was_fitted_after_it() -> None:
    def model(name: str, at: int, fitted: int) -> Seen:
        touched = Touched(dataset=Dataset("file", name), kind="model")
        return Seen(touched=touched, at_ns=at, fitted_ns=fitted)

    classifier, vectorizer = model("classifier", 7, fitted=4), model("vectorizer", 8, fitted=3)
    assert sources(trace([seen("a", 1)], [classifier, vectorizer])) == {"classifier": ["a"], "vectorizer": ["a"]}
    scaler, network = model("scaler", 7, fitted=3), model("network", 8, fitted=4)
    assert sources(trace([seen("a", 1)], [scaler, network])) == {"scaler": ["a"], "network": ["a", "scaler"]}
    again = model("loaded", 8, fitted=3)
    classifier.read_ns = 7  # that it was read again is no guess
    assert sources(trace([], [classifier, again]))["loaded"] == ["classifier"]


def test_what_was_still_being_written_stands_on_what_was_read_meanwhile() -> None:
    file = seen("x", 2)
    file.until_ns = 5
    found = trace([seen("a", 1), seen("b", 3), seen("c", 6)], [file])
    assert order.matters(found)
    assert sources(found) == {"x": ["a", "b"]}


def test_that_nothing_was_read_before_does_not_say_that_there_is_no_source() -> None:
    """An empty list of inputs would be the statement that there is none, which nobody made."""
    first, second = order.entries(trace([], [seen("stage", 1, read=2), seen("y", 3)]))
    assert "inputs" not in first
    assert [one["name"] for one in second["inputs"]] == ["stage"]


def test_where_everything_was_read_first_the_order_says_nothing() -> None:
    assert not order.matters(trace([seen("a", 1), seen("b", 2)], [seen("x", 3)]))
    assert not order.matters(trace([seen("a", 1)], []))


def test_the_sources_of_a_statement_are_the_sources_of_its_table() -> None:
    class Statement:
        datasets = {"from": (Dataset("file", "b"),)}  # noqa: RUF012 - as SqlEdges has it

        def bind(self, columns: object) -> object:
            return {}, []

    output = seen("x", 4)
    output.edges = [Statement()]
    assert sources(trace([seen("a", 1), seen("b", 2)], [output, seen("y", 3)])) == {"x": ["b"], "y": ["a", "b"]}
    Statement.datasets["frame"] = ()  # it read a frame, which came from anywhere
    assert sources(trace([seen("a", 1), seen("b", 2)], [output])) == {"x": ["a", "b"]}


def test_columns_are_said_with_their_sources() -> None:
    output = seen("x", 2)
    output.lineage = {"fields": {"id": {"inputFields": [{"namespace": "file", "name": "a", "field": "id"}]}}}
    (entry,) = order.entries(trace([seen("a", 1)], [output]))
    assert entry["fields"]["id"]["inputs"] == [{"type": "DATASET", "namespace": "file", "name": "a", "field": "id"}]


def test_a_column_that_a_plan_or_a_model_declares_is_known_as_such() -> None:
    """The provenance of declared columns is column, as docs/guide/columns.md has it, with or without an order."""
    output, way = seen("x", 2), {"type": "DIRECT", "subtype": "TRANSFORMATION", "confidence": 0.9}
    source = {"namespace": "file", "name": "a", "field": "id", "transformations": [way]}
    output.lineage = {"fields": {"id": {"inputFields": [source]}}}
    (entry,) = order.entries(trace([seen("a", 1)], [output]))
    assert entry["fields"]["id"]["inputs"][0]["transformations"] == [{**way, "provenance": "column"}]


def state(name: str, at: int, read: int = 0) -> Seen:
    found = seen(name, at, read)
    found.path = f"/{name}"
    return found


def test_a_state_that_was_overwritten_stays_only_where_something_else_stands_on_it() -> None:
    one, two, three = state("x", 1, read=2), state("x", 3), state("x", 5)
    assert order.lasting([one, two, three]) == [three]
    other = state("y", 4)
    two.read_ns = 3
    assert order.lasting([one, two, three, other]) == [two, three, other]  # y was written after two was read
    two.read_ns = 0
    assert order.lasting([one, two, three, other]) == [three, other]
    between = state("z", 2)
    between.at_ns = 2
    one.read_ns = 1
    assert order.lasting([one, between, two]) == [one, between, two]
    tables = [seen("t", 1), seen("t", 2)]  # no files: what a table held before may be in it still
    assert order.lasting(tables) == tables


def test_where_there_are_several_states_of_a_dataset_each_says_when_it_was_seen() -> None:
    """By hand, from the begin of the run: 1,000 ns; what was read again counts as read, and as written before that."""
    first, last = state("x", 1_002, read=1_003), state("x", 1_004)
    first.touched, last.touched = (Touched(dataset=Dataset("file", "x"), version=version) for version in "12")
    found = trace([seen("a", 1_001)], [first, last])
    found.started_us = 1
    order.mark(found)
    assert all(one.timed for one in (*found.inputs, *found.outputs))
    assert [order.after_ns(found, one, written=False) for one in (found.inputs[0], first)] == [1, 3]
    assert [order.after_ns(found, one, written=True) for one in (first, last)] == [2, 4]
    alone = trace([seen("a", 1)], [seen("x", 2)])
    order.mark(alone)
    assert not any(one.timed for one in (*alone.inputs, *alone.outputs))


def test_a_loop_over_many_files_guesses_what_was_read_since_the_file_before() -> None:
    """By hand: 120 times 120 pairs are more than 10,000; each y was written after its own x was read."""
    inputs = [seen(f"x{number}", 2 * number + 1) for number in range(120)]
    outputs = [seen(f"y{number}", 2 * number + 2) for number in range(120)]
    assert sources(trace(inputs, outputs)) == {f"y{number}": [f"x{number}"] for number in range(120)}


def test_of_thousands_that_were_read_before_all_was_written_the_last_stand_for_the_first_output() -> None:
    """By hand: 10,000 pairs over 200 outputs are 50 for each; nothing was read between the others."""
    inputs = [seen(f"x{number:03}", number) for number in range(1, 201)]
    outputs = [seen(f"y{number:03}", 1000 + number) for number in range(200)]
    found = sources(trace(inputs, outputs))
    assert found["y000"] == [f"x{number:03}" for number in range(151, 201)]
    assert {len(found[f"y{number:03}"]) for number in range(1, 200)} == {0}


def test_what_datasets_keeps_of_each_step_is_no_output_unless_it_was_read() -> None:
    """The names are those that Hugging Face datasets 5.2.0 gives, with one process and with two."""
    kept = [
        state("home/.cache/x/cache-9bb0d4c62b211d48.arrow", 1),
        state("s/cache-9bb0d4c62b211d48_00001_of_00002.arrow", 1),
    ]
    under_way = state("home/.cache/x/tmpiks6mc81", 1)
    others = [
        state("s/cache-2024.arrow", 1),
        state("s/tmpiks6mc81", 1),
        state("s/cache-9bb0d4c62b211d48.arrow", 1, read=2),
    ]
    gaps: dict[str, int] = {}
    assert order.staying([*kept, under_way, *others], gaps) == others
    assert gaps == {}
