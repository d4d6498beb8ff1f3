"""The web page in a real browser, on a real server, on a store that a user's script filled."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance import browser

pytestmark = [pytest.mark.acceptance, pytest.mark.needs("chromium")]

# thirty sound days of a feed, one day in seconds instead of minutes, and a desk that decides by them
SCRIPT = """
import datetime, numpy, pyarrow, pyarrow.parquet as parquet, driftline
from driftline.capture.answering.dialects import Ended, Span
from driftline.capture.answering.spans import Spans
driftline.configure(home="home/.driftline", console=False)
random = numpy.random.default_rng(3)
for number in range(31):
    day = datetime.date(2024, 1, 1) + datetime.timedelta(days=number)
    at = datetime.datetime.combine(day, datetime.time(4))
    delay = random.normal(10.0, 15.0, 300)
    delay[:60] *= 60.0 if number == 30 else 1.0
    table = pyarrow.table({"delay": delay})
    for name in ("feed", "features"):
        __import__("os").makedirs(f"home/{name}", exist_ok=True)
        parquet.write_table(table, f"home/{name}/{day}.parquet")
    with driftline.run("build", nominal=day, at=at) as run:
        run.read(f"home/feed/{day}.parquet")
        features = run.write(f"home/features/{day}.parquet")
        run.columns(features, {"delay": ["feed.delay"]}, subtype="IDENTITY")
    with driftline.run("desk", nominal=day, at=at + datetime.timedelta(hours=4)) as run:
        run.read(features)
        desk = run.write("desk", kind="predictions", data={"money": [10.0] * 20}, partition=str(day))
        run.columns(desk, {"money": ["features.delay"]})
    with driftline.answer("desk", partition=str(day), at=at + datetime.timedelta(hours=4)) as answer:
        answer.uses("features", features)
        answer.decide("refund", money=10.0)
    assert driftline.flush(60)
for price in (1.5, 2.5):
    with driftline.run("price", at=datetime.datetime(2024, 2, int(price))) as run:
        run.write("prices", data={"id": [1, 2, 3], "price": [9.5, price, 7.0]})
        run.columns("prices", {"price": ["feed.delay"]})
        one = {"output": "dataset:file:prices", "column": "price", "source": "dataset:file:feed", "field": "delay"}
        run.trace.on_run["driftline_differences"] = {"differences": [{**one, "observed": ["INDIRECT:FILTER"]}]}
cap = {"endpoint": "desk", "mode": "observe", "rules": [{"id": "cap", "check": "money", "limit": 5, "action": "block"}]}
@driftline.guard(policy=cap)
def decide():
    driftline.current_answer().decide("refund", money=10.0)
with driftline.answer("desk", at=datetime.datetime(2024, 3, 1)):
    decide()
for currency, paid in (("EUR", 120.0), ("GBP", 9.5)):
    with driftline.answer("abroad", currency=currency, at=datetime.datetime(2023, 12, 2)) as answer:
        answer.decide("refund", money=paid)
with open("home/refunds.md", "w") as file:
    file.write("Paid within seven days.")
with driftline.run("collect", at=datetime.datetime(2023, 11, 1)) as run:
    run.read("home/refunds.md")
with driftline.answer("chat", at=datetime.datetime(2023, 12, 1)) as answer:
    answer.retrieved("Paid within seven days.")
spans = Spans("search", {})
def ends(number, parent, attributes, at=1_700_000_000_000_000):
    spans.start(number, parent, "openinference.x", lambda: {})
    span = Span("span", attributes, (), at + number * 1_000_000, False, "openinference.x", at + number * 1_000_000)
    spans.end(number, Ended("0" * 31 + "1", f"{number:016x}", span))
spans.start(1, 0, "http", lambda: {})
for number, text in ((2, "first"), (4, "second")):
    ends(number, 1, {"openinference.span.kind": "RETRIEVER", "retrieval.documents.0.document.id": text})
    ends(number + 1, 1, {"openinference.span.kind": "LLM", "llm.model_name": "m", "output.value": f"The {text}."})
