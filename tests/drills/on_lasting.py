"""Processes that last and that have children: parts of a run, forks amid everything, files that stay open.

Enters: a kit. Leaves: what the user sees, of children as well: their exit codes, and the files that they write.
"""

import csv
import pickle
import time
from typing import Any

import duckdb
import pandas as pd
from sklearn.linear_model import LinearRegression
from tests.drills.kit import Custom, Kit, frame

_TICK = 0.004  # seconds, of which the sender's thread takes half
LIMITS: dict[str, dict[str, dict[str, float]]] = {
    "many_files": {"driftline.capture.runs.emit": {"_AT_ONCE": 3}},
    "endless": {
        "driftline.capture.runs.parts": {"LONG_US": 0, "MANY": 2, "MOMENT_US": 0, "_RECENT_NS": 0},
        "driftline.capture.runs.progress": {"PAUSE_US": 0, "_SHARE": 0},
        "driftline.capture.sending.sender": {"TICK_SECONDS": _TICK / 2},
        "driftline.capture.watching.process": {"_GATHER_SECONDS": 0.0, "_LONG": 1},
    },
}


def endless(kit: Kit) -> Any:
    """A process that goes on and on, and is told in parts; files and a model outlast the part that began them."""
    at = kit.folder
    frame().to_csv(at / "a.csv", index=False)
    rows, log = 0, (at / "log.csv").open("w", newline="")
    for number in range(3):
        rows += len(pd.read_csv(at / "a.csv"))
        csv.writer(log).writerow([number, rows])
        frame().head(number + 1).to_csv(at / f"b{number}.csv", index=False)
        with (at / "m.pkl").open("wb") as file:
            pickle.dump(LinearRegression().fit([[0.0], [1.0]], [0.0, number]), file)
        (at / "state.txt").write_text(str(number))
        time.sleep(_TICK)
    log.close()
    return rows, sum(len(pd.read_csv(at / f"b{number}.csv")) for number in range(3)), (at / "log.csv").read_text()


def children(kit: Kit) -> Any:
    """Forks in an answer and beside all, which read what their parent wrote, and write what it reads."""
    at = kit.folder
    frame().to_csv(at / "a.csv", index=False)
    held = pd.read_csv(at / "a.csv")

    def passed_on() -> None:
        held.assign(y=held.x * 2).to_csv(at / "b.csv", index=False)
        with (at / "hand.csv").open("w") as file:
            file.write("n\n1\n")

    def answering() -> None:
        kit.api.record_answer("desk", question="in the child", decision="paid")
        with kit.api.run("inner"):
            pd.read_csv(at / "b.csv").head(3).to_csv(at / "c.csv", index=False)

    def failing() -> None:
        kit.caught(lambda: pd.read_csv(at / "nowhere.csv"))
        raise SystemExit(3)

    codes = [kit.apart(passed_on)]
    with kit.api.answer("desk", question="outer"), kit.api.answer("desk", question="inner") as made:
        codes.append(kit.apart(answering))
        made.decide("denied")
    codes.append(kit.apart(failing))
    again = kit.caught(lambda: _raising(kit))
    return codes, len(pd.read_csv(at / "b.csv")), pd.read_csv(at / "c.csv").y.sum().round(9), again[:2]


def _raising(kit: Kit) -> None:
    with kit.api.run("fails"):
        kit.apart(lambda: None)
        raise Custom(9)


def many_files(kit: Kit) -> Any:
    """More files than are measured at once, and a database that is exported and imported as files."""
    at = kit.folder
    for number in range(9):
        frame().head(number + 1).to_csv(at / f"m{number}.csv", index=False)
    con = duckdb.connect(":memory:", config={"threads": 1})
    con.execute(f"CREATE TABLE t AS SELECT id, x FROM '{at / 'm8.csv'}'")
    con.execute(f"EXPORT DATABASE '{at / 'exported'}' (FORMAT csv)")
    other = duckdb.connect(":memory:", config={"threads": 1})
    other.execute(f"IMPORT DATABASE '{at / 'exported'}'")
    there = other.execute("SELECT count(*) FROM t").fetchall()
    for path in (at / "exported").glob("*.sql"):
        path.unlink()  # they name the folder
    con.close()
    other.close()
    return there, sum(len(pd.read_csv(at / f"m{number}.csv")) for number in range(9))
