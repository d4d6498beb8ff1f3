from driftline.capture.script.reading import NOTHING, Came, Rest, Table
from driftline.capture.script.site import Site

READ = (Site("s.py", 1, 1),)
A, B = frozenset({Came(READ, "a")}), frozenset({Came(READ, "b")})


def test_a_column_is_named_or_a_level_or_one_of_a_family_or_of_the_rest() -> None:
    table = Table({"x": A}, (Rest(READ, frozenset({"a"})),), labels={"i": B}, families=(("k_", A), ("k_b_", B)))
    assert [table.of(name) for name in ("x", "i", "k_1", "k_b_1", "a")] == [A, B, A, B, NOTHING]
    assert table.of("c") == {Came(READ, "c")}
    assert Table({"x": A}, closed=True).of("c") == NOTHING
    assert Table({"x": A}, spread=B).of("c") == B


def test_all_origins_are_told_with_those_of_unknown_columns() -> None:
    table = Table({"x": A}, (Rest(READ, confidence=0.5),), spread=B)
    assert set(table.all()) == {*A, *B, Came(READ, "", confidence=0.5)}
