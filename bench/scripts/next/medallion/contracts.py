"""What each table promises, and what becomes of rows that break it."""

from dataclasses import dataclass, field

import pandas as pd


@dataclass
class Contract:
    table: str
    required: list[str]
    unique: list[str] = field(default_factory=list)
    allowed: dict[str, set] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    def validate(self, df: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        missing = set(self.required) - set(df.columns)
        if missing:
            raise ValueError(f"{self.table}: columns {sorted(missing)} are missing")
        reasons = pd.Series("", index=df.index)
        for column in self.required:
            reasons = reasons.mask(df[column].isna(), reasons + f"null:{column};")
        for column, values in self.allowed.items():
            reasons = reasons.mask(~df[column].isin(values), reasons + f"value:{column};")
        for column, (low, high) in self.ranges.items():
            reasons = reasons.mask(~df[column].between(low, high), reasons + f"range:{column};")
        if self.unique:
            reasons = reasons.mask(df.duplicated(self.unique), reasons + "duplicate;")
        good = reasons == ""
        return df[good], df[~good].assign(reason=reasons[~good])


ORDERS = Contract(
    "silver.orders",
    required=["order_id", "customer_id", "order_date"],
    unique=["order_id"],
    allowed={"status": {"paid", "shipped", "returned"}},
    ranges={"quantity": (1, 8), "unit_price": (0, 85)},
)
CUSTOMERS = Contract(
    "silver.customers", required=["customer_id", "country"], unique=["customer_id"], ranges={"age": (18, 100)}
)
