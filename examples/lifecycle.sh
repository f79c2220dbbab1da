#!/bin/sh
# The whole loop on real data, in one store, from the command line: commit, fit features, train with XGBoost, register with
# lineage, gate, promote, deploy, serve, watch production shift, commit again, retrain, try, promote or refuse, roll back,
# and prove what happened. The same as examples/lifecycle/lifecycle.c; examples/run.sh runs it.
#
# usage: lifecycle.sh --data FILE --target COLUMN [--ignore A,B] [--time COLUMN]
#                     [--production FILE [--labels FILE --id COLUMN]] [--out FOLDER] [--skip-lines N] [--names A,B,...]
#
# MLOPS is the command, by default the one on the PATH. The files' fields hold no commas.
set -eu
mlops=${MLOPS:-mlops}
here=$(cd "$(dirname "$0")" && pwd)
data='' target='' ignore='' time='' production='' labels='' id='' out=. skip=0 names=''
while [ $# -gt 1 ]; do
    case $1 in
    --data) data=$2 ;;
    --target) target=$2 ;;
    --ignore) ignore=$2 ;;
    --time) time=$2 ;;
    --production) production=$2 ;;
    --labels) labels=$2 ;;
    --id) id=$2 ;;
    --out) out=$2 ;;
    --skip-lines) skip=$2 ;;
    --names) names=$2 ;;
    *) break ;;
    esac
    shift 2
done
[ $# -eq 0 ] && [ -n "$data" ] && [ -n "$target" ] || { sed -n '6,7s/^# //p' "$0" >&2; exit 2; }

number=0
step() { number=$((number + 1)); printf '\n%d  %s\n' $number "$1"; }
say() { printf '   %s\n' "$*"; }
fail() { echo "lifecycle: $*" >&2; exit 1; }

# ---- the rows ----

[ -r "$data" ] || fail "cannot open '$data'"
[ -s "$data" ] || fail "'$data' is empty"
if [ -n "$names" ]; then
    { echo "$names"; tail -n +$((skip + 1)) "$data"; } >"$out/all.csv"
else
    tail -n +$((skip + 1)) "$data" | tr -d '\r' >"$out/all.csv"
fi
# Number of the column of a name.
column() { head -n 1 "$1" | tr ',' '\n' | grep -nxF -e "$2" | sed 's/:.*//'; }
width=$(head -n 1 "$out/all.csv" | tr ',' '\n' | wc -l)
bad=$(awk -F, -v n="$width" 'NF != n { print NR - 1; exit }' "$out/all.csv")
[ -z "$bad" ] || fail "'$data': row $bad has not $width fields, as the header has"
at=$(column "$out/all.csv" "$target")
[ -n "$at" ] || fail "there is no column '$target' in the file; --target names one that is there"
rows=$(($(wc -l <"$out/all.csv") - 1))
[ "$rows" -ge 100 ] || fail "'$data' has $rows rows; 100 are the least to learn from"
bad=$(awk -F, -v k="$at" '$k == "" { print NR - 1; exit }' "$out/all.csv")
[ -z "$bad" ] || fail "target '$target' is missing in row $bad; drop such rows first"
values=$(tail -n +2 "$out/all.csv" | cut -d, -f"$at" | LC_ALL=C sort -u)
n_values=$(printf '%s\n' "$values" | wc -l)
[ "$n_values" -ge 2 ] || fail "target '$target' has one value only; nothing to learn"
split=stratified metric=accuracy least=0.5
[ "$n_values" -ne 2 ] || metric=auc least=0.75
if [ "$n_values" -ge 20 ]; then split=random metric=r2 least=0.2 values=; fi
classes=$(printf '%s' "$values" | LC_ALL=C sort -n | tr '\n' '|')
[ -z "$time" ] || split=time
gate="$metric >= $least and $metric >= champion.$metric - 0.005"

# The rows of the first commit, and those that come later as production.
header=$(head -n 1 "$out/all.csv")
if [ -n "$production" ]; then
    cp "$out/all.csv" "$out/first.csv"
    cp "$production" "$out/later.csv"
else
    awk -F, 'BEGIN { srand(7) } NR > 1 { printf "%.9f,%s\n", rand(), $0 }' "$out/all.csv" | LC_ALL=C sort | cut -d, -f2- \
        >"$out/shuffled.csv"
    { echo "$header"; head -n $((rows * 7 / 10)) "$out/shuffled.csv"; } >"$out/first.csv"
    { echo "$header"; tail -n +$((rows * 7 / 10 + 1)) "$out/shuffled.csv"; } >"$out/later.csv"
fi

# ---- the steps that come twice ----

s=$out/lifecycle.mlops

commit() { # TAG MESSAGE
    set -- "$1" "$2" ${time:+--time "$time"}
    tag=$1 message=$2
    shift 2
    id_of=$("$mlops" data commit "$s" table "$out/data.csv" --target "$target" --split $split --message "$message" "$@")
    "$mlops" data tag "$s" table "$tag" >/dev/null
    say "commit $(echo "$id_of" | cut -c1-8), tag $tag"
    for part in train held-out; do "$mlops" data table "$s" table --part $part -o "$out/$part.csv"; done
}

# A definition of features: text one-hot, numbers imputed and standardised, large ones by their logarithm.
define() {
    awk -F, -v skip=",$target,$time,$ignore," '
        NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; n = NF; next }
        { for (i = 1; i <= n; i++) {
            if ($i == "") continue
            if ($i !~ /^[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)?$/) text[i] = 1
            if (!(i in most) || $i + 0 > most[i]) most[i] = $i + 0
            if (!(i in least) || $i + 0 < least[i]) least[i] = $i + 0 } }
        END { for (i = 1; i <= n; i++) {
            q = "`" name[i] "`"
            if (index(skip, "," name[i] ",")) continue
            if (text[i]) { print q " = one_hot(" q ", 40)"; continue }
            value = "impute(" q ", '\''median'\'')"
            if (least[i] >= 0 && most[i] >= 1000) value = "log1p(" value ")"
            print q " = standardise(" value ")" } }' "$out/train.csv" >"$out/features.txt"
    say "$("$mlops" feature fit "$s" table "$out/features.txt" --dataset table)"
    for part in train held-out; do "$mlops" feature apply "$s" table "$out/$part.csv" -o "$out/$part-features.csv"; done
}

