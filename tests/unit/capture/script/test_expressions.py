from collections.abc import Callable

from driftline.capture.script.follow import Followed
from driftline.capture.script.site import Site

Wrote = Callable[..., dict[str, str]]


def test_a_conditional_expression_takes_either_value(wrote: Wrote) -> None:
    text = """
        df["x"] = df.apply(lambda row: "big" if row["a"] > 3 else row["b"], axis=1)
        df.to_csv("o")
    """
    assert wrote(text)["x"] == "a conditional, b"


def test_names_of_columns_are_computed_from_constants(wrote: Wrote) -> None:
    text = """
        PREFIX = "new"
        df["_".join([PREFIX, "a".upper()])] = df["a"]
        df["%s_%d" % ("b", 1)] = df.b
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "new_A": "a", "b_1": "b"}


def test_dicts_are_merged_and_stars_taken_apart(wrote: Wrote) -> None:
    text = """
        base = ["a"]
        columns = [*base, "b"]
        names = {**{"a": "x"}, "b": "y"}
        df[columns].rename(columns=names).to_csv("o")
    """
    assert wrote(text) == {"x": "a", "y": "b"}


def test_comparisons_of_constants_and_membership_are_answered(wrote: Wrote) -> None:
    text = """
        if "a" in df.columns and 3 > 2 and df is not None:
            df["x"] = df.a
        else:
            df["y"] = 1
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "x": "a"}


def test_paths_of_calls_go_through_functions(follows: Callable[..., Followed]) -> None:
    found = follows('def save(table):\n    table.to_csv("o")\nsave(pd.read_csv("users"))\n')
    # five lines come first; columns of the ends of calls, counted by hand
    path = (Site("script.py", 8, 26), Site("script.py", 7, 21))
    assert path in set(found.paths())
    table = found.given(path)
    assert table is not None
    assert [one.read for one in table.columns["k"]] == [(Site("script.py", 8, 25),)]


def test_a_lazy_map_is_called_where_its_elements_are_taken(follows: Callable[..., Followed]) -> None:
    found = follows("pd.concat(map(lambda name: pd.read_csv(name).assign(x=1), names))\n")
    first = {path[0] for path in found.paths() if len(path) == 2}
    assert first == {Site("script.py", 6, 65)}  # the end of concat, not of map


def test_arrays_are_put_beside_each_other_in_brackets(wrote: Wrote) -> None:
    text = 'pd.DataFrame(np.c_[df["a"], df["b"] * 2], columns=["x", "y"]).to_csv("o")\n'
    assert wrote(text) == {"x": "a", "y": "b transformation"}


def test_fields_of_a_record_are_handed_over_by_name(wrote: Wrote) -> None:
    text = """
        from dataclasses import dataclass, asdict
        @dataclass
        class User:
            k: str
            age: int
        made = [User(**r) for r in users[["k", "age"]].to_dict(orient="records")]
        pd.DataFrame(map(asdict, made)).to_csv("o")
    """
    assert wrote(text) == {"k": "k", "age": "age"}


def test_elements_that_a_star_puts_into_a_list_are_still_chosen_by_what_chose_them(wrote: Wrote) -> None:
    """As of ``list(changed)`` and of the list itself, which say it by themselves."""
    text = """
        changed = users[users["age"] > 3]["k"]
        old = [one["name"] for one in users.to_dict("records") if one["age"] > 60]
        orders[orders["k"].isin([*changed, "x"])][["a"]].assign(old=len([*old])).to_csv("o")
    """
    assert wrote(text) == {"a": "a", "old": "age filter", "rows": "age filter, k filter"}
