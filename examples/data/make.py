#!/usr/bin/python3
"""Makes the small files that the examples use: train.csv, live.csv, fraud.json.

Payments with 30 features, seeded. In live.csv the amounts have grown by half and the hour is missing
in a fifth of the rows. Needs python3-numpy and python3-xgboost; run in this folder.
"""
import numpy as np
import xgboost

NAMES = ["amount", "hour", "age_days", "distance_km"] + [f"v{i}" for i in range(1, 27)]
rng = np.random.default_rng(20)


def payments(n):
    x = rng.normal(size=(n, 30))
    x[:, 0] = np.exp(3 + x[:, 0])
    x[:, 1] = rng.integers(0, 24, n)
    x[:, 2] = rng.integers(0, 3000, n)
    x[:, 3] = np.exp(1 + x[:, 3])
    risk = 0.02 * x[:, 0] + 0.3 * x[:, 3] + x[:, 4] - x[:, 5] - 4 + rng.normal(size=n)
    return x.round(2), (risk > 0).astype(int)


def write(path, x, y):
    with open(path, "w", encoding="utf-8") as out:
        out.write(",".join(NAMES) + ",fraud\n")
        for row, label in zip(x, y):
            cells = ["" if np.isnan(v) else f"{v:g}" for v in row]
            out.write(",".join(cells) + f",{label}\n")


train_x, train_y = payments(600)
live_x, live_y = payments(600)
live_x[:, 0] = (live_x[:, 0] * 1.5).round(2)
live_x[rng.random(600) < 0.2, 1] = np.nan
write("train.csv", train_x, train_y)
write("live.csv", live_x, live_y)
data = xgboost.DMatrix(train_x, train_y, feature_names=NAMES)
options = {"objective": "binary:logistic", "max_depth": 3, "eta": 0.3, "nthread": 1, "seed": 1}
xgboost.train(options, data, 20).save_model("fraud.json")
