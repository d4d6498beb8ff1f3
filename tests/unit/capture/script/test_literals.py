"""Tables that a script spells out; expected columns are those of their rows."""

from collections.abc import Callable

from driftline.capture.script.follow import Followed

Wrote = Callable[..., dict[str, str]]


def test_rows_of_constants_are_looked_at_up_to_a_bound_and_their_names_are_all_known(wrote: Wrote) -> None:
    rows = ", ".join(f'{{"k": "{n}", "v": {n}}}' for n in range(1000))
    text = f'rows = [{rows}, {{"k": "x", "late": -1}}]\nusers.merge(pd.DataFrame(rows), on="k").to_csv("o")\n'
    found = wrote(text)
    assert list(found) == ["k", "name", "age", "v", "late", "rows"]
    assert (found["age"], found["v"], found["late"]) == ("age", "", "")


def test_a_row_that_is_computed_counts_wherever_it_stands(wrote: Wrote) -> None:
    rows = ", ".join(f'{{"x": {n}, "y": {n}}}' for n in range(1000))
    text = f'rows = [{rows}, {{"x": df.a.sum(), "y": 0}}]\npd.DataFrame(rows).to_csv("o")\n'
    assert wrote(text) == {"x": "a aggregation", "y": ""}


def test_work_does_not_grow_with_rows_of_constants(follows: Callable[..., Followed]) -> None:
    rows = ", ".join(f'{{"k": {n}, "v": {n}, "w": {n}}}' for n in range(20_000))  # 140,000 nodes
    found = follows(f'rows = [{rows}]\ndf.to_csv("o")\n')
    assert found.complete
    assert list(found.paths())


def test_a_dict_of_many_keys_has_each(wrote: Wrote) -> None:
    pairs = ", ".join(f'"{n}": "a"' for n in range(3000))
    text = f'names = {{{pairs}, **{{"x": "b"}}, "y": "b"}}\ndf[[names["7"], names["x"]]].to_csv("o")\n'
    assert wrote(text) == {"a": "a", "b": "b"}
