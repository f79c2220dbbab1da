#!/usr/bin/python3
"""Groups and patches of delimited text, read by docs/format.md alone. usage: oracle_columnar.py DUMP_COLUMNAR"""
import datetime
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

M64 = 2 ** 64
TEXT, INTEGER, DIGITS, DECIMAL, TIME, WORDS = range(6)


class Bytes:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        self.at += n
        if self.at > len(self.data):
            raise ValueError("too short")
        return self.data[self.at - n:self.at]

    def number(self, kind):
        return struct.unpack("<" + kind, self.take(struct.calcsize(kind)))[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number("B")
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def signed(self):
        x = self.varint()
        return -(x + 1) // 2 if x % 2 else x // 2

    def bits(self, n, width):
        word = int.from_bytes(self.take((n * width + 7) // 8), "little")
        return [word >> i * width & (1 << width) - 1 for i in range(n)] if n else []


def signed(x):
    x %= M64
    return x - M64 if x >= M64 // 2 else x


def packed(b, n):
    head = b.number("B")
    width, least = head & 127, b.signed()
    if head < 128:
        return [signed(least + x) for x in b.bits(n, width)]
    start = b.signed()
    if width == 0:
        return [signed(start + i * least) for i in range(n)]
    starts = b.bits((n + 511) // 512, b.number("B"))
    out = []
    for i, x in enumerate(b.bits(n, width)):
        out.append(signed(start + starts[i // 512] if i % 512 == 0 else out[-1] + least + x))
    return out


def a_set(b, k, n):
    if b.number("B") == 0:
        return packed(b, k)
    bits = b.bits((n + 7) // 8 * 8, 1)
    return [i for i in range(n) if bits[i]]


class Form:
    def __init__(self, b):
        self.kind = b.number("B")
        if self.kind == WORDS:
            sizes = b.take(b.varint())
            self.words = [b.take(n) for n in sizes]
        elif self.kind != TEXT:
            self.width, self.between, affixes = b.number("B"), b.number("B"), b.number("B")
            self.prefix, self.suffix = b.take(affixes >> 4), b.take(affixes & 15)

    def time(self, x):
        if not self.between:
            return self.day(x)
        seconds, part = divmod(x, 10 ** self.width)
        days, of_day = divmod(seconds, 86400)
        text = f"{self.day(days)}{chr(self.between)}{of_day // 3600:02}:{of_day // 60 % 60:02}:{of_day % 60:02}"
        return text + (f".{part:0{self.width}}" if self.width else "")

    @staticmethod
    def day(days):
        year0 = days < -719162  # Python has no year 0, which is as long as the year 400
        day = datetime.date(1970, 1, 1) + datetime.timedelta(days=days + (146097 if year0 else 0))
        return f"{day.year - (400 if year0 else 0):04}-{day.month:02}-{day.day:02}"

    def spell(self, x):
        if self.kind == WORDS:
            return self.words[x]
        if self.kind == INTEGER:
            text = str(x)
        elif self.kind == DIGITS:
            text = f"{x:0{self.width}}"
        elif self.kind == TIME:
            text = self.time(x)
        else:
            d, k = x
            digits = f"{abs(d):0{k + 1}}"
            text = ("-" if d < 0 else "") + (digits[:-k] + chr(self.between) + digits[-k:] if k else digits)
        return self.prefix + text.encode() + self.suffix


def column(b, n):
    """The cells of a column, and its zone."""
    form = Form(b)
    raw = range(n)
    out = [None] * n
    values = []
    if form.kind != TEXT:
        n_raw = b.varint()
        raw = a_set(b, n_raw, n) if n_raw else []
        rest = sorted(set(range(n)) - set(raw))
        if rest:
            places = packed(b, len(rest)) if form.kind == DECIMAL else None
            numbers = packed(b, len(rest))
            values = list(zip(numbers, places)) if places else [(x, 0) for x in numbers]
            for i, row in enumerate(rest):
                out[row] = form.spell((numbers[i], places[i]) if places else numbers[i])
    if raw:
        ends = packed(b, len(raw))
        for row, size in zip(raw, (e - s for s, e in zip([0] + ends, ends))):
            out[row] = b.take(size)
    return out, (*zone(form, values), len(raw), sum(not text for text in out))


def zone(form, values):
    """Kind, places, whether they ascend, and least, most, first, last."""
    kind = {INTEGER: 1, DIGITS: 1, DECIMAL: 1, TIME: 3}.get(form.kind, 0)
    if not kind or not values or form.prefix or form.suffix:
        return 0, 0, 0, 0, 0, 0, 0
    places = form.width if kind == 3 else max(k for _, k in values)
    if kind == 3 and not form.between:
        kind = 2
    numbers = [d * 10 ** (places - k) if kind == 1 else d for d, k in values]
    if any(abs(d) > (M64 // 2 - 1) // 10 ** (places - k) for d, k in values if form.kind == DECIMAL):
        return 0, 0, 0, 0, 0, 0, 0
    ascends = all(a < b for a, b in zip(numbers, numbers[1:]))
    return kind, places, int(ascends), min(numbers), max(numbers), numbers[0], numbers[-1]


def read_zones(data):
    """Delimiter, and the zones of each group, by column."""
    b = Bytes(data)
    assert b.number("B") == 1
    delimiter, n_columns, n = b.number("B"), b.number("H"), b.number("I")
    ends = packed(b, n_columns)
    begun, columns = b.at, []
    for end in ends:
        flags, n_raw, n_empty, least, most, first, last = (packed(b, n) for _ in range(7))
        columns.append([(f & 3, f >> 3, f >> 2 & 1, *rest)
                        for f, *rest in zip(flags, least, most, first, last, n_raw, n_empty)])
        assert b.at == begun + end
    assert b.at == len(data)
    return bytes([delimiter]), [list(zones) for zones in zip(*columns)]


class Dialect:
    def __init__(self, flags, delimiter, n_columns):
        self.quotes, self.crlf = flags & 1, flags >> 1 & 1
        self.delimiter, self.n_columns = bytes([delimiter]), n_columns

    def text(self, row, whole, last):
        if whole:
            return row[0] + (b"" if last else b"\n")
        return self.delimiter.join(row) + (b"" if last else b"\r\n" if self.crlf else b"\n")

    def cut(self, text):
        """The cells of a row, or None if it is whole, and what of it is no line end."""
        cells, at = [], 0
        while True:
            scan = at
            if self.quotes and text[at:at + 1] == b'"':
                scan = self.behind_quoted(text, at)
            stops = [p for p in (text.find(self.delimiter, scan), text.find(b"\n", scan)) if p >= 0]
            stop = min(stops, default=len(text))
            cells.append(text[at:stop])
            at = stop + 1
            if text[stop:stop + 1] != self.delimiter:
                break
        body = text[:stop]
        ended = stop < len(text)
        if len(cells) != self.n_columns or (self.crlf and ended and not cells[-1].endswith(b"\r")):
            return None, body
        if self.crlf and ended:
            cells[-1] = cells[-1][:-1]
        return cells, body

    @staticmethod
    def behind_quoted(text, at):
        p = at + 1
        while True:
            p = text.find(b'"', p, at + 65536)
            if p < 0:
                return at
            if text[p + 1:p + 2] != b'"':
                return p + 1
            p += 2


def head(b, version=1):
    assert b.number("B") == version
    flags, delimiter, n_columns = b.number("B"), b.number("B"), b.number("H")
    return Dialect(flags, delimiter, n_columns), flags >> 2 & 1


def read_group(data):
    """Dialect, rows of cells, which of them are whole, texts of rows, and zones of columns."""
    b = Bytes(data)
    dialect, unended = head(b)
    n = b.number("H")
    marks = packed(b, (n + 511) // 512)
    n_whole = b.varint()
    whole = set(a_set(b, n_whole, n)) if n_whole else set()
    ends = packed(b, dialect.n_columns)
    begun = b.at
    columns, zones = [], []
    for i, end in enumerate(ends):
        assert b.at == begun + (ends[i - 1] if i else 0)
        cells, about = column(b, n)
        columns.append(cells)
        zones.append(about)
        assert b.at == begun + end
    assert b.at == len(data)
    rows = [list(row) for row in zip(*columns)]
    texts = [dialect.text(rows[i], i in whole, unended and i + 1 == n) for i in range(n)]
    check_marks(marks, texts, 512)
    return dialect, rows, whole, texts, zones


def check_marks(marks, texts, step):
    size = 0
    for i, text in enumerate(texts):
        size += len(text)
        if i % step == step - 1 or i + 1 == len(texts):
            assert marks[i // step] == size


def bits_of(b):
    """Takes so many bits of what follows, and gives how many were taken."""
    word, at = int.from_bytes(b.data[b.at:], "little"), 0

    def bits(width):
        nonlocal at
        at += width
        return word >> at - width & (1 << width) - 1
    return bits, lambda: at


class Values:
    """How what cells are, or were, is written."""
    def __init__(self, b):
        self.form, self.some = Form(b), b.number("B")
        self.places = self.width(b) if self.form.kind == DECIMAL else None
        self.numbers = self.width(b) if self.form.kind != TEXT else None
        self.sizes = self.width(b) if self.some else None

    @staticmethod
    def width(b):
        bits = b.number("B")
        return bits, b.signed()

    def one(self, bits):
        """The text, or the size of one that follows."""
        def above(how):
            return signed(bits(how[0]) + how[1])

        if self.form.kind == TEXT or (self.some and bits(1)):
            return above(self.sizes)
        if self.form.kind == DECIMAL:
            k = above(self.places)
            return self.form.spell((above(self.numbers), k))
        return self.form.spell(above(self.numbers))


class Touched:
    def __init__(self, b):
        self.number, self.r = b.number("H"), b.number("B")
        self.now = Values(b)

    def cells(self, b):
        """(row in the block, text) of each."""
        n = b.varint()
        (bits, taken), row, out = bits_of(b), -1, []
        for _ in range(n):
            zeroes = 0
            while not bits(1):
                zeroes += 1
            row += 1 + (zeroes << self.r) + bits(self.r)
            out.append((row, self.now.one(bits)))
        b.take((taken() + 7) // 8)
        return [(row, b.take(what) if isinstance(what, int) else what) for row, what in out]


class Was:
    """What the cells of a patch were."""
    def __init__(self, data, n_touched, n_blocks):
        self.b = Bytes(data)
        assert self.b.number("B") == 1
        self.ends = packed(self.b, n_blocks)
        size = self.b.varint()
        begun = self.b.at
        self.columns = [Values(self.b) for _ in range(n_touched)]
        assert self.b.at == begun + size
        self.begun = self.b.at

    def block(self, block, counts):
        """Texts of so many cells of each column."""
        out = []
        for column, n in zip(self.columns, counts):
            bits, taken = bits_of(self.b)
            texts = [column.one(bits) for _ in range(n)]
            self.b.take((taken() + 7) // 8)
            out.append([self.b.take(what) if isinstance(what, int) else what for what in texts])
        assert self.b.at == self.begun + self.ends[block]
        return out


def apply_patch(data, before, rows, whole, old=None):
    """What the new rows are, as text; the rows are those from the patch's first on. before: what its cells were, or None
    where there is none; old: texts of the rows."""
    b = Bytes(data)
    dialect, unended = head(b, 3)
    n_touched, n = b.number("H"), b.number("I")
    n_blocks = (n + 1023) // 1024
    marks, ends = packed(b, n_blocks), packed(b, n_blocks)
    size = b.varint()
    begun = b.at
    touched = [Touched(b) for _ in range(n_touched)]
    assert b.at == begun + size
    begun = b.at
    assert (before is not None) == (n_touched > 0)
    was = Was(before, n_touched, n_blocks) if n_touched else None
    rows, whole = [list(row) for row in rows[:n]], {row for row in whole if row < n}
    for block, end in enumerate(ends):
        if end > (ends[block - 1] if block else 0):
            cells = [column.cells(b) for column in touched]
            for column, some, texts in zip(touched, cells, was.block(block, map(len, cells))):
                for (row, _), text in zip(some, texts):
                    row += 1024 * block
                    known = rows[row][column.number] if column.number < dialect.n_columns else old and old[row]
                    assert known in (None, text), "what a cell was"
            for column, some in zip(touched, cells):
                for row, text in some:
                    change(dialect, rows, whole, 1024 * block + row, column.number, text)
        assert b.at == begun + end
    assert b.at == len(data) and (not was or was.b.at == len(before))
    texts = [dialect.text(rows[i], i in whole, unended and i + 1 == n) for i in range(n)]
    check_marks(marks, texts, 1024)
    return texts


def change(dialect, rows, whole, row, column, text):
    if column < dialect.n_columns:
        assert row not in whole
        rows[row][column] = text
        return
    cells, body = dialect.cut(text)
    whole.discard(row)
    if cells is None:
        whole.add(row)
        cells = [body] + [b""] * (dialect.n_columns - 1)
    rows[row] = cells


# ---- what is read is what was written ----

ODD = ["", "-0", "007", "+1", "1e5", "1.", ".5", "NA", "99999999999999999999", "\xe4", '"a,b"', '"a\nb"', '"a""b"', '"',
       "-9223372036854775807", "9223372036854775807", "0.012345678901234567", "2024-02-30", "x\r"]


def cell(draw, kind, row):
    day = datetime.datetime(1600, 1, 1) + datetime.timedelta(seconds=draw.randrange(10 ** 11))
    return [lambda: str(3 * row + 5), lambda: f"u{draw.randrange(10 ** 6):07}",
            lambda: draw.choice("red green blue".split()), lambda: f"{draw.uniform(-50, 1000):.2f}",
            lambda: f"{draw.uniform(0, 9):.{draw.randrange(6)}f}", lambda: repr(draw.random()),
            lambda: str(draw.getrandbits(64) - 2 ** 63), lambda: str(day.date()), lambda: day.isoformat() + "Z",
            lambda: f"{draw.randrange(1000)}.{draw.randrange(100):02}%",
            lambda: "".join(draw.choices("abcdefgh", k=draw.randrange(30))),
            lambda: draw.choice(["", str(draw.randrange(9))]), lambda: draw.choice(ODD),
            lambda: f'"{draw.randrange(100)}"', lambda: f"{draw.randrange(90)},5",
            lambda: f"{day:%Y-%m-%d %H:%M:%S}.{draw.randrange(1000):03}"][kind]()


def tables(draw):
    """A text, and one that differs in some cells and now and then in a row."""
    kinds = [draw.randrange(16) for _ in range(draw.randrange(1, 8))]
    crlf, delimiter = draw.random() < .3, draw.choice(";\t|,")
    odd, ragged, rate = draw.choice([0, .02, .2]), draw.choice([0, .01, .1]), draw.choice([.001, .01, .3])
    rows = draw.choice([3, 40, 600, 3000])
    old, new = [], []
    for i in range(rows):
        row = [cell(draw, 12 if draw.random() < odd else k, i) for k in kinds]
        if draw.random() < ragged:
            row = row[:draw.randrange(len(row) + 1)]
        end = "\n" if draw.random() < ragged else "\r\n" if crlf else "\n"
        other = [cell(draw, k, i + 1) if draw.random() < rate else c for c, k in zip(row, kinds)]
        if draw.random() < rate / 20:
            other = other[1:]
        old.append(delimiter.join(row) + end)
        new.append(delimiter.join(other) + end)
    ends = [draw.choice([0, 0, 1]) for _ in range(2)]
    old, new = (("".join(t)[:-1] if cut else "".join(t)).encode("latin-1") for t, cut in zip((old, new), ends))
    return [delimiter, str(draw.randrange(2)), str(int(crlf)), str(len(kinds))], old, new


def check(dump, draw, folder):
    """Text behind what the patches make is that of rows that do not correspond; how many bytes are made."""
    how, old, new = tables(draw)
    paths = [folder / "old", folder / "new"]
    for path, text in zip(paths, (old, new)):
        path.write_bytes(text)
    items = Bytes(subprocess.run([dump, *how, *paths], stdout=subprocess.PIPE, check=True).stdout)
    rows, whole, old_texts, made, first = [], set(), [], b"", 0
    patches, zones = [], []
    while items.at < len(items.data):
        kind = items.number("B")
        data = items.take(items.number("I"))
        if kind == 2:
            patches.append([data, None])
            continue
        if kind == 4:
            patches[-1][1] = data
            continue
        if kind == 3:
            assert read_zones(data) == (how[0].encode(), zones), "zones"
            continue
        dialect, more, more_whole, texts, about = read_group(data)
        zones.append(about)
        assert [dialect.delimiter.decode(), str(dialect.n_columns)] == [how[0], how[3]]
        whole |= {len(rows) + i for i in more_whole}
        rows += more
        old_texts += texts
    assert b"".join(old_texts) == old, "groups"
    for data, before in patches:
        texts = apply_patch(data, before, rows[first:], {i - first for i in whole if i >= first}, old_texts[first:])
        made += b"".join(texts)
        first += len(texts)
    assert new.startswith(made), "patches"
    return len(made), len(new)


def main():
    draw, made, of = random.Random(5), 0, 0
    print("1..2")
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(60):
            one = check(sys.argv[1], draw, pathlib.Path(folder))
            made, of = made + one[0], of + one[1]
    print("ok 1 - groups and patches are what the format says")
    print(f"{'ok' if made > of / 3 else 'not ok'} 2 - patches made {made} of {of} bytes")
    return 0 if made > of / 3 else 1


if __name__ == "__main__":
    sys.exit(main())
