"""csv, json and XML trees: what a script opens itself and hands to the standard library."""

import codecs
import csv
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from tests.recorded import names

import driftline
from driftline.capture.ground import fault
from driftline.capture.tables import measure
from driftline.testing import MemorySink


def ended(watched: MemorySink, job: str) -> Any:
    assert driftline.flush()
    return [found for found in watched.decoded() if found.job and found.job.name == job][-1]


def test_a_script_that_reads_and_writes_with_csv_has_versions_and_columns(watched: MemorySink, tmp_path: Path) -> None:
    Path("sales.csv").write_text("day,qty\n" + "".join(f"d{n},{n * n}\n" for n in range(80)))
    with driftline.run("report") as run, open("sales.csv", newline="") as source, open("out.csv", "w") as target:
        writer = csv.DictWriter(target, ["day", "double"], lineterminator="\n")
        writer.writeheader()
        for row in csv.DictReader(source):
            writer.writerow({"day": row["day"], "double": int(row["qty"]) * 2})
    assert names(run) == (["sales.csv"], ["out.csv"])
    assert run.inputs[0].version == measure.of_file("sales.csv").version
    event = ended(watched, "report")
    assert run.outputs[0].version == measure.of_file("out.csv").version  # of the file once it was closed
    (output,) = event.outputs
    assert b'"driftline_gaps"' not in b"".join(bytes(raw) for raw in event.run.facets.values())
    assert {"schema", "driftline_fingerprint", "driftline_profile"} <= set(output.facets)
    assert b'"name":"sales.csv","field":"day"' in bytes(output.facets["columnLineage"])
    computed = b'"name":"sales.csv","field":"qty"'  # of which ``double`` is computed
    assert computed in bytes(output.facets["columnLineage"])


