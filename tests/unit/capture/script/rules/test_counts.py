from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_values_that_are_counted_in_groups_are_levels_beside_the_keys(wrote: Wrote) -> None:
    text = 'orders.sort_values("a").groupby("k")["s"].value_counts().reset_index().to_csv("o")\n'
    both = {"k": "k", "s": "s"}
    assert wrote(text) == {**both, "count": "s aggregation", "rows": "k group_by, s group_by"}
    text = 'orders.groupby("k")["s"].value_counts(normalize=True).rename("p").reset_index().to_csv("o")\n'
    assert wrote(text) == {**both, "p": "s aggregation", "rows": "k group_by, s group_by"}
    text = 'orders[["k", "s"]].groupby("k", as_index=False).value_counts().to_csv("o")\n'
    assert wrote(text) == {**both, "count": "s aggregation", "rows": "k group_by, s group_by"}


def test_counted_values_become_columns(wrote: Wrote) -> None:
    text = 'orders.groupby("k")["s"].value_counts().unstack(fill_value=0).reset_index().to_csv("o")\n'
    told = wrote(text)
    assert (told["k"], told["..."]) == ("k", "s aggregation, s group_by")
