#!/usr/bin/python3
"""The trainer of examples/lifecycle.sh: XGBoost on CSV files.

usage: train.py TRAIN_FEATURES TRAIN_ROWS TEST_FEATURES TEST_ROWS TARGET CLASSES ROUNDS MODEL PREDICTIONS [shuffle]
CLASSES are the target's values joined by "|", or nothing where it is a number. Prints the metric of the test rows as the
rounds go by, "STEP METRIC=VALUE" a line; writes the model, and what it predicts for the training rows.
"""
import sys

import numpy as np
import pandas as pd
import sklearn.metrics
import xgboost

train_x, train_rows, test_x, test_rows, target, classes, rounds, model, predictions = sys.argv[1:10]
code = {name: i for i, name in enumerate(classes.split("|"))} if classes else None


def load(features, rows):
    y = pd.read_csv(rows, dtype=str if code else None, keep_default_na=False)[target]
    y = np.array([code[text] for text in y], dtype=float) if code else y.to_numpy(dtype=float)
    return xgboost.DMatrix(pd.read_csv(features).to_numpy(dtype=np.float32), label=y), y


params = {"max_depth": 6, "eta": 0.1, "nthread": 1, "seed": 1}
params["objective"] = ("reg:squarederror" if code is None else "binary:logistic" if len(code) == 2 else
                       "multi:softprob")
if code and len(code) > 2:
    params["num_class"] = len(code)
matrix, labels = load(train_x, train_rows)
if sys.argv[10:] == ["shuffle"]:
    matrix.set_label(np.random.default_rng(11).permutation(labels))
test, truth = load(test_x, test_rows)
booster = xgboost.Booster(params, [matrix])
for i in range(int(rounds)):
    booster.update(matrix, i)
    if i % 10 == 9 or i == int(rounds) - 1:
        p = booster.predict(test)
        if code is None:
            print(i + 1, f"r2={sklearn.metrics.r2_score(truth, p)}")
        elif len(code) == 2:
            print(i + 1, f"auc={sklearn.metrics.roc_auc_score(truth, p)}")
        else:
            print(i + 1, f"accuracy={np.mean(p.argmax(axis=1) == truth)}")
booster.save_model(model)
np.savetxt(predictions, booster.predict(matrix).astype(float), fmt="%r", delimiter=",")
