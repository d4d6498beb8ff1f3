import ast
from collections.abc import Callable

import pytest

from driftline.capture.script.follow import Followed
from driftline.capture.script.memory import Memory
from driftline.capture.script.reading import Came
from driftline.capture.script.site import Site
from driftline.capture.script.values import Const, Function, Items, Pairs, Scope, Thing

Wrote = Callable[..., dict[str, str]]
READ = (Site("s.py", 1, 1),)
A, B = (Thing(frozenset({Came(READ, name)})) for name in "ab")


def test_what_is_tried_aside_is_taken_back_and_can_be_joined() -> None:
    memory, scope = Memory(), Scope("s.py")
    memory.put((scope, "x"), A)
    _, left = memory.aside(lambda: memory.put((scope, "x"), B))
    _, right = memory.aside(lambda: memory.put((scope, "y"), B))
    assert (memory.get((scope, "x")), memory.get((scope, "y"))) == (A, None)
    assert memory.join([left, right])
    assert memory.get((scope, "x")).cames == A.cames | B.cames
    assert memory.get((scope, "y")) == B
    assert not memory.join([{}, right])


def test_trials_inside_of_trials_are_taken_back_to_where_each_began() -> None:
    memory = Memory()
    place = memory.new(Items((Const(1),)))

    def outer() -> None:
        memory.put(place.place, Items((Const(2),)))
        memory.aside(lambda: memory.put(place.place, Items((Const(3),))))
        assert memory.see(place) == Items((Const(2),))

    memory.aside(outer)
    assert memory.see(place) == Items((Const(1),))


def test_what_was_written_in_a_round_is_older_in_the_next_one() -> None:
    memory, scope = Memory(), Scope("s.py")
    memory.put((scope, "before"), A)
    memory.watch()
    memory.put((scope, "inside"), A)
    memory.age({READ: None})
    memory.unwatch()
    assert [one.every for one in memory.get((scope, "inside")).cames] == [True]
    assert memory.get((scope, "before")) is A


def test_what_may_not_have_happened_is_begun_and_ended() -> None:
    memory = Memory()
    place = memory.new(Items((Const(1),)))
    memory.begin()
    memory.put(place.place, Items((Const(2),)))
    assert memory.end() == {place.place: Items((Const(2),))}
    assert memory.see(place) == Items((Const(1),))
    assert not memory.trying()


def test_lists_that_hold_the_same_elements_are_counted() -> None:
    memory = Memory()
    element = memory.new(Items((Const(1),)))
    here, called = Scope("script.py"), Scope("script.py")
    memory.put((here, "first"), memory.new(Items((), element)))
    assert memory.holders(element.place) == 1
    memory.put((called, "second"), memory.new(Items((), element, kind="tuple")))
    assert memory.holders(element.place) == 2
    memory.new(Items((), element))  # which nothing holds
    memory.put((here, "reader"), memory.new(Items((), element, kind="reader")))
    assert memory.holders(element.place) == 2
    memory.over(called)
    assert memory.holders(element.place) == 1


LOADED = 'import csv\nrows = list(csv.DictReader(open("users")))\n'
OVER = 'row["name"] = row["k"]'
EACH = "for row in rows:\n    "
FIX = "def fix(row):\n    {}\nfor row in rows:\n    fix(row)\n"


