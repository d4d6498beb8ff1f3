"""Records as objects, a decorator for steps, a log."""

import csv
import functools
import logging
from dataclasses import asdict, dataclass

logging.basicConfig(level=logging.WARNING)


def logged(step):
    @functools.wraps(step)
    def inner(*args, **kwargs):
        result = step(*args, **kwargs)
        logging.info("%s done", step.__name__)
        return result

    return inner


@dataclass
class Loan:
    loan_id: str
    amount: int
    rate: float
    state: str

    @property
    def interest(self):
        return self.amount * self.rate / 100


@logged
def load(path):
    with open(path, newline="") as file:
        return [
            Loan(row["loan_id"], int(row["amount"]), float(row["rate"].strip("%")), row["state"])
            for row in csv.DictReader(file)
        ]


@logged
def save(loans, path):
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, ["loan_id", "amount", "rate", "state", "interest"])
        writer.writeheader()
        for loan in loans:
            writer.writerow({**asdict(loan), "interest": round(loan.interest, 2)})


save([loan for loan in load("loans.csv") if loan.amount > 5000], "interest.csv")
