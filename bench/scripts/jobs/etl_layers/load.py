import csv
from contextlib import contextmanager


@contextmanager
def sink(path, fields):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fields, extrasaction="ignore")
        writer.writeheader()
        yield writer.writerow
