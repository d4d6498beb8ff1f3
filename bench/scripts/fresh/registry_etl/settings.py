from dataclasses import dataclass, field
from pathlib import Path

OUT = Path("clean")


@dataclass(frozen=True)
class Job:
    source: str
    target: Path
    steps: list[str]
    options: dict = field(default_factory=dict)


JOBS = {
    "people": Job(
        source="employees.csv",
        target=OUT / "people.csv",
        steps=["snake_case", "full_name", "fill_zero:bonus", "total_pay", "drop_low:rating"],
        options={"parse_dates": ["hired"]},
    ),
    "orders": Job(
        source="orders.json",
        target=OUT / "paid.parquet",
        steps=["snake_case", "keep_paid", "amount", "fill_zero:discount", "month_of:order_date"],
    ),
}
