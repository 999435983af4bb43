#!/usr/bin/env bash
# The parser beside GMime and Python's email package: microseconds a message and megabytes a second of processor time for the full
# parse (headers summed up, structure, every body decoded, texts as strings), and what the phases of ours cost.
#
#   Smtpd.Bench/parsing.sh [QUICK]    with any argument: one short round, to see that it works
#
# Ours is measured as Native AOT code, compiled like the program. All read the same messages, from memory, and take turns; the figures are
# medians. GMime takes part where gcc and libgmime-3.0-dev are, Python where python3 is, real mail where ../shared/corpora/mime is.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -gt 0 ]; then rounds=1 seconds=0.2; else rounds=5 seconds=1; fi

folder=$(mktemp -d "${TMPDIR:-/tmp}/smtpd-parsing.XXXXXX")
trap 'rm -rf "$folder"' EXIT
mkdir -p build

ldconfig -p 2>/dev/null | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
rid=linux-x64
[ "$(uname -m)" = x86_64 ] || rid=linux-arm64
dotnet publish Smtpd.Bench/Smtpd.Bench.csproj --nologo -v quiet -c Release -r "$rid" -o build/bench >build/bench.log 2>&1 \
    || { tail -n 20 build/bench.log >&2; exit 1; }

contenders=(smtpd)
declare -A command=([smtpd]="build/bench/parsing measure")
if command -v gcc >/dev/null && pkg-config --exists gmime-3.0 2>/dev/null; then
    # shellcheck disable=SC2046  # several words
    gcc -O2 -o "$folder/gmime" Smtpd.Bench/Parsing/gmime.c $(pkg-config --cflags --libs gmime-3.0)
    contenders+=(gmime)
    command[gmime]="$folder/gmime"
else
    echo "GMime is not here (libgmime-3.0-dev)"
fi
if command -v python3 >/dev/null; then
    contenders+=(python)
    command[python]="python3 Smtpd.Bench/Parsing/python_email.py"
fi

build/bench/parsing make "$folder"
shapes=(plain attachment parts nested foreign)
folders=("${shapes[@]/#/$folder/}")
corpus=../shared/corpora/mime/given
if [ -e "$corpus" ]; then folders+=("$corpus"); else echo "../shared/corpora/mime is not here: no real mail"; fi

for _ in $(seq "$rounds"); do
    for one in "${folders[@]}"; do
        for contender in "${contenders[@]}"; do
            # shellcheck disable=SC2086  # a command and its arguments
            ${command[$contender]} "$seconds" "$one" | sed "s/^/$contender /"
        done
    done
done >"$folder/figures"

echo "== full parse: microseconds a message, megabytes a second; in brackets: how many times as long as ours"
awk '
    { n = ++count[$1, $2]; time[$1, $2, n] = $3; octets[$2] = $3 * $4; if (!seen[$2]++) shape[++shapes] = $2; if (!known[$1]++) name[++names] = $1 }
    function median(who, what,    i, j, all, swap, n) {
        n = count[who, what]
        for (i = 1; i <= n; i++) all[i] = time[who, what, i]
        for (i = 1; i <= n; i++) for (j = i + 1; j <= n; j++) if (all[j] < all[i]) { swap = all[i]; all[i] = all[j]; all[j] = swap }
        return all[int((n + 1) / 2)]
    }
    END {
        for (i = 1; i <= shapes; i++) {
            ours = median("smtpd", shape[i])
            printf "%-11s", shape[i]
            for (k = 1; k <= names; k++) {
                this = median(name[k], shape[i])
                printf "  %s %9.1f us %7.1f MB/s", name[k], this, octets[shape[i]] / this
                if (k > 1) printf " (%.1f)", this / ours
            }
            print ""
        }
    }' "$folder/figures"

echo; echo "== phases of ours"
build/bench/parsing phases "$seconds" "${folders[@]}"
echo; echo "machine: $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r)$(pkg-config --exists gmime-3.0 2>/dev/null && echo ", GMime $(pkg-config --modversion gmime-3.0)")"
