"""Where files were opened; expected counts were made by hand, expected edges are read off the scripts."""

import threading
from pathlib import Path

import pytest
from tests.told_by_code import BEGIN, DATA, Script, edges

from driftline.capture.program import openings, sites


def test_only_the_newer_half_of_too_many_openings_of_one_file_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """By hand: of 10 the 6th of 11 is in the middle, so 6 stay; the last 3 are added to these."""
    monkeypatch.setattr(openings, "MOST", 10)
    monkeypatch.setattr(openings._Kept, "begun", 0)
    path = "/often/state.json"
    openings._files.clear()
    openings._begun.clear()
    code = compile("for one in range(14):\n    write()\n", "script.py", "exec")
    thread = threading.Thread(target=exec, args=(code, {"write": lambda: openings.begin(path, sites.visit())}))
    thread.start()
    thread.join()
    held = openings.written(path)
    assert len(held) == 6 + 3
    assert held == openings.by_place()[held[0].way.path()]
    openings._files.clear()
    openings._begun.clear()


def test_a_coroutine_is_followed_whoever_goes_on_with_it(script: Script) -> None:
    events = script(BEGIN + DATA + (
        "import asyncio\n"
        "async def rows(name):\n"
        "    for row in pd.read_csv(name).to_dict('records'):\n"
        "        yield row\n"
        "def write(found):\n"
        '    pd.DataFrame([{"twice": one["spend"] * 2} for one in found]).to_csv("out.csv", index=False)\n'
        "async def main():\n"
        '    found = [row async for row in rows("customers.csv") if row["plan"] == "a"]\n'
        "    await asyncio.to_thread(write, found)\n"
        "asyncio.run(main())\n"
    ))  # fmt: skip
    assert edges(events, "out.csv") == {
        "twice": {("customers.csv", "spend", "TRANSFORMATION", 0.9)},
        "": {("customers.csv", "plan", "FILTER", 0.9)},
    }


FILES = """\
import csv, json
for k in "xy":
    with open(f"in_{k}.csv", "w") as file:
        file.write("a\\n" + "\\n".join(str(ord(k) * n) for n in range(40)) + "\\n")
def total(k):
    with open(f"in_{k}.csv", newline="") as file:
        return [{"b": float(row["a"]) * 2} for row in csv.DictReader(file)]
def write(k, rows):
    with open(f"out_{k}.json", "w") as file:
        json.dump(rows, file)
"""


def test_each_file_of_a_loop_comes_from_what_was_opened_in_its_round(script: Script) -> None:
    events = script(BEGIN + FILES + (
        'found = {k: total(k) for k in "xy"}\n'
        "for k, rows in found.items():\n"
        "    write(k, rows)\n"
    ))  # fmt: skip
    for k in "xy":  # Python goes on a few bytes further the second time that it calls ``open``
        assert edges(events, f"out_{k}.json")["b"] == {(f"in_{k}.csv", "a", "TRANSFORMATION", 0.9)}


def test_which_of_several_tables_a_thread_was_given_is_a_hedge(script: Script) -> None:
    events = script(BEGIN + "from concurrent.futures import ThreadPoolExecutor\n" + FILES + (
        'found = {k: total(k) for k in "xy"}\n'
        "with ThreadPoolExecutor(2) as pool:\n"
        "    for k, rows in found.items():\n"
        "        pool.submit(write, k, rows)\n"
    ))  # fmt: skip
    for k in "xy":
        assert {(source, sure) for source, *_, sure in edges(events, f"out_{k}.json")["b"]} == {
            ("in_x.csv", 0.5), ("in_y.csv", 0.5),
        }  # fmt: skip


def test_each_opening_of_the_same_file_is_known_by_where_it_was(script: Script) -> None:
    """The last of two texts that one loop opens by the same name is the one that the frame was made of."""
    events = script(BEGIN + (
        "import json, os\n"
        "for folder in 'xy':\n"
        "    os.makedirs(folder)\n"
        "    with open(f'{folder}/in.json', 'w') as file:\n"
        "        json.dump([{'a': 1}], file)\n"
        "for folder in 'xy':\n"
        "    os.chdir(folder)\n"
        "    with open('in.json') as file:\n"
        "        rows = json.load(file)\n"
        "    pd.DataFrame([{'b': one['a'] + 1} for one in rows]).to_csv('out.csv', index=False)\n"
        "    os.chdir('..')\n"
    ))  # fmt: skip
    for folder in "xy":
        assert {source for source, *_ in edges(events, f"{folder}/out.csv")["b"]} == {f"{folder}/in.json"}


WRITES = """\
import csv, os, tempfile
from pathlib import Path
def put(path):
    with path.open("w", newline="") as file:
        fill(file)
def fill(file):
    out = csv.writer(file)
    out.writerow(["k"])
    for row in csv.DictReader(open("customers.csv", newline="")):
        out.writerow([row["spend"]])
"""


