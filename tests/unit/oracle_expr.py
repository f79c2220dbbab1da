#!/usr/bin/python3
"""Hold expressions to a tree walker of their own, written from docs/expressions.md.

usage: oracle_expr.py DUMP_EXPR [ROUNDS]

Random typed trees are spelled twice at random (parentheses, letter case, operands of symmetric operators
swapped, negations moved) and evaluated over random rows: exact operations must agree bit by bit, exp, log,
log1p and expm1 to the ULPs that the page states, against decimals of 60 digits. Both spellings must have one
canonical text, which dump_expr compiles again, and each evaluation is repeated there in blocks of several sizes.
MLOPS_DEEP=1 takes longer. Prints TAP.
"""
import decimal
import math
import os
import random
import struct
import subprocess
import sys

NAMES = {"a": "f", "b": "f", "i": "i", "j": "i", "p": "b", "q": "b", "s": "s", "t": "s"}
ROWS = 70
NAN = float("nan")
decimal.getcontext().prec = 60
draw = random.Random(20)

# A node is (operation, type, children...); a leaf ("name", type, name) or ("const", type, value).

# ---- XXH3-64 of up to 16 bytes, for bucket() ----

SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248e"
    "e03590e6813a264c3c2852bb91c300cb")
M64 = (1 << 64) - 1


def key(at, n=8):
    return int.from_bytes(SECRET[at:at + n], "little")


def swap(x):
    return int.from_bytes(x.to_bytes(8, "little"), "big")


def avalanche64(x):
    x = (x ^ x >> 33) * 0xC2B2AE3D27D4EB4F & M64
    x = (x ^ x >> 29) * 0x165667B19E3779F9 & M64
    return x ^ x >> 32


def xxh3(data):
    n = len(data)
    if n == 0:
        return avalanche64(key(56) ^ key(64))
    if n <= 3:
        combined = data[0] << 16 | data[n >> 1] << 24 | data[-1] | n << 8
        return avalanche64(combined ^ key(0, 4) ^ key(4, 4))
    if n <= 8:
        x = int.from_bytes(data[-4:], "little") + (int.from_bytes(data[:4], "little") << 32) & M64
        x ^= key(8) ^ key(16)
        x ^= (x << 49 | x >> 15) & M64 ^ (x << 24 | x >> 40) & M64
        x = x * 0x9FB21C651E98DF25 & M64
        x ^= (x >> 35) + n
        x = x * 0x9FB21C651E98DF25 & M64
        return x ^ x >> 28
    low = int.from_bytes(data[:8], "little") ^ key(24) ^ key(32)
    high = int.from_bytes(data[-8:], "little") ^ key(40) ^ key(48)
    product = low * high
    x = n + swap(low) + high + (product & M64 ^ product >> 64) & M64
    x ^= x >> 37
    x = x * 0x165667919E3779F9 & M64
    return x ^ x >> 32


# ---- the walker ----


def to_float(x):
    return None if x is None else float(x)


def fits(x):
    return x if x is not None and -2**63 <= x < 2**63 else None


def divide(x, y):
    if y != 0:
        return x / y
    return NAN if x == 0 or x != x else math.copysign(math.inf, x) * math.copysign(1.0, y)


def floor_divide(x, y):
    if y == 0:
        return divide(x, y)
    return NAN if math.isinf(x) else x // y


def modulo(x, y):
    return NAN if y == 0 or math.isinf(x) else x % y


def least(values):
    if any(v != v for v in values):
        return NAN
    return min(values, key=lambda v: (v, math.copysign(1, v)))


def greatest(values):
    if any(v != v for v in values):
        return NAN
    return max(values, key=lambda v: (v, math.copysign(1, v)))


def whole(f):
    """A function to whole numbers, kept in float64 with its sign."""
    return lambda x: x if x != x or math.isinf(x) else math.copysign(float(f(x)), x)


def lower(s):
    return "".join(c.lower() if c < "\x80" else c for c in s)


