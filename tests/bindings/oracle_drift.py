#!/usr/bin/python3
"""Drift of texts and of odd columns, against what is restated here and against the table in docs/drift.md.

usage: oracle_drift.py. Prints TAP.
"""
import collections
import math
import pathlib
import random
import re
import struct
import sys
import tempfile
import unittest
from fractions import Fraction

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "unit"))
from oracle_expr import xxh3  # noqa: E402

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "drift.md"
PARTS = ["length", "words", "letters", "digits", "punctuation", "non_ascii", "upper", "word"]
WORDS = """the a of and in order parcel arrived late refund broken screen battery works great terrible support answered
quickly never again recommend price quality delivery box damaged colour size fits small large happy sad customer
service called twice week month Größe schön 東京タワー naïve café don't X1 42 3.14""".split()


def mix(x):
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9 % 2**64
    x = (x ^ x >> 27) * 0x94d049bb133111eb % 2**64
    return x ^ x >> 31


def fnv(data):
    h = 0xcbf29ce484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001b3 % 2**64
    return h


def lower(text):
    return "".join(c.lower() if c.isascii() else c for c in text)


def described(text):
    """What docs/drift.md says of one text, None where there is nothing to take it of."""
    if text is None:
        return [None] * len(PARTS)
    n, letters = len(text), [c for c in text if c.isascii() and c.isalpha()]
    shares = [len(letters), sum(c in "0123456789" for c in text),
              sum(c.isascii() and "!" <= c <= "~" and not c.isalnum() for c in text), sum(not c.isascii() for c in text)]
    words = [w for w in re.findall(r"(?:[A-Za-z0-9]|[^\x00-\x7f])+", text) if len(w) >= 4]
    word = lower(words[mix(fnv(text.encode())) % len(words)]) if words else None
    if word is not None and len(word.encode()) > 64:
        word = word.encode()[:64].decode(errors="ignore")
    return [n, len(re.findall(r"[^\t-\r ]+", text)), *(s / n if n else None for s in shares),
            sum(c.isupper() for c in letters) / len(letters) if letters else None, word]


def review(rng, words):
    text = " ".join(rng.choice(words) for _ in range(rng.randint(6, 30)))
    return text[0].upper() + text[1:] + rng.choice([".", "!", "?", " :-)", ""])


