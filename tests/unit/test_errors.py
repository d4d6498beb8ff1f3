import traceback

from driftline.errors import NotFound


def test_a_traceback_shows_the_hint_below_the_message() -> None:
    try:
        raise NotFound("'x'", hint="Look elsewhere.")
    except NotFound as error:
        lines = "".join(traceback.format_exception(error)).splitlines()
    assert lines[-2:] == ["driftline.errors.NotFound: Nothing by that name is known here: 'x'", "Hint: Look elsewhere."]
