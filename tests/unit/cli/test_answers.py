import json
from collections.abc import Callable

from click.testing import Result

Run = Callable[..., Result]
ANSWER = "0194a1b2-1111-7000-8000-000000000001"


def test_answers_are_listed_newest_first(run: Run) -> None:
    text = run("answers").stdout
    assert text.startswith("1 answer, newest first:\n")
    assert ANSWER in text
    assert "300.00 USD" in text


def test_the_list_is_narrowed_and_json_is_the_record(run: Run) -> None:
    found = json.loads(run("answers", "--node", "features", "--limit", "5", "--json").stdout)
    assert [one["id"] for one in found["answers"]] == [ANSWER]
    for narrowed in (("--document", "nothing"), ("--endpoint", "nothing"), ("--until", "1990-01-01")):
        assert run("answers", *narrowed).stdout == "No answer fits; others may be recorded.\n"