@pytest.mark.parametrize(
    "steps",
    [
        'with Path("out.csv").open("w", newline="") as file:\n    fill(file)\n',
        'put(Path("sub").parent / "out.csv")\n',
        'import argparse\nwords = argparse.ArgumentParser()\nwords.add_argument("out", type=Path)\n'
        'put(words.parse_args(["out.csv"]).out)\n',
        'with open("./out.csv", "w", newline="") as file:\n    fill(file)\n',
        'with open("./new.csv", "w", newline="") as file:\n    fill(file)\nos.replace("./new.csv", "out.csv")\n',
        'with tempfile.NamedTemporaryFile("w", newline="", dir=".", delete=False) as file:\n    fill(file)\n'
        'os.replace(file.name, "out.csv")\n',
        'number, new = tempfile.mkstemp(dir=".")\nwith os.fdopen(number, "w", newline="") as file:\n    fill(file)\n'
        'os.rename(new, "out.csv")\n',
        'number, new = tempfile.mkstemp(dir=".")\nos.close(number)\nwith open(new, "w", newline="") as file:\n'
        '    fill(file)\n'
        'os.replace(new, "out.csv")\n',
        'new = os.path.join(tempfile.mkdtemp(dir="."), "new.csv")\nwith open(new, "w", newline="") as file:\n'
        '    fill(file)\nos.replace(new, "out.csv")\n',
    ],
)  # fmt: skip
def test_what_is_written_to_a_file_is_told_however_it_was_opened(script: Script, steps: str) -> None:
    events = script(BEGIN + DATA + WRITES + steps)
    assert edges(events, "out.csv")["k"] == {("customers.csv", "spend", "IDENTITY", 0.9)}


def test_each_temporary_file_has_what_was_written_to_it(script: Script) -> None:
    """Two calls of one function: the folder that ``tempfile`` opens on the way is no file that was written."""
    events = script(BEGIN + DATA + WRITES + (
        "def safe(path, column):\n"
        '    with tempfile.NamedTemporaryFile("w", newline="", dir=".", delete=False) as file:\n'
        "        out = csv.writer(file)\n"
        '        out.writerow(["k"])\n'
        '        for row in csv.DictReader(open("customers.csv", newline="")):\n'
        "            out.writerow([row[column]])\n"
        "    os.replace(file.name, path)\n"
        'safe("one.csv", "spend")\n'
        'safe("two.csv", "plan")\n'
    ))  # fmt: skip
    for name, column in (("one.csv", "spend"), ("two.csv", "plan")):
        assert edges(events, name)["k"] == {("customers.csv", column, "IDENTITY", 0.9)}


def test_a_file_in_an_archive_is_read_from_the_archive(script: Script) -> None:
    """A file of the same name lies beside the archive, and has nothing to do with it."""
    events = script(BEGIN + DATA + (
        "import csv, io, os, zipfile\n"
        'with zipfile.ZipFile("in.zip", "w") as archive:\n'
        '    archive.write("customers.csv")\n'
        'with zipfile.ZipFile("in.zip") as archive, open("out.csv", "w", newline="") as file:\n'
        '    writer = csv.writer(file)\n'
        '    writer.writerow(["k"])\n'
        '    for row in csv.DictReader(io.TextIOWrapper(archive.open("customers.csv"), newline="")):\n'
        '        writer.writerow([row["plan"]])\n'
        'with zipfile.ZipFile("in.zip") as archive:\n'
        '    pd.read_csv(archive.open("customers.csv"))[["spend"]].to_csv("two.csv", index=False)\n'
    ))  # fmt: skip
    assert edges(events, "out.csv") == {"k": {("in.zip", "plan", "IDENTITY", 0.9)}}
    assert edges(events, "two.csv") == {"spend": {("in.zip", "spend", "IDENTITY", 0.9)}}


@pytest.mark.parametrize(
    "steps",
    [
        'rows = list(csv.DictReader(open("customers.csv", newline="")))\nwrite("customers.csv", rows)\n',
        'write("new.csv", csv.DictReader(open("customers.csv", newline="")))\nos.replace("new.csv", "customers.csv")\n',
        'write("new.csv", csv.DictReader(open("customers.csv", newline="")))\n'
        'os.rename("customers.csv", "old.csv")\nos.rename("new.csv", "customers.csv")\n',
        'write("new.csv", csv.DictReader(open("customers.csv", newline="")))\n'
        'Path("customers.csv").rename("old.csv")\nPath("new.csv").replace("customers.csv")\n',
        'write("new.csv", csv.DictReader(open("customers.csv", newline="")))\n'
        'shutil.move("customers.csv", "old.csv")\nshutil.move("new.csv", "customers.csv")\n',
    ],
)
def test_a_file_that_was_written_over_had_other_columns_when_it_was_read(
    script: Script, tmp_path: Path, steps: str
) -> None:
    """By hand: the new file has one column, and the old one had two others."""
    (tmp_path / "customers.csv").write_text("spend,plan\n1.5,a\n2.5,b\n7.0,c\n")
    events = script(BEGIN + (
        "import csv, os, shutil\n"
        "from pathlib import Path\n"
        "def write(path, rows):\n"
        '    with open(path, "w", newline="") as file:\n'
        '        out = csv.DictWriter(file, ["k"])\n'
        "        out.writeheader()\n"
        "        for row in rows:\n"
        '            out.writerow({"k": row["plan"]})\n' + steps
    ))  # fmt: skip
    assert edges(events, "customers.csv") == {"k": {("customers.csv", "plan", "IDENTITY", 0.9)}}
