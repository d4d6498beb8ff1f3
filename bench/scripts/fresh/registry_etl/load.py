def write(df, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix == ".parquet":
        df.to_parquet(target, index=False)
    else:
        df.to_csv(target, index=False)
