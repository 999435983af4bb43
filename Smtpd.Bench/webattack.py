#!/usr/bin/env python3
"""Attacks the web front of dist/smtpd while mail comes in and an honest client asks for the list.

    Smtpd.Bench/webattack.py [NAME ...]

Prints a table: what the honest client saw (answers, refusals, median, 99th percentile, worst), and the memory and descriptors of the
server before, at the height of and after each attack. Everything stays on loopback, whose addresses are not counted by
web.limit.connections: all attackers together are as strong as many addresses would be.
"""
import base64
import contextlib
import json
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BINARY = os.path.join(ROOT, "dist", "smtpd")
HALF_HEAD = b"GET /api/v1/messages HTTP/1.1\r\nHost: localhost\r\nX: "
GET = b"GET /api/v1/messages HTTP/1.1\r\nHost: localhost\r\n\r\n"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, folder, **web):
        self.smtp, self.web = free_port(), free_port()
        config = os.path.join(folder, "smtpd.conf")
        settings = {
            "logging": {"level": "WARN"},
            "smtp": {"ip4.port": self.smtp, "allowed.hosts": ["*"], "max.message.bytes": 50_000_000},
            "web": {"ip4.port": self.web, **web},
            "datastore": {"path": os.path.join(folder, "mail.db")},
        }
        with open(config, "w") as file:
            json.dump(settings, file)
        self.log = os.path.join(folder, "log")
        self.process = subprocess.Popen([BINARY, "-config=" + config], stderr=open(self.log, "w"))
        for _ in range(200):
            with contextlib.suppress(OSError):
                if self.ask(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")[0] == 200:
                    return
            time.sleep(0.05)
        raise SystemExit("the server did not start:\n" + open(self.log).read())

    def connect(self, receive_buffer=None):
        client = socket.socket()
        if receive_buffer:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        client.settimeout(30)
        client.connect(("127.0.0.1", self.web))
        return client

    def ask(self, request):
        began = time.perf_counter()
        with self.connect() as client:
            client.sendall(request)
            answer = b""
            while part := client.recv(65536):
                answer += part
        return int(answer[9:12]), time.perf_counter() - began

    def resident(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


class Mail(threading.Thread):
    """Sends so many messages a second until it is told to stop."""

    def __init__(self, server, rate):
        super().__init__(daemon=True)
        self.server, self.rate, self.sent, self.stopped = server, rate, 0, threading.Event()

    def run(self):
        with socket.create_connection(("127.0.0.1", self.server.smtp)) as client:
            lines = client.makefile("rb")
            say = lambda text: (client.sendall(text), lines.readline())[1]
            lines.readline()
            say(b"HELO bench\r\n")
            while not self.stopped.wait(1 / self.rate if self.rate else 0):
                say(b"MAIL FROM:<a@remote.test>\r\n")
                say(b"RCPT TO:<b@local.test>\r\n")
                say(b"DATA\r\n")
                if say(b"Subject: bench\r\n\r\n" + b"x" * 2000 + b"\r\n.\r\n").startswith(b"250"):
                    self.sent += 1


class Honest(threading.Thread):
    """Asks for the list, one request after the other, and notes how long each took."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.times, self.refused, self.stopped = server, [], 0, threading.Event()

    def run(self):
        while not self.stopped.wait(0.01):
            try:
                status, took = self.server.ask(GET)
            except OSError:
                status, took = 0, 0
            if status == 200:
                self.times.append(took * 1000)
            else:
                self.refused += 1


def send(client, octets):
    with contextlib.suppress(OSError):
        client.sendall(octets)


def nothing(server, until):
    while not until():
        time.sleep(0.1)


def half_heads(server, until):
    """4,000 sockets at a time that send half a head, opened anew when all are there."""
    while not until():
        held = []
        for _ in range(4000):
            with contextlib.suppress(OSError):
                held.append(server.connect())
                send(held[-1], HALF_HEAD)
            if until():
                break
        for one in held:
            one.close()


def idle_sockets(server, until):
    """10,000 sockets that say nothing; those that are closed are opened anew."""
    held = []
    while len(held) < 10_000 and not until():
        with contextlib.suppress(OSError):
            held.append(server.connect())
    print(f"   ({len(held)} idle sockets are open)", file=sys.stderr)
    at = 0
    while not until() and held:
        held[at].close()
        with contextlib.suppress(OSError):
            held[at] = server.connect()
        at = (at + 1) % len(held)
    for one in held:
        one.close()


def garbage(server, until):
    """A request, and behind it a megabyte that is none."""
    while not until():
        with server.connect() as client:
            send(client, GET + os.urandom(1_000_000))


def big_heads(server, until):
    while not until():
        with server.connect() as client:
            send(client, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: y\r\n" * 100_000)


def stopped_bodies(server, until):
    """400 bodies that stop, and then come in drops."""
    held = []
    for _ in range(400):
        held.append(server.connect())
        send(held[-1], b"POST /api/v1/send HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{\"From\":")
    while not until():
        time.sleep(1)
        for one in held:
            send(one, b" ")
    for one in held:
        one.close()


def stopped_readers(server, until):
    """400 clients that ask for 20 MB and do not read."""
    held = []
    for _ in range(400):
        with contextlib.suppress(OSError):
            held.append(server.connect(receive_buffer=4096))
            send(held[-1], b"GET /api/v1/message/" + server.big + b"/raw HTTP/1.1\r\nHost: localhost\r\n\r\n")
    while not until():
        time.sleep(0.1)
    for one in held:
        one.close()


def silent_peers(server, until):
    """Live peers, half of them websockets, that never read, under a flood of mail."""
    held = []
    for i in range(200):
        client = server.connect(receive_buffer=4096)
        if i % 2:
            send(client, b"GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        else:
            key = base64.b64encode(os.urandom(16))
            send(client, b"GET /api/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key + b"\r\n\r\n")
        held.append(client)
    flood = [Mail(server, 0) for _ in range(4)]
    for one in flood:
        one.start()
    while not until():
        time.sleep(0.1)
    for one in flood:
        one.stopped.set()
    for one in flood:
        one.join()
    for one in held:
        one.close()


ATTACKS = {
    "nothing": (nothing, 1), "half heads": (half_heads, 2), "10,000 idle sockets": (idle_sockets, 1), "garbage behind requests": (garbage, 4),
    "oversized heads": (big_heads, 4), "bodies that stop": (stopped_bodies, 1), "readers that stop": (stopped_readers, 1), "200 silent live peers": (silent_peers, 1),
}


def run(server, name, seconds):
    attack, threads = ATTACKS[name]
    memory, descriptors = server.resident(), server.descriptors()
    mail, honest = Mail(server, 50), Honest(server)
    ends = time.monotonic() + seconds
    attackers = [threading.Thread(target=attack, args=(server, lambda: time.monotonic() > ends), daemon=True) for _ in range(threads)]
    for one in attackers:
        one.start()
    time.sleep(1)
    mail.start()
    honest.start()
    height = most = 0
    while time.monotonic() < ends:
        height, most = max(height, server.resident()), max(most, server.descriptors())
        time.sleep(0.2)
    honest.stopped.set()
    mail.stopped.set()
    for one in [honest, mail, *attackers]:
        one.join()
    deadline = time.monotonic() + 45
    while server.descriptors() > descriptors + 5 and time.monotonic() < deadline:
        time.sleep(0.2)
    times = sorted(honest.times) or [float("nan")]
    print(f"| {name} | {len(honest.times)} | {honest.refused} | {statistics.median(times):.1f} ms | {times[len(times) * 99 // 100]:.1f} ms | {times[-1]:.1f} ms | {mail.sent} "
          f"| {memory:.0f} / {height:.0f} / {server.resident():.0f} MB | {descriptors} / {most} / {server.descriptors()} |", flush=True)


def main():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    names = sys.argv[1:] or list(ATTACKS)
    print("| attack | answers | refused | median | 99th percentile | worst | mail | memory before / at most / after | descriptors before / at most / after |\n|---|---|---|---|---|---|---|---|---|")
    for name in names:
        with tempfile.TemporaryDirectory(dir=os.path.join(ROOT, "build") if os.path.isdir(os.path.join(ROOT, "build")) else None) as folder:
            server = Server(folder, **({"max.connections": 600} if "live peers" in name else {}))
            with socket.create_connection(("127.0.0.1", server.smtp)) as client:
                lines = client.makefile("rb")
                for text in (b"", b"HELO bench\r\n", b"MAIL FROM:<a@remote.test>\r\n", b"RCPT TO:<b@local.test>\r\n", b"DATA\r\n",
                             b"Subject: big\r\n\r\n" + (b"x" * 78 + b"\r\n") * (20_000_000 // 80 if "readers" in name else 10) + b".\r\n"):
                    client.sendall(text)
                    reply = lines.readline()
                server.big = reply.split()[-1]
            run(server, name, 15)
            server.stop()


if __name__ == "__main__":
    main()
