from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]
ANSWER = """
people = []
for row in users.itertuples():
    bought = [{"id": o.oid, "money": {"price": o.a, "count": o.b}} for o in orders.itertuples() if o.k == row.k]
    people.append({"name": row.name, "profile": {"age": row.age}, "orders": bought})
"""


def test_nested_fields_have_the_names_of_their_path(wrote: Wrote) -> None:
    found = wrote(ANSWER + 'pd.json_normalize(people).drop(columns="orders").to_csv("o")\n')
    assert found == {"name": "name", "profile.age": "age"}


def test_inner_records_become_rows_beside_fields_of_the_outer_one(wrote: Wrote) -> None:
    call = 'pd.json_normalize(people, "orders", ["name", ["profile", "age"]], meta_prefix="of_", sep="_").to_csv("o")\n'
    assert wrote(ANSWER + call) == {
        "id": "oid",
        "money_price": "a",
        "money_count": "b",
        "of_name": "name",
        "of_profile_age": "age",
        "rows": "k filter",
    }


def test_records_of_a_file_may_be_nested_and_are_not_sure_below(wrote: Wrote) -> None:
    found = wrote('pd.json_normalize(df.to_dict("records")).to_csv("o")\n')
    assert found["a"] == "a"
    assert found["..."] == "a transformation ?, b transformation ?"
