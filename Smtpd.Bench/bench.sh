#!/usr/bin/env bash
# Figures of dist/smtpd (or of the binary that SMTPD_BINARY names) on this machine: those that the hot path is held to, beside
# what is demanded of them (hotpath.py), then other loads.
#
#   Smtpd.Bench/bench.sh [QUICK]    with any argument: a small part of everything, to see that it works
#
# The server runs on temporary stores; set TMPDIR to a folder on the disk that you mean to measure, with 10 GB free. Everything
# is bounded in time and ends what it started. The load generators are those of ../shared/tools; without them nothing is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin

binary=${SMTPD_BINARY:-dist/smtpd}
[ -x "$binary" ] || { echo "$binary is not there: run build.sh first" >&2; exit 1; }
tools=../shared/tools
[ -e "$tools/ratio.py" ] || { echo "../shared/tools is not on this machine: nothing can be measured"; exit 0; }
if [ $# -gt 0 ]; then scale=0.03 reps=1 quick=--quick; else scale=0.3 reps=3 quick=; fi
ulimit -n "$(ulimit -Hn)"

folder=$(mktemp -d "${TMPDIR:-/tmp}/smtpd-bench.XXXXXX")
server=
finish() {
    [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server" || true; }
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

echo "machine: $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), store on $(stat -f -c %T "$folder")"
missed=0
# shellcheck disable=SC2086  # nothing, or one word
timeout 3000 python3 Smtpd.Bench/hotpath.py --binary "$binary" --tools "$tools" $quick || missed=$?

read -r smtp web < <(python3 - <<'PY'
import socket
both = [socket.socket() for _ in range(2)]
for one in both: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in both))
PY
)
mkdir "$folder/store"
cat >"$folder/smtpd.conf" <<CONF
{
  "logging": { "level": "INFO" },
  "smtp": { "ip4.address": "127.0.0.1", "ip4.port": $smtp, "allowed.hosts": "localhost", "trusted.hosts": "", "max.clients": 2000 },
  "web": { "ip4.address": "127.0.0.1", "ip4.port": $web },
  "datastore": { "storage": "sqlite", "path": "$folder/store/mail.db" }
}
CONF
"$binary" -config="$folder/smtpd.conf" 2>"$folder/log" &
server=$!
for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$smtp") 2>/dev/null; then break; fi
    kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done

echo; echo "== other loads: microseconds of processor time a message"
if command -v smtp-source >/dev/null; then loads=src1,srcd,eml,eml1; else loads=eml,eml1; fi
timeout 900 python3 "$tools/smtpbench.py" --pid "$server" --port "$smtp" --scale "$scale" --reps "$reps" --loads "$loads" --corpus ../shared/corpora/mime/given

echo; echo "== into MongoDB"
if [ -n "${SMTPD_TEST_MONGO:-}" ] || /usr/bin/python3 -c 'import bson, pymongo, mongomock' 2>/dev/null; then
    # shellcheck disable=SC2086  # nothing, or one word
    timeout 1200 python3 Smtpd.Bench/mongodb.py --binary "$binary" --tools "$tools" ${SMTPD_TEST_MONGO:+--mongo "$SMTPD_TEST_MONGO"} $quick || missed=1
else
    echo "no MongoDB is named (SMTPD_TEST_MONGO), and python3-bson, python3-pymongo and python3-mongomock are not installed: not measured"
fi
exit "$missed"
