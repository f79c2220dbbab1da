#!/usr/bin/python3
"""Holds lines of formatted numbers on standard input against Python.

"power Q HEX EXPONENT": 128 leading bits of 10^Q, cut off, against whole numbers of any size.
"f64 BITS TEXT": TEXT is repr() of that binary64. "f32 BITS TEXT": TEXT has the digits of the
shortest form that NumPy finds. Exit status 0, 1 with the first differences, 77 without NumPy.
"""
import decimal
import struct
import sys

try:
    import numpy
except ImportError:
    print("# skipped: no NumPy", file=sys.stderr)
    sys.exit(77)


def power(q, bits, exponent):
    shift = 127 - int(exponent)
    top, bottom = 10 ** max(int(q), 0), 10 ** max(-int(q), 0)
    return format((top << max(shift, 0)) // (bottom << max(-shift, 0)), "032x") == bits


def f64(bits, text):
    value, = struct.unpack(">d", bytes.fromhex(bits))
    return repr(value) == text


def f32(bits, text):
    value, = struct.unpack(">f", bytes.fromhex(bits))
    if value != value or value in (float("inf"), float("-inf")):
        return repr(value) == text
    expected = numpy.format_float_scientific(numpy.float32(value), unique=True)
    return decimal.Decimal(expected) == decimal.Decimal(text)


n_wrong = n_lines = 0
for line in sys.stdin:
    kind, *fields = line.split()
    n_lines += 1
    if not {"power": power, "f64": f64, "f32": f32}[kind](*fields):
        n_wrong += 1
        if n_wrong <= 20:
            print("# wrong:", line.strip(), file=sys.stderr)
sys.exit(1 if n_wrong or not n_lines else 0)
