"""Made-up source tables for the scripts in ``bench/scripts``: a catalogue by names of files.

Enters: nothing but seeds. Leaves: for the name of each file, such as ``orders.csv`` (of a database: ``shop.db``), what
makes its tables, as columns of plain Python values, always the same ones. Two are samples of data that scikit-learn
brings along.
"""

import random
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from sklearn import datasets

Table = dict[str, list[Any]]
FIRST = date(2023, 1, 2)
CITIES = ("Berlin", "Paris", "Madrid", "Rome", "Vienna", "Oslo")
STATUS = ("paid", "shipped", "cancelled", "returned")
WORDS = ("good", "bad", "great", "poor", "fast", "slow", "cheap", "broken", "love", "nice")


def _day(number: int) -> str:
    return (FIRST + timedelta(days=number)).isoformat()


def _columns(rows: list[dict[str, Any]]) -> Table:
    return {name: [row[name] for row in rows] for name in rows[0]}


def _some(dice: random.Random, value: Any, missing: float) -> Any:
    return None if dice.random() < missing else value


def _orders(dice: random.Random, many: int = 160) -> Table:
    return _columns(
        [
            {
                "order_id": 1000 + number,
                "customer_id": dice.randint(1, 40),
                "product_id": dice.randint(1, 20),
                "order_date": _day(dice.randint(0, 360)),
                "quantity": dice.randint(1, 9),
                "unit_price": round(dice.uniform(3, 90), 2),
                "discount": dice.choice((0.0, 0.0, 0.05, 0.1, 0.2)),
                "status": dice.choice(STATUS),
                "channel": dice.choice(("web", "store", "phone")),
                "note": dice.choice(WORDS),
            }
            for number in range(many)
        ]
    )


def _customers(dice: random.Random) -> Table:
    first, last = ("Ann", "Bob", "Cleo", "Dan", "Eve", "Finn"), ("Stone", "Rivers", "Hill", "Marsh", "Field")
    rows = []
    for number in range(1, 46):
        name = f"{dice.choice(first)} {dice.choice(last)}"
        rows.append(
            {
                "customer_id": number,
                "name": name,
                "email": f"{name.replace(' ', '.').lower()}{number}@mail{dice.randint(1, 3)}.example",
                "city": dice.choice(CITIES),
                "country": dice.choice(("DE", "FR", "ES", "IT")),
                "signup_date": _day(-dice.randint(10, 900)),
                "segment": dice.choice(("consumer", "corporate", "small")),
                "age": _some(dice, float(dice.randint(18, 80)), 0.1),
                "income": _some(dice, float(dice.randint(15, 120) * 1000 + number), 0.15),
            }
        )
    return _columns(rows)


def _products(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "product_id": number,
                "title": f"{dice.choice(('Red', 'Blue', 'Green'))} {dice.choice(('Chair', 'Table', 'Lamp'))} {number}",
                "category": dice.choice(("home", "office", "garden")),
                "price": round(dice.uniform(5, 120), 2),
                "cost": round(dice.uniform(2, 60), 2),
                "weight": round(dice.uniform(0.2, 20), 1),
                "supplier": dice.choice(("north", "south", "east")),
            }
            for number in range(1, 21)
        ]
    )


def _events(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "event_id": number,
                "user_id": dice.randint(1, 25),
                "ts": f"{_day(dice.randint(0, 20))} {dice.randint(0, 23):02}:{dice.randint(0, 59):02}:00",
                "kind": dice.choice(("view", "click", "buy")),
                "page": dice.choice(("/home", "/cart", "/item/1", "/item/2")),
                "seconds": dice.randint(1, 300),
                "device": dice.choice(("phone", "desktop")),
            }
            for number in range(200)
        ]
    )


def _sensors(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "time": f"{_day(number // 4)} {number % 4 * 6:02}:00:00",
                "station": station,
                "temperature": _some(dice, round(dice.gauss(15, 6), 2), 0.06),
                "humidity": round(dice.uniform(20, 95), 1),
                "pressure": round(dice.gauss(1010, 9), 1),
                "ok": dice.choice((1, 1, 1, 0)),
            }
            for number in range(60)
            for station in ("north", "south", "west")
        ]
    )


