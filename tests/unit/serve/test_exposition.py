import math
from collections.abc import Callable

from driftline.serve.exposition import DROPPED, Family, render

Parse = Callable[[str], dict[str, dict[tuple[tuple[str, str], ...], float]]]


def test_a_family_is_written_as_the_format_says() -> None:
    # expected text by hand, from the format's description
    text = render([Family("a_total", "counter", "Things.", [({"x": "1", "y": "2"}, 3.0), ({}, 0.5)])])
    assert text.startswith('# HELP a_total Things.\n# TYPE a_total counter\na_total{x="1",y="2"} 3\na_total 0.5\n')


def test_awkward_label_values_come_back_as_they_were(parse: Parse) -> None:
    awkward = 'back\\slash "quoted"\nnext line, with comma}'
    assert parse(render([Family("a", "gauge", "A\nB\\C", [({"name": awkward}, 1)])]))["a"] == {
        (("name", awkward),): 1.0
    }


def test_numbers_that_are_none_are_spelt_as_prometheus_reads_them() -> None:
    text = render(
        [Family("a", "gauge", "A.", [({"n": "1"}, math.inf), ({"n": "2"}, -math.inf), ({"n": "3"}, math.nan)])]
    )
    assert 'a{n="1"} +Inf\n' in text
    assert 'a{n="2"} -Inf\n' in text
    assert 'a{n="3"} NaN\n' in text


def test_a_large_count_keeps_all_its_digits() -> None:
    assert "a 9007199254740991\n" in render([Family("a", "gauge", "A.", [({}, 9_007_199_254_740_991)])])


def test_too_many_series_are_cut_and_counted(parse: Parse) -> None:
    families = [Family(name, "gauge", "A.", [({"n": str(n)}, n) for n in range(4)]) for name in ("a", "b")]
    found = parse(render(families, limit=6))
    assert (len(found["a"]), len(found["b"]), found[DROPPED][()]) == (4, 2, 2.0)