class Texts(unittest.TestCase):
    def test_each_measure_is_what_it_says(self):
        rng = random.Random(1)
        texts = ["", " ", "a", "ABC", "ß" * 40, "日本語の長い文章" * 9, "x" * 200, "\t two\n words ", "don't stop-me now 12:30",
                 "a\u00a0b c", None]
        for _ in range(300):
            text = review(rng, WORDS)
            texts += [text, "".join(rng.choice(" aZ9.,éß語\t") for _ in range(rng.randint(1, 60)))]
        table = mlops.table({"review": texts, "n": list(range(len(texts)))}).texts("review")
        self.assertEqual([name for name in table.names], [f"review.{part}" for part in PARTS])
        columns = [list(table[f"review.{part}"]) for part in PARTS]
        for row, text in enumerate(texts):
            for part, have, want in zip(PARTS, (c[row] for c in columns), described(text)):
                none = have is None or have != have
                self.assertTrue(none if want is None else not none and have == want, (text, part, have, want))

    def test_what_it_refuses(self):
        table = mlops.table({"x": [1.0], "s": ["a"]})
        with self.assertRaisesRegex(mlops.SchemaError, "'y'"):
            table.texts("y")
        with self.assertRaisesRegex(mlops.SchemaError, "float64"):
            table.texts("x")

    def test_columns_of_texts_are_judged_by_what_is_counted(self):
        rng = random.Random(2)
        before = {"review": [review(rng, WORDS[:36]) for _ in range(3000)], "x": list(range(3000))}
        same = {"review": [review(rng, WORDS[:36]) for _ in range(3000)], "x": list(range(3000))}
        names = [f"review.{part}" for part in PARTS] + ["x"]
        found = mlops.compare(before, same)
        self.assertEqual([c.name for c in found], names)
        self.assertEqual((found.n_drifted, found["review.word"].test), (0, "tv"))
        self.assertEqual(found["review.length"].verdict.name, "NO")
        cases = {  # what has changed, and the columns that tell
            "shorter": (lambda t: t[:len(t) // 2], {"review.length", "review.words"}),
            "shouting": (str.upper, {"review.upper"}),
            "numbers": (lambda t: re.sub("o", "0", t), {"review.digits", "review.letters"}),
            "words": (lambda t: t.replace("parcel", "drone").replace("screen", "drone").replace("refund", "drone")
                      .replace("order", "drone").replace("late", "drone"), {"review.word"}),
        }
        for name, (change, told) in cases.items():
            found = mlops.compare(before, {"review": [change(t) for t in same["review"]], "x": same["x"]})
            drifted = {c.name for c in found if c.verdict.name == "YES"}
            self.assertLessEqual(told, drifted, name)
        self.assertIn("more 'drone' (0% -> ", found["review.word"].where)

    def test_what_is_no_text(self):
        rng = random.Random(3)
        texts = [review(rng, WORDS) for _ in range(400)]
        for column in [t.split()[0] for t in texts], [str(rng.random()) for _ in texts], texts[:4] * 100, texts[:40]:
            found = mlops.compare({"s": column}, {"s": column})
            self.assertEqual([c.name for c in found], ["s"])
        self.assertEqual(len(mlops.compare({"s": texts}, {"s": texts})), len(PARTS))
        self.assertEqual(len(mlops.compare({"s": texts}, {"s": texts}, whole_texts=True)), 1)
        self.assertEqual(len(mlops.compare({"s": texts}, {"s": texts}, preset="evidently")), 1)
        kept = mlops.Reference(mlops.table({"s": texts}).texts("s"))
        found = mlops.compare(kept, mlops.table({"s": texts[::-1]}).texts("s"))
        self.assertEqual([c.name for c in found], [f"s.{part}" for part in PARTS])
        kept = mlops.Reference(mlops.table({"s": texts, "x": list(range(400))}), texts=True)
        self.assertEqual(mlops.compare(kept, {"s": texts[::-1]}, ignore="x").json(), found.json())

    def test_names_choose_the_column(self):
        rng = random.Random(4)
        rows = {"s": [review(rng, WORDS) for _ in range(100)], "x": list(range(100))}
        self.assertEqual([c.name for c in mlops.compare(rows, rows, ignore=["s"])], ["x"])
        self.assertEqual(len(mlops.compare(rows, rows, columns=["s"])), len(PARTS))
        nulls = mlops.compare(rows, {"s": [None] * 100, "x": list(range(100))})
        self.assertEqual({c.verdict.name for c in nulls if c.name != "x"}, {"YES"})
        self.assertEqual({c.test for c in nulls if c.name != "x"}, {"nulls"})


# ---- columns with nothing to tell ----

RULES = {"native": {}, "evidently": {}, "nannyml": {}, "alibi": {}, "deepchecks": {}, "whylogs": {},
         "tfdv": {"ks_tolerance": 0.1, "tv_tolerance": 0.1}}
MANY = [f"c{i * 7919 % 10000}" for i in range(20000)]
ODD = {
    "constant, the same": ([7.0] * 2000, [7.0] * 2000),
    "constant, another": ([7.0] * 2000, [8.0] * 2000),
    "constant before, not now": ([7.0] * 2000, [float(i) for i in range(2000)]),
    "no rows": ([], []),
    "no rows now": ([float(i) for i in range(2000)], []),
    "nulls alone": ([None] * 2000, [None] * 2000),
    "nulls alone now": ([float(i) for i in range(2000)], [None] * 2000),
    "one row": ([1.0], [2.0]),
    "numbers and words": (["1", "2", "x", "y"] * 500, ["1", "2", "x", "y"] * 500),
    "10,000 categories, the same": (MANY, MANY[::-1]),
    "10,000 categories, all new": (MANY, ["d" + text for text in MANY]),
}


def answer(rule, kind):
    limits = {} if rule == "native" else {"preset": rule, **RULES[rule]}
    found = mlops.compare(mlops.table({"x": ODD[kind][0]}), mlops.table({"x": ODD[kind][1]}), **limits)["x"]
    word = {"YES": "yes", "NO": "no", "NOT_ENOUGH_DATA": "?"}[found.verdict.name]
    return f"{word} `{found.test}`" if found.test else word


def rows():
    yield "| column | " + " | ".join(f"`{rule}`" if rule != "native" else rule for rule in RULES) + " |"
    yield "|---" * (len(RULES) + 1) + "|"
    for kind in ODD:
        yield f"| {kind} | " + " | ".join(answer(rule, kind) for rule in RULES) + " |"


class Odd(unittest.TestCase):
    def test_answers_are_those_of_the_table(self):
        table = "\n".join(rows())
        self.assertIn(table, PAGE.read_text(encoding="utf-8"), f"docs/drift.md is to have\n{table}")

    def test_kinds_that_differ_are_refused_by_name(self):
        for rule in RULES:
            limits = {} if rule == "native" else {"preset": rule, **RULES[rule]}
            with self.assertRaisesRegex(mlops.SchemaError, "'x' is numeric in the reference and string"):
                mlops.compare({"x": [1.0, 2.0]}, {"x": ["1", "b"]}, **limits)

    def test_no_number_is_an_infinity_where_nothing_is(self):
        for kind in ODD:
            for rule in RULES:
                limits = {} if rule == "native" else {"preset": rule, **RULES[rule]}
                found = mlops.compare(mlops.table({"x": ODD[kind][0]}), mlops.table({"x": ODD[kind][1]}), **limits)
                severity = found["x"].severity
                self.assertTrue(severity != severity or 0 <= severity <= 1000, (kind, rule))
                self.assertEqual(severity != severity, found["x"].verdict.name == "NOT_ENOUGH_DATA", (kind, rule))


class Expected(unittest.TestCase):
    def test_rows_as_a_reference_give_what_comparing_them_gives(self):
        rng = random.Random(8)
        train = {"x": [rng.gauss(0, 1) for _ in range(2000)]}
        live = {"x": [rng.gauss(0.3, 1) for _ in range(900)]}
        found = mlops.compare(train, live)["x"]
        rules = [f"drift(x, '{name}') < 0" for name in ("ks", "psi", "js", "tv", "wasserstein", "effect")]
        report = mlops.Expectations.parse("\n".join(["drifted(x)"] + rules)).validate(live, reference=train)
        told = dict(text.split(" = ") for text in report["observed"])
        self.assertEqual(told.pop("drifted(x)") == "true", found.verdict.name == "YES")
        for name, value in told.items():
            self.assertEqual(float(value), getattr(found, name.split("'")[1]), name)


def sections(whole):
    """The sections of a container by kind, as lib/file/container.h draws it."""
    n = struct.unpack_from("<I", whole, 24)[0]
    entries = [struct.unpack_from("<4sIIIII", whole, 64 + 24 * i) for i in range(n)]
    return {kind.decode(): whole[at:at + size] for kind, _, at, size, _, _ in entries}


def numbers_of(run, n, width):
    whole = int.from_bytes(run, "little")
    return [whole >> i * width & (1 << width) - 1 for i in range(n)]


def values_of(column):
    """All values of a column and its size, as lib/profile/build/ecdf.h has them."""
    left, key, zeros = struct.unpack_from("<QQB", column)
    at, values, key = 17, [], key - 1
    while left:
        n = min(left, 128)
        widths, at = column[at:at + 2], at + 2
        runs = []
        for width in widths:
            runs.append(numbers_of(column[at:at + (n * width + 7) // 8], n, width))
            at += (n * width + 7) // 8
        for step, count in zip(*runs):
            key += step + 1
            bits = key << zeros
            bits = bits - 2**63 if bits >= 2**63 else 2**63 | 2**63 - bits
            values += struct.unpack("<d", struct.pack("<Q", bits)) * (count + 1)
        left -= n
    return values, at


def unseen(before, now):
    """The measure of docs/drift.md, over slots, and the numbers of values that it stands for."""
    before, now = ([xxh3(text.encode()) >> 44 for text in side] for side in (before, now))
    n, m, counts = len(before), len(now), collections.Counter(before)
    b = min(n // 2, 4 * m)

    def h(k):
        return Fraction(math.comb(n - k, b - k), math.comb(n, b)) if k <= b else Fraction(0)
    current = sum(h(counts[text]) for text in now) / m
    return float(max(0, current - sum(h(counts[text]) for text in before) / b)), b, m


class Unseen(unittest.TestCase):
    def test_measure_bound_and_p(self):
        rng = random.Random(6)
        n_found = 0
        for n, m, k, share in ((1500, 1500, 400, 0.3), (901, 400, 150, 0.25), (6001, 300, 2000, 0.6), (400, 900, 70, 0.4),
                               (800, 800, 300, 0.0)):
            before = [f"w{int(k * rng.random() ** 1.5)}" for _ in range(n)]
            now = [f"{'x' * (rng.random() < share)}w{int(k * rng.random() ** 1.5)}" for _ in range(m)]
            effect, *sizes = unseen(before, now)
            en = sizes[0] * sizes[1] / sum(sizes)
            column = mlops.compare({"s": before}, {"s": now})["s"]
            if column.test != "unseen":
                continue
            n_found += 1
            self.assertAlmostEqual(column.effect, effect, delta=1e-9)
            p = min(1, math.exp(-2 * en * (column.effect - 0.05) ** 2) / 0.45)
            self.assertAlmostEqual(column.p_value / p, 1, delta=1e-9)
            self.assertAlmostEqual(column.effect_low, column.effect - math.sqrt(math.log(1 / 0.0045) / (2 * en)), delta=1e-12)
            kept = mlops.compare(mlops.Reference(mlops.table({"s": before})), {"s": now})["s"]
            self.assertEqual((kept.test, kept.effect, kept.p_value), (column.test, column.effect, column.p_value))
        self.assertGreaterEqual(n_found, 3)

    def test_section_has_a_slot_for_each_text(self):
        texts = [f"w{i}" for i in range(300)]
        rows = [text for i, text in enumerate(texts) for _ in range(i % 40 + 1)]
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "kept")
            mlops.Reference(mlops.table({"s": rows})).save(path)
            saved = sections(pathlib.Path(path).read_bytes())["SEEN"]
        version, columns, n = struct.unpack_from("<III", saved)
        slots = struct.unpack_from(f"<{n}I", saved, 12)
        self.assertEqual((version, columns, len(saved)), (1, 1, 12 + 4 * n))
        want = collections.Counter()
        for text, count in collections.Counter(rows).items():
            want[xxh3(text.encode()) >> 44] += count
        self.assertEqual(slots, tuple(sorted(slot << 5 | min(count, 31) for slot, count in want.items())))


class Exact(unittest.TestCase):
    def setUp(self):
        rng = random.Random(3)
        self.rows = {"normal": [rng.gauss(0, 1) for _ in range(1500)],
                     "cents": [round(rng.gauss(20, 9), 2) for _ in range(1500)],
                     "text": [rng.choice("abc") for _ in range(1500)],
                     "odd": [rng.choice([None, -0.0, 1e-310, float("inf"), -1e300]) for _ in range(1500)],
                     "whole": [rng.randrange(-3, 40) for _ in range(1500)]}

    def test_a_saved_reference_has_every_value(self):
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "kept")
            mlops.Reference(mlops.table(self.rows), exact=True).save(path)
            saved = sections(pathlib.Path(path).read_bytes())
            mlops.Reference(mlops.table(self.rows)).save(path)
            self.assertEqual(sections(pathlib.Path(path).read_bytes()), {"REFR": saved["REFR"]})
        numeric = [name for name in self.rows if name != "text"]
        self.assertEqual(struct.unpack_from("<II", saved["ECDF"]), (1, len(numeric)))
        left = saved["ECDF"][8:]
        for name in numeric:
            values, size = values_of(left)
            want = sorted(float(v) for v in self.rows[name] if v is not None)
            self.assertEqual([struct.pack("<d", v) for v in values], [struct.pack("<d", v + 0.0) for v in want], name)
            left = left[size:]
        self.assertEqual(left, b"")

    def test_comparing_is_that_of_the_table(self):
        rng = random.Random(4)
        now = {name: [rng.choice(v) for _ in range(700)] for name, v in self.rows.items()}
        now["normal"] = [v + 0.07 for v in now["normal"]]
        kept = mlops.Reference(mlops.table(self.rows), exact=True)
        with tempfile.TemporaryDirectory() as folder:
            path = str(pathlib.Path(folder) / "kept")
            kept.save(path)
            want = mlops.compare(self.rows, now).json()
            self.assertEqual(mlops.compare(kept, now).json(), want)
            self.assertEqual(mlops.compare(mlops.Reference.load(path), now).json(), want)


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
