"""Monthly statement of bank accounts: argparse, dataclasses, sqlite3 in, CSV out.

Run with: --database bank.db --minimum -250 --top 12
"""

import argparse
import csv
import sqlite3
from dataclasses import asdict, dataclass, field


@dataclass
class Account:
    account_id: int
    owner: str
    branch: str
    limit: int
    balance: float = 0.0
    largest: float = 0.0
    largest_kind: str = ""
    months: dict = field(default_factory=dict)

    def book(self, amount, kind, day):
        self.balance += amount
        self.months[day[:7]] = self.months.get(day[:7], 0.0) + amount
        if amount > self.largest:
            self.largest = amount
            self.largest_kind = kind

    @property
    def over_limit(self):
        return self.balance + self.limit < 0


def load(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    accounts = {
        row["account_id"]: Account(row["account_id"], row["owner"], row["branch"], row["credit_limit"])
        for row in connection.execute("SELECT * FROM accounts")
    }
    for row in connection.execute("SELECT account_id, amount, kind, booked FROM transactions ORDER BY booked, tx_id"):
        accounts[row["account_id"]].book(row["amount"], row["kind"], row["booked"])
    connection.close()
    return accounts


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--minimum", type=float, default=0)
    parser.add_argument("--top", type=int, default=10)
    args = parser.parse_args()

    accounts = load(args.database)
    shown = [account for account in accounts.values() if account.balance >= args.minimum]
    shown.sort(key=lambda account: account.balance, reverse=True)

    with open("statement.csv", "w", newline="") as out:
        writer = csv.DictWriter(out, ["account_id", "owner", "branch", "balance", "largest", "largest_kind", "over"])
        writer.writeheader()
        for account in shown[: args.top]:
            line = asdict(account)
            line.pop("months")
            line.pop("limit")
            line["over"] = account.over_limit
            writer.writerow(line)

    with open("months.csv", "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["account", "month", "net"])
        for account in accounts.values():
            for month, net in sorted(account.months.items()):
                writer.writerow([account.account_id, month, round(net, 2)])


if __name__ == "__main__":
    main()
