"""Survey answers: wide to long, weighted means per question and region."""

import pandas as pd

survey = pd.read_excel("survey.xlsx")
QUESTIONS = [f"q{n}" for n in range(1, 5)]
long = survey.melt(
    id_vars=["respondent", "region", "weight"], value_vars=QUESTIONS, var_name="question", value_name="answer"
)
long = long.dropna(subset=["answer"])
long["weighted"] = long["answer"] * long["weight"]
grouped = long.groupby(["region", "question"]).agg({"weighted": "sum", "weight": "sum"}).reset_index()
grouped["mean"] = grouped["weighted"] / grouped["weight"]
grouped[["region", "question", "mean"]].to_csv("means.csv", index=False)

survey["score"] = survey[QUESTIONS].mean(axis=1)
survey["happy"] = survey["score"].gt(3.2)
survey[["respondent", "score", "happy"]].to_json("scores.json", orient="records")
