#!/usr/bin/python3
"""Reports and metrics as their readers take them: HTML by a strict parser, JSON against what the binding has of each
column, Prometheus' text format and OpenMetrics by a parser of their grammar.

usage: oracle_report.py. Prints TAP.
"""
import decimal
import html.parser
import json
import math
import pathlib
import re
import sys
import tempfile
import unittest

try:
    import mlops
    import numpy as np
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

from test_python import main

NAMES = ["amount", '<b>&"x\'', "a,b", "日本 \u202e", "back\\slash", "line\nfeed", "tab\t", "javascript:alert(1)", "x" * 300,
         "</style><script>alert(1)</script>", "--><!--", "url(http://a.b)", "]]>", "{}", "%s%n"]
WORDS = ["<i>", "&amp;", '"', "'", "a-->b", "</td></table>", "日本", "z" * 200, "\\", "line\nfeed", ""]


def saved(report, name="r.html"):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / name
        report.save(str(path))
        return path.read_bytes().decode("utf-8")


class Page(html.parser.HTMLParser):
    """Elements nest, attributes are known ones, and nothing acts or is fetched."""
    VOID = {"meta"}
    KNOWN = {"html": {"lang"}, "head": (), "title": (), "style": (), "body": (), "main": (), "h1": (), "h2": (),
             "p": {"class"}, "div": {"class"}, "span": {"class"}, "strong": (), "table": (), "thead": (), "tbody": (),
             "tr": (), "th": {"class", "scope"}, "td": {"class"}, "meta": {"charset", "name", "content"},
             "figure": (), "figcaption": (), "svg": {"class", "role", "viewbox", "preserveaspectratio", "xmlns"}, "path": {"class", "d"},
             "rect": {"class", "x", "y", "width", "height"}}
    INSIDE = {"td": ("tr",), "th": ("tr",), "tr": ("thead", "tbody"), "tbody": ("table",), "thead": ("table",),
              "main": ("body",), "path": ("svg",), "rect": ("svg",), "head": ("html",), "body": ("html",), "style": ("head",)}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.tables, self.style, self.text, self.cell = [], [], "", "", None
        self.feed(text)
        self.close()
        assert not self.open, f"never closed: {self.open}"

    def handle_decl(self, decl):
        assert decl == "DOCTYPE html" and not self.open

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")

    handle_pi = unknown_decl = handle_comment

    def handle_startendtag(self, tag, attrs):
        assert "svg" in self.open, f"<{tag}/> is no HTML"
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_starttag(self, tag, attrs):
        assert tag in self.KNOWN, f"<{tag}>"
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names) and set(names) <= set(self.KNOWN[tag]), (tag, attrs)
        assert all(value is not None for _, value in attrs), (tag, attrs)
        if tag in self.INSIDE:
            assert self.open[-1] in self.INSIDE[tag], f"<{tag}> in {self.open}"
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        if tag in ("td", "th"):
            self.cell = [dict(attrs).get("class"), ""]
            self.tables[-1][-1].append(self.cell)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> in {self.open}"
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
            return
        self.text += data
        if "title" not in self.open and self.cell is not None and ("td" in self.open or "th" in self.open):
            self.cell[1] += data


def shown(value):
    """A number as cells have it, to be read back."""
    return math.nan if value == "–" else float(value)


