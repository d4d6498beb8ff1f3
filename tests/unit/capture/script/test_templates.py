from driftline.capture.script import templates
from driftline.capture.script.machine import Machine
from driftline.capture.script.values import Const, Json, Text, Thing


def test_percent_templates_are_taken_apart() -> None:
    x, y = Thing(), Const(2)
    assert templates.percent("%s,%5.2f%%\n", (x, y), {}) == (
        Const(""), x, Const(","), y, Const(""), Const("%"), Const("\n"),
    )  # fmt: skip
    assert templates.percent("%(b)s-%(a)d", (), {"a": x, "b": y}) == (Const(""), y, Const("-"), x, Const(""))
    assert templates.percent("%s,%s", (x,), {}) is None


def test_templates_with_braces_are_taken_apart() -> None:
    x, y = Thing(), Const(2)
    assert templates.braces("{},{:.2f}\n", (x, y), {}) == (Const(""), x, Const(","), y, Const("\n"))
    assert templates.braces("{1} {a.b}", (x, y), {"a": x}) == (Const(""), y, Const(" "), x)
    assert templates.braces("{} {}", (x,), {}) is None
    assert templates.braces("{", (x,), {}) is None


def test_a_text_has_lines_only_if_it_ends_one() -> None:
    x = Thing()
    assert templates.lines(Const("a,b\n1,2\n")) == [(Const("a,b"),), (Const("1,2"),)]
    inner = Text(parts=(x, Const(",")))
    assert templates.lines(Text(parts=(inner, x, Const("\n")))) == [(x, Const(","), x, Const(""))]
    assert templates.lines(Text(parts=(x, Const(",")))) is None
    assert templates.lines(x) is None


def test_space_around_and_between_json_is_nothing() -> None:
    machine = Machine(lambda _: None, lambda _: None)
    one, other = Json(), Json()
    assert templates.text_of(machine, [Const("["), one, Const("],\n")]) is one
    assert isinstance(templates.text_of(machine, [one, Const("\n"), other]), Json)
    assert type(templates.text_of(machine, [one, Const(","), other])) is Text
    assert type(templates.text_of(machine, [Const("id: "), one])) is Text
    assert type(templates.text_of(machine, [Const("\n")])) is Text


def test_marks_between_data_are_blank_and_words_are_not() -> None:
    assert templates.blank(" ,\n")
    assert templates.blank(b"\n")
    assert not templates.blank("a\n")
    assert not templates.blank("[")
    assert not templates.blank(None)
