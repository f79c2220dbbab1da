#!/usr/bin/python3
"""The interface only grows: bindings/api.json against that of the last release. Prints TAP.

usage: check_layout.py ROOT [BASELINE]

Allowed are new functions, types, enumerators and headers, and new fields at the end of structs that carry their size.
The layouts of api.json are held against the C compilers that are there.
"""
import copy
import json
import pathlib
import shutil
import subprocess
import sys

COMPILERS = {"x86_64-linux-gnu": ["gcc", "-m64"], "i386-linux-gnu": ["gcc", "-m32"],
             "aarch64-linux-gnu": ["aarch64-linux-gnu-gcc"],
             "arm-none-eabi": ["arm-none-eabi-gcc", "-mcpu=cortex-m3", "-mthumb"]}


def by_name(entries):
    return {entry["name"]: entry for entry in entries if entry["name"]}


def grows(struct):
    return struct["fields"][0]["name"] == "struct_size"


def compare(old, new):
    """Every change that is no addition."""
    faults = []
    for group, check in (("functions", function), ("structs", struct), ("handles", handle), ("callbacks", callback)):
        have = by_name(new[group])
        for name, entry in by_name(old[group]).items():
            faults += check(entry, have[name]) if name in have else [f"{name} is gone"]
    return faults + enumerators(old, new)


def function(old, new):
    def shape(f):
        return [f["ret"]["type"]] + [p["type"] for p in f["params"]]
    faults = [] if shape(old) == shape(new) else [f"{old['name']} is {shape(new)}, was {shape(old)}"]
    return faults + ([] if old["since"] == new["since"] else [f"{old['name']} was there since {old['since']}"])


def callback(old, new):
    same = [old["ret"]] + [p["type"] for p in old["params"]] == [new["ret"]] + [p["type"] for p in new["params"]]
    return [] if same else [f"{old['name']} has another prototype"]


def handle(old, new):
    same = (old["kind"], old["end"]) == (new["kind"], new["end"])
    return [] if same else [f"{old['name']} ends otherwise than it did"]


def struct(old, new):
    name, faults = old["name"], []
    names = [f["name"] for f in new["fields"]]
    before = [f["name"] for f in old["fields"]]
    if names[:len(before)] != before:
        faults.append(f"{name}: its first fields are {names[:len(before)]}, were {before}")
    if len(names) > len(before) and not grows(old):
        faults.append(f"{name} carries no size, so that it cannot grow")
    for field, was in zip(new["fields"], old["fields"]):
        if any(field.get(key) != was.get(key) for key in ("type", "count", "function")):
            faults.append(f"{name}.{was['name']} is {field['type']}, was {was['type']}")
    for target, layout in old["layout"].items():
        now = new["layout"].get(target, {"fields": {}, "align": 0, "size": 0})
        faults += [f"{name}.{field} on {target}: {now['fields'].get(field)}, was {place}"
                   for field, place in layout["fields"].items() if now["fields"].get(field) != place]
        if now["align"] != layout["align"] or (not grows(old) and now["size"] != layout["size"]):
            faults.append(f"{name} on {target} has another size or alignment")
    return faults


def enumerators(old, new):
    have = {v["name"]: v["value"] for e in new["enums"] for v in e["values"]}
    return [f"{v['name']} is {have.get(v['name'])}, was {v['value']}" for e in old["enums"] for v in e["values"]
            if have.get(v["name"]) != v["value"] and not v["name"].startswith("MLOPS_VERSION_")]


def sane(api):
    """What holds of every release: no holes where the size is fixed, equal layouts where no pointer is inside."""
    faults = []
    for entry in api["structs"]:
        layouts = entry["layout"]
        place = 0
        for field, (offset, size) in layouts["x86_64-linux-gnu"]["fields"].items():
            if offset != place:
                faults.append(f"{entry['name']}.{field}: padding in front, on x86_64")
            place = offset + size
        if place != layouts["x86_64-linux-gnu"]["size"]:
            faults.append(f"{entry['name']}: padding at its end, on x86_64")
        if layouts["x86_64-linux-gnu"] != layouts["aarch64-linux-gnu"]:
            faults.append(f"{entry['name']}: x86_64 and aarch64 differ")
        if not any("*" in f["type"] or "function" in f or f["type"] == "size_t" for f in entry["fields"]):
            if len({json.dumps(one["fields"]) for one in layouts.values()}) != 1:
                faults.append(f"{entry['name']}: has no pointer and is laid out differently all the same")
    return faults


