#!/usr/bin/env python3
"""The figures that the hot path is held to, beside what is demanded of them.

    hotpath.py --tools FOLDER [--binary dist/smtpd] [--quick]

Starts the server itself on a store under TMPDIR (set it to the disk that you mean), ends it, and removes the store. The load
generators of the tools folder speak to loopback addresses only. Exit status 1 when a gate is missed.
"""
import argparse, json, os, resource, shutil, signal, socket, sqlite3, statistics, subprocess, sys, tempfile, time, urllib.request

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--binary", default="dist/smtpd")
parser.add_argument("--tools", required=True)
parser.add_argument("--quick", action="store_true", help="a small part of everything, to see that it works")
options = parser.parse_args()

resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
folder = tempfile.mkdtemp(prefix="smtpd-bench.")
pairs = 1 if options.quick else 5
scale = 0.03 if options.quick else 0.3
many = 20_000 if options.quick else 1_000_000
rows = []


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


smtp, web = free_port(), free_port()
with open(f"{folder}/smtpd.conf", "w") as file:
    json.dump({
        "logging": {"level": "INFO"},
        "smtp": {"ip4.address": "127.0.0.1", "ip4.port": smtp, "allowed.hosts": "localhost", "trusted.hosts": "", "max.clients": 19500, "max.idle.seconds": 300},
        "web": {"ip4.address": "127.0.0.1", "ip4.port": web},
        "datastore": {"storage": "sqlite", "path": f"{folder}/store/mail.db"},
    }, file)

generator = f"{folder}/smtpload"
subprocess.run(["gcc", "-O2", "-o", generator, f"{options.tools}/smtpload.c"], check=True)


