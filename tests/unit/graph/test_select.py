"""Selectors, against cases worked out by hand from dbt's documentation of its graph and set operators.

The graph: raw_a -> stg_a -> int_a -> mart; raw_b -> stg_b -> int_a; stg_b -> side; other stands alone.
"""

import pytest

from driftline.errors import BadInput
from driftline.graph import select
from driftline.graph.select import ALL, Form, Word

NAMES = ["", "raw_a", "raw_b", "stg_a", "stg_b", "int_a", "mart", "side", "other"]  # number = place
FEEDS = [("raw_a", "stg_a"), ("raw_b", "stg_b"), ("stg_a", "int_a"), ("stg_b", "int_a"), ("int_a", "mart"),
    ("stg_b", "side")]  # fmt: skip
TAGS = {"stg_a": {"nightly"}, "mart": {"nightly", "money"}, "side": {"money"}}
KINDS = {"mart": "table", "side": "table"}


class Drawn:
    """A ground written down by hand."""

    def __init__(self) -> None:
        self.asked: list[frozenset[int]] = []

    def fitting(self, method: str, form: Form) -> set[int]:
        test = form.test()
        said = {"name": lambda n: [n], "tag": lambda n: TAGS.get(n, ()), "kind": lambda n: [KINDS.get(n, "view")]}
        return {at for at, name in enumerate(NAMES) if name and any(map(test, said[method](name)))}

    def parents(self, datasets: frozenset[int]) -> set[int]:
        self.asked.append(frozenset(datasets))
        return {NAMES.index(a) for a, b in FEEDS if NAMES.index(b) in datasets}

    def children(self, datasets: frozenset[int]) -> set[int]:
        self.asked.append(frozenset(datasets))
        return {NAMES.index(b) for a, b in FEEDS if NAMES.index(a) in datasets}

    def tags(self, node: int) -> set[str]:
        return TAGS.get(NAMES[node], set())


def selected(text: str, exclude: str = "") -> set[str]:
    return {NAMES[at] for at in select.choose(text, exclude, Drawn()).datasets}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("int_a", "int_a"),
        ("+int_a", "int_a stg_a stg_b raw_a raw_b"),
        ("int_a+", "int_a mart"),
        ("+int_a+", "int_a stg_a stg_b raw_a raw_b mart"),
        ("1+int_a", "int_a stg_a stg_b"),
        ("stg_b+1", "stg_b int_a side"),
        ("2+mart", "mart int_a stg_a stg_b"),
        ("1+int_a+1", "stg_a stg_b int_a mart"),
        ("0+int_a+0", "int_a"),
        ("@stg_a", "stg_a int_a mart raw_a stg_b raw_b"),  # below stg_a, and all that int_a and mart are made from
        ("@side", "side stg_b raw_b"),
        ("raw_a side", "raw_a side"),
        ("+stg_a +stg_b", "stg_a raw_a stg_b raw_b"),
        ("+int_a,+side", "stg_b raw_b"),
        ("stg_a+,stg_b+", "int_a mart"),
        ("+int_a,+side other", "stg_b raw_b other"),
        ("tag:money", "mart side"),
        ("tag:nightly,kind:table", "mart"),
        ("+tag:nightly,kind:table", "mart"),
        ("tag:money+ 1+tag:money", "mart side int_a stg_b"),
        ("stg_*", "stg_a stg_b"),
        ("raw_?", "raw_a raw_b"),
        ("*_[b]", "raw_b stg_b"),
        ("+stg_*,raw_*", "raw_a raw_b"),
        ("kind:view,tag:*", "stg_a"),
        ("nothing", ""),
        ("nothing,int_a", ""),
        ("+nothing+ other", "other"),
    ],
)
def test_a_selector_selects_what_dbts_documentation_says(text: str, found: str) -> None:
    assert selected(text) == set(found.split())


@pytest.mark.parametrize(
    ("text", "exclude", "found"),
    [
        ("+mart", "+stg_b", "mart int_a stg_a raw_a"),
        ("+mart", "raw_*", "mart int_a stg_a stg_b"),
        ("*", "+int_a+ other", "side"),
        ("+mart", "tag:nightly,kind:table", "int_a stg_a stg_b raw_a raw_b"),
        ("int_a", "int_a", ""),
        ("int_a", " ", "int_a"),
    ],
)
def test_what_is_excluded_is_taken_out_of_the_whole_union(text: str, exclude: str, found: str) -> None:
    assert selected(text, exclude) == set(found.split())


def test_a_word_is_read_with_its_steps() -> None:
    assert select.parse("2+tag:a:b+3,@x") == (
        (Word("tag", Form("a:b"), 2, 3, False, "2+tag:a:b+3"), Word("name", Form("x"), 0, 0, True, "@x")),
    )
    assert select.parse("+features+")[0][0] == Word("name", Form("features"), ALL, ALL, False, "+features+")


def test_a_node_id_is_a_name_and_a_jobs_id_a_job() -> None:
    text = "dataset:s3://lake:9:a"
    assert select.parse(f"+{text}")[0][0] == Word("name", Form(text), ALL, 0, False, f"+{text}")
    assert select.parse("job:dbt:build")[0][0] == Word("job", Form("job:dbt:build"), text="job:dbt:build")
    assert select.parse("job:build")[0][0] == Word("job", Form("build"), text="job:build")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("color:red", "color"),
        ("@model+", "@"),
        ("@+model", "@"),
        ("a,", "named"),
        ("+", "named"),
        ("tag:", "named"),
    ],
)
def test_what_cannot_be_read_is_told(text: str, word: str) -> None:
    with pytest.raises(BadInput, match=word):
        select.parse(text)


def test_an_unknown_method_is_answered_with_the_known_ones() -> None:
    with pytest.raises(BadInput) as caught:
        select.parse("color:red")
    assert all(f"{method}:" in caught.value.hint for method in ("tag", "kind", "namespace", "job", "source", "path"))


def test_every_dataset_is_asked_about_once_also_in_a_circle() -> None:
    class Circle(Drawn):
        def parents(self, datasets: frozenset[int]) -> set[int]:
            self.asked.append(frozenset(datasets))
            return {at % 3 + 1 for at in datasets}  # 1 -> 2 -> 3 -> 1

    ground = Circle()
    assert select.choose("+raw_a", "", ground).datasets == {1, 2, 3}
    assert ground.asked == [{1}, {2}, {3}]


def test_words_that_fit_nothing_are_told_as_they_were_written() -> None:
    found = select.choose("+mrat stg_a kind:table,tag:mony", "othr", Drawn())
    assert (found.datasets, found.unmatched) == ({3}, ("+mrat", "tag:mony", "othr"))
    assert select.choose("tag:money,stg_a", "", Drawn()) == (frozenset(), ())  # each fits something, if not the same
