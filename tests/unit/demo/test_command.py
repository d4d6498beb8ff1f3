"""What comes before and after the replay: days that are refused, the closing table, how a replay takes its place."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from driftline.demo import command, story
from driftline.demo.story import Outcome
from driftline.errors import BadInput, Interrupted

RESULT = Outcome(
    fault="units", seed=7, day="2013-08-14", first_bad_batch="2013-08-14", noticed_batch="2013-08-15",
    batches_to_notice=1, answers_to_notice=12, cause_first="dataset:file:feed/flights", cause_kind="feed",
    cause_score=0.95, cause_sentence="It moved first.", cause_truth=["dataset:file:feed/flights"], cause_correct=True,
    incidents=1, false_incidents=0, hit=["dataset:file:features", "job:refund-desk:train_model"],
    money_unguarded=75_123.4, money_guarded=912.0, money_avoided=74_211.4, money_lost_seen=74_000.0,
    handling_guarded=900.0, held_guarded=150, answers=9_000, flights=336_776, mended="2013-08-17", cpu_s=81.4,
    peak_mb=612.3, home="",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "day"), [("", None), ("2013-04-15", date(2013, 4, 15)), ("20130901", date(2013, 9, 1))]
)
def test_a_day_within_the_replay_is_taken(text, day):
    assert command._day(text) == day


@pytest.mark.parametrize("text", ["2013-04-14", "2013-12-16", "2014-08-14", "2013-02-30", "tomorrow"])
def test_any_other_day_is_refused_by_name(text):
    with pytest.raises(BadInput, match=text):
        command._day(text)


def test_the_closing_table_tells_the_story_in_order():
    rows = dict(command.rows(RESULT))
    assert list(rows) == [
        "flights, answers a year", "first bad batch", "noticed", "cause ranked first", "its evidence",
        "is that the truth?", "what else was hit", "incidents", "mended", "lost without guards", "lost with guards",
        "CPU time, memory",
    ]  # fmt: skip
    assert rows["flights, answers a year"] == "336,776 flights, 9,000 answers"
    assert rows["noticed"] == "2013-08-15: 1 batches and 12 answers later"
    assert rows["cause ranked first"] == "dataset:file:feed/flights (95%)"
    assert rows["what else was hit"] == "file:features, refund-desk:train_model"
    assert rows["mended"] == "2013-08-17, 2 days after people were told"
    assert "75,123 dollars" in rows["lost without guards"]
    assert "912 dollars" in rows["lost with guards"]
    assert "900 for the time of persons, who decided 150 claims" in rows["lost with guards"]
    assert rows["CPU time, memory"] == "81 s, 612 MB"


def test_a_fault_that_was_never_noticed_is_said_so():
    rows = dict(command.rows(replace(RESULT, noticed_batch=None)))
    assert "never" in rows["noticed"]
    assert "cause ranked first" not in rows


@pytest.mark.parametrize(("incidents", "verdict"), [(0, "none, as it should be"), (2, "2, all of them false")])
def test_a_sound_year_is_judged_by_its_incidents(incidents, verdict):
    rows = dict(command.rows(replace(RESULT, fault="none", day=None, incidents=incidents)))
    assert rows["incidents"] == verdict


def test_the_closing_table_is_printed(capsys):
    command.close(RESULT, Path("kept"))
    said = capsys.readouterr().out
    assert "The year 2013, fault units, seed 7" in said
    assert "75,123 dollars" in said
    assert f"--home {Path('kept', 'guarded', '.driftline')} incidents" in said


def test_a_finished_replay_takes_the_place_of_the_last_one(tmp_path):
    for text in ("first", "second"):
        work = tmp_path / f"replay-{text}"
        work.mkdir()
        (work / "said").write_text(text)
        latest = command._keep(work, tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["latest"]
    assert (latest / "said").read_text() == "second"


@pytest.fixture
def told(monkeypatch):
    """Let the story end as the test says, without a replay."""

    def end(ending):
        def tell(folder, fault, seed, *, quiet):
            (folder / "half").write_text("a replay")
            if isinstance(ending, BaseException):
                raise ending
            return ending

        monkeypatch.setattr(story, "tell", tell)

    return end


def test_a_replay_that_fails_or_is_stopped_leaves_the_last_one(tmp_path, told):
    told(RESULT)
    command.demo(home=str(tmp_path), json=True, serve_after=False)
    for ending, seen in ((KeyboardInterrupt(), Interrupted), (OSError("no space"), OSError)):
        told(ending)
        with pytest.raises(seen):
            command.demo(home=str(tmp_path), serve_after=False)
        assert [entry.name for entry in tmp_path.iterdir()] == ["latest"]


def test_the_json_line_says_where_the_store_is(tmp_path, told, capsys):
    told(RESULT)
    command.demo(home=str(tmp_path), json=True, serve_after=False)
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert str(tmp_path / "latest" / "guarded" / ".driftline") in said


def test_an_unknown_fault_makes_no_folder(tmp_path):
    with pytest.raises(BadInput, match="flood"):
        command.demo(fault="flood", home=str(tmp_path / "home"))
    assert not (tmp_path / "home").exists()


def test_the_commands_at_the_end_can_be_copied(tmp_path, monkeypatch):
    program = tmp_path / "bin" / "driftline"
    program.parent.mkdir()
    program.touch(mode=0o755)
    for started, path, shown in (
        (str(program), "/nowhere", str(program)),  # not to be found by its name
        (str(program), str(program.parent), "driftline"),
        ("main.py", "/nowhere", "driftline"),
    ):
        monkeypatch.setattr("sys.argv", [started])
        monkeypatch.setenv("PATH", path)
        assert command.program() == shown
