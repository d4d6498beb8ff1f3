"""What dead processes left in the spool is in the store before a question is answered. By hand."""

import fcntl
from pathlib import Path

from driftline.capture.sending.spool import Spool
from driftline.config import Settings
from driftline.engine import spooled
from driftline.engine.engine import Engine
from driftline.event.answer import Answer

ANSWERS = [Answer(id=f"0194a1b2-0000-7000-8000-00000000000{n}", time_us=1_700_000_000_000_000 + n, endpoint="desk")
           for n in range(3)]  # fmt: skip


def leave(home: Path) -> None:
    spool = Spool(home)
    spool.add([], ANSWERS)
    spool.close()


def test_answers_of_a_process_that_is_gone_are_in_the_ledger_once_somebody_asks(tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path), console=False)
    assert not spooled.left(settings)
    leave(tmp_path)
    assert spooled.left(settings)
    with Engine.open(settings) as engine:
        engine.catch_up()
        leave(tmp_path)  # again, as after a process that was killed while it replayed: they are known
        engine.catch_up()
        assert {one.id for one in engine.answers()} == {one.id for one in ANSWERS}
        assert len(engine.answers()) == 3
    assert not spooled.left(settings)


def test_what_a_living_process_or_a_server_is_to_have_stays(tmp_path: Path) -> None:
    leave(tmp_path)
    (file,) = (tmp_path / "spool").iterdir()
    with Engine.open(Settings(home=str(tmp_path), url="http://127.0.0.1:9", console=False)) as engine:
        engine.catch_up()
    with file.open("rb") as held, Engine.open(Settings(home=str(tmp_path), console=False)) as engine:
        fcntl.flock(held.fileno(), fcntl.LOCK_EX)
        engine.catch_up()
        assert engine.answers() == []
    assert file.exists()


def test_what_waits_for_a_server_stays_also_where_who_asks_knows_of_none(tmp_path: Path) -> None:
    """By hand: three answers in one file, which a process has left that could not reach its server."""
    spool = Spool(tmp_path, server=True)
    spool.add([], ANSWERS)
    spool.close()
    settings = Settings(home=str(tmp_path), console=False)
    assert not spooled.left(settings)
    assert spooled.for_a_server(settings) == 1
    leave(tmp_path)
    assert spooled.for_a_server(settings) == 1
    with Engine.open(settings) as engine:
        engine.catch_up()
        assert len(engine.answers()) == 3
    assert spooled.for_a_server(settings) == 1


def test_a_spool_that_cannot_be_read_stands_in_no_way(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "1-2.jsonl").write_bytes(b'A {"id":\nA \xff\n')
    with Engine.open(Settings(home=str(tmp_path), console=False)) as engine:
        engine.catch_up()
        assert engine.answers() == []
