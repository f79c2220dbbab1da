"""overhead.py MODEL ROWS RUNS: what one row takes from Python, beyond the prediction itself.

What the prediction takes is told apart by two buffers, with one row and with none: a call of the second does all but
predict. Prints "name microseconds", a line a run.
"""
import sys
import timeit

import numpy as np

import mlops

CALLS = 2000
model = mlops.load(sys.argv[1])
rows = np.fromfile(sys.argv[2], np.float32).reshape(-1, model.n_features)[:1]
bound, nothing = model.bind(rows), model.bind(rows[:0])
model.predict(rows)


def best(call):
    """Microseconds of a call, where nothing else took the processor."""
    return min(timeit.repeat(call, number=CALLS, repeat=30)) / CALLS * 1e6


for _ in range(int(sys.argv[3])):
    prediction = best(bound) - best(nothing)
    print(f"one_row_overhead {best(lambda: model.predict(rows)) - prediction:.4f}")
    print(f"bound_overhead {best(nothing):.4f}")