train() { # NAME ROUNDS [shuffle]
    run=$("$mlops" run start "$s" weekly --name "$1" --dataset table --actor lifecycle)
    "$mlops" run param "$s" "$run" rounds="$2" max_depth=6 eta=0.1
    /usr/bin/python3 "$here/lifecycle/train.py" "$out/train-features.csv" "$out/train.csv" "$out/held-out-features.csv" \
        "$out/held-out.csv" "$target" "${classes%|}" "$2" "$out/model.json" "$out/theirs.csv" ${3-} >"$out/points.txt"
    while read -r at_step point; do "$mlops" run log "$s" "$run" "$point" --step "$at_step"; done <"$out/points.txt"
    "$mlops" run artifact "$s" "$run" model.json "$out/model.json" >/dev/null
    "$mlops" run end "$s" "$run"
    say "$2 rounds, run $(echo "$run" | cut -c1-8): $(tail -n 1 "$out/points.txt" | cut -d' ' -f2) on the rows that were held out"
}

compare() {
    columns=$(head -n 1 "$out/train-features.csv")
    "$mlops" model predict "$out/model.json" "$out/train-features.csv" --columns "$columns" | tail -n +2 >"$out/ours.csv"
    cmp -s "$out/ours.csv" "$out/theirs.csv" || fail "predictions differ from XGBoost's"
    say "$(wc -l <"$out/ours.csv") rows of predictions, every one equal to XGBoost's, bit for bit"
}

register() {
    list=$(printf '%s' "${classes%|}" | tr '|' ',')
    version=$("$mlops" registry register "$s" model "$out/model.json" --run "$run" --features table --reference "$out/train.csv" \
        --ignore "$target${time:+,$time}${ignore:+,$ignore}" ${list:+--classes "$list"})
    say "version $version of 'model': run $(echo "$run" | cut -c1-8)"
}

promote() {
    status=0
    "$mlops" registry promote "$s" model "$version" champion >"$out/decision.txt" 2>&1 || status=$?
    case $status in
    0) say "version $version is the champion" ;;
    5) say "version $version is refused" ;;
    *) fail "$(cat "$out/decision.txt")" ;;
    esac
    sed 's/^/   /' "$out/decision.txt"
}

watch() { # FILE
    status=0
    "$mlops" watch "$s" model champion --window 1000 <"$1" >"$out/windows.txt" || status=$?
    [ $status -eq 0 ] || [ $status -eq 3 ] || [ $status -eq 4 ] || exit $status
    tail -n 12 "$out/windows.txt" | sed 's/^/   /'
}

