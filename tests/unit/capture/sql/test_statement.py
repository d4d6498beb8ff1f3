"""The statements of a text, whatever is wrong with it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftline.capture.sql import dialect, statement, tokens
from driftline.capture.sql.script import Script

FORMS = [
    "MERGE INTO u USING (SELECT k, max(v) AS m FROM s GROUP BY k) q ON u.k = q.k WHEN MATCHED THEN UPDATE SET x = q.m",
    "INSERT INTO t (a, b) WITH c AS (SELECT * FROM u) SELECT CASE WHEN x > 1 THEN y END, f(z) OVER w FROM c WINDOW w "
    "AS (PARTITION BY k) UNION ALL SELECT a, b FROM t JOIN s USING (k) ORDER BY 1 LIMIT 3",
    "CREATE PROCEDURE p(n INT) BEGIN IF n > 1 THEN UPDATE t SET a = s.b FROM s WHERE s.k = t.k; ELSE DELETE FROM t; "
    "END IF; END",
    "SELECT * EXCEPT (a) FROM t PIVOT (sum(b) FOR c IN ('x', 'y')) AS p, LATERAL (SELECT p.k) q, UNNEST(r.s) AS e",
]  # fmt: skip


@given(st.sampled_from(FORMS), st.lists(st.integers(0, 60), max_size=4), st.sampled_from(sorted(dialect.names())))
def test_no_text_raises_whatever_is_missing_from_it(form: str, missing: list[int], name: str) -> None:
    words = [word for place, word in enumerate(form.split(" ")) if place not in missing]
    script = Script(dialect.of(name), lambda source: ("k", "x") if source.names[0] == "u" else None, through=True)
    for one in statement.read(" ".join(words), script):
        assert "while its columns were looked for" not in one.problem
        assert one.lineage is not None or one.problem or one.how == "none"


def test_the_words_of_a_query_are_gone_through_once_to_see_which_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that may be done to words asks that; what a query of many columns says is not asked at all."""
    held, said = tokens._held, tokens._said
    asked: list[tuple[str, int]] = []

    def counted(given: list[Any]) -> frozenset[Any]:
        asked.append(("held", len(given)))
        return held(given)

    def spoken(given: list[Any]) -> tokens.Words:
        asked.append(("said", len(given)))
        return said(given)

    monkeypatch.setattr(tokens, "_held", counted)
    monkeypatch.setattr(tokens, "_said", spoken)
    columns = 100
    text = f"SELECT {', '.join(f'c{number} + 1 AS c{number}' for number in range(columns))} FROM t"
    (one,) = statement.read(text, Script(dialect.of("duckdb"), lambda source: None))
    assert one.lineage is not None
    assert len(one.lineage.items) == columns
    assert [each for each in asked if each[1] > columns] == [("held", 6 * columns - 1 + 3)]