def _employees(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "emp_id": number,
                "first_name": dice.choice(("ann", "bob", "cleo", "dan", "eve")),
                "last_name": dice.choice(("Stone", "Rivers", "Hill", "Marsh")),
                "dept": dice.choice(("sales", "it", "hr", "legal")),
                "salary": dice.randint(28, 130) * 1000 + number,
                "bonus": _some(dice, float(dice.randint(0, 9) * 500), 0.2),
                "hired": _day(-dice.randint(0, 3000)),
                "manager_id": dice.randint(1, 12),
                "rating": dice.randint(1, 5),
            }
            for number in range(1, 91)
        ]
    )


def _passengers(dice: random.Random) -> Table:
    families = ("Smith", "Baker", "Cook")
    return _columns(
        [
            {
                "PassengerId": number,
                "Survived": dice.randint(0, 1),
                "Pclass": dice.randint(1, 3),
                "Name": f"{dice.choice(families)}, {dice.choice(('Mr', 'Mrs', 'Miss', 'Dr'))}. No {number}",
                "Sex": dice.choice(("male", "female")),
                "Age": _some(dice, float(dice.randint(1, 80)), 0.2),
                "SibSp": dice.randint(0, 4),
                "Parch": dice.randint(0, 3),
                "Ticket": f"A{dice.randint(1000, 9999)}",
                "Fare": round(dice.uniform(4, 300), 2),
                "Cabin": _some(dice, f"{dice.choice('ABC')}{dice.randint(1, 99)}", 0.6),
                "Embarked": _some(dice, dice.choice("SCQ"), 0.03),
            }
            for number in range(1, 161)
        ]
    )


def _stock(dice: random.Random) -> Table:
    rows, level = [], {"AAA": 50.0, "BBB": 120.0, "CCC": 20.0}
    for number in range(60):
        for symbol, opened in list(level.items()):
            closed = level[symbol] = round(opened * (1 + dice.gauss(0, 0.02)), 3)
            rows.append(
                {
                    "date": _day(number),
                    "symbol": symbol,
                    "open": opened,
                    "high": round(max(opened, closed) * (1 + dice.random() / 50), 3),
                    "low": round(min(opened, closed) * (1 - dice.random() / 50), 3),
                    "close": closed,
                    "volume": dice.randint(1000, 90000),
                }
            )
    return _columns(rows)


def _students(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "student": f"S{number:03}",
                "school": dice.choice(("north", "lake", "hill")),
                "gender": dice.choice("fm"),
                "math": dice.randint(20, 100),
                "reading": dice.randint(20, 100),
                "science": dice.randint(20, 100),
                "absences": dice.randint(0, 20),
            }
            for number in range(90)
        ]
    )


def _sales(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "store": store,
                "month": month,
                "product": product,
                "units": dice.randint(1, 200),
                "revenue": round(dice.uniform(100, 9000), 2),
            }
            for store in ("S1", "S2", "S3")
            for month in range(1, 13)
            for product in ("tea", "coffee")
        ]
    )


def _loans(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "loan_id": f"L{number}",
                "income": dice.randint(15, 150) * 1000 + number,
                "amount": dice.randint(1, 40) * 1000,
                "term": dice.choice((" 36 months", " 60 months")),
                "rate": f"{dice.uniform(4, 25):.2f}%",
                "grade": dice.choice("ABCD"),
                "purpose": dice.choice(("car", "house", "debt")),
                "state": dice.choice(("CA", "NY", "TX")),
                "years_employed": _some(dice, float(dice.randint(0, 20)), 0.15),
                "default": dice.randint(0, 1),
            }
            for number in range(150)
        ]
    )


def _reviews(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "review_id": number,
                "product_id": dice.randint(1, 20),
                "stars": dice.randint(1, 5),
                "text": " ".join(dice.choice(WORDS) for _ in range(dice.randint(2, 7))),
                "helpful": dice.randint(0, 30),
                "posted": _day(dice.randint(0, 300)),
            }
            for number in range(140)
        ]
    )


def _accounts(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "account_id": number,
                "owner": f"owner {number % 17}",
                "branch": dice.choice(("A", "B", "C")),
                "opened": _day(-dice.randint(1, 2000)),
                "credit_limit": dice.randint(1, 20) * 500,
            }
            for number in range(1, 41)
        ]
    )


def _transactions(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "tx_id": number,
                "account_id": dice.randint(1, 40),
                "booked": _day(dice.randint(0, 90)),
                "amount": round(dice.uniform(-500, 600), 2),
                "kind": dice.choice(("card", "transfer", "cash")),
                "merchant": dice.choice(("shop", "fuel", "rent", "")),
            }
            for number in range(180)
        ]
    )


