from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_comprehensions_go_over_what_is_known(wrote: Wrote) -> None:
    text = """
        kept = [name for name in df.columns if name != "a"]
        renamed = {name: name.upper() for name in df.columns}
        df[kept].rename(columns=renamed).to_csv("o")
    """
    assert wrote(text) == {"B": "b"}


def test_records_of_a_comprehension_are_filtered_by_its_condition(wrote: Wrote) -> None:
    text = """
        rows = [{"x": row["a"]} for row in orders.to_dict("records") if row["b"] > 0]
        pd.DataFrame(rows).to_csv("o")
    """
    assert wrote(text) == {"x": "a", "rows": "b filter"}


def test_reads_of_a_comprehension_come_from_every_execution(wrote: Wrote) -> None:
    assert wrote('pd.concat([pd.read_csv("users") for name in names])[["k"]].to_csv("o")\n') == {"k": "k *"}