assert driftline.flush(60)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, check=True, timeout=120)
    return folder / "home" / ".driftline"


@pytest.fixture
def address(home: Path, spawn: Callable[..., Any]) -> str:
    command = [sys.executable, "-m", "driftline.cli.main", "--home", str(home), "serve", "--port", "0", "--json"]
    process = spawn(command, stdout=subprocess.PIPE, text=True)
    return str(json.loads(process.stdout.readline())["address"])


@pytest.fixture
def page() -> Iterator[browser.Page]:
    with browser.chromium() as opened:
        yield opened
        assert opened.errors == []


def test_the_page_opens_on_what_is_wrong_and_leads_to_the_cause(page: browser.Page, address: str) -> None:
    page.open(address)
    text = page.wait_for("Unusual data in features")
    assert "feed" in text
    page.run("[...document.querySelectorAll('a')].find(link => link.textContent.includes('Unusual data')).click()")
    text = page.wait_for("Causes, most likely first")
    assert "outside the range ever seen" in text
    assert "Not in this graph" in text
    page.wait_for("under quarantine")
    assert page.run("document.querySelectorAll('canvas').length") >= 1


def test_money_of_several_currencies_is_shown_by_each(page: browser.Page, address: str) -> None:
    """31 answers of the desk, and one that a guard has only observed, paid 10 dollars each: 320."""
    page.open(address)
    assert "Paid by answers $320, €120 and £9.50" in " ".join(page.wait_for("Paid by answers").split())


def test_a_dataset_shows_what_changed_in_it_and_where_its_columns_are_in_doubt(
    page: browser.Page, address: str
) -> None:
    page.open(f"{address}/#/lineage?node=dataset:file:prices")
    text = page.wait_for("Changed since")
    assert "1 row went and 1 row came." in text
    assert "price changed in rows 0 to 2" in text
    text = page.wait_for("Declared and observed do not agree")
    assert "feed.delay → prices.price: declared nothing, probing saw INDIRECT:FILTER" in text


def test_an_answer_tells_apart_what_may_have_fed_earlier_answers_only(page: browser.Page, address: str) -> None:
    page.open(f"{address}/#/answers?endpoint=search")
    page.wait_for("The second.")
    page.run("document.querySelector('table.answers a').click()")
    text = " ".join(page.wait_for("Documents retrieved").split())
    assert text.partition("Documents retrieved ")[2].startswith("second first perhaps ")


def test_lineage_answers_and_guards_are_a_click_away(page: browser.Page, address: str) -> None:
    page.open(f"{address}/#/lineage?node=dataset:file:features")
    page.wait_for("features")
    page.open(f"{address}/#/answers")
    assert "desk" in page.wait_for("refund")
    page.open(f"{address}/#/guards")
    page.wait_for("features")


def test_an_answer_names_the_file_behind_what_it_retrieved_and_says_that_no_text_was_recorded(
    page: browser.Page, address: str
) -> None:
    page.open(f"{address}/#/answers?endpoint=chat")
    page.wait_for("2023-12-01")
    page.run("document.querySelector('table.answers a').click()")
    text = " ".join(page.wait_for("Documents retrieved").split())
    assert "from refunds.md" in text
    assert "No text was recorded." in text


def test_what_a_guard_only_observed_is_told_as_what_it_would_have_done(page: browser.Page, address: str) -> None:
    page.open(f"{address}/#/answers")
    page.wait_for("would block")
    signs = "[...document.querySelectorAll('table.answers .state')].map(one => one.textContent).join()"
    assert page.run(signs).split(",")[:2] == ["would block", "allow"]
    page.run("document.querySelector('table.answers a').click()")
    assert "Why the guard would block" in " ".join(page.wait_for("paid by this answer").split())


@pytest.mark.needs("promtool")
def test_prometheus_finds_nothing_to_object_to_in_the_metrics(address: str) -> None:
    import urllib.request

    with urllib.request.urlopen(f"{address}/metrics") as response:
        body = response.read()
    checked = subprocess.run(["promtool", "check", "metrics"], input=body, capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr.decode()