class Html(unittest.TestCase):
    def sides(self, n=400, seed=1):
        rng = np.random.default_rng(seed)
        sides = []
        for k in range(2):
            side = {name: list(rng.normal(k * (i % 3) / 2, 1, n)) for i, name in enumerate(NAMES)}
            side["word"] = list(rng.choice(WORDS[k:], n))
            side["text"] = [" ".join(rng.choice(WORDS, 7)) + f" {i} {'!' * k}" for i in range(n)]
            side["gone"] = [None if rng.random() < 0.3 * k else 1.0 for _ in range(n)]
            side["odd"] = list(rng.choice([math.inf, -math.inf, math.nan, 5e-324, 1e308], n))
            sides.append(side)
        return sides

    def check(self, report, extra=()):
        text = saved(report)
        page = Page(text)
        for word in "http:", "https:", "url(", "@import", "expression(", "javascript:":
            self.assertNotIn(word, page.style)
        self.assertNotRegex(re.sub(r'xmlns="http://www.w3.org/2000/svg"', "", text), r"<[^>]*(?:https?:|\son\w+=|\ssrc|\shref)")
        for rule in "prefers-color-scheme:dark", "@media print", "size:landscape", "color-scheme:light dark":
            self.assertIn(rule, page.style)
        used = set(re.findall(r"var\((--[\w-]+)\)", page.style))
        for palette in re.findall(r":root\{[^}]*\}", page.style):  # light, dark and print name every colour
            self.assertLessEqual(used, set(re.findall(r"(--[\w-]+):", palette)))
        self.assertEqual(page.style.count("{"), page.style.count("}"))
        order = []
        for table in page.tables[len(extra):]:
            heads = [head for _, head in table[0]]
            for row in table[1:]:
                self.assertEqual([kind == "num" for kind, _ in row], [kind == "num" for kind, _ in table[0]])
                order.append(dict(zip([*heads[:3], *(h + " " * (heads.index(h) < i) for i, h in enumerate(heads))][3:],
                                      (cell for _, cell in row))))
        self.assertEqual(len(order), report.n_columns)
        return page, order

    def test_rows_say_what_the_columns_do(self):
        for how in {}, {"preset": "evidently"}, {"correction": "by"}, {"rows_min": 1000}:
            report = mlops.compare(*self.sides(), **how)
            page, rows = self.check(report)
            self.assertEqual({row["Column"] for row in rows}, {c.name for c in report})
            self.assertEqual(sum("drift" == row["Answer"] for row in rows), report.n_drifted)
            for row in rows:
                c = report[row["Column"]]
                heads = {"Shift in sd": c.wasserstein, "PSI": c.psi, "Severity": c.severity, "Mean before": c.mean_reference,
                         "Mean now": c.mean_current, "Nulls before, %": 100 * c.nulls_reference,
                         "Nulls now, %": 100 * c.nulls_current, "At least": c.effect_low, "Adjusted p": c.p_adjusted,
                         "p": c.p_value, "Limit": c.tolerance, "Effect" + " " * ("At least" in row): c.effect}
                for head, want in heads.items():
                    if head in row:
                        got = shown(row[head])
                        good = math.isnan(got) if not math.isfinite(want) else \
                            got == float(f"{want:.3g}") or abs(got - want) <= 6e-3 * abs(want)
                        self.assertTrue(good, (row["Column"], head, got, want))
                self.assertEqual(row["Where"], c.where)
                self.assertEqual(row["Test"], c.test)

    def test_the_gravest_come_first_and_where_stands_beside_the_picture(self):
        _, rows = self.check(mlops.compare(*self.sides()))
        answers = [row["Answer"] for row in rows]
        rank = {"drift": 0, "not enough data": 1, "no drift": 2}
        self.assertEqual(answers, sorted(answers, key=rank.get))
        heads = [h.strip() for h in rows[0]]
        self.assertEqual(heads[:6], ["Column", "Answer", "Distribution", "Effect", "Where", "Test"])

    def test_a_thousand_features_are_400_kib(self):
        rng = np.random.default_rng(3)
        before = {f"customer_transactions_amount_{i:04d}": rng.lognormal(size=300).tolist() for i in range(1000)}
        now = {name: (np.array(values) * 3.7 + 1e-7).tolist() for name, values in before.items()}
        report = mlops.compare(before, now)
        self.assertEqual(report.n_drifted, 1000)
        _, rows = self.check(report)
        self.assertLessEqual(len(saved(report).encode()), 400 * 1024)

    def test_of_a_monitor_too(self):
        monitor = watched()
        monitor.add(np.full((500, 2), 3, np.float32))
        text = None
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "m.html"
            monitor.save(str(path))
            text = path.read_text(encoding="utf-8")
        page = Page(text)
        self.assertIn(NAMES[1], page.text)
        self.assertIn("Outside of the reference's range, or new to it", page.text)

    def test_an_alarm_says_why(self):
        monitor, rng, seen = watched(), np.random.default_rng(12), set()
        monitor.set_policy(k=2, n=3, critical=1000.0)
        for shift in None, 0, 3, 3, 0:
            if shift is not None:
                monitor.add(rng.normal(shift, 1, (200, 2)).astype(np.float32))
            want = json.loads(monitor.alarm_reason())
            with tempfile.TemporaryDirectory() as folder:
                for name in ("m.html", "m.json"):
                    monitor.save(str(pathlib.Path(folder) / name))
                page = Page((pathlib.Path(folder) / "m.html").read_text(encoding="utf-8"))
                told = json.loads((pathlib.Path(folder) / "m.json").read_text(encoding="utf-8"))
            self.assertEqual(told["alarm"], want)
            state, why = re.search(r"Alarm(lasts|none) (.*); severity", page.text).groups()
            self.assertEqual((state == "lasts", why), (want["alarmed"], want["reason"]))
            seen.add(want["event"])
        self.assertEqual(seen, {"nothing", "raised", "unknown"})

    def test_performance_by_window_is_that_of_the_monitor(self):
        rng = np.random.default_rng(11)
        validation, sums = mlops.ClassPerformance(3), mlops.RegressionPerformance()
        p, y = rng.dirichlet([1, 1, 1], 900), rng.integers(0, 3, 900)
        validation.add(p, y)
        sums.add(p[:, 0], p[:, 1])
        for expect, reference, scores, labels, opts in (
                ("expect_labels", counted(rng), p[:, 0], y > 1, {}), ("expect_classes", validation, p, y, {}),
                ("expect_numbers", sums, p[:, :2], p[:, 1], {"tolerance": 0.1})):
            m = watched()
            getattr(m, expect)(reference, windows_kept=3, **opts)
            for n in 700, 150:
                m.add_scored(rng.normal(0, 1, (n, 2)).astype(np.float32), scores[:n], range(n))
                m.add_labels(range(100, n), np.asarray(labels[100:n], float))
            with tempfile.TemporaryDirectory() as folder:
                for name in ("m.html", "m.json"):
                    m.save(str(pathlib.Path(folder) / name))
                page = Page((pathlib.Path(folder) / "m.html").read_text(encoding="utf-8"))
                told = json.loads((pathlib.Path(folder) / "m.json").read_text(encoding="utf-8"))
            self.assertIn("Metrics by window", page.text)
            table, said = m.performance(), told["performance"]
            mine = {(w["window"], kind, metric): v for w in said["windows"] for kind in ("measured", "estimated")
                    for metric, v in w[kind].items()}
            want = {(w, k, metric): {"value": v, "low": low, "high": high} for w, k, metric, v, low, high in
                    zip(*(table[c] for c in ("window", "kind", "metric", "value", "low", "high"))) if w == w}
            self.assertEqual(set(mine), {(int(w), k, metric) for w, k, metric in want})
            for (w, k, metric), sides in want.items():
                for side, value in sides.items():
                    self.assertEqual(mine[int(w), k, metric][side], value if math.isfinite(value) else None)
            self.assertEqual(sorted({w["window"] for w in said["windows"]}), [3, 4, 5])
            summary = m.summarize_labels()
            self.assertEqual(said["measured"]["loss_low"], summary.measured_loss_low)
            self.assertEqual(said["estimated"]["verdict"], summary.estimated.name.lower().replace("_", " "))
            self.assertEqual((said["n_joined"], said["n_waiting"]), (summary.n_joined, summary.n_waiting))
            self.assertEqual([u["feature"] for u in told["unseen"]], [NAMES[1], NAMES[5]])
            self.assertGreaterEqual(told["notes"]["newest_row_age_seconds"], 0)


