"""A real endpoint on loopback stands for the language model."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from driftline.demo import wording
from driftline.demo.claims import Claim
from driftline.demo.desk import Reply

CLAIM = Claim(id="c", flight_key="k", flight="B6 1", distance=1_000, minutes=200, cancelled=False)
REFUND = Reply("refund", 1_150.0, "", 180, 200.0)
PLAIN = (
    "Dear passenger, about flight B6 1: Our record shows an arrival 200 minutes late; we compensate above 180. "
    "We pay you 1,150 dollars."
)


@pytest.fixture
def model(monkeypatch):
    """Starts an endpoint that says what ``said`` holds; counts how often it is asked."""
    state = {"said": "", "asked": [], "status": 200}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state["asked"].append((self.path, self.headers.get("Authorization"), body))
            said = state["said"]
            answer = said if isinstance(said, bytes) else json.dumps({"choices": [{"message": {"content": said}}]})
            self.send_response(state["status"])
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else answer.encode())

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    monkeypatch.setattr(wording, "_failures", 0)
    monkeypatch.setenv("DRIFTLINE_DEMO_LLM_URL", f"http://127.0.0.1:{server.server_port}/v1")
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def compose():
    return wording.compose(wording.TEMPLATES[0], CLAIM, REFUND)


def test_without_an_endpoint_the_template_is_used(monkeypatch):
    monkeypatch.delenv("DRIFTLINE_DEMO_LLM_URL", raising=False)
    assert compose() == PLAIN


def test_both_templates_state_the_same_numbers():
    assert len({frozenset(wording._numbers(template)) for template in wording.TEMPLATES}) == 1


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply("goodwill", 120.0, ""), "We hold no record of this flight and believe you. We pay you 120 dollars."),
        (Reply("refund", 60.0, ""), "This flight has no recorded arrival. We pay you 60 dollars."),
        (Reply("deny", 0.0, "", 180, 20.0), "We cannot pay a compensation."),
    ],
)
def test_each_outcome_has_its_words(monkeypatch, reply, words):
    monkeypatch.delenv("DRIFTLINE_DEMO_LLM_URL", raising=False)
    assert words in wording.compose(wording.TEMPLATES[0], CLAIM, reply)


def test_the_model_words_the_letter_when_one_is_configured(model, monkeypatch):
    monkeypatch.setenv("DRIFTLINE_DEMO_LLM_MODEL", "small")
    monkeypatch.setenv("DRIFTLINE_DEMO_LLM_KEY", "secret")
    model["said"] = " B6 1 came 200 minutes late. Above 180 we pay: 1150 dollars. "
    assert compose() == model["said"].strip()
    path, key, body = model["asked"][0]
    assert (path, key, body["model"]) == ("/v1/chat/completions", "Bearer secret", "small")
    assert body["messages"][1]["content"] == PLAIN


@pytest.mark.parametrize("said", ["We pay you 9,000 dollars for B6 1, 200, 180.", "All is well.", None, "", {"a": 1}])
def test_a_wording_that_changes_a_number_is_not_used(model, said):
    model["said"] = said
    assert compose() == PLAIN


@pytest.mark.parametrize(("status", "said"), [(500, b"{}"), (200, b"no json"), (200, b'{"choices": []}')])
def test_a_model_that_fails_three_times_is_not_asked_again(model, status, said):
    model.update(status=status, said=said)
    assert {compose() for _ in range(10)} == {PLAIN}
    assert len(model["asked"]) == wording.PATIENCE


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://127.0.0.1:bad/v1", "http://[/v1"])
def test_an_address_that_cannot_be_used_leaves_the_template(monkeypatch, url):
    monkeypatch.setattr(wording, "_failures", 0)
    monkeypatch.setenv("DRIFTLINE_DEMO_LLM_URL", url)
    assert compose() == PLAIN
