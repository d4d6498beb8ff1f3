import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from driftline.event.label import Tag
from driftline.graph.propagate import ALL, Step, Upstream, without_hubs

PII, GOLD = Tag(name="pii"), Tag(name="gold")


def reaching(target: int, steps: list[Step], own: dict[int, list[Tag]], at_us: int = 0) -> list[tuple[int, str]]:
    return [(one.source, one.tag.name) for one in Upstream(steps, own, at_us).reaching(target)]


def test_a_tag_reaches_what_lies_downstream_with_its_way() -> None:
    (found,) = Upstream([Step(1, 2), Step(2, 3)], {1: [PII]}, 0).reaching(3)
    assert (found.source, found.tag, found.path) == (1, PII, (1, 2, 3))


def test_a_tag_does_not_go_upstream() -> None:
    assert reaching(1, [Step(1, 2)], {2: [PII]}) == []


def test_the_shortest_way_is_told() -> None:
    (found,) = Upstream([Step(1, 2), Step(2, 3), Step(3, 4), Step(1, 4)], {1: [PII]}, 0).reaching(4)
    assert found.path == (1, 4)


def test_a_tag_that_does_not_propagate_stays() -> None:
    assert reaching(2, [Step(1, 2)], {1: [Tag(name="pii", propagates=False)]}) == []


def test_an_expired_tag_reaches_nothing() -> None:
    own = {1: [Tag(name="pii", expires_us=10)]}
    assert reaching(2, [Step(1, 2)], own, 9) == [(1, "pii")]
    assert reaching(2, [Step(1, 2)], own, 10) == []


def test_a_blocked_step_stops_its_tag_and_no_other() -> None:
    steps = [Step(1, 2, blocked=frozenset({"pii"}))]
    assert reaching(2, steps, {1: [PII, GOLD]}) == [(1, "gold")]


def test_a_step_blocked_for_all_stops_every_tag() -> None:
    assert reaching(2, [Step(1, 2, blocked=frozenset({ALL}))], {1: [PII, GOLD]}) == []


def test_a_tag_goes_round_a_block_where_there_is_another_way() -> None:
    steps = [Step(1, 3, blocked=frozenset({"pii"})), Step(1, 2), Step(2, 3)]
    assert [one.path for one in Upstream(steps, {1: [PII]}, 0).reaching(3)] == [(1, 2, 3)]


def test_an_indirect_step_is_passed_only_by_a_tag_that_says_so() -> None:
    own = {1: [PII, Tag(name="law", indirect=True)]}
    assert reaching(2, [Step(1, 2, indirect=True)], own) == [(1, "law")]


def test_a_circle_ends() -> None:
    assert reaching(2, [Step(1, 2), Step(2, 1)], {1: [PII], 2: [GOLD]}) == [(1, "pii")]


def test_a_block_between_two_ends_holds_where_the_data_passes_a_hub() -> None:
    hub = 9
    steps = [Step(1, hub), Step(2, hub), Step(hub, 3), Step(hub, 4)]
    apart = without_hubs(steps, frozenset({hub}), {(1, 3): frozenset({"pii"})})
    own = {1: [PII], 2: [PII]}
    assert reaching(3, apart, own) == [(2, "pii")]
    assert sorted(reaching(4, apart, own)) == [(1, "pii"), (2, "pii")]


def brute(target: int, steps: list[Step], own: dict[int, list[Tag]], at_us: int) -> set[tuple[int, str]]:
    """Follow every way without repeated places, one tag at a time."""
    found = set()
    for source, tags in own.items():
        for tag in tags:
            if source == target or not tag.propagates or (tag.expires_us and tag.expires_us <= at_us):
                continue
            seen, waiting = {source}, [source]
            while waiting:
                place = waiting.pop()
                for step in steps:
                    passes = not step.blocked & {ALL, tag.name} and (tag.indirect or not step.indirect)
                    if step.source == place and passes and step.target not in seen:
                        seen.add(step.target)
                        waiting.append(step.target)
            if target in seen:
                found.add((source, tag.name))
    return found


places = st.integers(0, 6)
blocks = st.frozensets(st.sampled_from(["a", "b", ALL]), max_size=2)
some_steps = st.lists(st.builds(Step, places, places, st.booleans(), blocks | st.just(frozenset())), max_size=20)
tags = st.lists(
    st.builds(
        Tag,
        name=st.sampled_from("abc"),
        propagates=st.booleans(),
        indirect=st.booleans(),
        expires_us=st.sampled_from([0, 5, 15]),
    ),
    max_size=3,
    unique_by=lambda tag: tag.name,
)


@settings(max_examples=300)
@given(some_steps, st.dictionaries(places, tags, max_size=4))
def test_it_finds_what_following_every_way_finds(steps: list[Step], own: dict[int, list[Tag]]) -> None:
    upstream = Upstream(steps, own, 10)
    allowed = {(step.source, step.target) for step in steps}
    for target in range(7):
        found = upstream.reaching(target)
        assert {(one.source, one.tag.name) for one in found} == brute(target, steps, own, 10)
        for one in found:
            assert (one.path[0], one.path[-1]) == (one.source, target)
            assert set(itertools.pairwise(one.path)) <= allowed