class Whole(unittest.TestCase):
    """Reports of rows as a whole say what the ways to compare do, one by one."""
    HEADS = {"Mean discrepancy": "mmd", "Reconstruction": "pca", "Classifier": "classify"}
    FEW = {"mmd": {"n_permutations": 199}, "classify": {"n_trees": 20}}

    def sides(self, n=300):
        rng = np.random.default_rng(12)
        sides = [{name: rng.normal(k * (i == 4), 1, n).tolist() for i, name in enumerate(NAMES)} for k in range(2)]
        for side in sides:
            side["word"] = rng.choice(WORDS[:5], n).tolist()
        return sides

    def told(self, both, name, **opts):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            both.save(str(path), **opts)
            return path.read_text(encoding="utf-8")

    def close(self, cells, values):
        for cell, value in zip(cells, values, strict=True):
            good = math.isnan(shown(cell)) if not math.isfinite(value) else \
                math.isclose(shown(cell), value, rel_tol=6e-3, abs_tol=1e-300)
            self.assertTrue(good, (cell, value))

    def rows(self, table):
        kinds = [kind == "num" for kind, _ in table[0]]
        for row in table[1:]:
            self.assertEqual([kind == "num" for kind, _ in row], kinds)
        return [[cell for _, cell in row] for row in table[1:]]

    def test_html_and_json_say_what_the_verbs_do(self):
        for rows, pca in ((300, {}), (300, {"preset": mlops.DriftPreset.NANNYML}), (30, {}), (1, {})):
            with mlops.multivariate.samples(*self.sides(rows)) as both:
                found = {"mmd": both.mmd(**self.FEW["mmd"]), "pca": both.pca(**pca), "classify": both.classify(n_trees=20)}
                tables = {"chunks": ("pca", both.chunks, pca), "residuals": ("pca", both.residuals, pca),
                          "features": ("classify", both.features, self.FEW["classify"])}
                tables = {name: (way, table(**how).to_dicts()) for name, (way, table, how) in tables.items()
                          if math.isfinite((found["classify"] if way == "classify" else found["pca"]).effect)}
                opts = dict(self.FEW, pca=pca, title=NAMES[9])
                page, told = Page(self.told(both, "r.html", **opts)), json.loads(self.told(both, "r.JSON", **opts))
            self.assertIn(NAMES[9], page.text)
            self.assertEqual((told.pop("n_reference"), told.pop("n_current"), told.pop("n_columns")), (rows, rows, 16))
            answers = {cells[0]: cells[1:] for cells in self.rows(page.tables[0])}
            for head, way in self.HEADS.items():
                want, mine = found[way], told.pop(way)
                verdict = want.verdict.name.lower().replace("_", " ")
                said = {"yes": "drift", "no": "no drift"}.get(verdict, verdict)
                self.assertEqual((answers[head][0], answers[head][2]), (said, want.test))
                self.close(answers[head][3:], [want.effect, want.effect_low, want.effect_high, want.tolerance, want.p_value])
                for name, (of, listed) in tables.items():
                    if of == way:
                        self.assertEqual(mine.pop(name), [{k: None if v != v else v for k, v in row.items()} for row in listed])
                self.assertEqual((mine.pop("test"), mine.pop("verdict")), (want.test, verdict))
                self.assertEqual(mine, {name: None if (v := getattr(want, name)) != v else v for name in mine})
                self.assertEqual(len(mine), 12)
            self.assertEqual(told, {})
            lists = [listed for name, (_, listed) in tables.items() if name != "chunks"]
            self.assertEqual(len(page.tables), 1 + len(lists))
            for table, listed in zip(page.tables[1:], lists):
                self.assertEqual([cells[0] for cells in self.rows(table)], [row["feature"] for row in listed])
                for cells, row in zip(self.rows(table), listed):
                    self.close(cells[1:], list(row.values())[1:])

    def test_drawn_are_the_errors_and_what_the_reference_keeps_within(self):
        with mlops.multivariate.samples(*self.sides()) as both:
            chunks, text = both.chunks().to_dicts(), self.told(both, "r.html", **self.FEW)
        figure = re.search(r"<figure>.*?</figure>", text, re.S).group()
        ground, line = (re.findall(r"M([\d.e-]+) ([\d.e-]+)H[\d.e-]+(?:V([\d.e-]+))?", path)
                        for path in re.findall(r' d="([^"]*)"', figure))
        values = [row["error"] for row in chunks]
        least, most = (pick([*values, *(row[k] for row in chunks for k in ("low", "high"))]) for pick in (min, max))
        places = [i + (row["side"] == "current") for i, row in enumerate(chunks)]  # a gap between the sides
        self.assertEqual(len(line), len(chunks))
        for (x, y, _), (_, bottom, top), at, row in zip(line, ground, places, chunks):
            self.assertAlmostEqual(float(x), 240 * at / (len(chunks) + 1), delta=0.01)
            for drawn, value in (y, row["error"]), (bottom, row["low"]), (top, row["high"]):
                self.assertAlmostEqual(float(drawn), 60 * (most - value) / (most - least), delta=0.01)

    def test_ways_are_left_out_and_lists_cut(self):
        rng = np.random.default_rng(13)
        with mlops.multivariate.samples(rng.normal(size=(200, 60)), rng.normal(size=(200, 60))) as both:
            page = Page(self.told(both, "r.html", skip_mmd=True, skip_pca=True, classify={"n_trees": 5}))
            self.assertEqual([len(table) for table in page.tables], [2, 51])
            self.assertIn("The first 50 of 60 columns", page.text)
            self.assertEqual(set(json.loads(self.told(both, "r.json", skip_pca=True, **self.FEW))) & {"mmd", "pca", "classify"},
                             {"mmd", "classify"})
            for wrong in {"skip_mmd": True, "skip_pca": True, "skip_classify": True}, {"pca": {"variance": 2}}:
                with self.assertRaises(mlops.InvalidError):
                    self.told(both, "r.html", **wrong)


