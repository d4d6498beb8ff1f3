"""Column Transformer with Mixed Types, then a grid search over the whole pipeline and a dump of the best one."""

import joblib
import pandas as pd
from sklearn.compose import ColumnTransformer, make_column_selector
from sklearn.feature_selection import SelectPercentile, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

titanic = pd.read_csv("passengers.csv")
X = titanic[["Age", "Fare", "Embarked", "Sex", "Pclass", "SibSp"]].astype({"Pclass": "str", "SibSp": "float"})
y = titanic["Survived"]

numeric_transformer = Pipeline(steps=[("imputer", SimpleImputer(strategy="median")), ("scaler", StandardScaler())])
categorical_transformer = Pipeline(
    steps=[
        ("encoder", OneHotEncoder(handle_unknown="ignore", sparse_output=False)),
        ("selector", SelectPercentile(f_classif, percentile=50)),
    ]
)
preprocessor = ColumnTransformer(
    transformers=[
        ("num", numeric_transformer, make_column_selector(dtype_include="number")),
        ("cat", categorical_transformer, make_column_selector(dtype_exclude="number")),
    ]
)
clf = Pipeline(steps=[("preprocessor", preprocessor), ("classifier", LogisticRegression(max_iter=500))])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)

search_cv = GridSearchCV(
    clf,
    {"preprocessor__num__imputer__strategy": ["mean", "median"], "classifier__C": [0.1, 1.0]},
    cv=3,
    scoring="accuracy",
)
search_cv.fit(X_train, y_train)

cv_results = pd.DataFrame(search_cv.cv_results_).sort_values("mean_test_score", ascending=False)
cv_results[["mean_test_score", "std_test_score", "param_classifier__C"]].round(5).to_csv("cv_results.csv", index=False)

joblib.dump(search_cv.best_estimator_, "survival.joblib")
model = joblib.load("survival.joblib")
answers = X_test.assign(
    PassengerId=titanic.loc[X_test.index, "PassengerId"],
    survival=model.predict_proba(X_test)[:, 1].round(5),
    guess=model.predict(X_test),
)
answers[["PassengerId", "Pclass", "survival", "guess"]].sort_values("PassengerId").to_csv("answers.csv", index=False)
with open("score.txt", "w") as out:
    out.write(f"accuracy on the test set: {model.score(X_test, y_test):.3f}\n")
