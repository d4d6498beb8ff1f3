"""Questions about trouble. Amounts were worked out by hand: answers cost 10 dollars as a rule, 100 on the bad day."""

from typing import Any

import pytest

from driftline.engine import reports
from driftline.errors import Ambiguous, NotFound
from driftline.event import ids
from driftline.event.answer import Answer, Reason, Source, Verdict
from driftline.event.finding import Finding, Incident
from driftline.event.lineage import Dataset, Link, Subgraph, Version
from driftline.event.report import DataChange


@pytest.fixture
def costly(healthy: Any) -> Any:
    """Return a town that paid 4 times 10 dollars while well, then 3 times 100 on day 30, and held 2 answers back."""
    for number in range(26, 30):
        healthy.answer(number, 0, 10.0)
    healthy.live(30, 30, healthy.seconds)
    for place in range(3):
        healthy.answer(30, place, 100.0)
    for place in (3, 4):
        healthy.held(30, place, 80.0)
    return healthy


def only(town: Any) -> Any:
    (incident,), _ = town.engine.incidents()
    return incident


def test_money_is_counted_from_the_ledger(costly: Any) -> None:
    money = only(costly).money
    # three went out: paid 3 x 100, usually 3 x 10, so 270 lost; the two held ones would pay 2 x 80, usually 2 x 10
    assert (money.answers, money.paid, money.expected, money.lost) == (3, 300.0, 30.0, 270.0)
    assert (money.held, money.avoided, money.currency) == (2, 140.0, "USD")


def test_money_goes_on_being_counted_while_the_incident_is_open(costly: Any) -> None:
    costly.answer(30, 9, 100.0)
    assert only(costly).money.lost == 360.0  # 400 - 4 x 10


def test_answers_on_other_versions_cost_nothing(costly: Any) -> None:
    costly.live(31, 31)
    costly.answer(31, 0, 500.0)
    assert only(costly).money.lost == 270.0


def test_money_of_a_resolved_incident_is_counted_as_well(costly: Any) -> None:
    resolved = costly.engine.resolve_incident(only(costly).id)
    assert (resolved.state, resolved.money.lost) == ("resolved", 270.0)
    assert only(costly).money.lost == 270.0


def test_money_of_an_incident_that_resolved_itself_is_kept(costly: Any) -> None:
    costly.live(31, 35)
    incident = only(costly)
    assert incident.state == "resolved"
    assert incident.money.lost == 270.0
    kept = costly.engine.house.store.incidents.get(incident.id)
    assert kept is not None
    assert kept.money == incident.money


def test_an_incident_is_contained_while_its_bad_version_is_held(costly: Any) -> None:
    incident = only(costly)
    assert incident.state == "contained"
    for entry in costly.engine.quarantines():
        costly.engine.release(entry.id, "maria")
    assert only(costly).state == "open"


def test_guards_that_only_observe_contain_nothing(open_healthy: Any) -> None:
    town = open_healthy(guards="observe")
    town.live(30, 30, town.seconds)
    assert only(town).state == "open"


def test_everything_about_an_incident_is_on_its_page(costly: Any) -> None:
    incident = only(costly)
    report = costly.engine.incident(incident.id)
    assert report.incident == incident
    assert {finding.id for finding in report.findings} == set(incident.findings)
    assert {entry.node for entry in report.quarantines} >= {f"{costly.features.node}#x30"}
    nodes = {node.id: node.status for node in report.graph.nodes}
    assert nodes[costly.flights.node] == "drift"
    assert costly.desk.node in nodes
    first, second, third = report.actions
    assert first.startswith("Look at dataset:file:feed/flights, the most likely cause.")
    assert second == "2 bad versions under quarantine: answers that need them take the fallback."
    assert incident.id in third


def test_what_to_do_is_said_for_each_state(open_healthy: Any) -> None:
    town = open_healthy(quarantine="manual")
    town.live(30, 30, town.seconds)
    (incident,), _ = town.engine.incidents()
    assert "Nothing is held back" in town.engine.incident(incident.id).actions[1]
    town.engine.resolve_incident(incident.id)
    assert town.engine.incident(incident.id).actions == ("Nothing to do: it is over.",)


def test_a_unique_beginning_of_an_id_is_enough(costly: Any) -> None:
    incident = only(costly)
    assert costly.engine.incident(incident.id[:4]).incident.id == incident.id
    with pytest.raises(NotFound, match="zzzz"):
        costly.engine.incident("zzzz")


def test_a_beginning_of_two_ids_is_ambiguous_and_both_are_listed(town: Any) -> None:
    for id_ in ("abc1", "abc2"):
        town.engine.house.store.incidents.put(Incident(id=id_, title="t", opened_us=1, updated_us=1, symptom="s"))
    with pytest.raises(Ambiguous, match="abc1, abc2"):
        town.engine.incident("abc")


def test_incidents_are_listed_by_state(costly: Any) -> None:
    assert costly.engine.incidents(state="resolved") == ([], 0)
    costly.engine.resolve_incident(only(costly).id)
    assert costly.engine.incidents(state="resolved")[1] == 1