def _survey(dice: random.Random) -> Table:
    rows = []
    for number in range(1, 81):
        row: dict[str, Any] = {
            "respondent": number,
            "region": dice.choice(("N", "S", "E")),
            "weight": dice.randint(1, 5),
        }
        rows.append({**row, **{f"q{one}": _some(dice, float(dice.randint(1, 5)), 0.05) for one in range(1, 5)}})
    return _columns(rows)


def _iris(dice: random.Random) -> Table:
    bunch = datasets.load_iris()
    picked = dice.sample(range(150), 90)
    names = ("sepal_length", "sepal_width", "petal_length", "petal_width")
    found: Table = {name: [float(bunch.data[row, place]) for row in picked] for place, name in enumerate(names)}
    return {**found, "species": [str(bunch.target_names[bunch.target[row]]) for row in picked]}


def _diabetes(dice: random.Random) -> Table:
    bunch = datasets.load_diabetes(scaled=False)
    picked = dice.sample(range(442), 120)
    found = {name: [float(bunch.data[row, place]) for row in picked] for place, name in enumerate(bunch.feature_names)}
    return {**found, "progression": [float(bunch.target[row]) for row in picked]}


def _movements(dice: random.Random) -> Table:
    rows = []
    for number in range(140):
        price = round(dice.uniform(4, 30), 2)
        rows.append(
            {
                "move_id": number,
                "day": _day(number // 2),
                "sku": dice.choice(("bolt", "nut", "gear")),
                "kind": dice.choice(("in", "in", "out")),
                "qty": dice.randint(1, 40),
                "price": price,
            }
        )
    return _columns(rows)


def _games(dice: random.Random) -> Table:
    teams = ("Reds", "Blues", "Greens", "Whites", "Blacks")
    rows = []
    for number in range(80):
        home, away = dice.sample(teams, 2)
        goals = {"home_goals": dice.randint(0, 5), "away_goals": dice.randint(0, 4)}
        rows.append({"game_id": number, "played": _day(number // 2), "home": home, "away": away, **goals})
    return _columns(rows)


def _places(dice: random.Random) -> Table:
    return _columns(
        [
            {
                "place": f"P{number:02}",
                "kind": dice.choice(("shop", "shop", "shop", "depot")),
                "lat": round(dice.uniform(51.5, 53.5), 5),
                "lon": round(dice.uniform(12.0, 14.5), 5),
                "demand": dice.randint(5, 90),
            }
            for number in range(60)
        ]
    )


def _rates(dice: random.Random) -> Table:
    return _columns(
        [
            {"quoted": _day(day), "currency": currency, "rate": round(base * (1 + dice.gauss(0, 0.01)), 5)}
            for day in range(-7, 370, 7)
            for currency, base in (("EUR", 1.09), ("GBP", 1.27), ("CHF", 1.13))
        ]
    )


Maker = Callable[[random.Random], Table]
CATALOGUE: dict[str, Mapping[str, Maker]] = {
    **{f"orders.{kind}": {"": _orders} for kind in ("csv", "parquet", "json")},
    "customers.csv": {"": _customers},
    "customers.json": {"": _customers},
    "customers.pkl": {"": _customers},
    "products.csv": {"": _products},
    "products.xlsx": {"": _products},
    "events.jsonl": {"": _events},
    "events.csv": {"": _events},
    "sensors.csv": {"": _sensors},
    "sensors.parquet": {"": _sensors},
    "employees.csv": {"": _employees},
    "employees.xlsx": {"": _employees},
    "passengers.csv": {"": _passengers},
    "stock.csv": {"": _stock},
    "stock.parquet": {"": _stock},
    "students.csv": {"": _students},
    "students.json": {"": _students},
    **{f"sales_{year}.csv": {"": _sales} for year in (2021, 2022, 2023)},
    "loans.csv": {"": _loans},
    "reviews.json": {"": _reviews},
    "reviews.csv": {"": _reviews},
    "bank.db": {"accounts": _accounts, "transactions": _transactions},
    "survey.xlsx": {"": _survey},
    "survey.csv": {"": _survey},
    "iris.csv": {"": _iris},
    "diabetes.csv": {"": _diabetes},
    "movements.csv": {"": _movements},
    "games.csv": {"": _games},
    "places.csv": {"": _places},
    "rates.csv": {"": _rates},
}