# So many rows drawn from a file.
draw() { # FILE ROWS
    head -n 1 "$1"
    awk -v n="$2" 'BEGIN { srand(3) } NR > 1 { row[NR - 1] = $0 }
        END { for (i = 0; i < n; i++) print row[int(rand() * (NR - 1)) + 1] }' "$1"
}

# ---- the loop ----

step "Open a store"
"$mlops" init "$s" >/dev/null
say "$s: one directory, no server"

step "Commit the data"
cp "$out/first.csv" "$out/data.csv"
commit v1 "first rows"
echo 'row_count() >= 100' | "$mlops" data expect "$s" table data.csv -
say "from now on every commit must hold to: row_count() >= 100"

step "Define and fit features"
define

step "Train with XGBoost"
train "Train with XGBoost" 100
compare

step "Register the model, with where it came from"
register

step "Promote it through the gate"
"$mlops" registry gate "$s" model champion "$gate" >/dev/null
promote

step "Deploy and serve"
"$mlops" deploy set "$s" api --model model >/dev/null
say "$("$mlops" deploy predict "$s" api "$out/held-out.csv" | tail -n +2 | wc -l) rows served"

step "Look up what is known of a customer"
# The first five columns of each held-out row are kept by customer; "customer", "updated" and two more are the view's own.
awk -F, -v OFS=, -v skip=",$target,$time,$ignore,customer,updated,status,age_ns," -v now="$(date +%s)000000000" '
    NR == 1 { split($0, name, FS); n_names = NF }
    NR == 2 { for (i = 1; i <= n_names && n < 5; i++) if (!index(skip, "," name[i] ",") && $i != "") kept[++n] = i }
    NR != FNR { line = FNR == 1 ? "customer,updated" : "customer " FNR - 2 "," now
        for (i = 1; i <= n; i++) line = line "," $kept[i]
        print line }' "$out/held-out.csv" "$out/held-out.csv" >"$out/customers.csv"
"$mlops" online define "$s" customers "$out/customers.csv" --key customer --event-time updated --ttl 7d
say "$("$mlops" online put "$s" customers "$out/customers.csv"); a row serves for 7 days"
"$mlops" online get "$s" customers "customer 0" --csv >"$out/known.csv"
# They take the place of those of the request; all else comes with it.
awk -F, -v OFS=, 'NR == FNR { if (FNR == 1) { for (i = 1; i <= NF; i++) at[$i] = i } else split($0, known, FS); next }
    FNR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; print; next }
    FNR == 2 { for (i = 1; i <= NF; i++) if (name[i] in at) $i = known[at[name[i]]]; print }' \
    "$out/known.csv" "$out/held-out.csv" >"$out/request.csv"
looked_up=$("$mlops" deploy predict "$s" api "$out/request.csv" | tail -n 1)
[ "$looked_up" = "$("$mlops" deploy predict "$s" api "$out/held-out.csv" | sed -n 2p)" ] ||
    fail "what was looked up is not what was put"
say "customer 0: prediction and version $looked_up, the rest from the request"

step "Production, as the table was"
draw "$out/first.csv" 1000 >"$out/live.csv"
watch "$out/live.csv"

if [ -n "$production" ]; then
    step "Production, from the file"
    watch "$out/later.csv"
else
    step "Production shifts"
    # The first column with many values grows by three quarters of its standard deviation; the next goes missing in a third
    # of the rows.
    awk -F, -v OFS=, -v skip="$target" '
        BEGIN { srand(13) }
        NR == FNR { if (FNR == 1) { for (i = 1; i <= NF; i++) name[i] = $i; n = NF; next }
            rows++
            for (i = 1; i <= n; i++) { if (!((i, $i) in seen)) { seen[i, $i] = 1; distinct[i]++ }
                if ($i ~ /[^-+.0-9eE]/ || $i == "") text[i] = 1
                if ($i ~ /[.]/) real[i] = 1
                sum[i] += $i; squares[i] += $i * $i }
            next }
        FNR == 1 { for (i = 1; i <= n; i++) if (name[i] != skip && !text[i] && distinct[i] > 30) {
                if (!grows) grows = i; else if (!missing) missing = i }
            size = 0.75 * sqrt(squares[grows] / rows - (sum[grows] / rows) ^ 2)
            if (!real[grows]) size = int(size + 0.5)
            printf "   %s%s%s grows by %g (three quarters of its standard deviation)\n", "\047", name[grows], "\047", size > "/dev/stderr"
            if (missing) printf "   %s%s%s goes missing in a third of the rows\n", "\047", name[missing], "\047" > "/dev/stderr"
            print; next }
        { if (grows) $grows += size; if (missing && rand() < 1 / 3) $missing = ""; print }' \
        "$out/first.csv" "$out/later.csv" 2>&1 >"$out/shifted.csv"
    mv "$out/shifted.csv" "$out/later.csv"
    draw "$out/later.csv" 1000 >"$out/live.csv"
    watch "$out/live.csv"
