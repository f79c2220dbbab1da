#!/usr/bin/python3
"""Hold the sketches to readers and writers of Apache DataSketches' bytes, written here from the format alone.

Coupons and registers are computed by a MurmurHash3 of this file and must be those that the library writes, value by
value; KLL's levels must weigh what was added, with ranks inside the published bounds; of frequent values the counts must
enclose the truth. Bytes that the library does not write itself (HLL_6, what is not compact) are made here and must give
the same answers. Prints TAP.
"""
import math
import struct
import sys

try:
    import mlops
    import numpy as np
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

MASK = (1 << 64) - 1
number = failed = 0


def point(good, title):
    global number, failed
    number += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {number} - {title}")


# ---- MurmurHash3 x64 128 ----

def turn(x, by):
    return (x << by | x >> (64 - by)) & MASK


def final(x):
    for factor in 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53:
        x = (x ^ x >> 33) * factor & MASK
    return x ^ x >> 33


def murmur(data, seed=9001):
    c1, c2, h1, h2 = 0x87C37B91114253D5, 0x4CF5AD432745937F, seed, seed
    whole = len(data) // 16 * 16
    blocks = [data[i:i + 16] for i in range(0, whole, 16)]
    for block in blocks + [data[whole:].ljust(16, b"\0")]:
        k1, k2 = struct.unpack("<QQ", block)
        k1, k2 = turn(k1 * c1 & MASK, 31) * c2 & MASK, turn(k2 * c2 & MASK, 33) * c1 & MASK
        h1 ^= k1
        if len(blocks) > 0:
            h1 = ((turn(h1, 27) + h2) * 5 + 0x52DCE729) & MASK
        h2 ^= k2
        if len(blocks) > 0:
            h2 = ((turn(h2, 31) + h1) * 5 + 0x38495AB5) & MASK
            blocks.pop()
    h1, h2 = h1 ^ len(data), h2 ^ len(data)
    h1 = h1 + h2 & MASK
    h2 = h1 + h2 & MASK
    h1, h2 = final(h1), final(h2)
    h1 = h1 + h2 & MASK
    return h1, h1 + h2 & MASK


def coupon(data):
    h1, h2 = murmur(data)
    return min(64 - h2.bit_length(), 62) + 1 << 26 | h1 & (1 << 26) - 1


# ---- HLL ----

def registers_of(coupons, lg_k):
    out = [0] * (1 << lg_k)
    for c in coupons:
        slot = c & (1 << lg_k) - 1
        out[slot] = max(out[slot], c >> 26)
    return out