class Json(unittest.TestCase):
    def test_members_are_the_fields(self):
        for how in {}, {"preset": "nannyml"}, {"preset": "alibi"}:
            report = mlops.compare(*Html().sides(), **how)
            def refuse(name):
                raise AssertionError(name)
            told = json.loads(report.json(), parse_constant=refuse)
            self.assertEqual(saved(report, "r.json"), report.json())
            self.assertEqual(told["severity"], report.severity)
            self.assertEqual((told["n_columns"], told["n_drifted"]), (report.n_columns, report.n_drifted))
            self.assertEqual([c["name"] for c in told["columns"]], [c.name for c in report])
            for mine, c in zip(told["columns"], report):
                want = dict(vars(c), verdict=c.verdict.name.lower().replace("_", " "), type=c.type.name.lower(),
                            exact=bool(c.exact))
                self.assertEqual(set(mine) - {"regions"}, set(want))
                for name, value in want.items():
                    lost = isinstance(value, float) and not math.isfinite(value)
                    self.assertEqual(mine[name], None if lost else value, (c.name, name))
            regions = [(c["name"], r["reference"], r["current"]) for c in told["columns"] for r in c["regions"]]
            table = report.regions()
            self.assertEqual(regions, list(zip(table["column"], table["reference"].tolist(), table["current"].tolist())))


