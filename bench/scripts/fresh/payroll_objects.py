"""People as objects: an enum, properties, an abstract rule with subclasses, sorting by attributes, JSON out."""

import csv
import json
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import Enum
from operator import attrgetter


class Dept(Enum):
    SALES = "sales"
    IT = "it"
    HR = "hr"
    LEGAL = "legal"


@dataclass
class Employee:
    emp_id: int
    name: str
    dept: Dept
    salary: Decimal
    rating: int
    extras: list = field(default_factory=list)

    @classmethod
    def from_row(cls, row):
        return cls(
            emp_id=int(row["emp_id"]),
            name=f"{row['first_name'].title()} {row['last_name']}",
            dept=Dept(row["dept"]),
            salary=Decimal(row["salary"]),
            rating=int(row["rating"]),
            extras=[Decimal(row["bonus"])] if row["bonus"] else [],
        )

    @property
    def gross(self):
        return self.salary + sum(self.extras)


class Rule(ABC):
    @abstractmethod
    def apply(self, employee):
        """Change an employee."""


class RatingRule(Rule):
    def __init__(self, minimum, factor):
        self.minimum, self.factor = minimum, Decimal(str(factor))

    def apply(self, employee):
        if employee.rating >= self.minimum:
            employee.extras.append(employee.salary * self.factor)


class DeptRule(Rule):
    amounts = {Dept.SALES: 500, Dept.IT: 250}

    def apply(self, employee):
        extra = self.amounts.get(employee.dept)
        if extra:
            employee.extras.append(Decimal(extra))


class Payroll:
    def __init__(self, rules):
        self.rules = rules
        self.staff = []

    def load(self, path):
        with open(path, newline="") as f:
            self.staff = [Employee.from_row(row) for row in csv.DictReader(f)]
        return self

    def run(self):
        for employee in self.staff:
            for rule in self.rules:
                rule.apply(employee)
        return self

    def save(self, path):
        ranked = sorted(self.staff, key=attrgetter("dept.value", "emp_id"))
        with open(path, "w") as f:
            json.dump(
                [{"id": e.emp_id, "name": e.name, "dept": e.dept.name, "gross": float(e.gross)} for e in ranked], f
            )


payroll = Payroll([RatingRule(4, 0.08), RatingRule(5, 0.02), DeptRule()]).load("employees.csv").run()
payroll.save("payroll.json")
top = max(payroll.staff, key=lambda e: (e.gross, e.emp_id))
with open("top.json", "w") as f:
    json.dump({k: str(v) for k, v in asdict(top).items() if k != "extras"}, f)
