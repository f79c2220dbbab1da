#!/usr/bin/python3
"""lib/base compiles where floating point is evaluated as written, and nowhere else.

usage: float_method.py ROOT CC
"""
import subprocess
import sys

root, cc = sys.argv[1], sys.argv[2].split()
WORDS = "FLT_EVAL_METHOD is not 0"
PROBE = "#include <float.h>\n#if FLT_EVAL_METHOD == 0\n#error plain\n#endif\n"


def compile_with(flags, source):
    done = subprocess.run([*cc, "-std=c11", "-fsyntax-only", *flags, f"-I{root}/include", f"-I{root}/lib", "-x", "c",
                           "-"], input=source, text=True, capture_output=True)
    return done.returncode, done.stderr


failed = 0
print("1..2")
status, text = compile_with([], '#include "base/real.c"\n')
failed += status != 0
print(f"{'not ' * (status != 0)}ok 1 - evaluated as written: compiles")
x87 = ["-mfpmath=387"]
if compile_with(x87, PROBE)[0] != 0:
    print("ok 2 - evaluated wider: refused # SKIP the compiler has no x87 arithmetic")
else:
    status, text = compile_with(x87, '#include "base/real.c"\n')
    good = status != 0 and WORDS in text
    failed += not good
    print(f"{'not ' * (not good)}ok 2 - evaluated wider: refused")
for line in text.splitlines() if failed else []:
    print("# " + line)
sys.exit(1 if failed else 0)
