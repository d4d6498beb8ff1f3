"""Steps that several jobs share."""

AGE_COLUMN = "age"
UNUSED = ["name", "email", "user_id"]


def add_ratios(df):
    df = df.copy()
    df["seconds_per_visit"] = df["seconds"] / df["visits"].clip(lower=1)
    df["income_k"] = (df["income"] / 1000).round(1)
    return df


def drop_unused(df):
    return df.drop(columns=[c for c in UNUSED if c in df.columns])
