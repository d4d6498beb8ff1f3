"""Lines that are for the program which sends a script. Expected statements by hand."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from driftline.capture.sql.batches import parted

Tell = Callable[..., list[Any]]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tsql", "a\n GO \nb", "a\n   ;\nb"),
        ("tsql", "a\nGOTO x\nb", "a\nGOTO x\nb"),
        ("oracle", "a;\n/\nb\n/", "a;\n;\nb\n;"),
        ("oracle", "SELECT a\n/ b FROM t", "SELECT a\n/ b FROM t"),
        ("mysql", "DELIMITER //\na; b //\nDELIMITER ;\nc;", ";           \na; b ; \n;          \nc;"),
        ("mysql", "SELECT delimiter FROM t", "SELECT delimiter FROM t"),
        ("mysql", "CREATE TABLE t (\ndelimiter text,\nb int)", "CREATE TABLE t (\ndelimiter text,\nb int)"),
        ("redshift", "COPY t FROM 'f'\nDELIMITER ','\nCSV; a(',')", "COPY t FROM 'f'\nDELIMITER ','\nCSV; a(',')"),
        ("postgres", "\\copy t from 'f'\n  \\copy (a) to 'g';\nb", "COPY t from 'f';\n  COPY (a) to 'g'; \nb"),
        ("postgres", "\\copy t from 'f' (delimiter ';')\nb", "COPY t from 'f' (delimiter ';');\nb"),
        ("postgres", "\\copy t from 'f'; b", "\\copy t from 'f'; b"),
        ("postgres", "SELECT '\\copy'; \\copy t from 'f'", "SELECT '\\copy'; \\copy t from 'f'"),
        ("mysql", "/*!5 a */ b /*! c */ /*! d", "     a    b     c    /*! d"),
    ],
)
def test_what_ends_a_statement_becomes_a_semicolon_and_every_word_stays_where_it_was(
    name: str, text: str, said: str
) -> None:
    assert parted(text, name) == said
    assert len(parted(text, name)) == len(text)


def test_a_procedure_of_mysql_is_read_with_what_stands_behind_it(tell: Tell) -> None:
    first, second = tell(
        "DELIMITER $$\nCREATE PROCEDURE p() BEGIN INSERT INTO a (x) SELECT y FROM b; END $$\nDELIMITER ;\n"
        "INSERT INTO c (x) SELECT y FROM d;",
        "mysql",
    )
    assert (first.target, first.columns, first.problem) == ("a", {"x": ["b.y IDENTITY"]}, "")
    assert (second.target, second.columns, second.problem) == ("c", {"x": ["d.y IDENTITY"]}, "")


def test_what_stands_behind_the_slash_of_oracle_is_a_statement_of_its_own(tell: Tell) -> None:
    first, second = tell(
        "BEGIN\n  INSERT INTO a (x) SELECT y FROM b;\nEND;\n/\nINSERT INTO c (x) SELECT y FROM d\n/\n", "oracle"
    )
    assert (first.target, second.target, second.problem) == ("a", "c", "")


def test_what_mysql_alone_does_not_take_for_a_comment_is_read(tell: Tell) -> None:
    (one,) = tell(
        "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`r`@`%` SQL SECURITY DEFINER */\n"
        "/*!50001 VIEW `v` AS select `t`.`a` AS `a` from `t` */;",
        "mysql",
    )
    assert (one.target, one.columns, one.problem) == ("v", {"a": ["t.a IDENTITY"]}, "")


def test_comments_without_an_end_take_no_time_that_grows_with_their_number_times_the_text() -> None:
    begins = time.process_time()
    parted("/*!" * 300_000, "mysql")
    assert time.process_time() - begins < 2


def test_a_line_of_spaces_is_gone_over_once() -> None:
    begun = time.thread_time()
    parted("\\copy t" + " " * 50_000 + "; x", "postgres")
    assert time.thread_time() - begun < 1
