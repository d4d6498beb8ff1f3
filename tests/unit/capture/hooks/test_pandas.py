"""pandas readers and writers: as they were, and recorded while a run is active."""

import contextlib
import gc
import inspect
import io
import json
import pickle
import sqlite3
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xxhash
from tests.recorded import names

import driftline
from driftline.capture.tables import measure
from driftline.capture.watching import watch
from driftline.testing import MemorySink


def test_a_reader_that_raises_is_called_once_and_its_error_comes_out(sink: MemorySink, tmp_path: Path) -> None:
    driftline.watch()
    with driftline.run("job") as run, pytest.raises(FileNotFoundError):
        pd.read_parquet(tmp_path / "nowhere.parquet")
    assert run.inputs == ()


def test_frames_are_neither_changed_nor_kept(sink: MemorySink, tmp_path: Path) -> None:
    driftline.watch()
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", None, "z"]})
    before = frame.copy(deep=True)
    with driftline.run("job") as run:
        frame.to_parquet(tmp_path / "x.parquet")
        run.write("memory", data=frame)
        run.write("model", data={"weights": [1, 2]}, kind="model")
    driftline.flush()
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == {}
    left = weakref.ref(frame)
    del frame, run
    gc.collect()
    assert left() is None


def test_patched_readers_look_as_before(sink: MemorySink) -> None:
    watch.unwatch()
    functions: list[tuple[Any, str]] = [
        (pd, "read_csv"),
        (pd, "read_parquet"),
        (pd.DataFrame, "to_parquet"),
        (pd.DataFrame, "to_csv"),
    ]
    before = [(inspect.signature(getattr(owner, name)), getattr(owner, name).__doc__) for owner, name in functions]
    driftline.watch()
    after = [(inspect.signature(getattr(owner, name)), getattr(owner, name).__doc__) for owner, name in functions]
    assert after == before
    assert pickle.loads(pickle.dumps(pd.read_csv)) is pd.read_csv

    class Mine(pd.DataFrame):
        pass

    assert issubclass(Mine, pd.DataFrame)


FORMATS = {
    "csv": ("to_csv", "read_csv"),
    "parquet": ("to_parquet", "read_parquet"),
    "json": ("to_json", "read_json"),
    "xlsx": ("to_excel", "read_excel"),
    "feather": ("to_feather", "read_feather"),
    "orc": ("to_orc", "read_orc"),
    "pkl": ("to_pickle", "read_pickle"),
    "dta": ("to_stata", "read_stata"),
}


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_is_written_and_read(watched: MemorySink, tmp_path: Path, ending: str) -> None:
    if ending == "xlsx":
        pytest.importorskip("openpyxl")
    write, read = FORMATS[ending]
    frame = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})
    with driftline.run("write") as one:
        getattr(frame, write)(f"x.{ending}")
    with driftline.run("read") as other:
        again = getattr(pd, read)(f"x.{ending}")
    assert list(again["b"]) == ["x", "y", "z"]
    assert names(one) == ([], [f"x.{ending}"])
    assert names(other) == ([f"x.{ending}"], [])
    assert one.outputs[0].version == other.inputs[0].version
    index = [""] if ending == "csv" else []  # a text file has the index as a column
    assert [field.name for field in one.outputs[0].fields or ()] == [*index, "a", "b"]
    assert one.outputs[0].rows == 3


def test_buffers_and_texts_have_no_name(watched: MemorySink, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1]})
    with driftline.run("job") as run:
        assert frame.to_csv() == ",a\n0,1\n"
        frame.to_csv(io.StringIO())
        pd.read_csv(io.StringIO("a\n1\n"))
        pd.read_json(io.StringIO('{"a": {"0": 1}}'))
    assert names(run) == ([], [])


