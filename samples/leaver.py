#!/usr/bin/env python3
"""A leaver of the Farewell protocol, version 1. Numbers in comments are sections of protocol.md."""
import os
import select
import socket
import struct
import sys
import time

HELLO, MESSAGE, ASK, ANSWER, REFUSED, CANCEL, PING, PONG, CREDIT, PART, DISMISS, DONE, GOODBYE = range(1, 14)
MORE, NESTED = 1, 2
FLAGS = {MESSAGE: MORE, ASK: MORE | NESTED, ANSWER: MORE, PART: MORE}  # 2: the other types have none
SHORTEST = {HELLO: 28, MESSAGE: 0, ASK: 0, ANSWER: 8, REFUSED: 5, CANCEL: 4, PING: 4, PONG: 8, CREDIT: 8, PART: 1, DISMISS: 12, GOODBYE: 4}
FIELDS = {HELLO: ">4xBBBxIIIII", REFUSED: ">IB", CANCEL: ">I", PING: ">I", CREDIT: ">II", DISMISS: ">BBHII", GOODBYE: ">I"}
PAYLOAD = (MESSAGE, ASK, ANSWER, PART)
GRACE, HARD, LARGEST, WINDOW = 10000, 30000, 262144, 524288  # what our Hello announces (2.1)
GREETING, OPEN, DISMISSED, WAITING, RELEASED = range(5)  # 6.1; Leaving takes no time here: nothing is left to wait for
NEVER, IGNORED = float("inf"), 0  # IGNORED: the kind of a payload whose parts are ignored (6.3, Part)

def say(text, payload=b""):
    os.write(1, text.encode() + payload + b"\n")

def begins(data, kind, shortest, magic):  # 2.1, check 1: whether data, as far as it goes, can be its beginning
    return (bytes([kind, 0, 0]).startswith(data[:3]) and (len(data) < 4 or data[3] >= shortest)
            and (not magic or magic.startswith(data[4:8])))

