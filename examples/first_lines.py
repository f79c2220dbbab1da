"""The first lines in Python: predict a table, compare two, keep the report. Run it in examples/data."""
import sys

import mlops

m = mlops.load("fraud.json")
print(m.predict(mlops.table("live.csv"))[:5])
mlops.compare("train.csv", "live.csv").save(sys.argv[1] if len(sys.argv) > 1 else "drift.html")
