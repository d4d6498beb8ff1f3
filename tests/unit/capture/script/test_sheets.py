from driftline.capture.script.sheets import place_of


def test_a_column_is_named_by_letters_and_a_row_by_its_number() -> None:
    assert [place_of(one) for one in ("A1", "b", "Z9", "AA10", "AZ1")] == [
        (0, 1),
        (1, None),
        (25, 9),
        (26, 10),
        (51, 1),
    ]
    assert place_of("A1:B2") == place_of("7") == (None, None)
