"""A program that answers from documents, and a server: both tell the same path, down to the file."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.acceptance.serving import Server, command

import driftline
from driftline.capture.sending import client

pytestmark = pytest.mark.acceptance
PAGE = "Refunds are paid within seven days.\n\nCompensation is due after three hours."


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    client.forget()


def test_why_is_the_same_in_python_over_http_and_on_the_command_line(
    serve: Callable[..., Server], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve()
    work = tmp_path / "work"
    (work / "pages").mkdir(parents=True)
    (work / "pages" / "refunds.md").write_text(PAGE)
    monkeypatch.chdir(work)
    driftline.configure(home=str(work / ".driftline"), url=server.address)
    with driftline.run("build_index") as build:
        build.read("pages")
        chunks = [{"id": f"refunds.md#{number}", "text": text} for number, text in enumerate(PAGE.split("\n\n"))]
        index = build.write("policy-index", kind="index", data=chunks)

    @driftline.retriever(index=index)
    def search(question: str) -> list[str]:
        return [chunks[1]["text"]]

    @driftline.answer("chat")
    def chat(question: str) -> str:
        made = driftline.current_answer()
        assert made is not None
        ids.append(made.id)
        return search(question)[0]

    ids: list[str] = []
    assert chat("When is it due?") == chunks[1]["text"]
    assert driftline.flush(30)
    found = driftline.why(ids[0])
    (trail,) = found.documents
    assert [step.node.partition("#")[0] for step in trail.steps] == [
        "dataset:file:policy-index",
        "dataset:file:pages/refunds.md",
    ]
    assert trail.steps[0].run == build.id
    assert [answer.id for answer in driftline.answers(document="refunds.md")] == ids
    assert driftline.impact("refunds.md#1").answers == 1
    with urllib.request.urlopen(f"{server.address}/api/v1/answers/{ids[0]}/why?derived=true", timeout=10) as response:
        over_http = json.load(response)
    printed = json.loads(command(server.home, "why", ids[0], "--json"))
    python = json.loads(msgspec.json.encode(found))
    assert {key: over_http[key] for key in python} == python
    assert printed == python
