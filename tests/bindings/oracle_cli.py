#!/usr/bin/python3
"""Commands on predictions, anomalies and whole rows, against scikit-learn and NumPy on the same files.

usage: oracle_cli.py PATH_OF_MLOPS. Prints TAP; without scikit-learn it is skipped.
"""
import csv
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import traceback

try:
    import numpy as np
    from sklearn import isotonic
    from sklearn import metrics as sk
except ImportError as missing:
    print(f"1..0 # SKIP {missing}")
    sys.exit(0)

MLOPS = str(pathlib.Path(sys.argv[1]).resolve())
TESTS = []


def test(function):
    TESTS.append(function)
    return function


def run(*args, status=0, stdin=None):
    done = subprocess.run([MLOPS, *map(str, args)], input=stdin, text=True, capture_output=True, timeout=120)
    assert done.returncode == status, f"{args}: status {done.returncode}, not {status}: {done.stderr}"
    return done


def lines(*args, **options):
    """Numbers by segment and metric."""
    out = {}
    for line in csv.DictReader(io.StringIO(run(*args, "--csv", **options).stdout)):
        out.setdefault(line.get("segment", ""), {})[line["metric"]] = line
    return out


def close(found, **expected):
    for name, value in expected.items():
        assert np.isclose(float(found[name]["value"]), value, rtol=1e-12), (name, found[name], value)


def write(path, **columns):
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(columns)
        out.writerows(zip(*columns.values()))
    return path


@test
def binary(folder):
    rng = np.random.default_rng(1)
    n = 4000
    y, country = rng.integers(0, 2, n), rng.choice(["de", "at", "1"], n)
    score = np.clip(rng.normal(0.35 + 0.3 * y, 0.2), 0, 1).round(3)
    weight = rng.integers(1, 5, n)
    path = write(folder / "scored.csv", score=score, y=y, country=country, weight=weight)
    base = ("performance", "measure", path, "--prediction", "score", "--target", "y")
    found = lines(*base, "--threshold", 0.4, "--by", "country")
    assert list(found) == ["", *dict.fromkeys(country)]
    for segment in found:
        of = country == segment if segment else np.ones(n, bool)
        close(found[segment], auc=sk.roc_auc_score(y[of], score[of]), brier=sk.brier_score_loss(y[of], score[of]),
              average_precision=sk.average_precision_score(y[of], score[of]),
              f1=sk.f1_score(y[of], score[of] >= 0.4), mcc=sk.matthews_corrcoef(y[of], score[of] >= 0.4))
        assert {int(line["n"]) for line in found[segment].values()} == {of.sum()}
    close(lines(*base, "--weight", "weight")[""], auc=sk.roc_auc_score(y, score, sample_weight=weight),
          recall=sk.recall_score(y, score >= 0.5, sample_weight=weight))
    close(lines(*base, "--threshold", 0)[""], recall=1, specificity=0)
    margin = write(folder / "margin.csv", m=np.log((score + .001) / (1.001 - score)), y=y)
    close(lines("performance", "measure", margin, "--prediction", "m", "--target", "y", "--scale", "margin")[""],
          accuracy=sk.accuracy_score(y, score >= 0.5))


@test
def labels_that_are_missing(folder):
    text = "s,y\n0.9,1\n0.2,0\n0.4,\n,1\n0.1,0\n0.7,1\n"
    done = run("performance", "measure", "-", "--prediction", "s", "--target", "y", "--json", stdin=text)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["n"] for row in rows} == {4} and "2 rows" in done.stderr
    assert {row["metric"]: row["value"] for row in rows}["auc"] == 1
    found = lines("performance", "measure", "-", "--prediction", "s", "--target", "y", "--by", "g",
                  stdin="s,y,g\n0.9,1,a\n0.2,0,a\n0.4,,b\n")
    assert found["b"] == {"": {"segment": "b", "metric": "", "value": "", "n": "0"}} and found["a"]["auc"]["value"] == "1.0"
    one = lines("performance", "measure", "-", "--prediction", "s", "--target", "y", stdin="s,y\n0.9,1\n0.2,1\n")
    assert one[""]["auc"]["value"] == "" and float(one[""]["recall"]["value"]) == 0.5


