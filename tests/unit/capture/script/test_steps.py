from driftline.capture.script.steps import DICT, FRAME, LIST, VALUE, spelled, steps_of


def test_a_name_leaves_out_what_has_no_key_and_the_type_tells_the_whole_way() -> None:
    steps = [(DICT, "day.1"), (LIST, ""), (DICT, "price"), (VALUE, "")]
    name, kind = spelled(steps)
    assert name == "day.1.price"
    assert steps_of(kind) == steps


def test_any_other_type_tells_no_steps() -> None:
    assert steps_of("float64") == []
    assert steps_of("") == []
    assert spelled([(FRAME, "a")])[0] == "a"
