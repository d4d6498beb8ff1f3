"""Hugging Face datasets of local files: maps, filters, folders, streams. Without the hub."""

import os

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_CACHE"] = os.path.abspath("cache")
import pandas as pd
import datasets
from datasets import Dataset, load_dataset, load_from_disk

datasets.disable_progress_bars()

pd.DataFrame({"text": [f"t{n}" for n in range(200)], "label": [n % 2 for n in range(200)]}).to_csv(
    "texts.csv", index=False
)
made = load_dataset("csv", data_files={"train": "texts.csv"}, split="train")
print(made)
longer = made.map(lambda row: {"size": len(row["text"])}).filter(lambda row: row["label"] == 1)
print(longer[0])
parts = longer.train_test_split(test_size=0.2, seed=1)
parts.save_to_disk("parts")
back = load_from_disk("parts")
print(back)
back["train"].to_json("train.jsonl")
back["train"].to_csv("train.csv")
back["test"].to_parquet("test.parquet")
print(
    Dataset.from_json("train.jsonl", cache_dir="cache").num_rows,
    Dataset.from_parquet("test.parquet", cache_dir="cache").num_rows,
)
streamed = load_dataset("json", data_files="train.jsonl", split="train", streaming=True)
print(next(iter(streamed)))
print(Dataset.from_dict({"a": [1, 2]}).map(lambda row: {"b": row["a"] * 2}, num_proc=2)["b"][:])
try:
    load_dataset("csv", data_files="absent.csv")
except Exception as error:
    print(type(error).__name__)
