from collections.abc import Callable, Mapping

from driftline.capture.script.follow import Followed
from driftline.capture.script.site import Site

Wrote = Callable[..., dict[str, str]]
FEATURES: Mapping[str, str] = {
    "features.py": "FACTOR = 2\nCOLS = ['a']\n\ndef add(df):\n    df['x'] = df['a'] * FACTOR\n    return df\n"
}


def test_functions_of_another_module_are_followed(wrote: Wrote) -> None:
    expected = {"a": "a", "b": "b", "x": "a transformation"}
    assert wrote('import features\nfeatures.add(df).to_csv("o")\n', FEATURES) == expected
    assert wrote('from features import add as plus\nplus(df).to_csv("o")\n', FEATURES) == expected
    assert wrote('from features import *\nadd(df).to_csv("o")\n', FEATURES) == expected


def test_what_a_star_brings_of_a_library_is_what_its_names_bring(wrote: Wrote) -> None:
    """By hand: the ``sum`` that the star brings takes the place of Python's own, which would add up the column."""
    text = 'pd.DataFrame({"x": sum([df["a"], df["b"]])}).to_csv("o")\n'
    assert wrote("from library import sqrt\n" + text) != wrote("from library import sum\n" + text)
    assert wrote("from library import *\n" + text) == wrote("from library import sum\n" + text)
    assert wrote("from elsewhere import *\n" + text) == wrote(text)


def test_what_a_module_does_while_it_is_imported_is_reached_through_the_import(
    follows: Callable[..., Followed],
) -> None:
    modules = {"load.py": 'import pandas as pd\nusers = pd.read_csv("users")\nusers.to_csv("o")\n'}
    path = (Site("script.py", 6, 11), Site("load.py", 3, 17))
    assert path in set(follows("import load\n", modules).paths())


def test_global_and_nonlocal_names_are_set_where_they_live(wrote: Wrote) -> None:
    text = """
        kept = None

        def keep():
            global kept
            kept = df[["a"]]

        def outer():
            inside = None

            def inner():
                nonlocal inside
                inside = df["b"]

            inner()
            return inside

        keep()
        kept["x"] = outer()
        kept.to_csv("o")
    """
    assert wrote(text) == {"a": "a", "x": "b"}


def test_a_property_of_a_mapped_class_and_its_setter_leave_what_it_gives(wrote: Wrote) -> None:
    """SQLAlchemy's ``hybrid_property`` is a property of objects; ``setter`` and ``expression`` do not change that."""
    text = """
        from sqlalchemy.ext.hybrid import hybrid_property
        class Person(Base):
            __tablename__ = "people"
            name: Mapped[str]
            team_id: Mapped[int]
            @{KIND}
            def short(self):
                return self.name[:3]
            {MORE}
        pd.DataFrame([{"n": one.short, "t": one.team_id} for one in session.scalars("people")]).to_csv("o")
    """
    known = {"n": "Person\0name transformation", "t": "Person\0team_id"}
    for kind in ("property", "hybrid_property"):
        assert wrote(text.replace("{KIND}", kind).replace("{MORE}", "")) == known
    more = "@short.expression\n            def short(cls):\n                return cls.team_id"
    assert wrote(text.replace("{KIND}", "hybrid_property").replace("{MORE}", more)) == known
    more = "@short.setter\n            def short(self, given):\n                self.name = given"
    assert wrote(text.replace("{KIND}", "property").replace("{MORE}", more)) == known
    more = "@short.getter\n            def short(self):\n                return self.team_id"
    assert wrote(text.replace("{KIND}", "property").replace("{MORE}", more))["n"] == "Person\0team_id"