# ---- metrics, by the grammar of the formats ----

def watched(**opts):
    rng = np.random.default_rng(5)
    reference = {NAMES[1]: rng.normal(size=600).tolist(), NAMES[5]: rng.normal(size=600).tolist()}
    folder = tempfile.mkdtemp()
    path = pathlib.Path(folder) / "r"
    mlops.Reference(mlops.table(reference)).save(str(path))
    monitor = mlops.Monitor(None, str(path), window_rows=200, name=NAMES[1] + NAMES[5] + NAMES[4], **opts)
    path.unlink()
    path.parent.rmdir()
    return monitor


LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN")


def labels_of(text):
    labels, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        assert match, f"labels {text!r} at {at}"
        assert match[1] not in labels and not match[1].startswith("__"), f"label {match[1]}"
        labels[match[1]] = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), match[2])
        at = match.end()
    assert not text.endswith(","), "a comma behind the last label"
    return labels


def parsed(text, strict):
    """{family: (type, {(name, labels): value})} of Prometheus' text format 0.0.4, or of OpenMetrics text 1.0."""
    assert text.endswith("\n") and "\r" not in text
    lines = text[:-1].split("\n")
    if strict:
        assert lines.pop() == "# EOF"
    families, seen, current = {}, set(), None
    for line in lines:
        assert line and line == line.strip(" "), f"line {line!r}"
        if line.startswith("#"):
            _, word, name, rest = line.split(" ", 3)
            assert word in (("HELP", "TYPE", "UNIT") if strict else ("HELP", "TYPE")), line
            assert re.fullmatch(r"[a-zA-Z_:][a-zA-Z0-9_:]*", name), name
            if name != current:
                assert name not in families, f"{name} comes twice"
                families[name], current = {"samples": {}}, name
            assert word not in families[name] and not families[name]["samples"], f"{word} of {name}"
            families[name][word] = rest
            if word == "TYPE":
                assert rest in ("counter", "gauge", "histogram"), line
                assert not name.endswith(("_bucket", "_count", "_sum")), name
                assert name.endswith("_total") == (rest == "counter" and not strict), line
            continue
        match = re.fullmatch(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)", line)
        assert match, f"sample {line!r}"
        name, labels, value = match[1], labels_of(match[2] or ""), match[3]
        assert NUMBER.fullmatch(value), f"value {value!r}"
        kind = families[current]["TYPE"]
        endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",) if strict else ("",), "gauge": ("",)}
        assert name in [current + ending for ending in endings[kind]], f"{name} in {current}, a {kind}"
        key = name, tuple(sorted(labels.items()))
        assert key not in seen, f"{key} comes twice"
        seen.add(key)
        value = float(value.replace("Inf", "inf"))
        assert kind == "gauge" or value >= 0, line
        families[current]["samples"][key] = value
    for name, family in families.items():
        assert {"HELP", "TYPE"} <= set(family), name
        if family["TYPE"] == "histogram":
            check_histogram(name, family["samples"])
    return {name: (family["TYPE"], family["samples"]) for name, family in families.items()}


