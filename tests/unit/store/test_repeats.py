from driftline.store.repeats import LARGE, TRIED, TURN, WORTH, Repeats


def told(repeats: Repeats, key: str, facets: list[bytes], known: set[bytes]) -> None:
    """Have ``facets`` cut out of their events, as the log does."""
    for facet in facets:
        if repeats.worth([(key, facet)]):
            repeats.learn([(key, facet)], set() if facet in known else {facet})
            known.add(facet)


def test_a_facet_that_comes_again_is_kept_apart() -> None:
    repeats = Repeats()
    told(repeats, "schema", [b"the same"] * 10 * TRIED, set())
    assert repeats.worth([("schema", b"the same"), ("schema", b"another")]) == [b"the same", b"another"]


def test_a_key_that_says_something_else_each_time_stays_in_its_events() -> None:
    repeats = Repeats()
    told(repeats, "nominalTime", [b"%d" % number for number in range(TRIED)], set())
    assert repeats.worth([("nominalTime", b"again"), ("schema", b"new key")]) == [b"new key"]


def test_a_large_facet_is_kept_apart_whatever_its_key() -> None:
    repeats = Repeats()
    told(repeats, "plan", [b"%d" % number for number in range(TRIED)], set())
    assert repeats.worth([("plan", b"x" * LARGE), ("plan", b"x" * (LARGE - 1))]) == [b"x" * LARGE]


def test_a_share_of_known_ones_is_enough() -> None:
    """A fifth of them known: of every five facets one came before."""
    repeats = Repeats()
    facets = [b"common" if number % 4 == 0 else b"%d" % number for number in range(4 * TRIED)]
    told(repeats, "tags", facets, set())
    assert WORTH < 0.25
    assert repeats.worth([("tags", b"more")]) == [b"more"]


def test_a_key_that_was_found_not_worth_it_is_tried_again() -> None:
    repeats = Repeats()
    told(repeats, "run", [b"%d" % number for number in range(TRIED)], set())
    tries = [bool(repeats.worth([("run", b"same")])) for _ in range(TURN + 1)]
    assert tries == [False] * TURN + [True]


def test_two_alike_in_one_batch_count_as_one_that_was_known() -> None:
    repeats = Repeats()
    pairs = [("parent", b"%d" % (number // 2)) for number in range(TRIED)]
    repeats.learn(pairs, {facet for _, facet in pairs})
    assert repeats.worth([("parent", b"more")]) == [b"more"]