def read_hll(data):
    """(lg_k, coupons or None, registers or None, out of order, HIP)"""
    words, version, family, lg_k, lg, flags, low, mode = data[:8]
    assert (version, family) == (1, 7) and flags & 8
    mode, kind = mode & 3, mode >> 2
    assert words == (2, 3, 10)[mode] and (mode != 0 or low < 8) and (mode != 1 or lg_k > 7)
    if mode < 2:
        n = low if mode == 0 else struct.unpack_from("<I", data, 8)[0]
        assert bool(flags & 4) == (n == 0) and lg == 3 or mode == 1 and 4 * n <= 3 << lg and 5 <= lg <= lg_k - 3
        coupons = struct.unpack_from(f"<{n}I", data, words * 4)
        assert len(data) == words * 4 + 4 * n
        return lg_k, coupons, None, False, None
    hip, kxq0, kxq1, n_least, n_aux = struct.unpack_from("<dddII", data, 8)
    k, body = 1 << lg_k, data[40:]
    if kind == 0:
        values = [(body[i // 2] >> i % 2 * 4) & 15 for i in range(k)]
        aux = struct.unpack_from(f"<{n_aux}I", body, k // 2)
        exact = {a & k - 1: a >> 26 for a in aux}
        assert len(exact) == n_aux and set(exact) == {i for i in range(k) if values[i] == 15}
        values = [exact.get(i, v + low) for i, v in enumerate(values)]
        assert len(body) == k // 2 + 4 * n_aux and n_least == values.count(low) > 0
        assert all(v >= low + 15 for v in exact.values())
    else:
        values = list(body)
        assert kind == 2 and len(body) == k and low == 0 and n_least == values.count(0) and n_aux == 0
    assert kxq0 == sum(2.0 ** -v for v in values if v < 32) and kxq1 == sum(2.0 ** -v for v in values if v >= 32)
    return lg_k, None, values, bool(flags & 16), hip


def hip_of(coupons, lg_k, limit):
    """HIP over coupons in their order, begun as DataSketches does it when they become registers."""
    seen, registers, hip = {}, None, None
    for c in coupons:
        if registers is None:
            seen[c] = True
            if len(seen) > limit:
                registers, n = registers_of(seen, lg_k), len(seen)
                hip, total = n + n * (n - 1) / (6.0 * 2 ** 26), sum(2.0 ** -v for v in registers)
            continue
        slot, value = c & (1 << lg_k) - 1, c >> 26
        if value > registers[slot]:
            hip += (1 << lg_k) / total
            total += 2.0 ** -value - 2.0 ** -registers[slot]
            registers[slot] = value
    return hip


def write_hll(lg_k, mode, kind, body, low=0, lg=0, flags=0):
    return struct.pack("<8B", (2, 3, 10)[mode], 1, 7, lg_k, lg, flags, low, mode | kind << 2) + body


def hll():
    rows = [("texts", "h1 and h2 of the fox", murmur(b"The quick brown fox jumps over the lazy dog", 0) ==
             (0xE34BBC7BBC071B6C, 0x7A433CA9C49A9347))]
    for title, good in ((t, g) for _, t, g in rows):
        point(good, title)
    for lg_k in 4, 7, 8, 11:
        limit = 7 if lg_k < 8 else 3 << lg_k - 5
        for n in 0, 1, 7, 8, limit, limit + 1, 3000:
            same = True
            for kind in "float64", "int64", "text":
                values = [i * 37 - 50 for i in range(n)]
                if kind == "float64":
                    values, data = [v / 8 for v in values], [struct.pack("<d", v / 8 + 0.0) for v in values]
                elif kind == "int64":
                    data = [struct.pack("<q", v) for v in values]
                else:
                    values = ["é" * (v % 40) + str(v) for v in values]
                    data = [v.encode() for v in values]
                coupons = [coupon(d) for d in data]
                sketch = mlops.Hll(lg_k=lg_k)
                sketch.add(np.array(values, kind) if kind != "text" else values)
                for form in "type_4", "type_8":
                    found_lg, listed, registers, out_of_order, hip = read_hll(sketch.save(form))
                    same &= found_lg == lg_k and not out_of_order
                    if len(set(coupons)) <= limit:
                        same &= listed is not None and list(listed) == sorted(set(coupons))
                    else:
                        same &= registers == registers_of(coupons, lg_k)
                        same &= math.isclose(hip, hip_of(coupons, lg_k, limit), rel_tol=1e-12)
                        same &= sketch.estimate() == hip
            point(same, f"coupons and registers of {n} values, lg_k {lg_k}: those of this file, in both types")
    foreign()


def foreign():
    """What the library reads and does not write."""
    for lg_k in 4, 10:
        values = range(5000)
        coupons = [coupon(struct.pack("<q", v)) for v in values]
        registers = registers_of(coupons, lg_k)
        packed = sum(v << 6 * i for i, v in enumerate(registers)).to_bytes((1 << lg_k) * 3 // 4 + 1, "little")
        head = struct.pack("<dddII", 4321.5, 0, 0, registers.count(0), 0)
        six = mlops.Hll.load(write_hll(lg_k, 2, 1, head + packed))
        point(read_hll(six.save("type_8"))[2] == registers and six.estimate() == 4321.5, f"HLL_6, lg_k {lg_k}")
        six = mlops.Hll.load(write_hll(lg_k, 2, 1, head + packed, flags=16))
        plain = mlops.Hll(lg_k=lg_k, without_history=True)
        plain.add(np.arange(5000))
        point(six.summarize().has_history == 0 and six.estimate() == plain.estimate() and
              read_hll(plain.save("type_8"))[3], f"out of order is without history, lg_k {lg_k}")
    few = [coupon(struct.pack("<q", v)) for v in range(60)]
    want = mlops.Hll(lg_k=12)
    want.add(np.arange(60))
    table = [0] * 128
    for c in few:
        at = c & 127
        while table[at]:
            at = (at + 5) & 127
        table[at] = c
    body = struct.pack("<I128I", 60, *table)
    point(mlops.Hll.load(write_hll(12, 1, 0, body, lg=7)).save() == want.save(), "a set that is not compact")
    want = mlops.Hll(lg_k=12)
    want.add(np.arange(3))
    body = struct.pack("<8I", few[2], few[0], few[1], *[0] * 5)
    point(mlops.Hll.load(write_hll(12, 0, 2, body, low=3, lg=3)).save() == want.save(), "a list that is not compact")
    high = [1] * 14 + [17, 40]
    nibbles = bytes([0] * 7 + [0xFF])
    aux = struct.pack("<4I", 0, 40 << 26 | 15, 17 << 26 | 14, 0)
    head = struct.pack("<dddII", 0, 0, 0, 14, 2)
    four = mlops.Hll.load(write_hll(4, 2, 0, head + nibbles + aux, low=1, lg=2, flags=16))
    point(read_hll(four.save("type_8"))[2] == high and read_hll(four.save("type_4"))[2] == high,
          "HLL_4 with exceptions, not compact")


# ---- KLL ----

def read_kll(data, code):
    """(n, least, greatest, [(value, weight)]) of kll_sketch<double> or <float>."""
    words, version, family, flags, k, m, _ = struct.unpack_from("<4BHBB", data)
    assert family == 15 and m == 8 and 8 <= k <= 65535 and flags & 2
    size = struct.calcsize(code)
    if flags & 1:
        assert (words, version, len(data)) == (2, 1, 8)
        return 0, None, None, []
    if flags & 4:
        assert (words, version, len(data)) == (2, 2, 8 + size)
        value, = struct.unpack_from("<" + code, data, 8)
        return 1, value, value, [(value, 1)]
    n, min_k, n_levels, _ = struct.unpack_from("<qHBB", data, 8)
    assert (words, version) == (5, 1) and 8 <= min_k <= k and n > 1
    capacity = 0
    for depth in range(n_levels):
        tmp = (2 * k << depth) // 3 ** depth
        capacity += max(8, tmp + 1 >> 1)
    levels = list(struct.unpack_from(f"<{n_levels}I", data, 20)) + [capacity]
    kept = capacity - levels[0]
    numbers = struct.unpack_from(f"<{kept + 2}{code}", data, 20 + 4 * n_levels)
    assert len(data) == 20 + 4 * n_levels + size * (kept + 2)
    pairs = []
    for level in range(n_levels):
        part = numbers[2 + levels[level] - levels[0]:2 + levels[level + 1] - levels[0]]
        assert list(part) == sorted(part)
        pairs += [(value, 1 << level) for value in part]
    assert sum(w for _, w in pairs) == n and all(numbers[0] <= v <= numbers[1] for v, _ in pairs)
    return n, numbers[0], numbers[1], pairs


def kll():
    """The values 1 to n, as DataSketches' own programs write them for other languages."""
    rng = np.random.default_rng(7)
    for k in 20, 200, 1000:
        for n in 0, 1, 10, 100, 1000, 10000, 100000, 1000000:
            sketch = mlops.Kll(k=k)
            sketch.add(rng.permutation(np.arange(1.0, n + 1)))
            good, doubles = True, sketch.save("f64")  # which thins out what waits: read the bound behind it
            bound = sketch.summarize().pmf_error
            for code in "df":
                found, low, high, pairs = read_kll(sketch.save("f32") if code == "f" else doubles, code)
                good &= found == n and (n == 0 or (low, high) == (1, n))
                pairs.sort()
                rank = 0
                for value, weight in pairs:
                    rank += weight
                    good &= abs(rank - value) <= bound * n + (1 if bound else 0)
                    good &= code == "f" or math.isclose(sketch.rank(value), rank / n, rel_tol=1e-15)
            point(good, f"KLL of 1 to {n}, k {k}: weights, extremes, order, and ranks inside the bound")


# ---- frequent values ----

def read_items(data, text):
    words, version, family, lg_max, lg_now, flags, _ = struct.unpack_from("<6BH", data)
    assert (version, family) == (1, 10) and 3 <= lg_now <= lg_max
    if flags & 5:
        assert words == 1 and len(data) == 8 and flags & 5 == 5
        return 0, 0, {}
    n_kept, _, n, offset = struct.unpack_from("<IIqq", data, 8)
    assert words == 4 and n_kept <= 3 * (1 << lg_now) // 4
    counts, at, out = struct.unpack_from(f"<{n_kept}q", data, 32), 32 + 8 * n_kept, {}
    for count in counts:
        if text:
            size, = struct.unpack_from("<I", data, at)
            key, at = data[at + 4:at + 4 + size].decode(), at + 4 + size
        else:
            key, = struct.unpack_from("<q", data, at)
            at += 8
        assert key not in out
        out[key] = count
    assert at == len(data) and list(counts) == sorted(counts, reverse=True)
    return n, offset, out


def items():
    rng = np.random.default_rng(8)
    for lg_size in 3, 6, 10:
        for text in False, True:
            keys = np.floor(rng.pareto(0.8, size=30000)).clip(0, 1e6).astype("int64")
            sketch = mlops.Items(lg_size=lg_size, text_max=10 if text else 0)
            sketch.add([f"k{k}" for k in keys] if text else keys)
            n, offset, found = read_items(sketch.save("datasketches"), text)
            truth = {f"k{k}" if text else int(k): int(c) for k, c in zip(*np.unique(keys, return_counts=True))}
            good = n == 30000 and offset <= 3.5 / 2 ** lg_size * n and offset == sketch.summarize().error
            good &= all(count <= truth[key] <= count + offset for key, count in found.items())
            good &= all(count <= offset for key, count in truth.items() if key not in found)
            point(good, f"frequent {'texts' if text else 'numbers'}, lg_size {lg_size}: counts enclose the truth")
    body = struct.pack("<6BHIIqq3q", 4, 1, 10, 8, 3, 0, 0, 3, 0, 20, 2, 4, 9, 3)
    sketch = mlops.Items.load(body + b"".join(struct.pack("<I", len(k)) + k for k in (b"b", b"", "é".encode())), 8)
    point([(r.text, r.lower, r.upper) for r in sketch.frequent("possible")] ==
          [("", 9, 11), ("b", 4, 6), ("é", 3, 5)], "strings that are in no order")


hll()
kll()
items()
print(f"1..{number}")
sys.exit(1 if failed else 0)
