"""The message about an incident. Expected texts were written by hand from the incident in conftest."""

from typing import Any

import msgspec
import pytest

from driftline.alert import message
from driftline.alert.message import compose, label, severity
from driftline.event.finding import Change, Finding, Incident, Money

replace = msgspec.structs.replace


def test_an_incident_is_told_in_full_sentences_with_its_numbers(
    incident: Incident, finding: Finding, change: Change
) -> None:
    found = compose(incident, [finding], [change])
    assert (found.key, found.state, found.severity) == ("inc-7f3a", "open", "page")
    assert found.subject == "arr_delay of feed/flights is 60 times its usual size"
    assert found.sentence == "Bad data since 2013-07-01 reaches refund-desk."
    assert found.lines == (
        "Cause (81%): It moved.",
        "Or (7%): Its code is new.",
        "Something outside this graph: 12%.",
        "251 affected answers went out and paid 80,000 USD, 75,000 more than usual.",
        "9 answers held back, about 2,700 USD avoided.",
        "Hit downstream: features, refund-desk.",
        "Seen: q95 of arr_delay is 5,400, usually 90.",
        "Changed: build has new code.",
    )
    assert found.facts["cause"] == "datasetField:file:feed/flights:arr_delay"
    assert found.facts["lost"] == 75_000.0


@pytest.mark.parametrize(
    ("changes", "severities", "expected"),
    [
        ({}, ["alarm"], "page"),
        ({}, ["note", "alarm"], "page"),
        ({}, ["warn"], "ticket"),
        ({}, ["note"], "log"),
        ({}, [], "page"),
        ({"endpoints": ()}, ["alarm"], "ticket"),
        ({"endpoints": (), "hit": ()}, ["alarm"], "log"),
    ],
)
def test_who_is_disturbed_follows_from_consequence(
    incident: Incident, finding: Finding, changes: dict[str, Any], severities: list[Any], expected: str
) -> None:
    findings = [replace(finding, severity=one) for one in severities]
    assert severity(replace(incident, **changes), findings) == expected


@pytest.mark.parametrize(
    ("changes", "subject", "sentence"),
    [
        ({"state": "contained"}, "Contained: arr_delay", "Bad data since 2013-07-01 is kept from refund-desk."),
        ({"state": "resolved"}, "Resolved: arr_delay", "This incident is resolved"),
        ({"endpoints": ()}, "arr_delay", "reaches 2 nodes downstream, none of them served."),
        ({"endpoints": (), "hit": (), "first_bad": ""}, "arr_delay", "Bad data reaches nothing downstream."),
        ({"state": "contained", "endpoints": ()}, "Contained:", "is kept from everything downstream."),
    ],
)
def test_the_sentence_says_how_it_stands(
    incident: Incident, changes: dict[str, Any], subject: str, sentence: str
) -> None:
    found = compose(replace(incident, **changes))
    assert found.subject.startswith(subject)
    assert sentence in found.sentence


def test_an_incident_without_cause_says_so(incident: Incident) -> None:
    lines = compose(replace(incident, causes=(), unknown=0.0, money=Money(), hit=())).lines
    assert lines == ("No cause is known in this graph.",)


@pytest.mark.parametrize(
    ("share", "expected"),
    [(1.0, "100%"), (0.9996, ">99.9%"), (0.996, "99.6%"), (0.99, "99%"), (0.07, "7%"), (0.002, "<1%"), (0.0, "0%")],
)
def test_a_cause_that_is_not_certain_is_never_told_as_certain(incident: Incident, share: float, expected: str) -> None:
    cause = replace(incident.causes[0], score=share)
    first, *_ = compose(replace(incident, causes=(cause,), unknown=0.0)).lines
    assert first == f"Cause ({expected}): It moved."


def test_only_what_is_worth_telling_makes_a_new_revision(incident: Incident) -> None:
    def revision(**changes: Any) -> str:
        return compose(replace(incident, **changes)).revision

    same = revision()
    assert revision(updated_us=9, hit=(), findings=("f1", "f2")) == same
    assert revision(money=Money(lost=75_900.0)) == same  # within the same doubling, 65,536 to 131,071
    assert revision(money=Money(lost=140_000.0)) != same
    assert revision(endpoints=()) != same
    assert revision(state="contained") != same
    assert revision(causes=incident.causes[1:]) != same


def test_it_is_resolved_once_whatever_it_cost(incident: Incident) -> None:
    resolved = replace(incident, state="resolved")
    assert compose(resolved).revision == compose(replace(resolved, money=Money(), causes=())).revision


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("dataset:file:feed/flights#xxh3:01", "feed/flights"),
        ("dataset:s3://lake:orders.csv", "orders.csv"),
        ("datasetField:file:feed/flights:arr_delay", "feed/flights.arr_delay"),
        ("datasetField:s3://lake:orders:price", "orders.price"),
        ("job:default:build", "build"),
        ("refund-desk", "refund-desk"),
        ("run:7f3a", "run:7f3a"),
    ],
)
def test_nodes_are_called_as_people_say_them(node: str, expected: str) -> None:
    assert label(node) == expected


def test_long_lists_are_cut_and_say_how_much_is_missing(incident: Incident, finding: Finding) -> None:
    hit = tuple(f"dataset:file:d{n}" for n in range(500))
    lines = compose(replace(incident, hit=hit), [replace(finding, size=float(n)) for n in range(7)]).lines
    assert "Hit downstream: d0, d1, d2, d3, d4 and 495 more." in lines
    assert "And 2 further findings." in lines


def test_a_message_survives_its_encoding(incident: Incident, finding: Finding) -> None:
    found = compose(incident, [finding])
    assert msgspec.json.decode(msgspec.json.encode(found), type=message.Message) == found
