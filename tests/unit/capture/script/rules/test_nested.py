from collections.abc import Callable

from tests.unit.capture.script.conftest import told, words

from driftline.capture.script.reading import Table

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


LOADED = 'import json\nrecords = json.load(open("orders"))\n'  # with the fields oid, k, a, b, s


def test_what_is_nested_in_a_field_of_a_file_comes_from_that_field(given: Callable[..., Table]) -> None:
    table = given(LOADED + 'pd.json_normalize(records).to_csv("o")\n')
    assert words(table.of("k")) == "k"
    assert words(table.of("k.x.y")) == "k transformation"
    table = given(LOADED + 'pd.json_normalize(records, sep="_").to_csv("o")\n')
    assert words(table.of("k_x")) == "k transformation"


def test_records_in_a_field_of_a_file_become_rows_beside_fields_of_the_outer_one(given: Callable[..., Table]) -> None:
    table = given(LOADED + 'pd.json_normalize(records, "s", ["oid", ["k", "x"]]).to_csv("o")\n')
    assert told(table) == {"oid": "oid", "k.x": "k transformation", "...": "s transformation", "rows": "s filter"}
    assert words(table.of("p")) == words(table.of("p.q")) == "s transformation"
    text = (
        'pd.json_normalize(records, ["k", "s"], meta="a", record_prefix="r_", meta_prefix="m_", sep="_").to_csv("o")\n'
    )
    assert told(given(LOADED + text)) == {"m_a": "a", "r_...": "k transformation", "rows": "k filter"}
    table = given(LOADED + 'pd.json_normalize(records, "s", meta=list(map(unknown, users.k))).to_csv("o")\n')
    assert words(table.of("oid")) == ", ".join(f"{one} transformation ?" for one in ("a", "b", "k", "oid", "s"))


def test_fields_of_records_in_a_column_come_from_that_column(wrote: Wrote) -> None:
    found = wrote('import json\npd.json_normalize(orders.s.map(json.loads)).to_csv("o")\n')
    assert found == {"...": "s transformation"}
