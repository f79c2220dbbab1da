#!/usr/bin/python3
"""Prints JSON lines of results as a table. usage: table.py FILE"""
import json
import sys

rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8") if line.startswith("{")]
print(f"{'suite/case/metric':44} {'value':>10} {'unit':8} {'peer':28} {'peer value':>10} {'ratio':>7}  spread")
for r in rows:
    name = f"{r['suite']}/{r['case']}/{r['metric']}"
    peer = "" if r.get("peer_value") is None else f"{r['peer_value']:10.4g}"
    ratio = "" if r.get("ratio") is None else f"{r['ratio']:6.1f}x"
    print(f"{name:44} {r['value']:10.4g} {r['unit']:8} {r.get('peer') or '':28} {peer:>10} {ratio:>7}  {r['spread']}")
