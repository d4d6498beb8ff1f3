from collections.abc import Callable

Wrote = Callable[..., dict[str, str]]


def test_unknown_functions_give_all_from_all_and_are_not_sure(wrote: Wrote) -> None:
    text = 'import strange\nstrange.mix(df, key=users["age"]).to_csv("o")\n'
    assert wrote(text) == {"...": "a transformation ?, age transformation ?, b transformation ?"}


def test_unknown_functions_may_put_columns_into_a_table(wrote: Wrote) -> None:
    text = "import strange\nstrange.enrich(df)\ndf.to_csv('o')\n"
    assert wrote(text) == {"a": "a", "b": "b", "...": "a transformation ?, b transformation ?"}
    assert wrote("print(df)\ndf.to_csv('o')\n") == {"a": "a", "b": "b"}


def test_a_function_that_is_handed_over_is_followed(wrote: Wrote) -> None:
    text = """
        import strange

        def job(table):
            df[["a"]].to_csv("o")

        strange.run(job)
    """
    assert wrote(text) == {"a": "a"}


def test_an_object_remembers_what_it_was_given(wrote: Wrote) -> None:
    text = 'import strange\nbox = strange.Box()\nbox.put(df["a"])\ndf["x"] = box.get()\ndf.to_csv("o")\n'
    assert wrote(text)["x"] == "a transformation ?"