def test_an_answer_on_bad_data_is_explained_by_the_incident(costly: Any) -> None:
    incident = only(costly)
    (answer,) = costly.engine.answers(limit=1)
    said = costly.engine.why(answer.id)
    assert said.answer == answer
    assert [one.id for one in said.incidents] == [incident.id]
    stood = f"It stood on features features. It belongs to incident {incident.id}: {incident.title}."
    assert said.sentence == f"It was held back (fallback). {stood}"
    assert f"{costly.flights.node}#f30" in {node.id for node in said.graph.nodes}
    assert said.findings[0].size == max(finding.size for finding in said.findings)


def test_an_answer_on_sound_data_stands_on_nothing_that_moved(costly: Any) -> None:
    answer = next(one for one in costly.engine.answers() if one.sources[0].version.version == "x29")
    said = costly.engine.why(answer.id)
    assert (said.findings, said.incidents) == ((), ())
    assert said.sentence == "It stood on features features. Nothing upstream of it moved."


def test_where_nothing_is_known_upstream_it_is_not_said_that_nothing_moved(costly: Any) -> None:
    """One answer stands on a version that no run made, another one on that and on one with a past."""
    stray = Source("model", Version(Dataset("file", "stray"), "s1"))
    known = next(one for one in costly.engine.answers() if one.sources[0].version.version == "x29")
    costly.engine.house.store.ledger.append([answer("01", [stray]), answer("02", [*known.sources, stray])])
    assert costly.engine.why("01").sentence == (
        "It stood on model stray. No run has told how model stray came about, so whether anything moved is not known."
    )
    assert costly.engine.why("02").sentence == (
        "It stood on features features, model stray. Nothing moved where it is known; no run has told how model stray "
        "came about."
    )


def test_of_what_nobody_here_has_made_it_is_not_said_that_nothing_is_known_of_its_making(costly: Any) -> None:
    """As answers that spans tell of: the model of a provider, and the hash of a template."""
    model = Source("model", Version(Dataset("openai", "gpt-4o"), "gpt-4o-2024-08-06"))
    prompt = Source("prompt", Version(Dataset("file", "prompt"), "xxh3:1"))
    known = next(one for one in costly.engine.answers() if one.sources[0].version.version == "x29")
    index = Source("index", Version(Dataset("file", "policy-index"), ""))
    ledger = costly.engine.house.store.ledger
    ledger.append([answer("03", [model, prompt]), answer("04", [*known.sources, model]), answer("05", [model, index])])
    assert costly.engine.why("03").sentence == "It stood on model gpt-4o, prompt prompt."
    assert (
        costly.engine.why("04").sentence == "It stood on features features, model gpt-4o. Nothing upstream of it moved."
    )
    assert costly.engine.why("05").sentence == (
        "It stood on model gpt-4o, index policy-index. No run has told how index policy-index came about, so whether "
        "anything moved is not known."
    )


def test_of_a_model_that_was_named_by_hand_it_is_said_that_only_its_name_is_known(costly: Any) -> None:
    """As ``uses("model", "gpt-4o")`` records it, which no run has read or written."""
    named = Source("model", Version(Dataset("file", "gpt-4o"), ""))
    known = next(one for one in costly.engine.answers() if one.sources[0].version.version == "x29")
    costly.engine.house.store.ledger.append([answer("06", [named]), answer("07", [*known.sources, named])])
    assert costly.engine.why("06").sentence == "It stood on model gpt-4o (known by its name alone)."
    assert costly.engine.why("07").sentence == (
        "It stood on features features, model gpt-4o (known by its name alone). Nothing upstream of it moved."
    )


def answer(id_: str, sources: list[Source]) -> Answer:
    return Answer(id=id_, time_us=1_361_000_000_000_000, endpoint="desk", sources=tuple(sources))


def test_a_deed_upstream_of_an_answer_is_named(healthy: Any) -> None:
    healthy.live(30, 30, code="2")
    answer = healthy.answer(30, 0, 10.0)
    said = healthy.engine.why(answer.id)
    assert [(change.kind, change.node) for change in said.changes] == [("code", "job:desk:join")]


def test_an_unknown_answer_is_not_found(town: Any) -> None:
    with pytest.raises(NotFound, match="answer nobody"):
        town.engine.why("nobody")


def test_impact_counts_what_lies_downstream_and_what_it_paid(costly: Any) -> None:
    found = costly.engine.impact(costly.flights.node)
    # features, archive, refund-desk and the window of answers; join, keep, refund-desk and the endpoint itself;
    # 4 + 3 + 2 answers; 4 x 10 + 3 x 100 dollars
    assert (found.datasets, found.jobs, found.endpoints) == (4, 4, (costly.desk.node,))
    assert (found.answers, found.money, found.currency) == (9, 340.0, "USD")
    assert found.sentence == (
        "4 datasets, 4 jobs and 1 served endpoint lie downstream; 9 answers stood on it and paid 340.00 USD."
    )


def test_impact_of_one_version_counts_its_own_answers(costly: Any) -> None:
    found = costly.engine.impact(f"{costly.flights.node}#f30")
    assert (found.answers, found.money) == (5, 300.0)


