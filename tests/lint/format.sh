#!/bin/sh
# Every C file is as .clang-format has it. Skips (77) without clang-format 14.
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format-14 >/dev/null || { echo "1..0 # SKIP clang-format-14 is not installed"; exit 77; }
echo 1..1
find include lib tests bench examples bindings -name '*.[ch]' -print0 |
    xargs -0 clang-format-14 --dry-run -Werror 2>&1 | sed 's/^/# /' | head -n 40 > /tmp/format.$$
if [ -s /tmp/format.$$ ]; then cat /tmp/format.$$; echo "not ok 1 - formatting"; status=1
else echo "ok 1 - formatting"; status=0; fi
rm -f /tmp/format.$$
exit $status