class Leaver:
    def __init__(self, address, mode, texts):
        self.mode, self.kind, self.queue = mode, ASK if mode == "ask" else MESSAGE, texts
        # 7: deadline is the one of handshake, refusal and goodbye that runs in this state; confirm is when Credit is due
        self.deadline, self.confirm = time.monotonic() + 10, NEVER
        self.state, self.buf, self.part = GREETING, bytearray(), None  # part: the payload begun by a frame with More, as [kind, number, nested, data]
        self.largest, self.window = 960, 1024  # 2.1: what may be pipelined before the stayer's Hello
        self.begun, self.outstanding, self.delivered, self.pending = 0, 0, 0, {}  # of ours; pending: ask -> cost
        self.handled, self.returnable, self.asks, self.hard = 0, 0, 0, HARD  # of the stayer's; hard limit in ms
        self.sock = socket.create_connection(address, timeout=20)  # 7: stall, for each write
        self.write(HELLO, struct.pack(">4sBBBBIIIII", b"FRWL", 1, 1, 1, 0, 0, GRACE, HARD, LARGEST, WINDOW))

    def run(self):
        try:
            while self.state != RELEASED:
                self.advance()
                wait = max(0, min(self.deadline, self.confirm, time.monotonic() + 60) - time.monotonic())
                if select.select([self.sock], [], [], wait)[0]:
                    data = self.sock.recv(65536)
                    if not data:
                        raise ConnectionError("truncated")  # 6.4
                    self.buf += data
                    self.parse()
                now = time.monotonic()
                if now >= self.confirm:
                    self.write(CREDIT, struct.pack(">II", self.handled, self.returnable))
                    self.returnable, self.confirm = 0, NEVER
                if now >= self.deadline and self.state == DISMISSED:  # 7, refusal
                    self.done(1)
                elif now >= self.deadline and self.state in (GREETING, WAITING):
                    raise TimeoutError("handshake or goodbye overdue")
            say(f"released delivered {self.delivered} unanswered {len(self.pending)}")
        except OSError as end:
            print("ended:", repr(end), file=sys.stderr)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() sends RST
        self.sock.close()
        return 0 if self.state == RELEASED else 1

    def require(self, kept, what):  # 8: a violation is told (but foreign, by 2.1 what 12 and 13, and after Done), then reset
        if not kept:
            if what not in (11, 12, 13) and self.state != WAITING:
                self.done(6, what)
                time.sleep(0.25)  # so that the stayer can read it before the RST
            raise ConnectionError(f"violation {what}")

    def write(self, kind, body, flags=0):
        self.sock.sendall(struct.pack(">BBH", kind, flags, len(body)) + body)

    def advance(self):  # 6.3: writes what may be written now, and leaves when it is time
        while self.queue:
            cost, fits = len(self.queue[0]) + 64, len(self.queue[0]) <= self.largest
            if self.outstanding + cost > self.window if fits else self.state == GREETING:
                break  # 4: it waits for credit, or for the stayer's Hello, which may allow more
            text = self.queue.pop(0)
            if fits:  # else it can never be sent
                self.begin(text, cost)
        finished = not self.queue and not self.pending and not self.part
        if self.state == OPEN and finished and (self.kind == ASK or self.mode == "send" and self.delivered == self.begun):
            self.done(0)
        elif self.state == DISMISSED and finished:
            self.done(1)

    def begin(self, text, cost):
        self.begun += 1
        self.outstanding += cost
        if self.kind == ASK:
            self.pending[self.begun] = cost
        for at in range(0, max(len(text), 1), 16384):  # 3: parts of at most 16 KiB
            self.write(self.kind if at == 0 else PART, text[at:at + 16384], MORE if at + 16384 < len(text) else 0)

    def done(self, reason, what=0):
        self.write(DONE, struct.pack(">BBHIII", reason, what, 0, self.handled, self.asks, self.returnable))
        self.queue.clear()  # not sent
        if self.part and self.part[0] == ASK:
            self.part[0] = IGNORED  # it was not received whole by Done
        self.state, self.confirm = WAITING, NEVER
        self.deadline = time.monotonic() + self.hard / 1000 + 1  # 7, goodbye: the latest it may be

    def parse(self):
        while self.state != RELEASED:
            self.require(self.state != GREETING or begins(self.buf, HELLO, 28, b"FRWL") or begins(self.buf, DISMISS, 12, b""), 11)
            end = 4 + int.from_bytes(self.buf[2:4], "big")
            if len(self.buf) < end:
                return
            kind, flags, body = self.buf[0], self.buf[1], bytes(self.buf[4:end])
            del self.buf[:end]
            if not self.ignores(kind, flags):
                self.check(kind, flags, body)
                self.payload(kind, flags, body) if kind in PAYLOAD else self.act(kind, body)

    def ignores(self, kind, flags):  # 6.2
        if self.state == WAITING and kind == ASK and flags & MORE and not self.part:
            self.part = [IGNORED, 0, 0, bytearray()]
        return kind >= 0x80 or self.state == WAITING and kind in (ASK, CANCEL, PING, DISMISS)

    def check(self, kind, flags, body):  # in the order of section 8
        self.require(kind != DONE and (kind != HELLO or self.state == GREETING) and (kind != GOODBYE or self.state == WAITING), 1)
        self.require(kind in SHORTEST, 2)
        self.require(not flags & ~FLAGS.get(kind, 0), 4)
        payload = len(body) - (8 if kind == ANSWER else 0)
        self.require(SHORTEST[kind] <= len(body) and (kind in PAYLOAD or len(body) <= 255) and (payload or not flags & MORE), 3)
        self.require(self.part if kind == PART else not self.part or kind not in (MESSAGE, ASK, ANSWER, GOODBYE), 9)
        self.require(kind not in PAYLOAD or payload + (len(self.part[3]) if kind == PART else 0) <= LARGEST, 5)

    def payload(self, kind, flags, body):
        number = 0
        if kind == ANSWER:
            number, handled = struct.unpack_from(">II", body)
            self.count(handled)
            self.settle(number)
            body = body[8:]
        if kind != PART:
            self.part = [kind, number, flags & NESTED, bytearray()]
        if self.part[0] != IGNORED:
            self.part[3] += body
        if flags & MORE:
            return
        (kind, number, nested, data), self.part = self.part, None
        if kind == ANSWER:
            say(f"answer {number} ", data)
        elif kind == MESSAGE:
            say("message ", data)
            if self.state != WAITING:  # 6.3: there it can no longer be confirmed
                self.handled, self.returnable = self.handled + 1, self.returnable + len(data) + 64
                self.confirm = min(self.confirm, time.monotonic() + 0.1)
        elif kind == ASK:  # 3: nested is begun or refused as busy; 6.3: ending once we leave; else declined
            self.asks += 1
            reason = 1 if nested else 2 if self.state == DISMISSED else 3
            self.write(REFUSED, struct.pack(">IB", self.asks, reason))

    def act(self, kind, body):
        self.require(kind != PONG, 10)  # this leaver says no Ping
        fields = struct.unpack_from(FIELDS[kind], body)
        if kind == REFUSED:
            self.settle(fields[0])
            say(f"refused {fields[0]} reason {fields[1]}")
        elif kind == CANCEL:  # one that comes after the reply is ignored
            self.require(1 <= fields[0] <= self.asks + bool(self.part and self.part[0] == ASK), 8)
        elif kind == PING:
            self.write(PONG, struct.pack(">II", fields[0], self.handled))
        elif kind == CREDIT:
            self.count(fields[0])
            self.require(fields[1] <= self.outstanding, 7)
            self.outstanding -= fields[1]
        elif kind == HELLO:  # 2.1, checks 2 to 4
            low, high, role, _, grace, hard, largest, window = fields
            self.require(min(1, high) >= max(low, 1), 12)
            self.require(role != 1, 13)
            self.require(role == 0 and hard >= grace and 1 <= largest <= 2**30 - 64 and largest + 64 <= window <= 2**30, 14)
            self.hard, self.largest, self.window = hard, max(largest, 960), max(window, 1024)
            self.state, self.deadline = OPEN, NEVER
            say("hello")
        elif kind == DISMISS:
            reason, what, _, grace, retry = fields
            say(f"dismissed reason {reason} what {what} retry-after {retry}")
            self.hard = max(self.hard, grace)
            if self.kind == ASK:
                self.queue.clear()  # 6.3: asks still queued are not sent, messages are
            self.state, self.deadline = DISMISSED, time.monotonic() + grace * 0.75 / 1000  # 7, refusal
        elif kind == GOODBYE:
            self.count(fields[0])
            self.state = RELEASED

    def count(self, handled):
        self.require(self.delivered <= handled <= (self.begun if self.kind == MESSAGE else 0), 7)
        self.delivered = handled

    def settle(self, ask):
        self.require(ask in self.pending, 8)
        self.outstanding -= self.pending.pop(ask)

if __name__ == "__main__":
    host, port, mode, *texts = sys.argv[1:]
    sys.exit(Leaver((host, int(port)), mode, [os.fsencode(text) for text in texts]).run())
