"""A random forest on the passenger list, a submission file."""

import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import LabelEncoder

data = pd.read_csv("passengers.csv")
train, test = data.iloc[:110], data.iloc[110:]
test = test.drop("Survived", axis=1)


def prepare(frame):
    frame = frame.copy()
    frame["Deck"] = frame["Cabin"].str[0].fillna("U")
    frame["Family"] = frame[["SibSp", "Parch"]].sum(axis=1)
    frame["Sex"] = LabelEncoder().fit_transform(frame["Sex"])
    frame["Deck"] = frame["Deck"].astype("category").cat.codes
    return frame[["Pclass", "Sex", "Age", "Fare", "Family", "Deck"]]


imputer = SimpleImputer(strategy="median")
X = imputer.fit_transform(prepare(train))
y = train["Survived"].values
forest = RandomForestClassifier(n_estimators=12, max_depth=4, random_state=0)
forest.fit(X, y)
submission = pd.DataFrame(
    {"PassengerId": test["PassengerId"], "Survived": forest.predict(imputer.transform(prepare(test)))}
)
submission.to_csv("submission.csv", index=False)