@test
def classes(folder):
    rng = np.random.default_rng(2)
    n, names = 3000, np.array(["cat", "dog", "a bird"])
    p = rng.dirichlet([1, 1, 1], n)
    y = np.array([rng.choice(3, p=row) for row in p])
    columns = dict(zip(names, p.T))
    by_name = write(folder / "named.csv", **columns, animal=names[y], farm=y % 2)
    args = ["--prediction", "cat,dog,a bird", "--target", "animal"]
    found = lines("performance", "measure", by_name, *args, "--k", 2)
    pred = p.argmax(1)
    close(found[""], accuracy=sk.accuracy_score(y, pred), f1_macro=sk.f1_score(y, pred, average="macro"),
          mcc=sk.matthews_corrcoef(y, pred), log_loss=sk.log_loss(y, p),
          top_k_accuracy=sk.top_k_accuracy_score(y, p, k=2),
          auc_macro=sk.roc_auc_score(y, p, multi_class="ovr", average="macro"))
    by_index = write(folder / "index.csv", **columns, animal=y)
    named = write(folder / "codes.csv", **columns, animal=np.array(["c", "d", "b"])[y])
    assert lines("performance", "measure", by_index, *args, "--k", 2) == found
    assert lines("performance", "measure", named, *args, "--k", 2, "--classes", "c,d,b") == found
    close(lines("performance", "measure", by_name, *args, "--by", "farm")["1"],
          accuracy=sk.accuracy_score(y[y % 2 == 1], pred[y % 2 == 1]))
    expected = lines("performance", "estimate", by_name, by_index, *args)[""]
    assert float(expected["accuracy"]["low"]) < sk.accuracy_score(y, pred) < float(expected["accuracy"]["high"])


@test
def regression(folder):
    rng = np.random.default_rng(3)
    y = rng.lognormal(size=1000)
    p = y * rng.lognormal(0, 0.2, 1000)
    path = write(folder / "priced.csv", paid=y, price=p)
    found = lines("performance", "measure", path, "--task", "regression", "--prediction", "price", "--target", "paid")[""]
    close(found, rmse=sk.mean_squared_error(y, p) ** 0.5, mae=sk.mean_absolute_error(y, p), r2=sk.r2_score(y, p),
          mape=sk.mean_absolute_percentage_error(y, p), median_ae=sk.median_absolute_error(y, p))


@test
def ranking(folder):
    """Rows of a query need not stand together."""
    rng = np.random.default_rng(4)
    n = 600
    query, device = rng.integers(0, 60, n), rng.choice(["phone", "desk"], n)
    score, clicked = rng.normal(size=n), rng.integers(0, 3, n)
    path = write(folder / "found.csv", q=[f"query {x}" for x in query], score=score, clicked=clicked, device=device)
    found = lines("performance", "measure", path, "--task", "ranking", "--prediction", "score", "--target", "clicked",
                  "--query", "q", "--k", 5, "--by", "device")
    for segment in ("", "phone", "desk"):
        of = device == segment if segment else np.ones(n, bool)
        each = [(query == q) & of for q in range(60)]
        ndcg = [sk.ndcg_score([clicked[rows]], [score[rows]], k=5) if rows.sum() > 1 else 1.0
                for rows in each if clicked[rows].any()]
        close(found[segment], ndcg=np.mean(ndcg))
        assert int(found[segment]["ndcg"]["n"]) == len(ndcg)


@test
def estimates(folder):
    """CBPE as it is defined: of probabilities by scikit-learn's isotonic regression."""
    rng = np.random.default_rng(5)
    def draw(n, shift):
        p = np.clip(rng.beta(2 + shift, 3, n), 0.01, 0.99)
        return np.sqrt(p), (rng.random(n) < p).astype(int)  # the scores are not calibrated
    s, y = draw(5000, 0)
    now, came = draw(3000, 1)
    reference, live = write(folder / "r.csv", s=s, y=y), write(folder / "l.csv", s=now, half=np.arange(3000) % 2)
    args = ("performance", "estimate", reference, live, "--prediction", "s", "--target", "y", "--threshold", 0.7)
    found = lines(*args, "--by", "half")
    p = isotonic.IsotonicRegression(out_of_bounds="clip").fit(s, y).predict(now)
    over = now >= 0.7
    for segment, of in ("", np.ones(3000, bool)), ("1", np.arange(3000) % 2 == 1):
        tp, fp, fn = p[of & over].sum(), (1 - p)[of & over].sum(), p[of & ~over].sum()
        for name, value in (("tp", tp), ("precision", tp / (tp + fp)), ("recall", tp / (tp + fn))):
            assert np.isclose(float(found[segment][name]["value"]), value, rtol=1e-6), (name, found[segment][name], value)
    auc = found[""]["auc"]
    assert float(auc["low"]) < sk.roc_auc_score(came, now) < float(auc["high"])
    raw = lines(*args, "--calibration", "none")[""]["tp"]
    assert np.isclose(float(raw["value"]), now[over].sum())
    narrow, wide = (lines(*args, "--confidence", c)[""]["auc"] for c in (0.5, 0.999))
    assert float(wide["low"]) < float(narrow["low"]) < float(narrow["high"]) < float(wide["high"])