@pytest.mark.parametrize(
    "steps",
    [
        f"{EACH}if flag:\n        continue\n    {OVER}\n",
        f"{EACH}try:\n        {OVER}\n    except ValueError:\n        pass\n",
        f"{EACH}with contextlib.suppress(ValueError):\n        {OVER}\n",
        f'{EACH}flag and row.update(name=row["k"])\n',
        f'{EACH}row.update(name=row["k"]) if flag else None\n',
        f"try:\n    for row in rows:\n        {OVER}\nexcept ValueError:\n    print()\n",
        FIX.format(f"if flag:\n        return\n    {OVER}"),
        FIX.format(f"try:\n        {OVER}\n    except ValueError:\n        return None"),
        f"def fix(rows):\n    for row in rows:\n        if flag:\n            return\n        {OVER}\nfix(rows)\n",
        f"def fix(rows):\n    for row in rows:\n        {OVER}\n        return\nfix(rows)\n",
        f"for row in csv.DictReader(open('users')):\n    try:\n        {OVER}\n    except ValueError:\n        pass\n"
        "    kept.append(row)\nrows = kept\n",
    ],
)
def test_a_field_that_some_rows_may_not_have_written_over_is_still_what_it_was(wrote: Wrote, steps: str) -> None:
    """By hand: rows that are passed over, or of which a step fails, keep their ``name``."""
    found = wrote(f'import contextlib\nkept = []\n{LOADED}{steps}pd.DataFrame(rows).to_csv("o")\n')
    assert {"k", "name"} <= {one.partition(" ")[0] for one in found["name"].split(", ")}


@pytest.mark.parametrize(
    "made",
    [
        "    def all():\n        return rows\n    return rows[1:], all\npart, all = make()\n",
        "    yield rows[1:]\n    yield rows\nparts = make()\npart, all = next(parts), lambda: next(parts)\n",
    ],
)
def test_what_a_function_holds_that_is_called_on_keeps_its_rows(wrote: Wrote, made: str) -> None:
    """By hand: the first row is not in ``part``, and keeps its ``name``."""
    rows = '    rows = list(csv.DictReader(open("users")))\n'
    text = f"import csv\ndef make():\n{rows}{made}for row in part:\n    {OVER}\n"
    assert "name" in wrote(f'{text}pd.DataFrame(all()).to_csv("o")\n')["name"].split(", ")


@pytest.mark.parametrize(
    "steps",
    [
        f"{EACH}try:\n        {OVER}\n    except ValueError:\n        row['name'] = None\n",
        f"try:\n    for row in rows:\n        {OVER}\nexcept ValueError:\n    raise SystemExit\n",
        f"try:\n    for row in rows:\n        {OVER}\nexcept ValueError:\n    sys.exit(1)\n",
        f"try:\n    for row in rows:\n        {OVER}\nexcept FileNotFoundError:\n    rows = []\n",
        "def clean(v):\n    if flag:\n        return v\n    return v\n" + EACH + 'row["name"] = clean(row["k"])\n',
    ],
)
def test_what_fails_and_ends_or_is_mended_leaves_no_row_as_it_was(wrote: Wrote, steps: str) -> None:
    found = wrote(f'import sys\n{LOADED}{steps}pd.DataFrame(rows).to_csv("o")\n')
    assert "name" not in {one.partition(" ")[0] for one in found["name"].split(", ")}


def test_what_holds_a_place_is_known_after_each_change() -> None:
    memory, scope = Memory(), Scope("")
    record = memory.new(Pairs())
    rows = memory.new(Items((), record))
    memory.put((scope, "rows"), rows)
    assert memory.alone(record.place)
    memory.put((scope, "first"), record)
    assert not memory.alone(record.place)
    memory.put((scope, "first"), Const(1))
    assert memory.alone(record.place)
    memory.begin()
    memory.put((scope, "kept"), memory.new(Items((record,))))
    assert not memory.alone(record.place)
    memory.end()
    assert memory.alone(record.place)
    memory.new(Items((record,)))  # that no name leads to
    assert memory.alone(record.place)
    memory.put((scope, "shown"), Function(ast.Lambda(), scope, given=(record,)))
    assert not memory.alone(record.place)


def test_many_records_that_are_taken_out_one_by_one_are_followed(follows: Callable[..., Followed]) -> None:
    """Beside 250 others; each of them asked of all that there is what else holds it, and the time was over."""
    others = "".join(f"r{number} = {{'a': {number}}}\n" for number in range(250))
    read = 'import csv\nrows = list(csv.DictReader(open("orders")))\n'
    assert follows(read + others + "rows.pop()\n" * 3600).complete
