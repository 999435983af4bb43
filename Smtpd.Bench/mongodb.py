#!/usr/bin/env python3
"""Messages per second into MongoDB, and what one costs Smtpd itself: with one process, and with two that share the database.

    mongodb.py --tools FOLDER [--binary dist/smtpd] [--mongo URI] [--quick]

Without --mongo the tools' stand-in for a server is started, a replica set of one member; its rate is that of a script, so that
only processor time says something then. One process and two take turns, each time with a database of their own, and each
process with the same load. Speaks to
loopback addresses only unless --mongo says otherwise. Exit status 1 when two processes cost more than 1.05 times what one does.
"""
import argparse, json, os, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--binary", default="dist/smtpd")
parser.add_argument("--tools", required=True)
parser.add_argument("--mongo", help="a connection string; databases named smtpd_bench_N are made there")
parser.add_argument("--quick", action="store_true", help="a small part of everything, to see that it works")
options = parser.parse_args()

MOST = 1.05
pairs = 1 if options.quick else 5
messages = 400 if options.quick else 4000
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
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def load(self, count, connections):
        return subprocess.Popen([generator, "-p", str(self.port), "-f", "a@test.local", "-t", "b@localhost", "-j", "-c", str(connections), "-n", str(count), "-s", "4096", "-P", "1"],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def measure(uri, database, processes):
    """Microseconds of processor time a message over all processes, and messages a second."""
    servers = [Smtpd(f"{database}.{i}", uri, database) for i in range(processes)]
    # All have their connections, and their code in memory, before anything counts.
    for load in [server.load(200, 10) for server in servers]:
        said = load.communicate(timeout=300)[0]
        if load.returncode != 0:
            sys.exit(f"the load failed: {said}")
    before, begun = sum(server.cpu() for server in servers), time.monotonic()
    loads = [server.load(messages, 40) for server in servers]
    said = [load.communicate(timeout=900)[0] for load in loads]
    took = time.monotonic() - begun
    if any(load.returncode != 0 for load in loads):
        sys.exit(f"the load failed: {said}")
    time.sleep(0.3)
    spent = sum(server.cpu() for server in servers) - before
    for server in servers:
        stop(server.process)
    return spent * 1e6 / (messages * processes), messages * processes / took


generator = f"{folder}/smtpload"
try:
    subprocess.run(["gcc", "-O2", "-o", generator, f"{options.tools}/smtpload.c"], check=True)
    uri = options.mongo or stand_in()
    one, two = [], []
    for i in range(pairs):
        one.append(measure(uri, f"smtpd_bench_{os.getpid()}_{2 * i}", 1))
        two.append(measure(uri, f"smtpd_bench_{os.getpid()}_{2 * i + 1}", 2))
    ratio = statistics.median(b[0] / a[0] for a, b in zip(one, two))
    print("| MongoDB, 4 KiB pipelined | us/message in Smtpd | messages/s |\n|---|---|---|")
    for what, runs in (("one process", one), ("two processes", two)):
        print(f"| {what} | {statistics.median(run[0] for run in runs):,.0f} | {statistics.median(run[1] for run in runs):,.0f} |")
    print(f"two processes against one, processor time per message, median of {pairs}: {ratio:.2f}x (at most {MOST}x)")
    sys.exit(0 if ratio <= MOST else 1)
finally:
    for process in list(running):
        stop(process)
    shutil.rmtree(folder, ignore_errors=True)
