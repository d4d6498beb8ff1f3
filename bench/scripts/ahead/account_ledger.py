"""Posts bank transactions into a ledger kept in SQLite, with dataclasses in between; then prints statements."""

import csv
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, astuple, dataclass, field

FEES = {"card": 0.0, "cash": 1.5, "transfer": 0.25}


@dataclass(frozen=True, slots=True)
class Transaction:
    tx_id: int
    account_id: int
    booked: str
    amount: float
    kind: str
    merchant: str

    @property
    def month(self) -> str:
        return self.booked[:7]

    @property
    def fee(self) -> float:
        return FEES.get(self.kind, 0.5)


@dataclass
class Account:
    account_id: int
    owner: str
    branch: str
    credit_limit: float
    balance: float = 0.0
    postings: list[Transaction] = field(default_factory=list)

    def post(self, tx: Transaction) -> bool:
        if self.balance - tx.amount - tx.fee < -self.credit_limit:
            return False
        self.balance -= tx.amount + tx.fee
        self.postings.append(tx)
        return True


@dataclass
class Line:
    account_id: int
    month: str
    spent: float
    fees: float
    count: int


def accounts(connection: sqlite3.Connection) -> dict[int, Account]:
    rows = connection.execute("SELECT account_id, owner, branch, credit_limit FROM accounts")
    return {row["account_id"]: Account(**dict(row)) for row in rows}


def transactions(connection: sqlite3.Connection) -> Iterator[Transaction]:
    for row in connection.execute("SELECT * FROM transactions ORDER BY booked, tx_id"):
        yield Transaction(**{key: row[key] for key in row.keys()})


def lines(account: Account) -> Iterator[Line]:
    months: dict[str, Line] = {}
    for tx in account.postings:
        line = months.setdefault(tx.month, Line(account.account_id, tx.month, 0.0, 0.0, 0))
        line.spent += tx.amount
        line.fees += tx.fee
        line.count += 1
    yield from months.values()


source = sqlite3.connect("bank.db")
source.row_factory = sqlite3.Row
book = accounts(source)
refused = [tx for tx in transactions(source) if tx.account_id not in book or not book[tx.account_id].post(tx)]
source.close()

ledger = sqlite3.connect("ledger.db")
with ledger:
    ledger.execute("CREATE TABLE line (account_id INTEGER, month TEXT, spent REAL, fees REAL, count INTEGER)")
    ledger.execute("CREATE TABLE refused (tx_id INTEGER PRIMARY KEY, account_id INTEGER, amount REAL, merchant TEXT)")
    for account in book.values():
        ledger.executemany("INSERT INTO line VALUES (?, ?, ?, ?, ?)", [astuple(line) for line in lines(account)])
    ledger.executemany(
        "INSERT INTO refused VALUES (:tx_id, :account_id, :amount, :merchant)", [asdict(tx) for tx in refused]
    )
ledger.close()

with open("balances.csv", "w", newline="") as handle:
    out = csv.writer(handle)
    out.writerow(["owner", "branch", "balance", "used"])
    for account in sorted(book.values(), key=lambda one: one.balance):
        used = 0.0 if not account.credit_limit else round(-account.balance / account.credit_limit, 3)
        out.writerow([account.owner, account.branch, round(account.balance, 2), used])
