import traceback

from driftline.errors import NotFound, shown


def test_a_traceback_shows_the_hint_below_the_message() -> None:
    try:
        raise NotFound("'x'", hint="Look elsewhere.")
    except NotFound as error:
        lines = "".join(traceback.format_exception(error)).splitlines()
    assert lines[-2:] == ["driftline.errors.NotFound: Nothing by that name is known here: 'x'", "Hint: Look elsewhere."]


def test_an_error_that_fails_at_being_shown_is_shown_by_its_class() -> None:
    class Unshowable(Exception):
        def __str__(self) -> str:
            raise LookupError("no message")

    assert [shown(ValueError("so")), shown(KeyError()), shown(Unshowable())] == [
        "ValueError: so", "KeyError", "Unshowable: (it cannot be shown)",
    ]  # fmt: skip
