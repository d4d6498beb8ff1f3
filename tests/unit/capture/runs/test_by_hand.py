"""Files that a program opens by hand are what the run read and wrote, by content, where that is known. By hand."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.told_by_code import Script, edges

import driftline
from driftline.capture.runs import by_hand
from driftline.capture.runs.run import Run
from driftline.capture.sending import client
from driftline.capture.tables import measure
from driftline.testing import MemorySink


def names(run: Run) -> tuple[list[str], list[str]]:
    driftline.flush()
    return [one.dataset.name for one in run.inputs], [one.dataset.name for one in run.outputs]


def facets(sink: MemorySink, key: str) -> Any:
    driftline.flush()
    run = sink.decoded()[-1].run
    assert run is not None
    return json.loads(bytes(run.facets[key])) if key in run.facets else None


def test_text_read_and_written_by_hand_is_input_and_output_by_the_hash_of_its_bytes(watched: MemorySink) -> None:
    Path("a.md").write_text("one")
    with driftline.run("job") as run:
        Path("a.md").read_text()
        with Path("b.html").open("w") as file:
            file.write("two")
    assert names(run) == (["a.md"], ["b.html"])
    for found, path in ((run.inputs[0], "a.md"), (run.outputs[0], "b.html")):
        assert (found.version, found.bytes, found.fields) == (
            measure.of_file(str(Path(path).absolute())).version,
            3,
            None,
        )
        assert found.attributes["observed"].startswith("opened by Python")
    assert facets(watched, "driftline_completeness")["completeness"] == 1.0
    assert facets(watched, "driftline_gaps") is None


def test_what_was_opened_while_it_was_watched_is_told_however_late_the_event_is_made(watched: MemorySink) -> None:
    owner = client.current()
    assert owner is not None
    let_go = threading.Event()
    owner.sender.put((lambda: let_go.wait(30) and (), 0))  # the sender's thread stands here until the hooks are off
    with driftline.run("job") as run:
        Path("b.html").write_text("two")
    driftline.unwatch()
    let_go.set()
    assert names(run) == ([], ["b.html"])
    assert facets(watched, "driftline_completeness")["completeness"] == 1.0


def test_what_is_no_data_or_not_as_it_was_read_stays_a_gap_or_is_nothing(watched: MemorySink) -> None:
    for name in (".env", "changed.txt", "removed.txt", "driftline.toml", "both.txt"):
        Path(name).write_text("x")
    with driftline.run("job") as run:
        for name in (".env", "changed.txt", "removed.txt", "driftline.toml"):
            Path(name).read_text()
        Path("removed.txt").unlink()
        later = time.time() + 1
        os.utime("changed.txt", (later, later))
        with Path("run.log").open("a") as file:
            file.write("x")
        Path("both.txt").write_text("y")
        Path("both.txt").read_text()
    assert names(run) == ([], ["both.txt"])
    unattributed = facets(watched, "driftline_completeness")["unattributed"]
    assert unattributed == ["read .env", "read changed.txt", "read driftline.toml", "write run.log"]


def test_many_files_of_one_folder_are_that_folder_whose_version_is_theirs(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_hand, "TOGETHER", 3)
    Path("docs").mkdir()
    Path("few").mkdir()
    for number in range(3):
        Path(f"docs/{number}.txt").write_text(str(number))
    for number in range(2):
        Path(f"few/{number}.txt").write_text(str(number))

    def read() -> Run:
        with driftline.run("job") as run:
            for path in sorted((*Path("docs").iterdir(), *Path("few").iterdir())):
                path.read_text()
        assert names(run) == (["docs", "few/0.txt", "few/1.txt"], [])
        assert facets(watched, "driftline_completeness")["completeness"] == 1.0
        return run

    first, again = read(), read()
    assert first.inputs[0].version == again.inputs[0].version
    assert first.inputs[0].attributes["files"] == "3"
    Path("docs/1.txt").write_text("other")
    assert read().inputs[0].version != first.inputs[0].version


def test_a_large_file_goes_by_its_size_and_time_and_counts_as_not_followed(
    watched: MemorySink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_hand, "_LARGE", 2)
    Path("a.txt").write_text("three")
    with driftline.run("job") as run:
        Path("a.txt").read_text()
    assert names(run) == (["a.txt"], [])
    assert run.inputs[0].version.startswith("stat:")
    assert run.inputs[0].attributes["identity"] == "path, size and time (too large to be hashed)"
    assert facets(watched, "driftline_completeness")["completeness"] == 0.0


INDEX = """import driftline; driftline.watch("build index")
from collections.abc import Callable
from pathlib import Path
import joblib
from sklearn.feature_extraction.text import TfidfVectorizer
chunks = [(path.name, part) for path in sorted(Path("docs").glob("*.md")) for part in path.read_text().split("\\n\\n")]
vectors = TfidfVectorizer()
matrix = vectors.fit_transform(text for _, text in chunks)
joblib.dump((vectors, matrix, chunks), "index.joblib")
"""
ASK = """import driftline; driftline.watch("desk")
import joblib
vectors, matrix, chunks = joblib.load("index.joblib")
question = "when is a refund paid"
with driftline.answer("desk", question=question) as made:
    best = (matrix @ vectors.transform([question]).T).toarray().ravel().argmax()
    made.uses("index", "index.joblib")
    made.retrieved(chunks[best][1])
    made.decide("told", text=chunks[best][1])
