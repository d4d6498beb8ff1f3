import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import driftline
from driftline.capture.sending import client
from driftline.cli.main import group
from driftline.config import load
from driftline.engine.engine import Engine
from driftline.event import ids
from driftline.event.answer import Answer, Retrieved

Run = Callable[..., Result]


def test_what_is_downstream_is_told_in_a_sentence_and_a_tree(run: Run) -> None:
    lines = run("impact", "feed/raw").stdout.splitlines()
    assert "downstream" in lines[0]
    assert any("desk" in line for line in lines)


def test_json_is_the_record(run: Run) -> None:
    body = json.loads(run("impact", "feed/raw", "--json").stdout)
    assert body["node"] == "dataset:file:feed/raw"
    assert (body["datasets"], body["jobs"]) == (3, 3)  # with the window of answers and its endpoint


def test_an_endpoint_is_called_by_its_name(run: Run) -> None:
    """What the endpoint desk answered is recorded below predictions/."""
    assert "Served endpoints: desk." in run("impact", "feed/raw").stdout


def test_of_a_document_the_versions_that_hold_it_are_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    driftline.configure(home=".driftline", console=False)
    with driftline.run("build") as build:
        index = build.write("index", version="1", kind="index", data=[{"id": "refunds#0", "text": "within seven days"}])
    with driftline.answer("chat") as answer:
        answer.uses("index", index)
        answer.retrieved("within seven days")
    assert driftline.flush(timeout=20)
    client.forget()
    shown = CliRunner().invoke(group, ["impact", "document:refunds"], catch_exceptions=False).stdout
    assert "1 answer retrieved it" in shown
    assert "Served endpoints: chat." in shown
    assert "Goes to\nindex#1" in shown


def test_what_has_only_perhaps_read_a_document_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Engine.open(load({"home": ".driftline"})) as engine:
        document = (Retrieved("xxh3:1", "refunds.md"),)
        given = (("desk", 0, 1.0), ("chat", 1, 300.0))
        engine.record(
            Answer(id=ids.uuid7(n + 1), time_us=n + 1, endpoint=at, documents=document, perhaps=perhaps, money=money)
            for n, (at, perhaps, money) in enumerate(given)
        )
    shown = CliRunner().invoke(group, ["impact", "document:refunds.md"], catch_exceptions=False).stdout
    assert "1 answer retrieved it and paid 1.00 USD; 1 more may have, and paid 300.00 USD." in shown.replace("\n", " ")
    assert "Served endpoints: desk.\nPerhaps also: chat." in shown
    told = CliRunner().invoke(group, ["impact", "document:refunds.md", "--json"], catch_exceptions=False).stdout
    assert json.loads(told)["perhaps"] == {"answers": 1, "money": 300.0, "endpoints": ["chat"]}
