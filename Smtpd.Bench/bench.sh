#!/usr/bin/env bash
# Figures of dist/smtpd (or of the binary that SMTPD_BINARY names) on this machine: processor time per message beside Postfix's smtp-sink, rates and latencies,
# memory of idle connections, and the time from start to the first 220.
#
#   Smtpd.Bench/bench.sh [QUICK]    with any argument: a tenth of the messages, to see that it works
#
# The server runs on a temporary store; set TMPDIR to a folder on the disk that you mean to measure. Everything is bounded in
# time and ends what it started. The tools are those of ../shared/tools; without them only the start time is measured.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin

binary=${SMTPD_BINARY:-dist/smtpd}
[ -x "$binary" ] || { echo "$binary is not there: run build.sh first" >&2; exit 1; }
if [ $# -gt 0 ]; then scale=0.03 pairs=1 reps=1 idle=1000; else scale=0.3 pairs=5 reps=3 idle=10000; fi

ulimit -n "$(ulimit -Hn)"
folder=$(mktemp -d "${TMPDIR:-/tmp}/smtpd-bench.XXXXXX")
server=
finish() {
    [ -z "$server" ] || { kill -TERM "$server" 2>/dev/null && wait "$server" || true; }
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

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
  "smtp": { "ip4.address": "127.0.0.1", "ip4.port": $smtp, "allowed.hosts": "localhost", "trusted.hosts": "", "max.clients": 20000, "max.idle.seconds": 300 },
  "web": { "ip4.address": "127.0.0.1", "ip4.port": $web },
  "datastore": { "storage": "sqlite", "path": "$folder/store/mail.db" }
}
CONF

echo "== start: milliseconds from exec to the first 220, best and median of 11, on an empty store"
timeout 60 python3 - "$binary" "$folder" "$smtp" <<'PY'
import os, shutil, signal, socket, statistics, subprocess, sys, time
binary, folder, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
times = []
for _ in range(11):
    begun = time.monotonic()
    process = subprocess.Popen([binary, f"-config={folder}/smtpd.conf"], stderr=subprocess.DEVNULL)
    try:
        while True:
            if process.poll() is not None or time.monotonic() - begun > 5: sys.exit("the server did not start")
            try:
                with socket.create_connection(("127.0.0.1", port), 1) as s:
                    s.settimeout(1)
                    if s.recv(100).startswith(b"220"): break
            except OSError: time.sleep(0.0005)
        times.append((time.monotonic() - begun) * 1000)
    finally:
        process.send_signal(signal.SIGTERM); process.wait(20)
    shutil.rmtree(f"{folder}/store"); os.mkdir(f"{folder}/store")
print(f"{min(times):.1f} {statistics.median(times):.1f}")
PY

tools=../shared/tools
if [ ! -e "$tools/ratio.py" ]; then
    echo "../shared/tools is not on this machine: nothing more can be measured"
    exit 0
fi

"$binary" -config="$folder/smtpd.conf" 2>"$folder/log" &
server=$!
for _ in $(seq 100); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$smtp") 2>/dev/null; then break; fi
    kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
    sleep 0.1
done

if command -v smtp-sink >/dev/null && command -v smtp-source >/dev/null; then
    echo; echo "== beside smtp-sink: processor time (us) a message, rates, and their ratios (ours / sink)"
    timeout 1500 python3 "$tools/ratio.py" --pid "$server" --port "$smtp" --scale "$scale" --pairs "$pairs"
    loads=src1,srcd,rate,eml,eml1
else
    echo; echo "postfix is not installed (smtp-sink, smtp-source): no comparison, no smtp-source loads"
    loads=l1,lp0,lp1,lp2,rate,eml,eml1
fi

echo; echo "== other loads"
timeout 900 python3 "$tools/smtpbench.py" --pid "$server" --port "$smtp" --scale "$scale" --reps "$reps" --loads "$loads" --corpus ../shared/corpora/mime/given

# In a fresh process, because memory that was once in use says nothing about what an idle connection needs.
kill -TERM "$server"; wait "$server"; server=
"$binary" -config="$folder/smtpd.conf" 2>"$folder/log" &
server=$!
sleep 1
echo; echo "== idle connections"
timeout 200 python3 "$tools/idle.py" --pid "$server" --port "$smtp" -n "$idle" --name smtpd

echo; echo "machine: $(nproc) processors, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), store on $(stat -f -c %T "$folder")"