print(made.id)
"""


def test_why_of_an_answer_reaches_the_document_that_was_changed_before_its_index_was_built(tmp_path: Path) -> None:
    """As a new user would: two scripts without a word on their files, run again after one document was changed."""
    pytest.importorskip("sklearn")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "refunds.md").write_text("A refund is paid within 14 days.\n\nRefunds need a receipt.")
    (docs / "hotels.md").write_text("Hotels are booked by phone.")
    (tmp_path / "index.py").write_text(INDEX)
    (tmp_path / "ask.py").write_text(ASK)

    def script(name: str, *more: str) -> str:
        environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
        command = [sys.executable, name, *more]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    script("index.py")
    script("ask.py")
    (docs / "refunds.md").write_text("A refund is paid within 90 days.\n\nRefunds need a receipt.")
    script("index.py")
    answer = script("ask.py")
    told = script("-m", "driftline.cli.main", "why", answer)
    (said,) = re.findall(r"what changed first is (\S+?)[,:].* The content differs", told)
    assert said == "docs/refunds.md"


AGAIN = """import driftline; driftline.watch("steps")
import os
def write(name, text):
    with open(name + ".part", "w") as file:
        file.write(text)
    os.replace(name + ".part", name)
write("words.txt", "one two")
write("other.txt", "three")
with open("words.txt") as file:
    words = file.read()
write("count.txt", str(len(words.split())))
with open("late.txt", "w") as file:
    file.write("-")
with open("late.txt") as file:
    file.read()
