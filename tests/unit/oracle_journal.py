#!/usr/bin/python3
"""Reads a store by docs/format.md alone, with nothing of the library. usage: oracle_journal.py STORE

Verifies the chain of hashes and all content, and prints the state as lines "table key value" in hexadecimal, then the
number of commits and the last link, and to stderr how much of the content was kept as changes. Guards by XXH3 are not
looked at: SHA-256 covers the same bytes. Only the standard library is needed, and zstd where content is compressed.
"""
import hashlib
import pathlib
import struct
import sys

import oracle_pack

NOTE, PUT, DELETE, INLINE, PACKED, DROPPED = 1, 2, 3, 4, 5, 6


def fail(text):
    sys.exit(f"{sys.argv[1]}: {text}")


def read_format(store):
    lines = (store / "format").read_text(encoding="ascii").splitlines()
    if lines[0] != "libmlops store" or lines[1] != "version 1" or lines[3] != "hash sha256":
        fail("this is no store of version 1")
    return bytes.fromhex(lines[2].removeprefix("id "))


def segments(store, store_id):
    """(first commit, bytes behind the head) of each segment in order."""
    number = 1
    while (path := store / "journal" / f"{number:016x}").exists():
        data = path.read_bytes()
        magic, version, zero, owner, first = struct.unpack_from("<8sII32sq", data)
        if (magic, version, zero, owner) != (b"MLOPSJNL", 1, 0, store_id):
            fail(f"{path.name}: not a segment of this store")
        yield first, data[64:]
        number += 1


def operations(body):
    at = 0
    while len(body) - at >= 8:
        kind, table, n_key, n_value = struct.unpack_from("<BBHI", body, at)
        if kind == 0:
            break
        at += 8
        key, value = body[at:at + n_key], body[at + n_key:at + n_key + n_value]
        if len(key) != n_key or len(value) != n_value:
            fail("an operation lies outside its frame")
        yield kind, table, key, value
        at += n_key + n_value
    if any(body[at:]):
        fail("the bytes behind the operations are not zero")


def frame(data, at, seq, link):
    """The next commit: (time, body, link, size), or None where the segment ends."""
    if len(data) - at < 104 or data[at:at + 4] != b"MJF1":
        return None
    size, number, time, _, prev = struct.unpack_from("<Iqqq32s", data, at + 4)
    if size % 8 or size < 104 or at + size > len(data) or (number, prev) != (seq + 1, link):
        return None
    whole = data[at:at + size]
    found = hashlib.sha256(whole[:-40]).digest()
    return (time, whole[64:-40], found, size) if found == whole[-40:-8] else None


def main():
    store = pathlib.Path(sys.argv[1])
    state, contents, packed = {}, {}, {}
    seq, link, last = 0, bytes(32), 0
    store_id = read_format(store)
    packs = oracle_pack.Packs(store, store_id)
    for first, data in segments(store, store_id):
        if first != seq + 1:
            fail(f"commits from {seq + 1} to {first - 1} are missing")
        at = 0
        while found := frame(data, at, seq, link):
            time, body, link, size = found
            seq, at = seq + 1, at + size
            if time < last:
                fail(f"commit {seq} is older than the one before")
            last = time
            for kind, table, key, value in operations(body):
                if kind == PUT:
                    state[table, key] = value
                elif kind == DELETE:
                    state.pop((table, key), None)
                elif kind == INLINE:
                    if hashlib.sha256(value).digest() != key:
                        fail(f"commit {seq}: content does not have its hash")
                    contents[key] = len(value)
                elif kind == PACKED:
                    contents[key] = packed[key] = struct.unpack("<Q", value)[0]
                elif kind == DROPPED:
                    contents.pop(key, None)
                    packed.pop(key, None)
                elif kind != NOTE:
                    fail(f"commit {seq}: operation {kind} is not known")
    for key, size in packed.items():  # what a collection has dropped need not be there
        content = packs.content(key)
        if hashlib.sha256(content).digest() != key or len(content) != size:
            fail(f"packed content {key.hex()} does not have its hash or size")
    for (table, key), value in sorted(state.items()):
        print(table, key.hex(), value.hex())
    for key, size in sorted(contents.items()):
        print("content", key.hex(), size)
    print("commits", seq, link.hex())
    print("kept as changes:", packs.n_based > 0, "as parts:", packs.n_parts > 0, "as patches:", packs.n_patched > 0,
          "as numbers:", packs.n_numbers > 0, file=sys.stderr)


if __name__ == "__main__":
    main()
