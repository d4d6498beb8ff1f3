from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_either_branch_may_have_happened_and_the_condition_decides(wrote: Wrote) -> None:
    text = """
        if df["b"].sum() > 3:
            df["x"] = df["a"] * 2
        else:
            df["x"] = df["b"]
        df.to_csv("o")
    """
    assert wrote(text)["x"] == "a transformation, b, b conditional"


def test_a_test_that_the_text_answers_leaves_one_branch(wrote: Wrote) -> None:
    text = """
        DEBUG = False
        if DEBUG:
            df["a"] = 0
        if __name__ == "__main__":
            df["x"] = df.b
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "x": "b"}


def test_a_loop_over_names_is_unrolled(wrote: Wrote) -> None:
    text = """
        for name in ["a", "b"]:
            df[f"{name}_2"] = df[name] ** 2
        df.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "b": "b", "a_2": "a transformation", "b_2": "b transformation"}


def test_a_read_in_a_loop_is_the_latest_one(wrote: Wrote) -> None:
    text = """
        for file in files:
            one = pd.read_csv("orders")[["a"]]
            one.to_csv("o")
    """
    assert wrote(text) == {"a": "a"}


def test_reads_of_a_loop_that_are_kept_come_from_every_execution(wrote: Wrote) -> None:
    text = """
        kept, total = [], None
        for file in files:
            one = pd.read_csv("orders")[["a"]]
            kept.append(one)
            total = one if total is None else pd.concat([total, one])
        {}.to_csv("o")
    """
    assert wrote(text.format("pd.concat(kept)")) == {"a": "a *"}
    assert wrote(text.format("total")) == {"a": "a *"}


def test_what_is_passed_over_with_continue_decides_which_rows_there_are(wrote: Wrote) -> None:
    text = """
        out = []
        for row in orders.to_dict("records"):
            if row["b"] < 0:
                continue
            out.append({"x": row["a"]})
        pd.DataFrame(out).to_csv("o")
    """
    assert wrote(text) == {"x": "a", "rows": "b filter"}


def test_names_are_unpacked_and_columns_deleted(wrote: Wrote) -> None:
    text = """
        first, *rest = [df["a"], df["b"], 3]
        df["x"] = first
        df["y"], df["z"] = rest
        del df["a"]
        df.to_csv("o")
    """
    assert wrote(text) == {"b": "b", "x": "a", "y": "b", "z": ""}


def test_a_read_that_fails_is_replaced_by_its_handler(wrote: Wrote) -> None:
    text = """
        try:
            out = df[["a"]]
        except OSError:
            out = users.rename(columns={"age": "a"})[["a"]]
        out.to_csv("o")
    """
    assert wrote(text) == {"a": "a, age"}


def test_every_case_of_a_match_may_have_happened(wrote: Wrote) -> None:
    text = """
        match mode:
            case "x":
                df["c"] = df.a
            case _:
                df["c"] = df.b
        df.to_csv("o")
    """
    assert wrote(text)["c"] == "a, b"


def test_augmented_assignment_changes_the_column(wrote: Wrote) -> None:
    text = """
        df["a"] += df["b"]
        df.to_csv("o")
    """
    assert wrote(text)["a"] == "a transformation, b transformation"


def test_a_while_loop_goes_around(wrote: Wrote) -> None:
    text = """
        n = 0
        while n < limit:
            df["a"] = df["a"] + df["b"]
            n += 1
        df.to_csv("o")
    """
    assert wrote(text)["a"] == "a transformation, b transformation"


def test_after_a_loop_a_name_holds_what_the_last_turn_gave_it(wrote: Wrote) -> None:
    text = 'for path in paths():\n    last = pd.read_csv("users")\nlast[["age"]].to_csv("o")\n'
    assert wrote(text) == {"age": "age"}
    collected = """
        held = []
        for path in paths():
            held.append(pd.read_csv("users"))
        pd.concat(held)[["age"]].to_csv("o")
    """
    assert wrote(collected) == {"age": "age *"}


def test_a_loop_that_may_not_turn_leaves_what_was_there(wrote: Wrote) -> None:
    text = 'd = df\nfor path in paths():\n    d = orders[["b", "s"]]\nd.to_csv("o")\n'
    assert {"a", "b", "s"} == {one for one in wrote(text) if one != "rows"}


def test_an_element_of_a_generator_is_from_the_latest_read_and_all_of_them_are_from_every(wrote: Wrote) -> None:
    text = """
        def frames():
            for path in paths():
                yield pd.read_csv("users")
    """
    assert wrote(text + '    for one in frames():\n            one[["age"]].to_csv("o")\n') == {"age": "age"}
    assert wrote(text + '    for n, one in enumerate(frames()):\n            one[["age"]].to_csv("o")\n') == {
        "age": "age"
    }
    assert wrote(text + '    pd.concat(frames())[["age"]].to_csv("o")\n') == {"age": "age *"}
