"""DuckDB as its blog shows it: views over files, macros, a Python UDF, frames scanned by name, PIVOT, ASOF, COPY."""

import duckdb
import pandas as pd
from duckdb.sqltypes import DOUBLE, VARCHAR

con = duckdb.connect("travel.duckdb")
con.execute("SET TimeZone = 'UTC'")
con.execute("CREATE OR REPLACE VIEW flights AS SELECT * EXCLUDE (month, day) FROM 'flights.csv'")
con.execute("CREATE OR REPLACE VIEW weather AS FROM read_csv('weather.csv', header = true)")
con.execute("CREATE OR REPLACE MACRO celsius(f) AS round((f - 32) * 5 / 9, 1)")


def grade(delay: float) -> str:
    return "late" if delay > 15 else "early" if delay < 0 else "fine"


con.create_function("grade", grade, [DOUBLE], VARCHAR)

planes = pd.read_csv("planes.csv")
big_planes = planes[planes["seats"] > 100][["tailnum", "manufacturer", "seats"]]

con.sql("""
    CREATE OR REPLACE TABLE graded AS
    SELECT carrier, flight, origin, dest, time_hour, arr_delay, grade(arr_delay) AS grade, manufacturer, seats
    FROM flights JOIN big_planes USING (tailnum)
    WHERE arr_delay IS NOT NULL
""")

con.sql("""
    COPY (
        SELECT g.carrier, g.flight, g.grade, celsius(w.temp) AS temp_c, w.visib
        FROM graded g ASOF JOIN weather w ON g.origin = w.origin AND g.time_hour >= w.time_hour
        ORDER BY ALL
    ) TO 'with_weather.parquet' (FORMAT parquet, COMPRESSION zstd)
""")

summary = con.sql("""
    FROM graded
    SELECT manufacturer, count(*) AS flights, sum(seats) AS seats,
           avg(arr_delay) FILTER (grade = 'late') AS late_by,
           list_sort(list(DISTINCT dest))[1] AS first_dest,
           max_by(flight, arr_delay) AS worst_flight
    GROUP BY ALL ORDER BY ALL
""")
summary.df().to_csv("makers.csv", index=False)

con.execute("""
    CREATE OR REPLACE TABLE crossed AS
    PIVOT graded ON grade IN ('late', 'early', 'fine') USING count(*) GROUP BY carrier ORDER BY carrier
""")
con.execute("COPY crossed TO 'crossed.csv' (HEADER, DELIMITER ',')")

con.execute("""
    COPY (
        WITH hours AS (
            SELECT origin, date_trunc('hour', time_hour) AS hour, avg(wind_speed) AS wind, sum(precip) AS rain FROM weather GROUP BY ALL
        )
        SELECT *, wind - lag(wind) OVER w AS change, avg(wind) OVER (w ROWS 2 PRECEDING) AS smooth
        FROM hours WINDOW w AS (PARTITION BY origin ORDER BY hour)
        QUALIFY wind > 10 ORDER BY origin, hour
    ) TO 'wind.csv'
""")
con.close()