def check_histogram(name, samples):
    groups = {}
    for (series, labels), value in samples.items():
        rest = tuple(label for label in labels if label[0] != "le")
        groups.setdefault(rest, []).append((series, dict(labels).get("le"), value))
    for rest, group in groups.items():
        buckets = [(float(le.replace("Inf", "inf")), value) for series, le, value in group if le is not None]
        assert buckets == sorted(buckets) and len({le for le, _ in buckets}) == len(buckets), buckets
        assert [v for _, v in buckets] == sorted(v for _, v in buckets), f"{name} is not cumulative"
        assert buckets[-1][0] == math.inf
        counts = [value for series, _, value in group if series.endswith("_count")]
        assert counts == [buckets[-1][1]] and sum(s.endswith("_sum") for s, _, _ in group) == 1, name


class Metrics(unittest.TestCase):
    def states(self):
        rng = np.random.default_rng(8)
        yield watched()
        monitor = watched()
        for i in range(40):
            monitor.add(rng.normal(i > 20, 1, (37, 2)).astype(np.float32), rng.random(37))
            monitor.add_latency(int(10 ** rng.uniform(0, 12)))
        monitor.add(np.full((200, 2), np.nan, np.float32))
        yield monitor
        monitor = watched(false_alarm_ns=10 ** 9)
        monitor.expect_labels(counted(rng), cost_fn=2.0)
        monitor.expect_segments(n_segments=3)
        monitor.set_policy(k=1, n=1)
        numbers = [monitor.segment(key) for key in ('"', "\n\\", "DE")]
        for i in range(10):
            scores = rng.random(100)
            monitor.enter_segment(numbers[i % 3])
            monitor.add_scored(rng.normal(i, 1, (100, 2)).astype(np.float32), scores, range(100 * i, 100 * i + 100))
            monitor.add_labels(range(100 * i, 100 * i + 90), (rng.random(90) < 0.5).astype(float))
            yield monitor

    def test_both_formats_are_valid_and_say_the_same(self):
        for monitor in self.states():
            plain, strict = parsed(monitor.metrics(), False), parsed(monitor.openmetrics(), True)
            self.assertEqual({name.removesuffix("_total"): kind for name, (kind, _) in plain.items()},
                             {name: kind for name, (kind, _) in strict.items()})
            for name, (kind, samples) in plain.items():
                self.assertEqual(samples, strict[name.removesuffix("_total") if kind == "counter" else name][1], name)
                for _, labels in samples:
                    self.assertEqual(dict(labels)["model"], NAMES[1] + NAMES[5] + NAMES[4])
            features = {dict(labels)["feature"] for _, labels in plain["mlops_feature_values_total"][1]}
            self.assertEqual(features, {NAMES[1], NAMES[5]})

    def test_values_are_those_of_the_monitor(self):
        monitor = watched()
        rng = np.random.default_rng(9)
        for _ in range(3):
            monitor.add(rng.normal(1, 1, (150, 2)).astype(np.float32))
        told, drift = parsed(monitor.metrics(), False), monitor.drift()
        for c in drift:
            for test in "ks", "wasserstein", "psi", "js":
                got = [v for (_, labels), v in told["mlops_feature_drift_score"][1].items()
                       if dict(labels)["feature"] == c.name and dict(labels)["test"] == test]
                self.assertEqual(got, [getattr(c, test)], test)
            for family, want in (("mlops_feature_drifted", float(c.verdict == mlops.DriftVerdict.YES)),
                                 ("mlops_feature_drift_pvalue", c.p_adjusted), ("mlops_feature_values_total", 450.0)):
                self.assertEqual([v for (_, labels), v in told[family][1].items() if dict(labels)["feature"] == c.name],
                                 [want], family)


def counted(rng):
    made = mlops.Performance()
    scores = rng.random(1000)
    made.add(scores, (rng.random(1000) < scores).astype(float))
    return made


if __name__ == "__main__":
    sys.exit(main(sys.modules[__name__]))
