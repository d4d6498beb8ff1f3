"""A CSV file into SQLite by executemany, and a query of it into a report."""

import csv
import sqlite3

import pandas as pd

connection = sqlite3.connect("school.db")
connection.execute("CREATE TABLE students (student TEXT, school TEXT, math INTEGER, reading INTEGER, absences INTEGER)")
with open("students.csv", newline="") as file:
    rows = [
        (row["student"], row["school"], int(row["math"]), int(row["reading"]), int(row["absences"]))
        for row in csv.DictReader(file)
        if int(row["absences"]) < 18
    ]
connection.executemany("INSERT INTO students VALUES (?, ?, ?, ?, ?)", rows)
connection.commit()

report = pd.read_sql(
    "SELECT school, avg(math) AS math, max(reading) AS reading, count(*) AS pupils FROM students GROUP BY school",
    connection,
)
report["spread"] = report["reading"] - report["math"]
report.to_csv("schools.csv", index=False)
connection.close()