def test_impact_of_a_node_that_nothing_stands_on_is_nothing(costly: Any) -> None:
    found = costly.engine.impact(costly.archive.node)
    assert (found.datasets, found.jobs, found.answers, found.money) == (0, 0, 0, 0.0)


def test_the_overview_is_counted_by_hand(costly: Any) -> None:
    seen = costly.engine.overview()
    # 31 days of 5 events, 3 runs and 4 new versions each; and 5 windows of answers, on 3 days, with 2
    # versions that only answers name
    assert seen.events == {"accepted": 160, "merged": 0, "quarantined": 0, "replaced": 0}
    assert (seen.datasets, seen.jobs, seen.runs, seen.versions) == (5, 4, 98, 129)
    assert (seen.answers, seen.money, seen.avoided) == (9, 340.0, 160.0)
    assert seen.decisions == {"allow": 7, "fallback": 2}
    assert sum(seen.incidents.values()) == 1
    assert seen.endpoints == ("refund-desk",)
    assert seen.updated_us == costly.time(30, 9)


def test_the_overview_is_as_new_as_its_newest_finding(ill: Any) -> None:
    assert ill.engine.overview().updated_us == ill.time(30, 9)


def test_contained_incidents_are_listed_and_counted_as_such(ill: Any) -> None:
    assert ill.engine.incidents(state="contained")[1] == 1
    assert ill.engine.incidents(state="open")[1] == 0
    assert ill.engine.overview().incidents == {"contained": 1}


def test_of_a_held_back_answer_it_is_said_first_by_which_rule_it_was() -> None:
    reason = Reason(rule="q", observed="src.csv is quarantined.")
    said = "It stood on features f. Nothing upstream of it moved."
    held = Verdict(action="fallback", reasons=(reason,))
    assert reports._held(held, said) == (
        "It was held back (fallback), rule q: src.csv is quarantined. "
        "It stood on features f. Beside that, nothing upstream moved."
    )
    for went in (Verdict(), Verdict(action="flag"), Verdict(action="block", mode="observe", reasons=(reason,))):
        assert reports._held(went, said) == said


def test_what_came_in_another_version_of_unknown_content_is_not_passed_over() -> None:
    """By hand: a fed b fed m; what is known of b and m stands on a version of a that nobody can tell of."""
    links = (Link(source="a#2", target="b#2", kind="DERIVED"), Link(source="b#2", target="m#2", kind="DERIVED"))
    a, b, m = (
        DataChange(node=node, before="1", after="2", verdict=verdict)
        for node, verdict in (("a", "unknown"), ("b", "changed"), ("m", "unknown"))
    )
    part = Subgraph(edges=links)
    assert reports._first((m, b, a), [part]) == (b, (a,))
    assert reports._first((m, b), [part]) == (b, ())
    assert reports._first((m, a), [part]) == (None, (m, a))  # b is not among them: m may stand on more than a
    assert reports._first((), [part]) == (None, ())


def test_of_findings_of_one_size_the_one_that_the_others_stand_on_is_named() -> None:
    """By hand: raw fed train, test and model; the same column of the same type moved in all of them."""
    links = [Link(source="raw#2", target=f"{name}#2", kind="DERIVED") for name in ("train", "test")]
    links.append(Link(source="train#2", target="model#2", kind="DERIVED"))
    raw, train, test, smaller = (
        Finding(
            id=name, dataset=Dataset("file", name), version="2", detector="schema", kind="schema", statistic="type",
            size=size, time_us=1, sentence="moved",
        )
        for name, size in (("raw", 1.0), ("train", 1.0), ("test", 1.0), ("other", 0.5))
    )  # fmt: skip
    links = [
        Link(source=f"dataset:file:{one.source}", target=f"dataset:file:{one.target}", kind="DERIVED") for one in links
    ]
    part = Subgraph(edges=tuple(links))
    assert reports._worst([smaller, test, train, raw], [part]) == raw
    assert reports._worst([test, smaller], [part]) == test
    assert reports._worst([], [part]) is None


def test_an_answer_goes_by_the_beginning_of_its_id_that_no_other_has(costly: Any) -> None:
    made = [
        Answer(id=ids.uuid7(at_us, lambda size, fill=fill: fill * size), time_us=at_us, endpoint="desk")
        for at_us, fill in ((1_800_000_000_000_000, b"a"), (1_800_000_000_000_100, b"b"), (1_800_000_900_000_000, b"c"))
    ]  # the first two in one millisecond, the third a quarter of an hour later
    assert costly.engine.record(made) == 3
    first, second, third = (answer.id for answer in made)
    assert first[:14] == second[:14]
    assert costly.engine.why(third[:8]).answer.id == third
    assert costly.engine.why(second[:23]).answer.id == second
    with pytest.raises(Ambiguous, match=second):
        costly.engine.why(first[:14])
    for unknown in ("", first[:7], "nothing at all", f"{first[:-1]}0"):
        with pytest.raises(NotFound):
            costly.engine.why(unknown)
