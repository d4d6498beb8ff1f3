from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_names_are_unpacked_and_columns_deleted(wrote: Wrote) -> None:
    text = """
        first, *rest = [df["a"], df["b"], 3]
        df["x"] = first
        df["y"], df["z"] = rest
        del df["a"]
        df.to_csv("o")
    """
    assert wrote(text) == {"b": "b", "x": "a", "y": "b", "z": ""}


def test_augmented_assignment_changes_the_column(wrote: Wrote) -> None:
    text = """
        df["a"] += df["b"]
        df.to_csv("o")
    """
    assert wrote(text)["a"] == "a transformation, b transformation"


def test_a_name_that_was_deleted_holds_nothing(wrote: Wrote) -> None:
    text = """
        one = df.a
        del one
        try:
            one
        except NameError:
            one = df.b * 2
        pd.DataFrame({"v": one}).to_csv("o")
    """
    assert wrote(text) == {"v": "b transformation"}


def test_a_record_that_a_loop_keeps_is_decided_by_what_was_compared(wrote: Wrote) -> None:
    text = """
        import csv
        best = None
        with open("orders") as file:
            for row in csv.DictReader(file):
                if best is None or float(row["a"]) > float(best["a"]):
                    best = row
        pd.DataFrame([{"k": best["k"]}]).to_csv("o")
    """
    assert wrote(text) == {"k": "a conditional, k"}
    last = text.replace('if best is None or float(row["a"]) > float(best["a"]):\n                    ', "")
    assert wrote(last) == {"k": "k"}


def test_what_has_left_a_round_before_decides_what_is_summed_up(wrote: Wrote) -> None:
    text = """
        total = n = 0
        for row in orders.to_dict("records"):
            if row["s"] == "x":
                continue
            total += row["a"]
            n += 1
        pd.DataFrame({"total": [total], "n": [n]}).to_csv("o")
    """
    assert wrote(text) == {"total": "a transformation, s conditional", "n": "s conditional"}


def test_what_has_left_a_method_before_decides_what_it_sets(wrote: Wrote) -> None:
    text = """
        class Account:
            def __init__(self):
                self.balance, self.last = 0.0, ""
            def post(self, row):
                if row["b"] > 100:
                    return False
                self.balance -= row["a"]
                self.last = row["k"]
                return True
        account = Account()
        for row in orders.to_dict("records"):
            account.post(row)
        pd.DataFrame({"balance": [account.balance], "last": [account.last]}).to_csv("o")
    """
    assert wrote(text) == {"balance": "a transformation, b conditional", "last": "b conditional, k"}


def test_a_star_takes_any_number_of_rows(wrote: Wrote) -> None:
    """``users`` has the columns k, name and age, in this order."""
    for rows in ('csv.reader(open("users"))', 'list(csv.reader(open("users")))'):
        text = f"import csv\nhead, *rows = {rows}\n"
        made = 'pd.DataFrame([{"n": one[1], "y": one[2]} for one in rows]).to_csv("o")\n'
        assert wrote(text + made) == {"n": "name", "y": "age"}


def test_a_record_that_a_loop_keeps_beside_what_it_was_chosen_by_is_decided_by_that(wrote: Wrote) -> None:
    text = """
        import csv
        best = None
        for row in csv.DictReader(open("users")):
            if best is None or row["age"] > best[0]:
                best = (row["age"], row)
        age, found = best
        pd.DataFrame([{"n": found["name"]}]).to_csv("o")
    """
    assert wrote(text) == {"n": "age conditional, name"}