def test_an_open_file_is_named_by_its_path_once_it_is_closed(watched: MemorySink, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": range(3)})
    with driftline.run("job") as run:
        with open("x.csv", "w") as file:
            frame.to_csv(file, index=False)
        with pd.ExcelWriter("book.xlsx") as book:
            frame.to_excel(book, sheet_name="one")
            frame.to_excel(book, sheet_name="two")
    assert names(run) == ([], ["book.xlsx", "x.csv"])
    written = {one.dataset.name: one.version for one in run.outputs}
    assert written["x.csv"] == measure.of_file("x.csv").version
    assert written["book.xlsx"] == measure.of_file("book.xlsx").version


def test_chunks_stay_lazy(watched: MemorySink, tmp_path: Path) -> None:
    Path("x.csv").write_text("a\n" + "1\n" * 10)
    with driftline.run("job") as run, pd.read_csv("x.csv", chunksize=4) as chunks:
        assert next(chunks).shape == (4, 1)
        assert [len(chunk) for chunk in chunks] == [4, 2]
    assert names(run) == (["x.csv"], [])


def test_parquet_through_pyarrow_counts_once(watched: MemorySink, tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet("x.parquet")
    with driftline.run("job") as run:
        pd.read_parquet("x.parquet")
    driftline.flush()
    event = next(one for one in watched.decoded() if one.job and one.job.name == "job")
    assert [part.name for part in event.inputs] == ["x.parquet"]
    assert run.outputs == ()


def test_tables_of_a_database_are_named_by_it(watched: MemorySink, tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
    with contextlib.closing(sqlite3.connect("shop.db")) as connection:
        with driftline.run("write") as one:
            frame.to_sql("orders", connection, index=False)
        with driftline.run("read") as other:
            again = pd.read_sql("select a from orders where b = 'x'", connection)
    assert list(again["a"]) == [1]
    (written,), (read,) = one.outputs, other.inputs
    assert (written.dataset.namespace, written.dataset.name, written.rows) == ("sqlite://shop.db", "orders", 2)
    assert (read.dataset, read.version) == (written.dataset, written.version)


def test_the_warning_of_a_reader_names_the_line_that_called_it(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("job"), open("x", "w") as file, pytest.warns(RuntimeWarning) as caught:
        pd.DataFrame({"a": [1]}).to_csv(file, compression="gzip")
    assert caught[0].filename == __file__


def test_a_file_with_a_line_break_in_its_name_is_an_output_and_no_gap(sink: MemorySink, tmp_path: Path) -> None:
    driftline.watch()
    with driftline.run("job") as run:
        pd.DataFrame({"a": [1]}).to_csv(tmp_path / "x\ny.csv")
        pd.read_csv(tmp_path / "x\ny.csv")
        pd.read_csv(io.StringIO("a\n1\n"))
    assert names(run) == ([], ["x\ufffdy.csv"])


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        ({}, ["", "id", "amount"]),
        ({"index": False}, ["id", "amount"]),
        ({"index_label": "n"}, ["n", "id", "amount"]),
        ({"header": ["x", "y"]}, None),
    ],
)
def test_the_index_is_a_column_of_a_text_file_that_is_not_read_again(
    watched: MemorySink, tmp_path: Path, options: dict[str, Any], columns: list[str] | None
) -> None:
    """By hand: the first line of what pandas writes, which is what the columns of a file that is measured are."""
    frame = pd.DataFrame({"id": [1], "amount": [2.5]})
    with driftline.run("job") as run:
        frame.to_csv("a.csv.zip", **options)  # of such a file only the version is measured
    fields = run.outputs[0].fields
    assert (None if fields is None else [field.name for field in fields]) == columns
    header = pd.read_csv("a.csv.zip", header=None, dtype=str, keep_default_na=False).iloc[0].tolist()
    assert columns is None or header == columns


def test_a_file_that_a_run_overwrites_or_appends_to_has_one_state_the_last(
    script: Callable[..., list[dict[str, Any]]], tmp_path: Path
) -> None:
    (tmp_path / "orders.csv").write_text("id,amount\n1,2\n")
    text = (
        "import driftline; driftline.watch('loop')\nimport pandas as pd\n"
        "for n in range(3):\n    o = pd.read_csv('orders.csv'); o['amount'] += 1; o.to_csv('orders.csv', index=False)\n"
        "o.to_csv('log.csv', index=False); o.to_csv('log.csv', mode='a', index=False, header=False)\n"
    )
    (event,) = script(text)
    read = [part["facets"]["driftline_state"]["version"] for part in event["inputs"] if part["name"] == "orders.csv"]
    assert read == [f"xxh3:{xxhash.xxh3_64_hexdigest(b'id,amount' + chr(10).encode() + b'1,2' + chr(10).encode())}"]
    states = {part["name"]: part["facets"]["driftline_state"] for part in event["outputs"]}
    assert len(event["outputs"]) == 2
    for name in ("orders.csv", "log.csv"):
        assert states[name]["version"] == f"xxh3:{xxhash.xxh3_64_hexdigest((tmp_path / name).read_bytes())}"
    assert states["log.csv"]["rows"] == 2


def read_facets(watched: MemorySink) -> Any:
    """Return the facets of the one input of the one event."""
    driftline.flush()
    (event,) = watched.decoded()
    return event.inputs[0].facets


def field_names(facets: Any) -> list[str]:
    return [field["name"] for field in json.loads(bytes(facets["schema"]))["fields"]]


# Expected: the names of columns that pandas itself gives the same file.
@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("a;b\n1,5;x\n2,5;y\n", {"sep": ";", "decimal": ","}),
        ("1,x\n2,y\n", {"header": None}),
        ("1, x\n2, y\n", {"header": None, "names": ["n", "s"], "sep": ", ", "engine": "python"}),
        ("made by hand\na|b\n1|x\n", {"sep": "|", "skiprows": 1}),
        ("a,b\n1,caf\xe9\n", {"encoding": "latin-1"}),
        ("# by hand\na,b\n1,x # or so\n", {"comment": "#"}),
        ("a,b\nleft,out\n1,x\n", {"skiprows": [1]}),
    ],
)
def test_a_text_table_has_the_columns_that_its_reader_sees(
    watched: MemorySink, text: str, given: dict[str, Any]
) -> None:
    Path("adult.data").write_text(text, encoding=given.get("encoding", "utf8"))
    with driftline.run("job"):
        frame = pd.read_csv("adult.data", **given)
    facets = read_facets(watched)
    assert field_names(facets) == [str(name) for name in frame.columns]
    assert {"driftline_fingerprint", "driftline_profile"} <= set(facets)
    assert json.loads(bytes(facets["driftline_state"]))["rows"] == len(frame)