class Server:
    """The server on the store as it is. After `with`, it answers 220."""

    def __enter__(self):
        begun = time.monotonic()
        self.log = open(f"{folder}/log", "ab")
        self.process = subprocess.Popen([options.binary, f"-config={folder}/smtpd.conf"], stderr=self.log)
        while True:
            if self.process.poll() is not None or time.monotonic() - begun > 30:
                sys.exit(f"the server did not start:\n{open(f'{folder}/log').read()[-2000:]}")
            try:
                with socket.create_connection(("127.0.0.1", smtp), 5) as s:
                    if s.recv(100).startswith(b"220"):
                        break
            except OSError:
                time.sleep(0.0005)
        self.start_ms = (time.monotonic() - begun) * 1000
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        self.log.close()

    @property
    def pid(self):
        return self.process.pid

    def cpu(self):
        fields = open(f"/proc/{self.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        return next(int(line.split()[1]) * 1024 for line in open(f"/proc/{self.pid}/status") if line.startswith("VmRSS"))

    def load(self, *arguments):
        """Microseconds of processor time a message, and what the generator says."""
        before = self.cpu()
        run = subprocess.run([generator, "-p", str(smtp), "-f", "a@test.local", "-t", "b@localhost", "-j", *map(str, arguments)], capture_output=True, text=True, timeout=900)
        if run.returncode != 0:
            sys.exit(f"the load failed: {run.stdout}{run.stderr}")
        said = json.loads(run.stdout)
        time.sleep(0.3)
        return (self.cpu() - before) * 1e6 / said["ok"], said

    def get(self, path):
        """Milliseconds for an answer of the API, read whole."""
        begun = time.monotonic()
        with urllib.request.urlopen(f"http://127.0.0.1:{web}{path}", timeout=30) as answer:
            answer.read()
        return (time.monotonic() - begun) * 1000


def report(what, value, gate, goal, unit="", least=False, digits=2):
    within = (lambda limit: value >= limit) if least else (lambda limit: value <= limit)
    verdict = "goal" if within(goal) else "gate" if within(gate) else "MISSED"
    rows.append((what, f"{value:,.{digits}f}{unit}", f"{gate:,g}{unit}", f"{goal:,g}{unit}", verdict))
    print(f"| {' | '.join(rows[-1])} |", flush=True)


def idle(server, count, hold):
    """Opens idle connections in a process of their own and leaves them open for so many seconds."""
    return subprocess.Popen([sys.executable, f"{options.tools}/idle.py", "--pid", str(server.pid), "--port", str(smtp), "-n", str(count), "--hold", str(hold)],
                            stdout=subprocess.PIPE, text=True)


def beside_sink(server):
    if not shutil.which("smtp-sink"):
        print("postfix is not installed (smtp-sink): no comparison")
        return
    subprocess.run([sys.executable, f"{options.tools}/ratio.py", "--pid", str(server.pid), "--port", str(smtp), "--scale", str(scale), "--pairs", str(pairs), "--json", f"{folder}/ratios"],
                   check=True, stdout=sys.stderr, timeout=1500)
    ratios = json.load(open(f"{folder}/ratios"))
    for load, name, gate, goal in [("l1", "`l1` one per connection", 1.6, 1.0), ("lp0", "`lp0` lock-step on a kept connection", 1.5, 1.0), ("lp1", "`lp1` pipelined", 1.3, 1.0),
                                   ("lp2", "`lp2` fully pipelined", 1.5, 1.3), ("lbig", "`lbig` 1 MiB", 0.7, 0.5)]:
        report(f"processor time per message, {name}", ratios[load]["us_ratio"], gate, goal, "x")
    report("99th percentile from final dot to `250`, `lp0`, 50 connections", ratios["lp0"]["p99_ms"], 15, 5, " ms", digits=1)


def open_loop(server):
    times = [server.load("-c", 50, "-n", 300 if options.quick else 3000, "-s", 4096, "-P", 0, "-R", 500)[0] for _ in range(1 if options.quick else 3)]
    report("open loop at 500 messages a second, processor time per message", statistics.median(times), 300, 150, " us", digits=0)


def idle_memory():
    with Server() as server:
        warm = idle(server, 1000, 1)
        warm.communicate(timeout=120)
        time.sleep(1)
        said = json.loads(idle(server, 900 if options.quick else 9000, 3).communicate(timeout=200)[0])
    if said["failed"]:
        sys.exit(f"idle connections failed: {said}")
    report("resident bytes for each of 9,000 idle connections after 1,000", said["bytes_per_conn"], 4000, 3000, digits=0)


def beside_idle():
    """Without and with the idle connections in turn, because the speed of a shared machine changes from minute to minute."""
    count = 1000 if options.quick else 18_000

    def rate(server):
        return server.load("-c", 50, "-n", 3000 if options.quick else 20_000, "-s", 4096, "-P", 0)[1]["msgs_s"]

    kept = []
    with Server() as server:
        rate(server)
        for _ in range(pairs):
            alone = rate(server)
            held = idle(server, count, 12)
            while len(os.listdir(f"/proc/{server.pid}/fd")) < count:
                if held.poll() is not None:
                    sys.exit(f"the idle connections ended early: {held.communicate()[0]}")
                time.sleep(0.2)
            kept.append(rate(server) / alone)
            if held.poll() is not None:
                sys.exit("the idle connections were not held long enough")
            said = json.loads(held.communicate(timeout=60)[0])
            if said["idle_ready"] < count:
                sys.exit(f"not all idle connections were open: {said}")
            while len(os.listdir(f"/proc/{server.pid}/fd")) > 1000:
                time.sleep(0.2)
    report("18,000 idle connections beside `lp0`: rate kept", statistics.median(kept) * 100, 85, 95, "%", least=True, digits=0)


def indexed():
    """True when the index of words has come to the newest message."""
    number = lambda file, query: sqlite3.connect(f"file:{folder}/store/{file}?mode=ro", uri=True).execute(query).fetchone()[0]
    return number("mail.db-search", "SELECT reached FROM state") == number("mail.db", "SELECT max(number) FROM message")


def searches(server):
    begun = time.monotonic()
    while not indexed():
        if time.monotonic() - begun > 900:
            sys.exit("the index of words does not follow")
        time.sleep(1)
    print(f"(the index of words followed within {time.monotonic() - begun:.0f} s)", file=sys.stderr)
    for what, query in [("a word that all have", "from:test"), ("a word that no message has", "nowhere"), ("unread mail with a word that all have", "is:unread+from:test")]:
        first = server.get(f"/api/v1/search?limit=50&query={query}")
        report(f"the same: first page of a search for {what}", statistics.median(server.get(f"/api/v1/search?limit=50&query={query}") for _ in range(21)), 100, 100, " ms", digits=1)
        print(f"(the first took {first:.1f} ms)", file=sys.stderr)


def a_million():
    """The first messages of an empty store against the last of a full one, taking turns is not possible: warmed up, three each."""
    share = many // 20
    shutil.rmtree(f"{folder}/store", ignore_errors=True)
    with Server() as server:
        server.load("-c", 50, "-n", 2000, "-s", 4096, "-P", 1)
        first = statistics.median(server.load("-c", 50, "-n", share // 3, "-s", 4096, "-P", 1)[0] for _ in range(3))
        server.load("-c", 50, "-n", many - 2 * share, "-s", 4096, "-P", 1)
        last = statistics.median(server.load("-c", 50, "-n", share // 3, "-s", 4096, "-P", 1)[0] for _ in range(3))
        report("the millionth message against the first, processor time", last / first, 1.25, 1.1, "x")
        server.get("/api/v1/messages?limit=1")
        report("1,000,000 messages: first page of the list by the API", statistics.median(server.get("/api/v1/messages?limit=50") for _ in range(21)), 40, 20, " ms", digits=1)
        for what, path, most in [(f"page from start={many // 2}", f"/api/v1/messages?limit=50&start={many // 2}", 50),
                                 ("first page of the mailbox that has all", "/api/v1/mailbox/b@localhost?limit=50", 20),
                                 (f"page of it from start={many // 2}", f"/api/v1/mailbox/b@localhost?limit=50&start={many // 2}", 50)]:
            report(f"the same: {what}", statistics.median(server.get(path) for _ in range(21)), most, most, " ms", digits=1)
        searches(server)
    started, resident = [], []
    for _ in range(11):
        with Server() as server:
            started.append(server.start_ms)
            resident.append(server.resident())
    report("exec to the first `220` on that store, median of 11", statistics.median(started), 40, 20, " ms", digits=1)
    report("resident then", statistics.median(resident) / 1e6, 30, 25, " MB", digits=1)


try:
    print("| what | measured | gate | goal | reached |\n|---|---|---|---|---|")
    with Server() as server:
        beside_sink(server)
        open_loop(server)
    idle_memory()
    beside_idle()
    a_million()
finally:
    shutil.rmtree(folder, ignore_errors=True)
missed = [row[0] for row in rows if row[-1] == "MISSED"]
if missed:
    sys.exit("gates missed: " + "; ".join(missed))
