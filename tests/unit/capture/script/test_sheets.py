from driftline.capture.script.sheets import place_of


def test_a_column_is_named_by_letters() -> None:
    assert [place_of(one) for one in ("A1", "b", "Z9", "AA10", "AZ1")] == [0, 1, 25, 26, 51]
    assert place_of("A1:B2") is None
    assert place_of("7") is None