@test
def anomalies(folder):
    rng = np.random.default_rng(6)
    usual = rng.normal(size=(3000, 2)) @ np.array([[1, 0.8], [0, 0.6]])
    now = np.vstack([rng.normal(size=(2000, 2)) @ np.array([[1, 0.8], [0, 0.6]]), [[2, -2], [9, 9]]])
    train = write(folder / "usual.csv", load=usual[:, 0], word=["x"] * 3000, pressure=usual[:, 1])
    live = write(folder / "live.csv", pressure=now[:, 1], load=now[:, 0])
    saved = folder / "pump.anomaly"
    run("anomaly", "fit", train, "-o", saved, "--kind", "mahalanobis")
    out = run("anomaly", "score", saved, live, "--columns", "load,pressure", "--rate", 0.02).stdout
    assert out == run("anomaly", "score", train, live, "--kind", "mahalanobis", "--rate", 0.02).stdout
    table = list(csv.DictReader(io.StringIO(out)))
    score, alarm = np.array([float(row["score"]) for row in table]), np.array([row["alarm"] == "true" for row in table])
    inverse = np.linalg.inv(np.cov(usual.T))
    due = np.sqrt(np.einsum("ij,jk,ik->i", now - usual.mean(0), inverse, now - usual.mean(0)))
    assert np.corrcoef(score, due)[0, 1] > 0.99 and alarm[-2:].all() and 0.005 < alarm[:-2].mean() < 0.04
    rows = [json.loads(line) for line in run("anomaly", "score", saved, live, "--columns", "load,pressure", "--json").stdout.splitlines()]
    assert [row["score"] for row in rows] == list(score) and all(0 < row["p_value"] <= 1 for row in rows)


@test
def rows_as_a_whole(folder):
    """The mean discrepancy by its formula; a change of what holds between columns is found, and none is not."""
    rng = np.random.default_rng(7)
    one, same = rng.normal(size=(800, 3)), rng.normal(size=(800, 3))
    joint = np.linalg.cholesky([[1, .8, 0], [.8, 1, 0], [0, 0, 1]])
    other = rng.normal(size=(800, 3)) @ joint.T
    train, calm, bent = (write(folder / f"{i}.csv", a=m[:, 0], b=m[:, 1], c=m[:, 2]) for i, m in enumerate((one, same, other)))
    for path, rows, status in (calm, same, (0, 4)), (bent, other, (3,)):
        done = subprocess.run([MLOPS, "drift", "multivariate", train, path, "--json"], text=True, capture_output=True)
        found = json.loads(done.stdout)
        assert done.returncode in status, (done, found)
        both = np.vstack([one, rows])
        x, y = (one - both.mean(0)) / both.std(0), (rows - both.mean(0)) / both.std(0)
        kernel = lambda a, b: np.exp(-((a[:, None] - b[None]) ** 2).sum(-1) / (2 * found["bandwidth"] ** 2))
        n = len(x)
        mmd2 = ((kernel(x, x).sum() - n) + (kernel(y, y).sum() - n)) / (n * (n - 1)) - 2 * kernel(x, y).mean()
        assert np.isclose(found["mmd2"], mmd2, atol=1e-9), (found, mmd2)
    for method in "pca", "classify":
        found = json.loads(run("drift", "multivariate", train, bent, "--method", method, "--json", status=3).stdout)
        assert found["verdict"] == "yes" and found["n_columns"] == 3
    assert {row["feature"] for row in found["features"]} == {"a", "b", "c"} and found["features"][-1]["feature"] == "c"
    few = write(folder / "few.csv", a=one[:40, 0], b=one[:40, 1])
    assert run("drift", "multivariate", train, few, "--method", "pca", "--columns", "a,b", status=4).stdout.startswith("test ")


def main():
    print(f"1..{len(TESTS)}")
    failed = 0
    for number, function in enumerate(TESTS, 1):
        with tempfile.TemporaryDirectory() as folder:
            try:
                function(pathlib.Path(folder))
                print(f"ok {number} - {function.__name__.replace('_', ' ')}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} - {function.__name__.replace('_', ' ')}", flush=True)
                for line in traceback.format_exc().splitlines()[-4:]:
                    print("#", line)
    return 1 if failed else 0


sys.exit(main())