def test_a_file_that_codecs_has_opened_is_measured_once_it_is_closed(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("report") as run, codecs.open("out.csv", "w", "utf-8") as target:
        csv.writer(target).writerows([["day", "qty"], ["a", 1], ["b", 2]])
    assert names(run) == ([], ["out.csv"])
    assert run.outputs[0].version == measure.of_file("out.csv").version
    (output,) = ended(watched, "report").outputs
    assert {"schema", "driftline_fingerprint"} <= set(output.facets)


def test_a_writer_that_was_made_before_the_readers_still_stands_on_them(watched: MemorySink, tmp_path: Path) -> None:
    for name in "ab":
        Path(f"{name}.csv").write_text(f"id\n{name}\n")
    driftline.watch("merge")
    with open("both.csv", "w", newline="") as target:
        writer = csv.writer(target)
        for name in "ab":
            with open(f"{name}.csv", newline="") as source:
                writer.writerows(csv.reader(source))
    Path("later.csv").write_text("id\nc\n")
    with open("later.csv", newline="") as source:
        list(csv.reader(source))  # when the other file was closed
    driftline.unwatch()
    event = ended(watched, "merge")
    entries = {one["name"]: one for one in json.loads(bytes(event.job.facets["lineage"]))["entries"]}
    assert set(entries) == {"both.csv", "later.csv"}  # which the run has written, too
    assert [one["name"] for one in entries["both.csv"]["inputs"]] == ["a.csv", "b.csv"]


def test_a_dialect_is_how_the_table_is_read_again(watched: MemorySink, tmp_path: Path) -> None:
    Path("a.txt").write_text("id;name\n1;'x;y'\n")
    with driftline.run("job"), open("a.txt", newline="") as file:
        assert list(csv.reader(file, delimiter=";", quotechar="'")) == [["id", "name"], ["1", "x;y"]]
    schema = json.loads(bytes(ended(watched, "job").inputs[0].facets["schema"]))
    assert [field["name"] for field in schema["fields"]] == ["id", "name"]


def test_json_and_xml_files_are_read_and_written(watched: MemorySink, tmp_path: Path) -> None:
    with driftline.run("write") as one:
        with open("a.json", "w") as file:
            json.dump({"window": 7}, file)
        ET.ElementTree(ET.fromstring("<a><b>1</b></a>")).write("a.xml")
    with driftline.run("read") as other:
        with open("a.json") as file:
            assert json.load(fp=file) == {"window": 7}
        assert ET.parse("a.xml").getroot()[0].text == "1"
        assert [found.tag for _, found in ET.iterparse("a.xml")] == ["b", "a"]
    assert names(one) == ([], ["a.json", "a.xml"])
    assert names(other) == (["a.json", "a.xml"], [])
    for job in ("write", "read"):  # neither is a table, which is nothing to complain of
        assert "driftline_gaps" not in ended(watched, job).run.facets


def test_json_is_a_table_where_it_is_a_list_of_records(watched: MemorySink, tmp_path: Path) -> None:
    records, by_id = [{"id": "a", "text": "x"}, {"id": "b", "text": "y"}], {"a": {"text": "x"}, "b": {"text": "y"}}
    with driftline.run("write"):
        for name, held in {"records": records, "by_id": by_id, "numbers": [1, 2]}.items():
            with open(f"{name}.json", "w") as file:
                json.dump(held, file)
    fields = {
        part.name: [field["name"] for field in json.loads(bytes(part.facets["schema"]))["fields"]]
        for part in ended(watched, "write").outputs
        if "schema" in part.facets
    }
    assert fields == {"records.json": ["id", "text"]}  # keys of an object may be anything, and others tomorrow


def test_what_has_no_name_and_what_is_pythons_own_is_passed_over(watched: MemorySink, tmp_path: Path) -> None:
    Path("x,y").write_text("")
    own = next(Path(json.__file__).parent.glob("*.py"))
    with driftline.run("job") as run:
        assert list(csv.reader(["x,y"])) == [["x", "y"]]  # a line, though there is a file of that name
        csv.writer(io.StringIO()).writerow([1])
        json.dump([], io.StringIO())
        with open(own, newline="") as file:
            next(csv.reader(file))
    assert names(run) == ([], [])


def test_csv_itself_is_as_before(watched: MemorySink) -> None:
    assert csv.reader(["a"]).dialect.delimiter == ","
    driftline.unwatch()
    assert not hasattr(csv.reader, "__wrapped__")
    assert not hasattr(json.load, "__wrapped__")


def test_rows_without_a_header_are_rows(watched: MemorySink) -> None:
    """By hand: a first line with numbers is a row, one with names or years is a header."""
    for name, top in (("rows.csv", ["x", "1.5"]), ("years.csv", ["land", "2013"]), ("named.csv", ["a", "b"])):
        with driftline.run(name), Path(name).open("w", newline="") as file:
            csv.writer(file).writerows([top, ["y", "2.5"]])
    driftline.flush()
    outputs = [event.outputs[0] for event in watched.decoded()]
    found = {one.name: json.loads(bytes(one.facets["schema"]))["fields"] for one in outputs}
    assert {name: [field["name"] for field in fields] for name, fields in found.items()} == {
        "rows.csv": ["0", "1"], "years.csv": ["land", "2013"], "named.csv": ["a", "b"],
    }  # fmt: skip
    assert [json.loads(bytes(one.facets["driftline_state"]))["rows"] for one in outputs] == [2, 1, 1]


def test_a_text_that_was_detached_from_its_bytes_hides_nothing_that_follows(watched: MemorySink) -> None:
    Path("in.json").write_text("[1]")
    with driftline.run("job") as run:
        with open("out.json", "wb") as file:
            text = io.TextIOWrapper(file)
            json.dump([1], text)
            text.detach()
        for _ in range(2):
            with open("in.json") as source, open("next.json", "w") as target:
                json.dump(json.load(source), target)
    assert names(run) == (["in.json"], ["next.json", "out.json"])
    assert run.outputs[0].version == measure.of_file("out.json").version
    assert fault.counts() == {}
