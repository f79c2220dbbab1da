"""Reads content in the packs of a store by docs/format.md alone. Guards by XXH3 are not looked at: who reads content
holds it against its SHA-256. zstd comes from its shared library."""
import ctypes
import ctypes.util
import struct

import oracle_columnar

CHUNK, OBJECT = 1, 2
RAW, ZSTD, BASED, PART, ROWS, ROWS_BASED, NUMBERS = range(7)

RANKS = {ROWS: 2, RAW: 1}  # where an object stands in several places


def unpack(payload, size):
    lib = ctypes.CDLL(ctypes.util.find_library("zstd"))
    lib.ZSTD_decompress.restype = ctypes.c_size_t
    out = ctypes.create_string_buffer(size)
    n = lib.ZSTD_decompress(out, ctypes.c_size_t(size), payload, ctypes.c_size_t(len(payload)))
    if n != size:
        raise ValueError("a zstd frame does not hold what it says")
    return out.raw


def block(soft, hard, n):
    """The next n bytes, taken apart."""
    kind, width = soft.number("B"), 1
    if kind == 0:
        return soft.take(n)
    if kind == 1:
        return hard.take(n)
    if kind == 2:
        width, which = soft.number("B"), soft.number("B")
        planes = [(hard if which >> k & 1 else soft).take(n // width) for k in range(width)]
        out = bytes(byte for each in zip(*planes) for byte in each)
    elif kind == 3:
        width, thousands = soft.number("B"), soft.number("B")
        values = oracle_columnar.packed(hard, n // width)
        out = b"".join((x * 1000 ** thousands % 256 ** width).to_bytes(width, "little") for x in values)
    elif kind == 4:
        width, places, n_others = 8, soft.number("B"), soft.number("H")
        values = iter(oracle_columnar.packed(hard, n // 8 - n_others))
        others = soft.bits((n // 8 + 7) // 8 * 8, 1) if n_others else [0] * (n // 8)
        out = b"".join(soft.take(8) if others[i] else struct.pack("<d", next(values) / 10.0 ** places)
                       for i in range(n // 8))
    else:
        raise ValueError("bytes are taken apart in an unknown way")
    return out + soft.take(n % width)


def numbers(payload, size):
    lead, is_packed, soft_size, stored = struct.unpack_from("<BBII", payload)
    soft = unpack(payload[10:10 + stored], soft_size) if is_packed else payload[10:10 + stored]
    soft, hard = oracle_columnar.Bytes(soft), oracle_columnar.Bytes(payload[10 + stored:])
    out = soft.take(lead)
    while len(out) < size:
        out += block(soft, hard, min(16384, size - len(out)))
    if soft.at != len(soft.data) or hard.at != len(hard.data):
        raise ValueError("numbers have bytes that none of them uses")
    return out


def number(data, at):
    """A LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at


def apply(operations, base, stands):
    """What the operations make of the base from there on."""
    heads, at = [], 0
    for _ in range(4):
        value, at = number(operations, at)
        heads.append(value)
    places = [at, at + heads[1], at + heads[1] + heads[2]]
    literals = places[2] + heads[3]
    out = bytearray()
    for _ in range(heads[0]):
        values = []
        for i in range(3):
            value, places[i] = number(operations, places[i])
            values.append(value)
        copied = base[stands:stands + values[0]]
        if len(copied) != values[0]:
            raise ValueError("the base has less than is copied")
        out += copied + operations[literals:literals + values[2]]
        stands += values[0] + values[1]
        literals += values[2]
    if literals != len(operations):
        raise ValueError("operations have bytes that none of them uses")
    return bytes(out)


class Frames:
    """All frames of packs, whose bytes are given."""

    def __init__(self, packs):
        self.chunks, self.objects, self.known, self.known_rows = {}, {}, {}, {}
        self.n_based = self.n_parts = self.n_patched = self.n_numbers = 0
        for data in packs:
            self.read_pack(data)

    def read_pack(self, data):
        at = 64
        while at + 64 <= len(data):
            magic, kind, codec, _, size, stored, key = struct.unpack_from("<4sBBHII32s", data, at)
            payload = data[at + 64:at + 64 + stored]
            if magic != b"MPF1" or len(payload) != stored:
                at += 8
                continue
            at += 64 + (stored + 7) // 8 * 8
            if kind == CHUNK:
                self.chunks[key[:20]] = (codec, size, payload)
            elif key not in self.objects or RANKS.get(codec, 0) >= RANKS.get(self.objects[key][0], 0):
                self.objects[key] = (codec, payload)

    def chunk(self, key):
        codec, size, payload = self.chunks[key]
        self.n_numbers += codec == NUMBERS
        return unpack(payload, size) if codec == ZSTD else numbers(payload, size) if codec == NUMBERS else payload

    def content(self, name, left=4):
        """The bytes of an object, which may lead over so many others."""
        if name not in self.known:
            codec, payload = self.objects[name]
            self.known[name] = (self.based(payload, left) if codec == BASED else self.part(payload) if codec == PART
                                else self.whole(b"".join(self.rows(name)), payload) if codec in (ROWS, ROWS_BASED)
                                else self.plain(payload))
        return self.known[name]

    def plain(self, payload):
        out = b"".join(self.chunk(payload[at:at + 20]) for at in range(8, len(payload), 20))
        return self.whole(out, payload)

    def part(self, payload):
        size, key, at = struct.unpack("<Q20sI", payload)
        self.n_parts += 1
        return self.whole(self.chunk(key)[at:at + size], payload)

    def based(self, payload, left):
        name, version, depth = struct.unpack_from("<32sII", payload, 8)
        if not 1 <= depth <= left or version < 1:
            raise ValueError("an object leads over too many others")
        base, out, at = self.content(name, depth - 1), [], 48
        while at < len(payload):
            kind, at = payload[at], at + 1
            begin, size = struct.unpack_from("<QQ", payload, at) if kind else (0, 0)
            at += 16 if kind else 0
            key = payload[at:at + 20]
            at += 0 if kind == 1 else 20
            part = (self.chunk(key) if kind == 0 else base[begin:begin + size] if kind == 1
                    else apply(self.chunk(key), base, begin))
            if kind > 2 or (kind and len(part) != size):
                raise ValueError("a piece is not as long as it says")
            out.append(part)
        self.n_based += 1
        return self.whole(b"".join(out), payload)

    def rows(self, name, left=32):
        """The text of each row of an object of rows."""
        if name in self.known_rows:
            return self.known_rows[name]
        codec, payload = self.objects[name]
        base, at, out, zones = [], 8, [], []
        if codec == ROWS_BASED:
            base_name, number, depth = struct.unpack_from("<32sII", payload, 8)
            if not 1 <= depth <= left or number < 1:
                raise ValueError("an object leads over too many others")
            base, at = self.rows(base_name, depth - 1), 48
            self.n_patched += 1
        while at < len(payload):
            if payload[at] == 7:
                if len(payload) != at + 21 or oracle_columnar.read_zones(self.chunk(payload[at + 1:]))[1] != zones:
                    raise ValueError("zones are not those of the groups")
                break
            kind, n, size = struct.unpack_from("<BQQ", payload, at)
            if kind == 4:
                at += 53
                rows, about = oracle_columnar.read_group(self.chunk(payload[at - 20:at]))[3:]
                zones.append(about)
            else:
                first = struct.unpack_from("<Q", payload, at + 17)[0]
                rows = base[first:first + n]
                if len(rows) != n or kind not in (5, 6):
                    raise ValueError("a piece has rows that the base has not")
                if kind == 5 and struct.unpack_from("<Q", payload, at + 25)[0] != sum(map(len, base[:first])):
                    raise ValueError("rows of the base begin elsewhere")
                at += 33 if kind == 5 else 45
                key, before = payload[at - 20:at], None
                if kind == 6 and payload[at:at + 1] == b"\x08":
                    before, at = self.chunk(payload[at + 1:at + 21]), at + 21
                rows = rows if kind == 5 else self.patched(self.chunk(key), before, rows)
            if len(rows) != n or sum(map(len, rows)) != size:
                raise ValueError("a piece is not as long as it says")
            out += rows
        self.known_rows[name] = out
        return out

    @staticmethod
    def patched(patch, before, texts):
        dialect = oracle_columnar.head(oracle_columnar.Bytes(patch), 3)[0]
        rows, whole = [], set()
        for i, text in enumerate(texts):
            cells, body = dialect.cut(text)
            if cells is None:
                whole.add(i)
            rows.append(cells or [body] + [b""] * (dialect.n_columns - 1))
        return oracle_columnar.apply_patch(patch, before, rows, whole, texts)

    @staticmethod
    def whole(out, payload):
        if len(out) != struct.unpack_from("<Q", payload)[0]:
            raise ValueError("an object is not as long as it says")
        return out


class Packs(Frames):
    """All frames of all packs of a store."""

    def __init__(self, store, store_id):
        super().__init__(read_pack_file(path, store_id) for path in sorted((store / "packs").iterdir()))


def read_pack_file(path, store_id):
    data = path.read_bytes()
    if struct.unpack_from("<8sII32sq", data) != (b"MLOPSPCK", 1, 0, store_id, int(path.name, 16)):
        raise ValueError(f"{path.name}: not a pack of this store")
    return data