# Expected: by hand; the encoding is that of the open file, and pandas is told none.
@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig", "utf-8"])
def test_an_open_file_says_in_which_encoding_its_table_is_written(watched: MemorySink, encoding: str) -> None:
    Path("a.csv").write_text("caf\xe9,b\n1,\xe9\n", encoding=encoding)
    with driftline.run("job") as run, open("a.csv", encoding=encoding) as file:
        frame = pd.read_csv(file)
    facets = read_facets(watched)
    assert field_names(facets) == list(frame.columns) == ["caf\xe9", "b"]
    assert {"driftline_fingerprint", "driftline_profile"} <= set(facets)
    assert run.trace.gaps == {}


# Expected: by hand.
@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"header": False}, ["", "n", "s"]),
        ({"header": False, "index": False}, ["n", "s"]),
        ({"header": False, "index_label": "row"}, ["row", "n", "s"]),
        ({"header": ["a", "b"], "index": False, "sep": ";"}, ["a", "b"]),
    ],
)
def test_a_text_table_is_written_with_and_without_names(
    watched: MemorySink, given: dict[str, Any], names: list[str]
) -> None:
    with driftline.run("job"):
        pd.DataFrame({"n": [1, 2], "s": ["x", "y"]}).to_csv("a.csv", **given)
    driftline.flush()
    (event,) = watched.decoded()
    assert field_names(event.outputs[0].facets) == names
    assert json.loads(bytes(event.outputs[0].facets["driftline_state"]))["rows"] == 2


# Expected: by hand, the column of the cell. To pandas as it is told here, none of these is another number.
@pytest.mark.parametrize(
    ("given", "before", "after", "column", "kind"),
    [
        ({"dtype": {"zip": str}}, "01234", "1234", "zip", "string"),
        ({"dtype": str}, "1.0", "1.00", "price", "string"),
        ({}, "1.0", "1.00", "price", "double"),
        ({"na_values": ["?"]}, "01234", "1234", "zip", "int64"),
        ({"converters": {"zip": str}, "usecols": ["zip"]}, "01234", "1234", "zip", "int64"),
        ({"thousands": " "}, "2.5", "2 .5", "price", "double"),
    ],
)
def test_a_cell_that_is_written_otherwise_is_another_version_of_its_column(
    watched: MemorySink, given: dict[str, Any], before: str, after: str, column: str, kind: str
) -> None:
    text = "zip,price\n01234,1.0\n?,2.5\n" if "na_values" in given else "zip,price\n01234,1.0\n02345,2.5\n"
    hashes = []
    for content in (text, text.replace(before, after, 1)):
        Path("a.csv").write_text(content)
        with driftline.run("job"):
            pd.read_csv("a.csv", **given)
        driftline.flush()
        facets = watched.decoded()[-1].inputs[0].facets
        hashes.append(json.loads(bytes(facets["driftline_fingerprint"]))["columns"])
        fields = {field["name"]: field["type"] for field in json.loads(bytes(facets["schema"]))["fields"]}
        assert fields[column] == kind
    one, two = hashes
    assert [name for name in one if one[name] != two[name]] == [column]


