"""Two steps with a pickle and a joblib file in between, as in a Makefile."""

import csv
import pickle

import joblib


def prepare():
    with open("loans.csv", newline="") as file:
        loans = [
            {
                "id": row["loan_id"],
                "amount": float(row["amount"]),
                "rate": float(row["rate"].strip("%")) / 100,
                "months": int(row["term"].split()[0]),
                "grade": row["grade"],
                "late": row["default"] == "1",
            }
            for row in csv.DictReader(file)
            if row["income"]
        ]
    with open("loans.pkl", "wb") as file:
        pickle.dump(loans, file)


def price():
    with open("loans.pkl", "rb") as file:
        loans = pickle.load(file)
    for loan in loans:
        monthly = loan["rate"] / 12
        loan["payment"] = loan["amount"] * monthly / (1 - (1 + monthly) ** -loan["months"])
    joblib.dump({"loans": loans, "grades": sorted({loan["grade"] for loan in loans})}, "priced.joblib")


def report():
    held = joblib.load("priced.joblib")
    with open("grades.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["grade", "loans", "mean_payment", "late_share"])
        for grade in held["grades"]:
            mine = [loan for loan in held["loans"] if loan["grade"] == grade]
            writer.writerow(
                [
                    grade,
                    len(mine),
                    sum(loan["payment"] for loan in mine) / len(mine),
                    sum(loan["late"] for loan in mine) / len(mine),
                ]
            )


prepare()
price()
report()
