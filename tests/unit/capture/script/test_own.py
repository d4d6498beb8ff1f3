from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]
CLASS = """
    class M:
        def __init__(self, held):
            self._held = held

        def __getitem__(self, key):
            return self._held[key] * 3

        def __getattr__(self, name):
            return self._held[name] * 2

        def __add__(self, other):
            return self._held.a + other._held.s

        def __radd__(self, other):
            return other + self._held.b

        def __iter__(self):
            return iter([self._held.a, self._held.b])

    m = M(orders)
"""


def test_an_object_answers_brackets_attributes_and_operators_itself(wrote: Wrote) -> None:
    text = """
    pd.DataFrame({"i": m["b"], "g": m.k, "p": m + m, "r": orders.oid + m, "t": list(m)[1] * 2}).to_csv("o")
    """
    found = wrote(CLASS + text)
    assert found["i"] == "b transformation"
    assert found["g"] == "k transformation"
    assert found["p"] == "a transformation, s transformation"
    assert found["t"] == "b transformation"


def test_what_a_class_does_not_answer_is_a_hedge(wrote: Wrote) -> None:
    text = """
        class Held:
            def __init__(self, frame):
                self.frame = frame

        pd.DataFrame({"v": Held(df)["a"], "w": Held(df) * 2}).to_csv("o")
    """
    assert wrote(text) == dict.fromkeys("vw", "a transformation ?, b transformation ?")


THING = """
        class P:
            def __init__(self, name, size):
                self.name = name
                self.size = size
            def __bool__(self):
                return self.size > 3
            def __lt__(self, other):
                return self.size < other.size
        ones = [P(row["s"], row["a"]) for row in orders.to_dict("records")]
"""


def test_an_object_says_itself_whether_it_is_true(wrote: Wrote) -> None:
    text = THING + '        pd.DataFrame([{"s": one.name} for one in ones if one]).to_csv("o")\n'
    assert wrote(text) == {"s": "s", "rows": "a filter"}


def test_an_object_says_itself_which_of_two_comes_first(wrote: Wrote) -> None:
    text = THING + '        pd.DataFrame([{"s": max(ones).name}]).to_csv("o")\n'
    assert wrote(text) == {"s": "a conditional, s"}
    text = THING + '        pd.DataFrame([{"s": one.name} for one in sorted(ones)]).to_csv("o")\n'
    assert wrote(text) == {"s": "s", "rows": "a sort"}
