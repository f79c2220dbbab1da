#!/usr/bin/python3
"""The picture in docs/drift.md is what the report of the example's data draws today.

usage: drift_picture.py [--write]. Prints TAP; --write makes docs/drift.svg anew.
"""
import html
import pathlib
import re
import sys
import tempfile

try:
    import mlops
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "drift.svg"
ROWS, HEIGHT = 4, 64


def draw():
    found = mlops.compare(str(ROOT / "examples/data/train.csv"), str(ROOT / "examples/data/live.csv"), ignore=["fraud"])
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "drift.html"
        found.save(str(page))
        text = page.read_text(encoding="utf-8")
    sheet = text[:text.index("</style>")]
    light, dark = (dict(re.findall(r"(--[\w-]+):([^;}]+)", part)) for part in
                   re.findall(r":root\{.*?\}", sheet, re.S)[:2])
    rules = [line for line in sheet.splitlines() if line.startswith("svg .")]
    rules += ["text{fill:var(--ink)}.dim{fill:var(--dim)}.back{fill:var(--card)}"]
    style = [re.sub(r"var\((--[\w-]+)\)", lambda match: light[match[1]], line) for line in rules]
    style += ["@media(prefers-color-scheme:dark){"]  # with the colours spelled out, which not every viewer knows names of
    style += [re.sub(r"var\((--[\w-]+)\)", lambda match: dark[match[1]], line) for line in rules] + ["}"]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>.*?<span class="badge \w+">(.*?)</span>.*?(<svg class="histograms".*?'
                      r'</svg>).*?(<svg class="effect".*?</svg>).*?<td class="where">(.*?)</td>', text, re.S)[:ROWS]
    assert len(rows) == ROWS, len(rows)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {HEIGHT * ROWS}" font-family="sans-serif" '
           'font-size="13" role="img">', "<title>Rows of a drift report</title>", "<style>", *style,
           "</style>", '<rect class="back" width="100%" height="100%"/>']
    for i, (name, badge, histograms, effect, where) in enumerate(rows):
        y = i * HEIGHT
        out.append(f'<text x="12" y="{y + 28}" font-weight="bold">{name}</text>')
        out.append(f'<text class="dim" x="12" y="{y + 46}">{badge}</text>')
        for drawing, x, top, width, height in (histograms, 130, 12, 144, 40), (effect, 300, 12, 128, 18):
            place = f'<svg x="{x}" y="{y + top}" width="{width}" height="{height}" '
            out.append(re.sub(r'^<svg class="\w+" role="img" ', place, drawing))
        parts = re.split(r"(?<=\)), ", html.unescape(where))
        for k, part in enumerate(parts):
            out.append(f'<text class="dim" x="450" y="{y + 26 + 20 * k}">{html.escape(part)}</text>')
    return "\n".join([*out, "</svg>", ""])


if __name__ == "__main__":
    drawn = draw()
    if "--write" in sys.argv:
        PICTURE.write_text(drawn, encoding="utf-8")
    current = PICTURE.read_text(encoding="utf-8") == drawn
    print(f"1..1\n{'ok' if current else 'not ok'} 1 - docs/drift.svg is what the report draws; --write makes it anew")
    sys.exit(not current)