"""


def test_what_was_written_and_opened_again_may_have_fed_what_was_written_after_that(tmp_path: Path) -> None:
    """As Luigi's targets do it: written under another name, renamed, read by the next task of the same process."""
    (tmp_path / "steps.py").write_text(AGAIN)
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
    for command in (["steps.py"], ["-m", "driftline.cli.main", "lineage", "count.txt", "--up", "--json"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
    graph = json.loads(done.stdout)
    found = {node["label"] for node in graph["nodes"] if node["type"] == "DATASET"}
    assert found == {"count.txt", "words.txt"}


def test_the_books_of_a_table_are_no_data(watched: MemorySink) -> None:
    """Polars reads the manifests of an Iceberg table on a thread of its own, where nobody knows for whom."""
    books = ["t/metadata/1-m0.avro", "t/metadata/2.metadata.json", "d/_delta_log/0.json", "data/metadata/notes.md"]
    for path in map(Path, books):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(path))
    with driftline.run("job") as run:
        for path in map(Path, books):
            path.read_text()
    assert names(run) == (["data/metadata/notes.md"], [])


ANEW = """\
import driftline
driftline.watch("steps")
from collections.abc import Callable
from pathlib import Path
kept, missing, unread = Path("kept.txt"), Path("missing.txt"), Path("unread.txt")
kept.write_text(kept.read_text() + "two")
try:
    missing.read_text()
except OSError:
    missing.write_text("made")
unread.write_text(unread.read_text() + "two")
Path("count.txt").write_text(kept.read_text() + missing.read_text())
"""


def test_what_was_read_or_looked_for_and_made_and_read_again_may_have_fed_what_was_written_then(tmp_path: Path) -> None:
    (tmp_path / "steps.py").write_text(ANEW)
    for name in ("kept.txt", "unread.txt"):
        (tmp_path / name).write_text("one")
    environment = {**os.environ, "DRIFTLINE_CONSOLE": "false"}
    for command in (["steps.py"], ["-m", "driftline.cli.main", "lineage", "count.txt", "--up", "--json"]):
        done = subprocess.run(
            [sys.executable, *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
        )
    found = {node["label"] for node in json.loads(done.stdout)["nodes"] if node["type"] == "DATASET"}
    assert found == {"count.txt", "kept.txt", "missing.txt"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks on this system")
@pytest.mark.parametrize("ends", ["sys.exit()", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_what_a_forked_child_has_written_by_hand_alone_is_an_output_however_it_ends(
    script: Callable[..., list[dict[str, Any]]], ends: str
) -> None:
    (event,) = script(
        "import os, signal, sys\n"
        "import driftline\n"
        'driftline.watch("job")\n'
        "if os.fork() == 0:\n"
        '    with open("a.csv", "w") as file:\n'
        '        file.write("a\\n1\\n")\n'
        f"    {ends}\n"
        "os.wait()\n"
    )
    assert [one["name"] for one in event["outputs"]] == ["a.csv"]


MIXED = """\
import driftline
driftline.watch("steps")
import csv, json, pathlib
with open("raw.csv") as given, open("half.csv", "w") as made:
    made.write("id,twice\\n")
    for row in csv.DictReader(given):
        made.write(f"{row['id']},{int(row['amount']) * 2}\\n")
with open("half.csv") as given, open("whole.csv", "w", newline="") as made:
    out = csv.writer(made)
    out.writerow(["id", "text"])
    for row in csv.DictReader(given):
        out.writerow([row["id"], row["twice"] + "!"])
state = json.loads(pathlib.Path("whole.csv").read_text() and "{}")
for turn in range(3):
    pathlib.Path("turns.json").write_text(json.dumps({"turn": turn}))
    with open("turns.json") as file:
        json.load(file)
with open("kept.json") as file:
    kept = json.load(file)
pathlib.Path("kept.json").write_text(json.dumps({"n": kept["n"] + 1}))
with open("same.json", "r+") as file:
    json.load(file)
"""


def test_what_a_hook_has_seen_to_be_read_is_an_output_where_the_run_wrote_it_by_hand(
    script: Script, tmp_path: Path
) -> None:
    (tmp_path / "raw.csv").write_text("id,amount\n1,2\n2,3\n")
    for name in ("kept", "same"):
        (tmp_path / f"{name}.json").write_text('{"n": 1}')
        os.utime(tmp_path / f"{name}.json", (1, 1))
    events = script(MIXED)
    written = [one["name"] for one in events[-1]["outputs"]]
    assert sorted(written) == [
        "half.csv",
        "kept.json",
        "turns.json",
        "whole.csv",
    ]  # turns.json once: the others are written over
    assert edges(events, "half.csv")["twice"] == {("raw.csv", "amount", "TRANSFORMATION", 0.9)}
    assert edges(events, "whole.csv")["text"] == {("half.csv", "twice", "TRANSFORMATION", 0.9)}
    versions = {(one["name"], one["facets"]["driftline_state"]["version"]) for one in events[-1]["inputs"]}
    told = {one: [version for name, version in versions if name == one] for one, _ in versions}
    now = measure.of_file(str(tmp_path / "kept.json")).version
    assert len(told["kept.json"]) == 1
    assert told["kept.json"] != [now]
    assert set(told) == {"raw.csv", "half.csv", "kept.json", "same.json", "turns.json", "whole.csv"}
