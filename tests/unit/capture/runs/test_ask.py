"""Asked of a store, and of a server that answers what it is told to."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

import driftline
from driftline.capture.runs import ask
from driftline.capture.sending import client
from driftline.errors import Ambiguous, BadInput, DriftlineError, NotFound, StoreUnusable

GRAPH = {
    "nodes": [{"id": "dataset:f:a", "type": "DATASET", "label": "a"}],
    "edges": [],
    "truncated": True,
    "layout": {},
}


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    client.forget()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    driftline.configure(home=str(tmp_path / "home"), console=False)
    with driftline.run("build") as run:
        run.read("raw.csv")
        run.write("features.csv")
    return tmp_path


class Server:
    """Answers every question in the same way and remembers it."""

    def __init__(self) -> None:
        self.status, self.body = 200, json.dumps(GRAPH).encode()
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                token = self.headers.get("Authorization", "")
                outer.asked.append((parts.path, parse_qs(parts.query, keep_blank_values=True), token))
                self.send_response(outer.status)
                self.send_header("Content-Length", str(len(outer.body)))
                self.end_headers()
                self.wfile.write(outer.body)

            def log_message(self, *_: Any) -> None:
                pass

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/base"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server()
    driftline.configure(home=str(tmp_path), url=made.url, token="secret")
    yield made
    made.http.shutdown()
    made.http.server_close()


def test_the_local_store_is_asked_after_what_was_recorded_is_in_it(home: Path) -> None:
    graph = driftline.lineage("features.csv", down=False)
    assert {node.label for node in graph.nodes} == {"features.csv", "build", "raw.csv"}
    assert [node.label for node in driftline.path("raw.csv", "features.csv").nodes] == [
        "raw.csv",
        "build",
        "features.csv",
    ]
    assert [node.label for node in driftline.select("+features.csv").nodes] == ["features.csv", "raw.csv"]
    assert driftline.impact("raw.csv").jobs == 1
    assert {node.label for node in driftline.diff(since=date(2000, 1, 1)).came} >= {"raw.csv", "features.csv"}
    assert driftline.lineage("features.csv", as_of=datetime(2000, 1, 1, tzinfo=UTC)).nodes == ()


def test_an_unknown_name_is_an_error(home: Path) -> None:
    with pytest.raises(NotFound):
        driftline.lineage("nothing of that name")


@pytest.mark.parametrize("given", [None, 5, object(), ["id"]])
def test_what_is_no_answer_is_an_error_that_says_so(home: Path, given: Any) -> None:
    with pytest.raises(BadInput, match=f"an answer is asked for, not {type(given).__name__}"):
        driftline.why(given)


def test_without_a_store_it_is_said(tmp_path: Path) -> None:
    driftline.configure(home=str(tmp_path / "nowhere"))
    with pytest.raises(StoreUnusable):
        driftline.lineage("features")
    assert not (tmp_path / "nowhere" / "driftline.db").exists()


def test_a_server_is_asked_with_the_token(server: Server) -> None:
    graph = driftline.lineage("a", down=False, columns=True, as_of=date(2013, 1, 31), view="last")
    assert (graph.nodes[0].label, graph.truncated) == ("a", True)
    ((path, query, token),) = server.asked
    assert (path, token) == ("/base/api/v1/graph", "Bearer secret")
    said = {name: values[0] for name, values in query.items()}
    assert said == {
        "node": "a", "direction": "up", "depth": "5", "columns": "true", "as_of": "1359590400000000", "view": "last",
        "roll_up": "task", "hide_inner": "false", "select": "", "exclude": "", "limit": "500", "derived": "true",
    }  # fmt: skip


def test_a_refusal_of_the_server_is_the_same_error_here(server: Server) -> None:
    server.status = 404
    server.body = json.dumps({"error": {"code": "not-found", "message": "It is not here.", "hint": "Look."}}).encode()
    with pytest.raises(NotFound, match="not here") as caught:
        driftline.impact("a")
    assert (caught.value.message, caught.value.hint) == ("It is not here.", "Look.")


def test_an_answer_that_is_no_json_is_an_error_of_its_own() -> None:
    assert isinstance(ask.refusal(409, b'{"error": {"code": "ambiguous"}}'), Ambiguous)
    assert type(ask.refusal(502, b"<html>")) is DriftlineError
    assert "502" in ask.refusal(502, b"<html>").message


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    driftline.configure(home=str(tmp_path), url="http://127.0.0.1:9", flush_seconds=0.1)
    with pytest.raises(StoreUnusable, match="cannot be reached"):
        driftline.lineage("a")


def test_a_difference_needs_its_first_moment(home: Path) -> None:
    with pytest.raises(BadInput, match="moment"):
        driftline.diff(since="")


def test_why_and_answers_are_asked_of_the_store(home: Path) -> None:
    with driftline.run("train") as run:
        run.read("features.csv")
        model = run.write("model", version="7", kind="model")
    with driftline.answer("desk") as made:
        made.uses("model", model)
        made.retrieved("a passage")
        made.decide("refund", money=300.0)
    found = driftline.why(made)
    assert found == driftline.why(made.id)
    assert found.answer.money == 300.0
    assert {"dataset:file:model#7", f"run:{run.id}"} <= {node.id for node in found.graph.nodes}
    assert any(node.id.startswith("dataset:file:features.csv") for node in found.graph.nodes)
    (trail,) = found.documents
    assert (trail.content, trail.steps) == (found.answer.documents[0].content, ())
    for asked in ({"document": trail.content}, {"node": "model#7"}, {"endpoint": "desk"}, {"since": date(2020, 1, 1)}):
        assert driftline.answers(**asked) == (found.answer,)
    assert driftline.answers(until=date(2020, 1, 1)) == ()
    with pytest.raises(NotFound):
        driftline.why("0194a1b2-1111-7000-8000-000000000001")


def test_why_of_an_answer_in_the_making_says_so(home: Path) -> None:
    with driftline.answer("desk") as made:
        for asked in (made, made.id):
            with pytest.raises(NotFound, match="is still being made") as raised:
                driftline.why(asked)
            assert raised.value.hint == "It is recorded when its block ends."
        with pytest.raises(NotFound, match="known here: answer 0"):
            driftline.why("01a22c96-9537-7b5a-939d-813bcc000002")
    assert driftline.why(made).answer.id == made.id


def test_why_of_the_first_answer_of_all_says_so_too(tmp_path: Path) -> None:
    driftline.configure(home=str(tmp_path / "home"), console=False)
    with driftline.answer("desk") as made, pytest.raises(NotFound, match="is still being made"):
        driftline.why(made)
    driftline.configure(home=str(tmp_path / "other"), console=False)
    with pytest.raises(StoreUnusable, match="holds no store"):
        driftline.why(made)


def test_why_and_answers_are_asked_of_a_server(server: Server) -> None:
    answer = {"id": "a/b", "time_us": 1, "endpoint": "desk"}
    server.body = json.dumps({"answer": answer, "graph": GRAPH, "layout": {}, "sentence": "So."}).encode()
    found = driftline.why("a/b")
    assert (found.sentence, found.answer.id, found.graph.truncated) == ("So.", "a/b", True)
    path, query, _ = server.asked[-1]
    assert path.endswith("/api/v1/answers/a%2Fb/why")
    assert query == {"derived": ["true"]}
    server.body = json.dumps({"answers": [answer]}).encode()
    (one,) = driftline.answers(document="refunds.md", since=datetime(2013, 1, 31, tzinfo=UTC), limit=3)
    assert one.id == "a/b"
    path, query, _ = server.asked[-1]
    assert path.endswith("/api/v1/answers")
    assert (query["document"], query["limit"], query["since"]) == (["refunds.md"], ["3"], ["1359590400000000"])


def test_what_a_question_reads_is_no_input_of_the_run_that_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    driftline.configure(home=str(tmp_path / ".driftline"), console=False)
    (tmp_path / "orders.csv").write_text("id,amount\n1,2\n")
    driftline.watch("first")
    try:
        pd.read_csv("orders.csv").to_parquet("x.parquet")
        driftline.watch("second")
        assert driftline.lineage("x.parquet").nodes
        assert driftline.answers() == ()
        pd.read_csv("orders.csv").to_parquet("y.parquet")
    finally:
        driftline.unwatch()
    above = driftline.lineage("y.parquet", down=False).nodes
    assert {node.label for node in above if node.type == "DATASET"} == {"orders.csv", "y.parquet"}
