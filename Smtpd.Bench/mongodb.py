#!/usr/bin/env python3
"""Messages per second into MongoDB, and what one costs Smtpd itself: with one process, and with two that share the database.

    mongodb.py --tools FOLDER [--binary dist/smtpd] [--mongo URI] [--rate N] [--quick]

Without --mongo the tools' stand-in for a server is started, a replica set of one member; its rate is that of a script, so that
only processor time says something then. All cases take turns, and each process has the same load:

  even       N messages a second to each process, far less than it can take
  saturated  as many as 40 connections to each process bring about

Saturated, the processes, their generators and the server fight for the processors, and a message is dearer only for that. So
there is a third case, two processes that share no database: what it costs is the machine's, and what sharing costs beyond is ours.
Speaks to loopback addresses only unless --mongo says otherwise. Exit status 1 when, at the even rate, two processes cost more
than 1.05 times what one does, or when, saturated, two in one database cost more than 1.05 times what two in two do; the plain
saturated ratio counts only where there are processors for all (seven).
"""
import argparse, json, os, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--binary", default="dist/smtpd")
parser.add_argument("--tools", required=True)
parser.add_argument("--mongo", help="a connection string; databases named smtpd_bench_N are made there")
parser.add_argument("--rate", type=int, default=400, help="messages a second to each process in the even cases")
parser.add_argument("--quick", action="store_true", help="a small part of everything, to see that it works")
options = parser.parse_args()

MOST = 1.05
pairs = 1 if options.quick else 5
messages = 400 if options.quick else 10000
seconds = 1 if options.quick else 8
# Two processes, two generators, and a server, which has threads; less, and the saturated cases measure the machine.
ENOUGH_PROCESSORS = 7
folder = tempfile.mkdtemp(prefix="smtpd-bench-mongo.")
running = []


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(command, **more):
    process = subprocess.Popen(command, **more)
    running.append(process)
    return process


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    running.remove(process)


def stand_in():
    # The distribution's own Python has the modules that it needs.
    port = free_port()
    server = start(["/usr/bin/python3", f"{options.tools}/mongod_standin.py", "--ports", str(port), "--set", "rs0"], stdout=subprocess.PIPE, text=True)
    if "listening" not in server.stdout.readline():
        sys.exit("the stand-in does not start: it needs python3-bson, python3-pymongo and python3-mongomock")
    return f"mongodb://127.0.0.1:{port}/?replicaSet=rs0"


class Smtpd:
    def __init__(self, name, uri, database):
        self.port, self.home = free_port(), f"{folder}/{name}"
        os.makedirs(self.home)
        with open(f"{self.home}/smtpd.conf", "w") as file:
            json.dump({
                "logging": {"level": "INFO"},
                "smtp": {"ip4.address": "127.0.0.1", "ip4.port": self.port, "allowed.hosts": "localhost", "trusted.hosts": ""},
                "web": {"ip4.address": "127.0.0.1", "ip4.port": free_port()},
                "datastore": {"storage": "mongodb", "mongo.uri": uri, "mongo.db": database, "mongo.spool": False, "path": f"{self.home}/mail.db"},
            }, file)
        self.process = start([options.binary, f"-config={self.home}/smtpd.conf"], stderr=open(f"{self.home}/log", "wb"))
        begun = time.monotonic()
        while True:
            if self.process.poll() is not None or time.monotonic() - begun > 30:
                sys.exit(f"the server did not start:\n{open(f'{self.home}/log').read()[-2000:]}")
            try:
                with socket.create_connection(("127.0.0.1", self.port), 5) as s:
                    if s.recv(100).startswith(b"220"):
                        break
            except OSError:
                time.sleep(0.05)

    def cpu(self):
        # The clock of another process's processor time, to the nanosecond (clock_getcpuclockid(3)).
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def load(self, count, connections, rate=0):
        even = ["-R", str(rate)] if rate else []
        return subprocess.Popen([generator, "-p", str(self.port), "-f", "a@test.local", "-t", "b@localhost", "-j", "-c", str(connections), "-n", str(count), "-s", "4096", "-P", "1", *even],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def drop(uri, databases):
    """Servers in memory would fill up. Done by the distribution's own Python, which has a client."""
    script = "import sys, pymongo\nclient = pymongo.MongoClient(sys.argv[1])\nfor name in sys.argv[2:]: client.drop_database(name)"
    subprocess.run(["/usr/bin/python3", "-c", script, uri, *databases], stderr=subprocess.DEVNULL)


def measure(uri, databases, rate=0):
    """Microseconds of processor time a message over all processes, one for each database named, and messages a second."""
    global measured
    measured += 1
    names = [f"smtpd_bench_{os.getpid()}_{measured}_{database}" for database in databases]
    servers = [Smtpd(f"{measured}.{i}", uri, name) for i, name in enumerate(names)]
    # All have their connections, and their code in memory, before anything counts.
    for load in [server.load(200, 10) for server in servers]:
        said = load.communicate(timeout=300)[0]
        if load.returncode != 0:
            sys.exit(f"the load failed: {said}")
    count = rate * seconds if rate else messages
    before, begun = sum(server.cpu() for server in servers), time.monotonic()
    loads = [server.load(count, 40, rate) for server in servers]
    said = [load.communicate(timeout=900)[0] for load in loads]
    took = time.monotonic() - begun
    if any(load.returncode != 0 for load in loads):
        sys.exit(f"the load failed: {said}")
    time.sleep(0.3)
    spent = sum(server.cpu() for server in servers) - before
    for server in servers:
        stop(server.process)
    drop(uri, set(names))
    return spent * 1e6 / (count * len(servers)), count * len(servers) / took


CASES = {
    "even, one process": ("a", options.rate),
    "even, two processes": ("aa", options.rate),
    "saturated, one process": ("a", 0),
    "saturated, two processes": ("aa", 0),
    "saturated, two processes in two databases": ("ab", 0),
}


def ratio(runs, case, base, most):
    """The median of what each turn says, and whether it is little enough; None where that is not judged."""
    found = statistics.median(one[0] / other[0] for one, other in zip(runs[case], runs[base]))
    print(f"{case} against {base}, processor time per message, median of {pairs}: {found:.2f}x" + (f" (at most {most}x)" if most else " (not judged here)"))
    return not most or found <= most


measured = 0
generator = f"{folder}/smtpload"
try:
    subprocess.run(["gcc", "-O2", "-o", generator, f"{options.tools}/smtpload.c"], check=True)
    uri = options.mongo or stand_in()
    runs = {case: [] for case in CASES}
    for i in range(pairs):
        # There and back, so that what changes with time falls on all.
        for case in (CASES if i % 2 == 0 else reversed(CASES)):
            runs[case].append(measure(uri, *CASES[case]))
    print("| MongoDB, 4 KiB pipelined | us/message in Smtpd | messages/s |\n|---|---|---|")
    for case, of in runs.items():
        print(f"| {case} | {statistics.median(run[0] for run in of):,.0f} | {statistics.median(run[1] for run in of):,.0f} |")
    judged = [
        ratio(runs, "even, two processes", "even, one process", MOST),
        ratio(runs, "saturated, two processes", "saturated, two processes in two databases", MOST),
        ratio(runs, "saturated, two processes", "saturated, one process", MOST if (os.cpu_count() or 1) >= ENOUGH_PROCESSORS else None),
    ]
    sys.exit(0 if all(judged) else 1)
finally:
    for process in list(running):
        stop(process)
    shutil.rmtree(folder, ignore_errors=True)
