#!/usr/bin/env python3
"""Adds up meson's test logs. usage: count.py LOG FAILED_BUILDS

Prints what was skipped and why, and closes with "N passed, N failed, N skipped"; exit status 1 if
anything failed or nothing ran.
"""
import json
import re
import sys

passed = failed = skipped = 0
for line in open(sys.argv[1], encoding="utf-8"):
    test = json.loads(line)
    out = test.get("stdout") or ""
    points = re.findall(r"^(not )?ok\b.*?(# SKIP.*)?$", out, re.M)
    bad = sum(1 for point in points if point[0])
    skips = sum(1 for point in points if point[1])
    if test["result"] == "SKIP":
        skipped += 1
        reason = [text for text in out.splitlines() if text.strip()][-1:] or ["no reason given"]
        print(f"skipped: {test['name']}: {reason[0]}")
        continue
    told = [line[2:] for line in out.splitlines() if line.startswith("# SKIP ")]
    for why in sorted(set(told)):
        print(f"skipped: {test['name']}: {why.removeprefix('SKIP ')}")
    skips += len(told)
    passed += max(len(points) - bad - skips, 0 if points else 1)
    skipped += skips
    if test["result"] in ("OK", "EXPECTEDFAIL"):
        continue
    passed -= 0 if points else 1
    failed += max(bad, 1)
    print(f"FAILED: {test['name']} ({test['result']})")
failed += int(sys.argv[2])
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