def compiled(root, api, target, compiler):
    """The faults that a C compiler finds in the layouts of its target; None if there is no such compiler."""
    if shutil.which(compiler[0]) is None:
        return None
    lines = ["#include <mlops.h>"]
    for entry in api["structs"]:
        layout = entry["layout"][target]
        kind = entry["name"] if entry["name"].startswith("mlops_") else f"struct {entry['name']}"
        lines.append(f'_Static_assert(sizeof({kind}) == {layout["size"]}, "{entry["name"]}");')
        lines += [f'_Static_assert(offsetof({kind}, {field}) == {place[0]}, "{entry["name"]}.{field}");'
                  for field, place in layout["fields"].items()]
    lines += [f'_Static_assert(sizeof({name}) == 4, "{name}");' for name in by_name(api["enums"])]
    command = [*compiler, "-std=c11", "-ffreestanding", "-fsyntax-only", f"-I{root}/include", "-xc", "-"]
    done = subprocess.run(command, input="\n".join(lines) + "\n", capture_output=True, text=True)
    return done.stderr.splitlines() if done.returncode else []


def mutations(api):
    """(what, changed description, whether compare() must object), so that a check that sees nothing is seen."""
    def changed(edit):
        other = copy.deepcopy(api)
        edit(other)
        return other

    def insert(other):
        by_name(other["structs"])["mlops_drift_opts"]["fields"].insert(3, {"name": "extra", "type": "int64_t"})

    def append(other):
        by_name(other["structs"])["mlops_drift_opts"]["fields"].append({"name": "extra", "type": "int64_t"})

    def append_fixed(other):
        by_name(other["structs"])["mlops_error"]["fields"].append({"name": "extra", "type": "int64_t"})

    def move(other):
        by_name(other["structs"])["mlops_host"]["layout"]["arm-none-eabi"]["fields"]["clock"][0] += 4

    return [("a field in the middle", changed(insert), True), ("a field at the end", changed(append), False),
            ("a field at the end of a struct without a size", changed(append_fixed), True),
            ("a field that moved on one target", changed(move), True),
            ("a function that is gone", changed(lambda o: o["functions"].pop()), True),
            ("another parameter", changed(lambda o: o["functions"][5]["params"][0].update(type="int32_t")), True),
            ("another enumerator", changed(
                lambda o: by_name(o["enums"])["mlops_status"]["values"][2].update(value=-99)), True),
            ("a new enumerator", changed(lambda o: by_name(o["enums"])["mlops_type"]["values"].insert(
                5, {"name": "MLOPS_TYPE_DATE", "value": 5})), False)]


def main():
    root = pathlib.Path(sys.argv[1])
    path = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else max((root / "tests/abi").glob("api-*.json"))
    api, old = (json.loads(p.read_text(encoding="utf-8")) for p in (root / "bindings/api.json", path))
    points = [(f"only additions since {path.stem}", compare(old, api)), ("structs have no holes", sane(api))]
    for what, other, objects in mutations(api):
        seen = compare(api, other)
        points.append((f"{what} is {'found' if objects else 'allowed'}",
                       [] if bool(seen) == objects else seen or ["not found"]))
    lines = []
    for target, compiler in COMPILERS.items():
        faults = compiled(root, api, target, compiler)
        lines.append((f"{compiler[0]} lays out {target} alike", faults))
    print(f"1..{len(points) + len(lines)}")
    for number, (what, faults) in enumerate(points + lines, 1):
        skip = f" # SKIP {what.split()[0]} is not installed" if faults is None else ""
        print(f"{'not ok' if faults else 'ok'} {number} - {what}{skip}")
        for fault in faults or []:
            print(f"# {fault}")
    return 1 if any(faults for _, faults in points + lines) else 0


if __name__ == "__main__":
    sys.exit(main())
