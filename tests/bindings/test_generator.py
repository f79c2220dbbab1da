#!/usr/bin/python3
"""The generator finds what is wrong with a header, and says where. usage: test_generator.py ROOT

Each case changes one thing in a copy of the headers. Prints TAP.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(sys.argv[1]).resolve()
GENERATOR = root / "bindings/gen/generate.py"
CASES = [  # header, what is there, what stands in its place, what is said
    ("table.h", "@param[out] out  @shape(n_rows)", "@param[out] out  @shpae(n_rows)",
     "mlops_table_values(out): unknown tag @shpae"),
    ("table.h", "@param[out] out  @shape(n_rows)", "@param[out] out",
     "mlops_table_values(out): pointer without a role"),
    ("model.h", "@param rows        @shape(n_rows, n_features) row-major", "@param rows        row-major",
     "mlops_model_predict(rows): pointer without a role"),
    ("model.h", "@param rows        @shape(n_rows, n_features)", "@param rows        @shape(n_rows, n_columns)",
     "mlops_model_predict(rows): @shape names n_columns, which is no parameter"),
    ("table.h", "/** Number of rows. @since 0.1 */", "/** Number of rows. */", "mlops_table_n_rows: no @since"),
    ("table.h", "/** Number of rows. @since 0.1 */", "/** Number of rows. @since 9.9 */",
     "mlops_table_n_rows: @since 9.9 lies behind the version of the headers"),
    ("table.h", "/** Number of rows. @since 0.1 */", "/** Number of rows. @since soon */",
     "mlops_table_n_rows: @since needs a version"),
    ("profile.h", "uint32_t flags;                /**< MLOPS_PROFILE_SET_SCALE */",
     "uint32_t flags;                /**< none yet; must be 0 */",
     "mlops_profile_opts.scale: 0 is a legal setting and not the default: a flag MLOPS_PROFILE_SET_SCALE is needed"),
    ("drift.h", "default 0.01", "0.01 is usual", "mlops_drift_opts.alpha: what does zero mean?"),
    ("table.h", "uint32_t flags;                /**< MLOPS_CSV_NO_HEADER */",
     "uint32_t flags;                /**< MLOPS_CSV_NO_HEADERS */",
     "mlops_csv_opts.flags: MLOPS_CSV_NO_HEADERS is not declared"),
    ("table.h", "@param schema    @takes", "@param schema", "mlops_table_import(schema): pointer without a role"),
    ("bundle.h", "@return @borrowed(self) never NULL; share it", "@return never NULL; share it",
     "mlops_bundle_model: a returned pointer needs @borrowed(parent)"),
    ("table.h", "Immutable and shared; ends with the last mlops_table_unref(). @threadsafe",
     "Immutable and shared; ends with the last mlops_table_unref().",
     "mlops_table: is shared, so it must be @threadsafe"),
    ("call.h", "@param n_workers", "@param n_threads", "mlops_pool_new(n_threads): described, but no such parameter"),
    ("table.h", "@param[out] needed  @nullable", "@param needed  @nullable",
     "mlops_table_text(needed): pointer without a role"),
    ("monitor.h", "@param path  file to write; replaced if it is there\n", "@param path  @takes file to write\n",
     "mlops_monitor_save(path): @takes does not fit its role"),
    ("base.h", "MLOPS_STATUS_FORCE32 = 0x7fffffff", "MLOPS_STATUS_LAST = 99",
     "mlops_status: must end with _FORCE32 = 0x7fffffff"),
    ("host.h", "#define MLOPS_CLOCK_INIT", "#define MLOPS_CLOCK_START",
     "mlops_clock.struct_size: must name the macro that sets it, and the macro must exist"),
    ("reference.h", "const char *columns;           /**< @nullable names", "const char *columns;           /**< names",
     "mlops_reference_opts.columns: a pointer in options must be @nullable"),
    ("bundle.h", "@shape(n_golden, n_features) rows to prove", "@shape(n_golden, n_inputs) rows to prove",
     "mlops_bundle_opts.golden_rows: @shape names n_inputs"),
    ("context.h", "must be that of the model", "must be that of the table",
     "mlops_context_predict(n_features): there is no mlops_table_n_features(), or mlops_context is not made of it"),
    ("context.h", "must be mlops_context_width()", "the usual",
     "mlops_context_predict(width): nothing tells this length"),
    ("metric_info.h", "value(const mlops_metrics *of", "value(const mlops_metric_info *of",
     "mlops_metric_value(of): a result with strings cannot be given back"),
]


def copy_of(folder):
    target = pathlib.Path(folder) / "tree"
    shutil.copytree(root / "include", target / "include")
    return target


def generate(tree, *arguments):
    return subprocess.run([sys.executable, GENERATOR, "--root", tree, *arguments], capture_output=True, text=True)


def change(tree, header, old, new):
    path = tree / "include/mlops" / header
    text = path.read_text()
    if old not in text:
        raise SystemExit(f"{header} no longer has {old!r}; the case needs another text")
    path.write_text(text.replace(old, new, 1))


def refused(header, old, new, said):
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of(folder)
        change(tree, header, old, new)
        done = generate(tree)
        told = done.stdout + done.stderr
        return done.returncode not in (0, 77) and said in told and "Traceback" not in told, told


def later_release():
    """A verb of a later release gets a node of its own, behind the first."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of(folder)
        change(tree, "base.h", "MLOPS_VERSION_MINOR = 1", "MLOPS_VERSION_MINOR = 2")
        change(tree, "table.h", "/** Number of rows. @since 0.1 */", "/** Number of rows. @since 0.2 */")
        done = generate(tree)
        text = (tree / "lib/mlops.map").read_text() if done.returncode == 0 else done.stderr
        return bool(re.search(r"MLOPS_0\.2 \{\n    global:\n        mlops_table_n_rows;\n\} MLOPS_0\.1;", text)), text


def stale():
    """--check names an output that is not what the headers give."""
    with tempfile.TemporaryDirectory() as folder:
        tree = copy_of(folder)
        generate(tree)
        fresh = generate(tree, "--check", pathlib.Path(folder) / "a")
        with open(tree / "bindings/go/mlops.go", "a", encoding="utf-8") as file:
            file.write("// edited\n")
        edited = generate(tree, "--check", pathlib.Path(folder) / "b")
        told = fresh.stdout + edited.stdout
        return fresh.returncode == 0 and edited.returncode == 1 and "mlops.go" in edited.stdout, told


def main():
    with tempfile.TemporaryDirectory() as folder:
        first = generate(root, "--check", folder)
    if first.returncode == 77:
        print(f"1..0 # SKIP {first.stdout.strip()}")
        return 0
    results = [(f"{header}: {said}", *refused(header, old, new, said)) for header, old, new, said in CASES]
    results += [("a later release has its own node", *later_release()), ("a stale output is named", *stale())]
    print(f"1..{len(results)}")
    for number, (what, passed, told) in enumerate(results, 1):
        print(f"{'ok' if passed else 'not ok'} {number} - {what}")
        for line in [] if passed else told.splitlines():
            print(f"# {line}")
    return 0 if all(passed for _, passed, _ in results) else 1


if __name__ == "__main__":
    sys.exit(main())
