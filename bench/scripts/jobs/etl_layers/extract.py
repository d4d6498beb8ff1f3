import csv


class Source:
    def __init__(self, path):
        self.path = path

    def __iter__(self):
        with open(self.path, newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)

    def by(self, key):
        return {row[key]: row for row in self}