def like(s, p):
    """By dynamic programming over characters."""
    row = [True] + [False] * len(s)
    for c in p:
        if c == "%":
            for k in range(len(s)):
                row[k + 1] = row[k + 1] or row[k]
        else:
            row = [False] + [row[k] and c in ("_", s[k]) for k in range(len(s))]
    return row[-1]


def bucket(x, n):
    if n < 1:
        return None
    data = x.encode() if isinstance(x, str) else struct.pack("<q", x)
    return xxh3(data) * n >> 64


FLOAT = {"+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y, "/": divide,
         "//": floor_divide, "%": modulo}
INT = {"+": lambda x, y: fits(x + y), "-": lambda x, y: fits(x - y), "*": lambda x, y: fits(x * y),
       "//": lambda x, y: fits(x // y) if y else None, "%": lambda x, y: x % y if y else None}
COMPARE = {"=": lambda x, y: x == y, "!=": lambda x, y: x != y, "<": lambda x, y: x < y,
           "<=": lambda x, y: x <= y, ">": lambda x, y: x > y, ">=": lambda x, y: x >= y}
STRICT = {"floor": whole(math.floor), "ceil": whole(math.ceil), "round": whole(round), "abs": abs,
          "sqrt": lambda x: NAN if x < 0 or x != x else math.sqrt(x), "isnan": lambda x: x != x,
          "length": len, "lower": lower, "contains": lambda s, t: t in s, "starts_with": str.startswith,
          "ends_with": str.endswith, "like": like, "ilike": lambda s, p: like(lower(s), lower(p)), "bucket": bucket}


def both_float(kids, values):
    """int64 becomes float64 where any is."""
    if any(k[1] == "f" for k in kids):
        return [to_float(v) if k[1] == "i" else v for k, v in zip(kids, values)]
    return values


def compare(op, x, y):
    if x is None or y is None or x != x or y != y:
        return None
    if isinstance(x, str):
        x, y = x.encode(), y.encode()
    return COMPARE[op](x, y)


def walk(node, row):
    op, kind = node[:2]
    if op == "name":
        return row[node[2]]
    if op == "const":
        return node[2]
    kids = node[2:]
    if op == "in":
        kids = (node[2],) + node[3]
    values = [walk(k, row) for k in kids]
    if op == "and":
        return False if False in values else None if None in values else True
    if op == "or":
        return True if True in values else None if None in values else False
    if op == "is null":
        return values[0] is None
    if op == "if":
        chosen = values[1] if values[0] is True else values[2]
        return to_float(chosen) if kind == "f" else chosen
    if op == "coalesce":
        chosen = next((v for v in values if v is not None), None)
        return to_float(chosen) if kind == "f" else chosen
    if None in values:
        return None
    if op == "not":
        return not values[0]
    values = both_float(kids, values)
    if op in COMPARE:
        return compare(op, *values)
    if op == "in":
        return None if values[0] != values[0] else values[0] in values[1:]
    if op == "neg":
        return fits(-values[0]) if kind == "i" else -values[0]
    if op in FLOAT:
        return INT[op](*values) if kind == "i" else FLOAT[op](*map(float, values))
    if op in ("min", "max", "clip"):
        if kind == "i":
            x, low, high = (values + [None])[:3] if op == "clip" else (None, None, None)
            return min(max(x, low), high) if op == "clip" else {"min": min, "max": max}[op](values)
        return least([greatest(values[:2]), values[2]]) if op == "clip" else \
            {"min": least, "max": greatest}[op](values)
    if op in ("floor", "ceil", "round", "abs") and kind == "i":
        return fits(abs(values[0])) if op == "abs" else values[0]
    if op in ("sqrt", "isnan"):
        values = [float(values[0])]
    return STRICT[op](*values)


# ---- random trees ----


def constant(kind):
    if kind == "f":
        return ("const", "f", draw.choice([0.0, 1.0, 0.5, 2.5, 3.0, 1e-3, 1e300, 5e-324, 0.1, 1e16, 7.25]))
    if kind == "i":
        return ("const", "i", draw.choice([0, 1, 2, 3, 7, 10, 1000, 2**31, 2**53 + 1, 2**62, 2**63 - 1]))
    if kind == "b":
        return ("const", "b", draw.random() < 0.5)
    return ("const", "s", draw.choice(["", "a", "A", "ab", "a%", "%b_", "_", "é", "it's", "xyz", "\n"]))


def leaf(kind):
    if draw.random() < 0.25:
        return constant(kind)
    return ("name", kind, draw.choice([n for n, k in NAMES.items() if k == kind]))


def number(depth):
    return tree(draw.choice("fi"), depth)


def numbers(kind, depth, n):
    """n of them whose common type is kind."""
    kinds = ["i"] * n if kind == "i" else [draw.choice("fi") for _ in range(n)]
    if kind == "f" and "f" not in kinds:
        kinds[draw.randrange(n)] = "f"
    return tuple(tree(k, depth) for k in kinds)


def choice(kind, depth):
    """if or coalesce of a type."""
    few = draw.choice([2, 2, 3])
    kids = numbers(kind, depth, few) if kind in "fi" else tuple(tree(kind, depth) for _ in range(few))
    if draw.random() < 0.5:
        return ("coalesce", kind) + kids
    return ("if", kind, tree("b", depth)) + kids[:2] if kind in "bsi" or "f" in (kids[0][1], kids[1][1]) else \
        ("if", kind, tree("b", depth), kids[0], tree("f", depth))


def float_tree(depth):
    op = draw.choice(["+", "-", "*", "/", "//", "%", "neg", "min", "max", "clip", "floor", "ceil", "round", "abs",
                      "sqrt", "choice"])
    if op == "choice":
        return choice("f", depth)
    if op == "/":
        return (op, "f", number(depth), number(depth))
    if op in FLOAT:
        return (op, "f") + numbers("f", depth, 2)
    if op in ("min", "max"):
        return (op, "f") + numbers("f", depth, draw.choice([2, 2, 3, 4]))
    if op == "clip":
        return (op, "f") + numbers("f", depth, 3)
    return (op, "f", number(depth) if op == "sqrt" else tree("f", depth))


def int_tree(depth):
    op = draw.choice(["+", "-", "*", "//", "%", "neg", "min", "max", "clip", "floor", "round", "abs", "length", "bucket",
                      "choice"])
    if op == "choice":
        return choice("i", depth)
    if op == "length":
        return (op, "i", tree("s", depth))
    if op == "bucket":
        return (op, "i", tree(draw.choice("si"), depth), tree("i", depth))
    n = {"min": draw.choice([2, 3]), "max": 2, "clip": 3, "neg": 1, "floor": 1, "round": 1, "abs": 1}.get(op, 2)
    return (op, "i") + numbers("i", depth, n)


def listed(kind):
    kinds = draw.choice(["f", "i", "fi"]) if kind in "fi" else kind
    return tuple(constant(draw.choice(kinds)) for _ in range(draw.choice([1, 2, 3, 6])))


def bool_tree(depth):
    op = draw.choice(["and", "or", "and", "or", "not", "compare", "compare", "compare", "texts", "in", "is null",
                      "isnan", "choice"])
    if op == "choice":
        return choice("b", depth)
    if op in ("and", "or"):
        return (op, "b") + tuple(tree("b", depth) for _ in range(draw.choice([2, 2, 2, 3])))
    if op == "not":
        return (op, "b", tree("b", depth))
    if op == "isnan":
        return (op, "b", number(depth))
    if op == "is null":
        return (op, "b", tree(draw.choice("fibs"), depth))
    if op == "in":
        kind = draw.choice("fis")
        return (op, "b", tree(kind, depth), listed(kind))
    if op == "texts":
        return (draw.choice(["contains", "starts_with", "ends_with", "like", "ilike"]), "b", tree("s", depth),
                tree("s", depth))
    kind = draw.choice("ffiisb")
    if kind == "b":
        return (draw.choice(["=", "!="]), "b", tree("b", depth), tree("b", depth))
    if kind == "s":
        return (draw.choice(list(COMPARE)), "b", tree("s", depth), tree("s", depth))
    return (draw.choice(list(COMPARE)), "b", number(depth), number(depth))


def string_tree(depth):
    return choice("s", depth) if draw.random() < 0.5 else ("lower", "s", tree("s", depth))


def tree(kind, depth):
    if depth <= 0 or draw.random() < 0.15:
        return leaf(kind)
    return {"f": float_tree, "i": int_tree, "b": bool_tree, "s": string_tree}[kind](depth - 1)


# ---- spelling ----

BIND = {"or": 1, "and": 2, "not": 3, "=": 4, "!=": 4, "<": 4, "<=": 4, ">": 4, ">=": 4, "in": 4, "is null": 4, "like": 4,
        "ilike": 4, "+": 5, "-": 5, "*": 6, "/": 6, "//": 6, "%": 6, "neg": 7}
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
OPPOSITE = {"<": ">=", ">": "<=", "<=": ">", ">=": "<", "=": "!=", "!=": "="}


def cased(word):
    return "".join(draw.choice([c, c.upper()]) for c in word) if draw.random() < 0.3 else word


def blank():
    return draw.choice([" ", " ", " ", "  ", "\t", "\n"])


def quoted(name):
    return draw.choice([name, name, name, f"`{name}`", f'"{name}"'])


def spell_constant(kind, value):
    if kind == "s":
        return "'" + value.replace("'", "''") + "'"
    if kind == "b":
        return cased("true" if value else "false")
    if kind == "i":
        return draw.choice(["", "", "0"]) + str(value)
    text = repr(value)
    return draw.choice([text, text, f"{value:.17e}", "0" + text])


def spell(node, bind=0):
    """Text of a node that must bind at least so much."""
    op = node[0]
    text, mine = spell_open(node)
    if op not in ("name", "const") and draw.random() < 0.08:
        mine = 0
    return f"({text})" if mine < bind or mine == 0 else text


def join(parts, word):
    return f"{blank()}{cased(word)}{blank()}".join(parts)


def spell_call(name, kids):
    separator = draw.choice([", ", ",", " , "])
    return f"{cased(name)}({separator.join(spell(k) for k in kids)})"


def spell_open(node):
    """Text, and how much it binds."""
    op, kind, *kids = node
    if op == "name":
        return quoted(kids[0]), 8
    if op == "const":
        return spell_constant(kind, kids[0]), 8
    bind = BIND.get(op)
    if op in ("and", "or"):
        return join([spell(k, bind + 1) for k in kids], op), bind
    if op == "not":
        return f"{cased('not')} {spell(kids[0], 3)}", 3
    if op in COMPARE:
        sign = {"=": draw.choice(["=", "=="]), "!=": draw.choice(["!=", "<>"])}.get(op, op)
        space = draw.choice(["", " "])
        return f"{spell(kids[0], 5)}{space}{sign}{space}{spell(kids[1], 5)}", 4
    if op == "in":
        items = ", ".join(spell(c) for c in kids[1])
        return f"{spell(kids[0], 5)} {cased('in')} ({items})", 4
    if op == "is null" and draw.random() < 0.7:
        return f"{spell(kids[0], 5)} {cased('is')} {cased('null')}", 4
    if op == "is null":
        return spell_call("isnull", kids), 8
    if op in ("like", "ilike") and draw.random() < 0.7:
        return f"{spell(kids[0], 5)} {cased(op)} {spell(kids[1], 5)}", 4
    if op == "neg":
        return f"-{draw.choice(['', ' '])}{spell(kids[0], 7)}", 7
    if op in FLOAT:
        space = draw.choice(["", " "])
        return f"{spell(kids[0], bind)}{space}{op}{space}{spell(kids[1], bind + 1)}", bind
    return spell_call(op, kids), 8


def negated(node):
    """The opposite, said in some way."""
    op, kind, *kids = node
    if op == "not":
        return shuffled(kids[0])
    if op in OPPOSITE and draw.random() < 0.5:
        return shuffled((OPPOSITE[op], kind, *kids))
    if op in ("and", "or") and draw.random() < 0.5:
        return ("or" if op == "and" else "and", kind, *(negated(k) for k in kids))
    return ("not", kind, shuffled(node))


def shuffled(node):
    """A tree of the same meaning, as far as the page says that the canonical form sees it."""
    op, kind, *kids = node
    if op in ("name", "const"):
        return node
    if op == "not" and draw.random() < 0.7:
        return negated(kids[0])
    if op == "in":
        items = list(kids[1])
        draw.shuffle(items)
        items += draw.choices(items, k=draw.choice([0, 0, 1]))
        return (op, kind, shuffled(kids[0]), tuple(items))
    kids = [shuffled(k) for k in kids]
    if op in ("and", "or"):
        draw.shuffle(kids)
        if len(kids) > 2 and draw.random() < 0.5:
            kids[:2] = [(op, kind, *kids[:2])]
        if draw.random() < 0.1:
            kids.append(draw.choice([kids[0], ("const", "b", op == "and")]))
        return (op, kind, *kids)
    if op in TURNED and draw.random() < 0.5:
        return (TURNED[op], kind, kids[1], kids[0])
    if op in ("min", "max"):
        draw.shuffle(kids)
    if op in ("+", "*") and not all(BIND.get(k[0]) == BIND[op] for k in kids):
        draw.shuffle(kids)
    return (op, kind, *kids)


# ---- rows and answers ----


def bits(x):
    return struct.pack(">d", x).hex()


def random_value(kind):
    if draw.random() < 0.15:
        return None
    if kind == "f":
        return draw.choice([draw.uniform(-10, 10), draw.gauss(0, 1) * 10.0**draw.randint(-20, 20), 0.0, -0.0, 1.0, 0.5,
                            NAN, math.inf, -math.inf, 2.5, -3.5, 5e-324, 1e308, 4503599627370497.5,
                            struct.unpack(">d", draw.randbytes(8))[0]])
    if kind == "i":
        return draw.choice([draw.randint(-10, 10), draw.randint(-2**63, 2**63 - 1), 0, 1, -1, 2**63 - 1, -2**63,
                            draw.randint(-2**32, 2**32), 2**53 + 1])
    if kind == "b":
        return draw.random() < 0.5
    return "".join(draw.choice("aAbB%_é'x") for _ in range(draw.choice([0, 1, 1, 2, 3, 5, 8])))


def field(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return bits(value) if value == value else "7ff8000000000000"
    return "x" + value.encode().hex()


class Dump:
    """The library behind a pipe."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def rows(self):
        rows = [{n: random_value(k) for n, k in NAMES.items()} for _ in range(ROWS)]
        self.process.stdin.write(f"rows {ROWS}\n" + "".join(
            " ".join(field(r[n]) for n in NAMES) + "\n" for r in rows))
        return rows

    def ask(self, text):
        self.process.stdin.write(f"expr {text.encode().hex()}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split(maxsplit=2)
        if not answer:
            sys.exit(f"dump_expr died of {text!r}")
        if answer[0] != "ok":
            return None, " ".join(answer)
        return bytes.fromhex(answer[2].strip()).decode(), self.process.stdout.readline().split()


faults = []


def report(*words):
    faults.append(1)
    if len(faults) < 20:
        print("#", *words)


def check_exact(dump, rounds):
    """Trees of exact operations, spelled twice."""
    rows, compared, trees = dump.rows(), 0, 0
    for round_ in range(rounds):
        if round_ % 50 == 49:
            rows = dump.rows()
        node = tree(draw.choice("fibs"), draw.choice([1, 2, 3, 4, 6]))
        texts = [spell(node), spell(shuffled(node))]
        if max(map(len, texts)) > 30000:
            continue
        answers = [dump.ask(t) for t in texts]
        trees += 1
        for (canonical, got), text in zip(answers, texts):
            if canonical is None:
                report(f"{text!r}: {got}")
                continue
            expected = [field(walk(node, r)) for r in rows]
            compared += len(rows)
            if got != expected:
                k = next(k for k in range(ROWS) if got[k] != expected[k])
                report(f"{text!r} ({canonical!r}) gives {got[k]}, not {expected[k]}, for {rows[k]}")
        if answers[0][0] != answers[1][0]:
            report(f"{texts[0]!r} and {texts[1]!r} have {answers[0][0]!r} and {answers[1][0]!r}")
    return trees, compared


def exact_value(name, x):
    """As a decimal, or a float where it is special."""
    if x != x or name in ("log", "log1p") and x < (0 if name == "log" else -1):
        return NAN
    if name in ("log", "log1p"):
        argument = decimal.Decimal(x) + (1 if name == "log1p" else 0)
        if x == math.inf or argument == 0:
            return x if x == math.inf else -math.inf
        if name == "log1p" and abs(x) < 1e-30:
            return decimal.Decimal(x) - decimal.Decimal(x)**2 / 2
        return argument.ln()
    if x > 720:
        return math.inf
    if x < -800:
        return 0.0 if name == "exp" else decimal.Decimal(-1)
    if name == "expm1" and abs(x) < 1e-30:
        return decimal.Decimal(x) + decimal.Decimal(x)**2 / 2
    return decimal.Decimal(x).exp() - (1 if name == "expm1" else 0)


def ulps_off(got, exact):
    if isinstance(exact, float) or math.isinf(got) or got != got:
        special = float(exact)
        return 0 if got == special or got != got and special != special else math.inf
    ulp = math.ulp(float(exact))
    return float(abs(decimal.Decimal(got) - exact) / decimal.Decimal(ulp))


def check_math(dump, rounds):
    """Functions that are not exact, of exact arguments."""
    worst = dict.fromkeys(("exp", "log", "log1p", "expm1"), 0.0)
    for _ in range(rounds):
        rows = dump.rows()
        for name in worst:
            node = tree("f", draw.choice([0, 1, 2]))
            canonical, got = dump.ask(f"{name}({spell(node)})")
            for row, answer in zip(rows, got):
                x = walk(node, row)
                if x is None or answer == "-":
                    if (x is None) != (answer == "-"):
                        report(f"{canonical}: {answer} for {row}")
                    continue
                y, = struct.unpack(">d", bytes.fromhex(answer))
                off = ulps_off(y, exact_value(name, x))
                worst[name] = max(worst[name], off)
                if off > (2 if name == "expm1" else 1):
                    report(f"{name}({x!r}) = {y!r} is {off} ULP off")
                if name in ("log1p", "expm1") and x == 0 and math.copysign(1, x) != math.copysign(1, y):
                    report(f"{name}({x!r}) = {y!r}")
    return worst


def check_errors(dump, rounds):
    """Texts cut and changed at random: an error has its place, and never is there anything else."""
    dump.rows()
    n = 0
    for _ in range(rounds):
        text = spell(tree(draw.choice("fibs"), 3))
        for _ in range(draw.choice([1, 1, 2, 4])):
            k, m = sorted(draw.randrange(len(text) + 1) for _ in range(2)) if text else (0, 0)
            text = draw.choice([text[:k] + text[m:], text[:k] + draw.choice("()'`\",.+-*/%<>=!~ é0x") + text[k:],
                                text[:m], text[:k] + draw.choice([" not ", " and ", " in ", " null ", "1e", "min("]) +
                                text[k:]])
        if len(text) > 30000 or "\0" in text:
            continue
        canonical, got = dump.ask(text)
        n += canonical is None
        if canonical is None and "column " not in got:
            report(f"{text!r}: {got}")
    return n


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 60000 if os.environ.get("MLOPS_DEEP") == "1" else 6000
    print("1..3")
    dump = Dump(sys.argv[1])
    trees, compared = check_exact(dump, rounds)
    print(f"{'not ok' if faults else 'ok'} 1 - {trees} trees agree in {compared} values and have one form each")
    before = len(faults)
    worst = check_math(dump, rounds // 60)
    text = ", ".join(f"{name} {off:.3f}" for name, off in worst.items())
    print(f"{'not ok' if len(faults) > before else 'ok'} 2 - ULPs off at most: {text}")
    before = len(faults)
    n = check_errors(dump, rounds)
    print(f"{'not ok' if len(faults) > before else 'ok'} 3 - {n} texts that are none are refused with their place")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