fi

step "Labels arrive: commit them too"
if [ -z "$production" ]; then
    tail -n +2 "$out/later.csv" >>"$out/data.csv"
elif [ -n "$labels" ]; then
    # Rows of production in the columns of the table, with their labels by id.
    awk -F, -v OFS=, -v id="$id" -v target="$target" -v labels="$labels" -v first="$out/first.csv" '
        FILENAME == labels { if (FNR == 1) { for (i = 1; i <= NF; i++) in_labels[$i] = i; next }
            label[$in_labels[id]] = $in_labels[target]; next }
        FILENAME == first { if (FNR == 1) { n = NF; for (i = 1; i <= NF; i++) due[i] = $i } next }
        FNR == 1 { for (i = 1; i <= NF; i++) have[$i] = i; next }
        { line = ""
          for (i = 1; i <= n; i++)
            line = line (i > 1 ? "," : "") (due[i] == target ? label[$have[id]] : due[i] in have ? $have[due[i]] : "")
          print line }' "$labels" "$out/first.csv" "$out/later.csv" >>"$out/data.csv"
fi
commit v2 "rows of production, with their labels"
"$mlops" data diff "$s" table v1 v2 --rows --max 1000000 --csv >"$out/rows.csv"
say "v1 to v2: $(grep -c '^added' "$out/rows.csv" || true) rows added, $(grep -c '^changed' "$out/rows.csv" || true) changed"

step "Train again"
define
train "Train again" 100
compare
register

step "Try it on a tenth of the keys"
"$mlops" registry promote "$s" model "$version" canary --note "to be tried" >/dev/null
"$mlops" deploy set "$s" api --canary-share 0.1 >/dev/null
on_canary=0
for key in $(seq 50); do
    [ "$("$mlops" deploy route "$s" api "customer $key")" != "$version" ] || on_canary=$((on_canary + 1))
done
say "$on_canary of 50 keys go to version $version, always the same ones"

step "Promote it through the gate"
promote

step "Somebody mixes the labels up"
train "labels mixed up" 10 shuffle
register
promote

step "Roll back, and ask who was champion when"
status=0
back=$("$mlops" registry rollback "$s" model champion --note "the lifecycle shows it") || status=$?
[ $status -ne 0 ] || say "version $back is the champion again"
"$mlops" registry history "$s" model champion | sed 's/^/   /'
for when in $("$mlops" registry history "$s" model champion --json | sed 's/.*"time_ns":\([0-9]*\).*/\1/'); do
    say "at $when the champion is version $("$mlops" registry at "$s" model champion "$when")"
done

step "Share the data"
"$mlops" data push "$s" table "$out/share" >/dev/null
"$mlops" init "$out/second.mlops" >/dev/null
"$mlops" data pull "$out/second.mlops" table "$out/share" >/dev/null
[ "$("$mlops" data log "$s" table)" = "$("$mlops" data log "$out/second.mlops" table)" ] || fail "the stores differ"
say "$out/second.mlops has the same commits, by way of $out/share"

step "Verify, check, report"
say "$("$mlops" audit verify "$s"), each chained to the one before"
"$mlops" audit prove "$s" 1 -o "$out/proof.json"
"$mlops" audit verify-proof "$out/proof.json" "$("$mlops" audit root "$s" | awk '{ print $NF }')" >/dev/null
"$mlops" store check "$s" | sed 's/^/   /'
say "all sound"
"$mlops" registry bundle "$s" model champion -o "$out/champion.bundle"
status=0
"$mlops" drift compare "$out/first.csv" "$out/live.csv" --ignore "$target" --report "$out/report.html" >/dev/null || status=$?
[ $status -eq 0 ] || [ $status -eq 3 ] || [ $status -eq 4 ] || exit $status
say "$out/champion.bundle, $out/report.html"
