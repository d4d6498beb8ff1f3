"""A small warehouse: raw CSV files to clean Parquet with Polars, marts with DuckDB, a report for people."""

import duckdb
import polars as pl

flights = (
    pl.scan_csv("flights.csv", null_values="NA", try_parse_dates=True, infer_schema_length=None)
    .with_columns(pl.col("time_hour").cast(pl.Datetime("us")), cancelled=pl.col("dep_time").is_null())
    .unique(subset=["carrier", "flight", "origin", "dest", "time_hour"], keep="first", maintain_order=True)
    .sort("time_hour", "carrier", "flight", "origin", "dest")
)
flights.collect().write_parquet("stage_flights.parquet")
weather = pl.read_csv("weather.csv", null_values="NA", try_parse_dates=True, infer_schema_length=None)
weather.unique(subset=["origin", "time_hour"], keep="first", maintain_order=True).write_parquet("stage_weather.parquet")

with duckdb.connect(config={"threads": 1}) as con:
    con.execute("CREATE VIEW flights AS SELECT * FROM 'stage_flights.parquet'")
    con.execute("CREATE VIEW weather AS SELECT * FROM 'stage_weather.parquet'")
    con.execute("""
        CREATE TABLE joined AS
        SELECT f.*, w.temp, w.wind_speed, w.precip, w.visib
        FROM flights f LEFT JOIN weather w ON w.origin = f.origin AND date_trunc('hour', w.time_hour) = f.time_hour
    """)
    con.execute("""
        COPY (
            SELECT carrier, origin, month, count(*) AS flights, sum(cancelled::INT) AS cancelled,
                   avg(arr_delay) AS delay, quantile_cont(arr_delay, 0.9) AS delay_90, max(wind_speed) AS wind
            FROM joined GROUP BY ALL ORDER BY ALL
        ) TO 'mart_carriers.parquet' (FORMAT parquet)
    """)
    con.execute("""
        COPY (
            SELECT *, rank() OVER (PARTITION BY origin ORDER BY delay DESC, dest) AS worst FROM (
                SELECT origin, dest, count(*) AS flights, round(avg(arr_delay), 3) AS delay
                FROM joined WHERE arr_delay IS NOT NULL GROUP BY ALL HAVING count(*) > 100)
            ORDER BY origin, worst
        ) TO 'mart_routes.csv' (HEADER)
    """)
    con.execute("""
        COPY (SELECT * FROM joined ORDER BY time_hour, carrier, flight, origin, dest) TO 'wide.parquet' (FORMAT parquet)
    """)

report = (
    pl.scan_parquet("wide.parquet")
    .group_by(pl.col("time_hour").dt.truncate("1d").alias("day"))
    .agg(pl.len().alias("flights"), pl.col("cancelled").sum(), pl.col("dep_delay").median().alias("typical_delay"))
    .sort("day")
    .collect()
)
report.write_csv("report.csv")
print(report.height)
