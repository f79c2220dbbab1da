#!/usr/bin/python3
"""Holds lines of formatted numbers on standard input against Python.

"power Q HEX EXPONENT": 128 leading bits of 10^Q, cut off, against whole numbers of any size.
"f64 BITS TEXT": TEXT is repr() of that binary64. "f32 BITS TEXT": TEXT has the digits of the
shortest form that NumPy finds. "text64 BITS TEXT": float() of TEXT has these bits. "text32 BITS TEXT":
no binary32 is nearer to TEXT, and of two as near it is the even one. Exit status 0, 1 with the first differences, 77 without NumPy.
"""
import decimal
import struct
import sys
from fractions import Fraction

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


def text64(bits, text):
    return struct.pack(">d", float(text)).hex() == bits


def binary32(bits):
    """Its value; an infinity counts as the power of two that would come next."""
    value, = struct.unpack(">f", struct.pack(">I", bits))
    return Fraction(2) ** 128 if value == float("inf") else Fraction(value)


def text32(bits, text):
    number, exact = int(bits, 16), Fraction(text)
    if number >> 31 != text.startswith("-"):
        return False
    number, exact = number & 0x7fffffff, abs(exact)
    if number > 0x7f800000:
        return False
    here = abs(exact - binary32(number))
    if number == 0x7f800000 and exact > 2 ** 128:
        return True
    near = [abs(exact - binary32(n)) for n in (number - 1, number + 1) if 0 <= n <= 0x7f800000]
    return here < min(near) or (here == min(near) and number % 2 == 0)


n_wrong = n_lines = 0
for line in sys.stdin:
    kind, *fields = line.split()
    n_lines += 1
    if not {"power": power, "f64": f64, "f32": f32, "text64": text64, "text32": text32}[kind](*fields):
        n_wrong += 1
        if n_wrong <= 20:
            print("# wrong:", line.strip(), file=sys.stderr)
sys.exit(1 if n_wrong or not n_lines else 0)
