"""Databases in memory are named by what owns the process, so that unrelated scripts do not share their tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import driftline
from driftline.testing import MemorySink

Script = Callable[..., list[dict[str, Any]]]

WORK = """import driftline; driftline.watch({name})
import duckdb, sqlite3
with driftline.run("load"):
    d, s = duckdb.connect(), sqlite3.connect(":memory:")
    d.execute("create table t as select * from 'in.csv'")
    s.execute("create table u as select 1 as a")
with driftline.run("store"):
    d.execute("copy t to 'out.csv'")
    s.execute("create table v as select a from u")
"""


def spaces(events: list[dict[str, Any]]) -> set[str]:
    parts = [part for event in events for part in event.get("inputs", []) + event.get("outputs", [])]
    return {part["namespace"] for part in parts if part["namespace"] != "file"}


def test_the_tables_of_two_jobs_never_meet_and_those_of_one_job_do(script: Script, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    assert spaces(script(WORK.format(name="'payroll'"))) == {"duckdb://memory/payroll", "sqlite://memory/payroll"}
    both = spaces(script(WORK.format(name="'weather: new'")))  # the store holds the first script's events as well
    assert both == {
        "duckdb://memory/payroll", "sqlite://memory/payroll",
        "duckdb://memory/weather_ new", "sqlite://memory/weather_ new",
    }  # fmt: skip


def test_a_process_without_a_name_is_named_by_its_script(script: Script, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    assert spaces(script(WORK.format(name=""))) == {"duckdb://memory/script.py", "sqlite://memory/script.py"}


def test_a_notebook_is_named_by_its_file_and_what_is_no_script_by_its_outermost_run(
    watched: MemorySink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with driftline.run("outer"), driftline.run("inner", namespace="team") as inner:
        duckdb.connect().execute("create table t as select 1 as a")
    assert [one.dataset.namespace for one in inner.outputs] == ["duckdb://memory/outer"]
    with driftline.run("alone", namespace="team") as alone:
        duckdb.connect().execute("create table t as select 1 as a")
    assert [one.dataset.namespace for one in alone.outputs] == ["duckdb://memory/team/alone"]
    monkeypatch.delattr("__main__.__file__", raising=False)  # a worker of pytest-xdist has none
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "study.ipynb"))
    (tmp_path / "study.ipynb").touch()
    with driftline.run("cell") as cell:
        duckdb.connect().execute("create table t as select 1 as a")
    assert [one.dataset.namespace for one in cell.outputs] == ["duckdb://memory/study.ipynb"]
