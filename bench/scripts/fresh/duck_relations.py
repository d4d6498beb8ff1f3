"""The relational interface of DuckDB, step by step."""

import duckdb

con = duckdb.connect()
rel = con.read_csv("stock.csv")
daily = rel.filter("volume > 5000").project("date, symbol, close, volume, (high - low) / close AS spread")
per_symbol = daily.aggregate("symbol, avg(spread) AS mean_spread, max(close) AS top, count(*) AS days", "symbol")
per_symbol.order("symbol").to_csv("per_symbol.csv", header=True)

daily.create_view("daily")
returns = con.sql(
    """
    SELECT date, symbol, close / lag(close) OVER (PARTITION BY symbol ORDER BY date) - 1 AS ret
    FROM daily
    QUALIFY ret IS NOT NULL
    """
)
joined = returns.set_alias("r").join(per_symbol.set_alias("p"), "r.symbol = p.symbol")
joined.project("r.date AS date, r.symbol AS symbol, ret, ret / mean_spread AS scaled").order(
    "date, symbol"
).write_parquet("scaled.parquet")

pivot = con.sql("PIVOT daily ON symbol USING max(close) GROUP BY date ORDER BY date")
pivot.write_csv("closes.csv")

out = []
for symbol, low, high in con.execute(
    "SELECT symbol, min(close), max(close) FROM daily GROUP BY ALL ORDER BY 1"
).fetchall():
    out.append((symbol, round(high - low, 3)))
con.execute("CREATE TABLE ranges (symbol VARCHAR, width DOUBLE)")
con.executemany("INSERT INTO ranges VALUES (?, ?)", out)
con.execute("COPY (SELECT *, rank() OVER (ORDER BY width DESC) AS place FROM ranges) TO 'ranges.csv' (HEADER)")
