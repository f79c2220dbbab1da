#!/usr/bin/python3
"""The router, written again from docs/deploy.md with Python's own integers, XXH3 and all: every decision is the same.

usage: oracle_route.py PROGRAM. Prints TAP. Only the standard library is needed.
"""
import decimal
import random
import subprocess
import sys

MASK = 2**64 - 1
SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671f"
    "cb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c"
    "3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364"
    "eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e"
    "2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e")
P32_1, P32_2, P32_3 = 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D
P64_1, P64_2, P64_3 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9
P64_4, P64_5 = 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def u32(data, at):
    return int.from_bytes(data[at:at + 4], "little")


def u64(data, at):
    return int.from_bytes(data[at:at + 8], "little")


def swap(x, n):
    return int.from_bytes(x.to_bytes(n, "little"), "big")


def rotate(x, n):
    return (x << n | x >> (64 - n)) & MASK


def fold(a, b):
    product = a * b
    return (product ^ product >> 64) & MASK


def avalanche(h):
    h ^= h >> 37
    h = h * 0x165667919E3779F9 & MASK
    return h ^ h >> 32


def avalanche_xxh64(h):
    h ^= h >> 33
    h = h * P64_2 & MASK
    h ^= h >> 29
    h = h * P64_3 & MASK
    return h ^ h >> 32


def mix16(data, at, secret, place, seed):
    return fold(u64(data, at) ^ (u64(secret, place) + seed & MASK),
                u64(data, at + 8) ^ (u64(secret, place + 8) - seed & MASK))


def short(data, seed):
    n = len(data)
    if n > 8:
        low = u64(data, 0) ^ ((u64(SECRET, 24) ^ u64(SECRET, 32)) + seed & MASK)
        high = u64(data, n - 8) ^ ((u64(SECRET, 40) ^ u64(SECRET, 48)) - seed & MASK)
        return avalanche(n + swap(low, 8) + high + fold(low, high) & MASK)
    if n >= 4:
        seed ^= swap(seed & 0xFFFFFFFF, 4) << 32
        x = (u32(data, n - 4) + (u32(data, 0) << 32)) ^ ((u64(SECRET, 8) ^ u64(SECRET, 16)) - seed & MASK)
        x ^= rotate(x, 49) ^ rotate(x, 24)
        x = x * 0x9FB21C651E98DF25 & MASK
        x ^= (x >> 35) + n
        x = x * 0x9FB21C651E98DF25 & MASK
        return x ^ x >> 28
    if n:
        x = data[0] << 16 | data[n >> 1] << 24 | data[n - 1] | n << 8
        return avalanche_xxh64(x ^ ((u32(SECRET, 0) ^ u32(SECRET, 4)) + seed & MASK))
    return avalanche_xxh64(seed ^ u64(SECRET, 56) ^ u64(SECRET, 64))


def middle(data, seed):
    n, h = len(data), len(data) * P64_1
    if n <= 128:
        for i in range((n - 1) // 32, -1, -1):
            h += mix16(data, 16 * i, SECRET, 32 * i, seed)
            h += mix16(data, n - 16 * (i + 1), SECRET, 32 * i + 16, seed)
        return avalanche(h & MASK)
    for i in range(8):
        h += mix16(data, 16 * i, SECRET, 16 * i, seed)
    h = avalanche(h & MASK)
    for i in range(8, n // 16):
        h += mix16(data, 16 * i, SECRET, 16 * (i - 8) + 3, seed)
    return avalanche(h + mix16(data, n - 16, SECRET, 136 - 17, seed) & MASK)


def accumulate(acc, data, at, secret, place):
    for lane in range(8):
        value = u64(data, at + 8 * lane)
        mixed = value ^ u64(secret, place + 8 * lane)
        acc[lane ^ 1] = acc[lane ^ 1] + value & MASK
        acc[lane] = acc[lane] + (mixed & 0xFFFFFFFF) * (mixed >> 32) & MASK


def long(data, seed):
    secret = b"".join((u64(SECRET, i) + seed & MASK).to_bytes(8, "little")
                      + (u64(SECRET, i + 8) - seed & MASK).to_bytes(8, "little") for i in range(0, 192, 16))
    acc = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1]
    stripes = (192 - 64) // 8
    for stripe in range((len(data) - 1) // 64):
        accumulate(acc, data, 64 * stripe, secret, 8 * (stripe % stripes))
        if stripe % stripes == stripes - 1 and (stripe + 1) * 64 <= (len(data) - 1) // (64 * stripes) * 64 * stripes:
            for lane in range(8):
                x = acc[lane] ^ acc[lane] >> 47 ^ u64(secret, 192 - 64 + 8 * lane)
                acc[lane] = x * P32_1 & MASK
    accumulate(acc, data, len(data) - 64, secret, 192 - 64 - 7)
    h = len(data) * P64_1
    for i in range(4):
        h += fold(acc[2 * i] ^ u64(secret, 11 + 16 * i), acc[2 * i + 1] ^ u64(secret, 11 + 16 * i + 8))
    return avalanche(h & MASK)


def xxh3(data, seed):
    return short(data, seed) if len(data) <= 16 else middle(data, seed) if len(data) <= 240 else long(data, seed)


def decide(salt, key, share):
    """Bucket, millionths, whether the canary serves."""
    bucket = xxh3(key.encode(), xxh3(salt.encode(), 0)) * 1000000 >> 64
    exact = decimal.Decimal(share * 1e6)  # the float64 product
    ppm = int(exact.quantize(decimal.Decimal(1), rounding=decimal.ROUND_HALF_UP))
    return bucket, ppm, int(bucket < ppm)


def cases():
    draw = random.Random(20240601)
    letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.@ äß中\U0001f600"
    salts = ["", "fraud", "a", "salt of a deployment", "x" * 200, "y" * 300]
    for n in [*range(0, 300), 511, 512, 513, 1023, 1024, 1025, 1087, 1088, 1089, 2048, 2049, 5000]:
        yield draw.choice(salts), "".join(draw.choices(letters[:36], k=n)), draw.random()
    for i in range(20000):
        n = draw.choice([1, 3, 4, 8, 9, 16, 17, 36, 64, 129, 240, 241, 400])
        yield draw.choice(salts), "".join(draw.choices(letters, k=draw.randint(1, n))), draw.random()
    for share in [0.0, 1.0, 0.5, 1e-6, 5e-7, 4.9999e-7, 0.1, 0.3, 1 / 3, 0.9999995, 0.99999949, 2.5e-6]:
        yield "edge", "key", share


def main():
    told = list(cases())
    text = "".join(f"{salt}\t{key}\t{share!r}\n" for salt, key, share in told)
    done = subprocess.run([sys.argv[1]], input=text, capture_output=True, text=True, check=True)
    got = [tuple(int(x) for x in line.split()) for line in done.stdout.splitlines()]
    wrong = []
    for i, (salt, key, share) in enumerate(told):
        if got[i] != decide(salt, key, share):
            wrong.append(f"# {salt!r} {key!r} {share!r}: {got[i]}, not {decide(salt, key, share)}")
    print("1..1")
    print(f"{'not ok' if wrong or len(got) != len(told) else 'ok'} 1 - {len(told)} decisions, the same in Python")
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