def test_what_only_pandas_can_read_has_the_columns_that_it_found(watched: MemorySink) -> None:
    Path("b.csv").write_text("# by hand\na  b\n1  x\n")
    with driftline.run("job"):
        pd.read_csv("b.csv", sep=r"\s+", comment="#")
    facets = read_facets(watched)
    assert field_names(facets) == ["a", "b"]
    assert "driftline_profile" not in facets


def test_a_file_that_is_measured_is_not_opened_by_the_name_that_programs_replace(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    import builtins

    heard: list[Any] = []
    frame = pd.DataFrame({"n": [1]})
    original = builtins.open
    monkeypatch.setattr(builtins, "open", lambda *args, **kwargs: heard.append(args) or original(*args, **kwargs))
    with driftline.run("job") as run:
        frame.to_parquet("a.parquet")
    monkeypatch.undo()
    assert [one.dataset.name for one in run.outputs] == ["a.parquet"]
    assert heard == []


def test_a_file_of_a_partition_is_a_version_of_one_dataset_however_it_is_read(watched: MemorySink) -> None:
    for month in (1, 2):
        folder = Path(f"lake/year=2024/month={month}")
        folder.mkdir(parents=True)
        with driftline.run("write") as run:
            pd.DataFrame({"n": [month, 2]}).to_parquet(folder / "orders.parquet")
        (written,) = run.outputs
        assert (written.dataset.name, written.partition) == ("lake/orders.parquet", f"2024/{month}")
    with driftline.run("one") as one:
        pd.read_parquet("lake/year=2024/month=2/orders.parquet")
    assert one.inputs[0].version == written.version
    with driftline.run("all") as all_of_it:
        pd.read_parquet("lake")
    assert [(found.dataset.name, found.partition) for found in all_of_it.inputs] == [
        ("lake/orders.parquet", "2024/1"),
        ("lake/orders.parquet", "2024/2"),
    ]


def test_what_is_appended_without_a_header_has_the_names_of_what_stands_above(watched: MemorySink) -> None:
    frame = pd.DataFrame({"n": [1, 2], "s": ["x", "y"]})
    with driftline.run("job"):
        frame.to_csv("bare.csv", sep=";", header=False, index=False)
        frame.to_csv("headed.csv", index=False)
        for name in ("bare.csv", "headed.csv"):
            frame.to_csv(name, sep=";" if name == "bare.csv" else ",", header=False, index=False, mode="a")
    driftline.flush()
    (event,) = watched.decoded()
    for part in event.outputs:
        assert field_names(part.facets) == ["n", "s"]
        assert json.loads(bytes(part.facets["driftline_state"]))["rows"] == 4


def test_a_table_has_the_columns_that_its_database_declares_however_it_was_read(watched: MemorySink) -> None:
    with contextlib.closing(sqlite3.connect("w.db")) as connection:
        connection.execute("create table t (a int, b text)")
        connection.executemany("insert into t values (?, ?)", [(1, "x"), (2, "y")])
        connection.commit()
        for query in ("select a from t", "select * from t"):
            with driftline.run("job"):
                pd.read_sql(query, connection).to_parquet("out.parquet")
        with driftline.run("write"):
            pd.DataFrame({"a": [3], "b": ["z"]}).to_sql("t", connection, if_exists="append", index=False)
    assert driftline.flush()
    *read, written = [json.loads(raw) for raw in watched.raw]
    declared = [("a", "INT"), ("b", "TEXT")]
    for part in (*(event["inputs"][0] for event in read), written["outputs"][0]):
        assert [(one["name"], one["type"]) for one in part["facets"]["schema"]["fields"]] == declared
    assert "driftline_fingerprint" in read[1]["inputs"][0]["facets"]  # it was measured all the same


def test_a_file_that_was_gone_before_it_was_measured_has_columns_without_types(
    script: Callable[..., list[dict[str, Any]]],
) -> None:
    """The types of a frame of pandas are spelt otherwise than those of a file: str and large_string."""
    text = (
        "import driftline; driftline.watch('job')\nimport os\nimport pandas as pd\n"
        "pd.DataFrame({'n': [1.5], 's': ['x']}).to_parquet('a.parquet')\nos.remove('a.parquet')\n"
    )
    (event,) = script(text)
    assert (
        "not measured: a.parquet (overwritten or removed meanwhile)" in event["run"]["facets"]["driftline_gaps"]["gaps"]
    )
    (part,) = event["outputs"]
    assert part["facets"]["schema"]["fields"] == [{"name": "n"}, {"name": "s"}]
