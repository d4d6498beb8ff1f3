"""Procedures that PL/SQL calls; the blocks are written after Oracle's PL/SQL Language Reference."""

import pytest

from driftline.capture.hooks import procedures


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("BEGIN p(1); END;", ["p"]),
        ("begin\n  etl.load_day(:1, :2);\n  refresh_all;\nend;", ["etl.load_day", "refresh_all"]),
        ("DECLARE x number := f(1); BEGIN s.p(x); q(2); s.p(3); END;", ["s.p", "q"]),
        ("<<outer>> begin if x > 1 then p(1); else q; end if; end;", ["p", "q"]),
        ("begin for r in (select a from t) loop p(r.a); end loop; end;", ["p"]),
        ("begin remote.p@far(1); end;", ["remote.p@far"]),
        ('begin "Load"."Day"(1); end;', ['"Load"."Day"']),
        ("{call p(?)}", ["p"]),
        ("{? = call pkg.f(?)}", ["pkg.f"]),
        ("begin insert into t (a) values (1); commit; null; end;", []),
        ("begin dbms_output.put_line('begin q(1);'); -- q(1);\n end;", []),
        ("begin x := f(1); a(1) := 2; end;", []),
        ("select p(1) from dual", []),
    ],
)
def test_the_procedures_that_a_block_calls_are_named(text: str, names: list[str]) -> None:
    assert procedures.called(text) == names


def test_of_very_many_the_first_are_named() -> None:
    text = f"begin {' '.join(f'p{number};' for number in range(100))} end;"
    assert procedures.called(text) == [f"p{number}" for number in range(procedures.MOST)]
