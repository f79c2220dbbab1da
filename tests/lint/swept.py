#!/usr/bin/python3
"""Every public verb is in a sweep of failures, or neither allocates nor does I/O and is tested for that.

usage: swept.py ROOT. Reads the verbs from bindings/api.json. A verb is swept if a scenario of tests/fault uses it,
or what they share. HOT
are those that none uses: they take no mlops_error, and tests/unit/test_no_alloc.c runs each of them.
"""
import json
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])

HOT = """
mlops_version mlops_status_name mlops_cpu_level mlops_deploy_bucket mlops_stats_compare_counts
mlops_stats_compare_shares
mlops_context_size mlops_context_init mlops_kll_size mlops_kll_init mlops_hll_size mlops_hll_init
mlops_items_size mlops_items_init mlops_profile_size mlops_profile_add_f32
mlops_edge_size mlops_edge_init mlops_edge_n_features mlops_edge_width mlops_edge_predict mlops_edge_add
mlops_edge_profile mlops_edge_selftest mlops_edge_verify
mlops_metric_count mlops_metric_at
""".split()


def named_in(paths):
    code = "".join(path.read_text(encoding="utf-8") for path in paths)
    code = re.sub(r"/\*.*?\*/|//[^\n]*", " ", code, flags=re.S)
    code = re.sub(r'"(?:\\.|[^"\\])*"', '""', code)
    return set(re.findall(r"\bmlops_\w+", code))


def faults():
    functions = json.loads((root / "bindings/api.json").read_text(encoding="utf-8"))["functions"]
    verbs = {f["name"]: any(p["role"] == "error" for p in f["params"]) for f in functions}
    swept = named_in([*(root / "tests/fault").glob("scenarios_*.c"), root / "tests/fault/sweep_data.c"])
    still = named_in([root / "tests/unit/test_no_alloc.c"])
    for verb, fails in verbs.items():
        if verb not in swept and verb not in HOT:
            yield f"{verb} is in no scenario of tests/fault: failing memory and I/O were never tried under it"
        if verb in HOT and verb in swept:
            yield f"{verb} is in a scenario: take it off the list of {pathlib.Path(__file__).name}"
        if verb in HOT and verb not in still:
            yield f"{verb} is listed as hot, but tests/unit/test_no_alloc.c does not run it"
        if verb in HOT and fails:
            yield f"{verb} is listed as hot, but takes an mlops_error"
    for verb in set(HOT) - set(verbs):
        yield f"{verb} is listed as hot, but is no public verb"


found = list(faults())
print("1..1")
print("not ok" if found else "ok", "1 - every public verb is swept, or tested to stand alone")
for fault in found:
    print("# " + fault)
sys.exit(1 if found else 0)
