import sys

import msgspec
import pytest
from rich.console import Console
from rich.text import Text

from driftline.cli import show
from driftline.event.answer import Answer, Verdict
from driftline.event.lineage import Link


def test_counts_are_spelt_for_people() -> None:
    assert [show.count(n, "event") for n in (0, 1, 1204)] == ["0 events", "1 event", "1,204 events"]
    assert show.count(2, "entry", "entries") == "2 entries"


def test_spans_of_rows_are_told_by_their_first_and_last_row() -> None:
    assert show.spans([(0, 65_535)]) == "0 to 65,535"
    assert show.spans([(2, 2), (1_004, 1_004)]) == "2, 1,004"
    spans = [(0, 1), (4, 5), (8, 9), (12, 13), (16, 17)]
    assert show.spans(spans[:4]) == "0 to 1, 4 to 5, 8 to 9 and 1 more span"
    assert show.spans(spans) == "0 to 1, 4 to 5, 8 to 9 and 2 more spans"


def test_moments_are_told_in_utc_and_unknown_ones_are_empty() -> None:
    # 2013-01-31 is day 15736 of the era
    assert show.when(15_736 * 86_400_000_000) == "2013-01-31 00:00"
    assert show.when(0) == ""


def test_square_brackets_in_names_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    show.say("[bold]not markup[/bold]")
    show.table(("name",), [("[red]x[/red]",), (Text("[y]"),)])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == ["[bold]not markup[/bold]", "name", "[red]x[/red]", "[y]"]


def test_a_long_cell_is_not_cut_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    long = "x" * 180
    show.table(("what",), [(long,)])
    assert long in capsys.readouterr().out


def test_signs_differ_in_shape_and_not_only_in_colour() -> None:
    shapes = {show.sign(word).plain.split()[0] for word in ("open", "contained", "resolved")}
    assert len(shapes) == 3
    assert show.sign("unheard of").plain == "unheard of"


def test_an_id_is_never_broken_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def narrow() -> Console:
        return Console(file=sys.stdout, width=80, highlight=False)

    monkeypatch.setattr(show, "console", narrow)
    node = "dataset:postgres://warehouse.example.org:5432:analytics.public.orders_by_customer_and_day"
    show.table(("name", "why", "node"), [("orders", "a reason of many words that takes more than one line", node)])
    lines = capsys.readouterr().out.splitlines()
    assert sum(node in line for line in lines) == 1
    assert len(lines) > 2  # other columns are folded instead


def test_where_no_person_reads_no_cell_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    show.table(("name", "node"), [("a name of some length", "n" * 400), ("b" * 150, "short")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert lines[1].startswith("a name of some length")


def test_what_a_guard_only_observed_is_not_shown_as_done() -> None:
    shown = [
        show.verdict(Verdict(mode=mode, action=action)).plain
        for mode in ("observe", "enforce")
        for action in ("allow", "flag", "block", "fallback")
    ]
    assert shown[:4] == ["✓ allow", "△ flag", "○ would block", "○ would fallback"]
    assert shown[4:] == ["✓ allow", "△ flag", "■ block", "□ fallback"]


def test_what_is_not_certain_is_never_shown_as_certain() -> None:
    shown = [show.sure(Link(source="a", target="b", kind="DERIVED", provenance="code", confidence=share))
             for share in (0.994, 0.995, 0.9999, 1.0)]  # fmt: skip
    assert shown == ["code, 99% sure", "code, 99% sure", "code, 99% sure", ""]
    assert show.sure(Link(source="a", target="b", kind="DERIVED", through=0.999)) == "99% sure"
    assert [show.percent(share) for share in (0.5, 0.8, 0.996, 1.0)] == ["50%", "80%", "99%", "100%"]


def test_an_answer_is_told_by_its_decision_and_its_score() -> None:
    answer = Answer(id="a", time_us=1, endpoint="desk", decision="refund", score=0.123456789)
    assert show.decided(answer) == "refund  score 0.123457"
    assert show.decided(msgspec.structs.replace(answer, decision="", score=0.0)) == "score 0"
    assert show.decided(msgspec.structs.replace(answer, score=None)) == "refund"
