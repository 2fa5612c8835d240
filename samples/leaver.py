#!/usr/bin/env python3
"""A leaver of the Farewell protocol, version 1. Numbers in comments are sections of protocol.md."""
import os, select, socket, struct, sys, time

(HELLO, MESSAGE, ASK, ANSWER, REFUSED, CANCEL, PING, PONG, CREDIT, PART, DISMISS, DONE, GOODBYE), MORE, NESTED = range(1, 14), 1, 2
FLAGS = {MESSAGE: MORE, ASK: MORE | NESTED, ANSWER: MORE, PART: MORE}  # 2: the types with a payload; the others have no flags
FIELDS = {HELLO: ">4sBBBxIIIII", MESSAGE: ">", ASK: ">", ANSWER: ">II", REFUSED: ">IB", CANCEL: ">I", PING: ">I", PONG: ">II",
          CREDIT: ">II", PART: ">", DISMISS: ">BBHII", DONE: ">BBHIII", GOODBYE: ">I"}
GREETING, OPEN, LEAVING, DISMISSED, WAITING, RELEASED = range(6)  # 6.1; Expelling is the end of require
LARGEST, WINDOW, NEVER = 262144, 524288, float("inf")  # the first two are what our Hello announces (2.1)
LIMITS = {"handshake": 10, "stall": 20, "grace": 10, "hard": 30, "patience": 300, "leave": NEVER}  # 7, in s; leave: when we want to leave

def say(text, payload=b""):
    os.write(1, text.encode() + payload + b"\n")

class Leaver:
    def __init__(self, address, mode, texts, limits=LIMITS):
        self.mode, self.kind, self.queue, self.own = mode, ASK if mode == "ask" else MESSAGE, texts, limits
        self.state, self.buf, self.out = GREETING, bytearray(), bytearray()
        self.part = None  # the stayer's payload begun by a frame with More, as [kind, ask it answers or whether nested, data]
        self.largest, self.window = 960, 1024  # 2.1: what may be pipelined before the stayer's Hello
        self.begun, self.outstanding, self.delivered, self.pending = 0, 0, 0, {}  # of ours; pending: ask -> cost
        self.handled, self.returnable, self.asks = 0, 0, 0  # of the stayer's
        self.hello, self.grace, self.trips, self.silence = None, 0, 1, NEVER  # hello: the grace and hard limit in it; grace: of Dismiss
        self.sock = socket.create_connection(address, timeout=limits["handshake"])
        self.start = time.monotonic()
        self.past, self.due = False, {"handshake overdue": self.start + limits["handshake"]}  # 7: past the refusal point; what runs now
        self.write(HELLO, b"FRWL", 1, 1, 1, 0, round(1000 * limits["grace"]), round(1000 * limits["hard"]), LARGEST, WINDOW)

    def run(self):
        try:
            while self.state != RELEASED:
                self.advance()
                self.transfer()
                self.parse()
            say(f"released delivered {self.delivered} unanswered {len(self.pending)}")
        except (OSError, EOFError) as end:
            print("ended:", repr(end), file=sys.stderr)
            if isinstance(end, OSError):  # close() sends RST; 6.4: not after the stayer's FIN
                self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        return 0 if self.state == RELEASED else 1

    def transfer(self):  # writes and reads, or waits for the next deadline; while what is written waits, it reads on up to a limit
        if self.out:
            self.soon("stalled", self.own["stall"])
        wait = max(0, min(60, min(self.due.values(), default=NEVER) - time.monotonic()))
        reads, writes, _ = select.select([self.sock] * (len(self.buf) < 2 * WINDOW), [self.sock] * bool(self.out), [], wait)
        if reads:
            if not (data := self.sock.recv(65536)):
                raise EOFError("truncated")  # 6.4
            self.buf += data
            self.due["silent"] = time.monotonic() + self.silence  # never but in Waiting
        if writes:
            del self.out[:self.sock.send(self.out)]
            del self.due["stalled"]  # it runs from the last byte accepted

    def late(self, name):  # whether this deadline has come; it comes once
        return self.due.get(name, NEVER) <= time.monotonic() and self.due.pop(name)

    def soon(self, name, seconds):
        self.due[name] = min(self.due.get(name, NEVER), time.monotonic() + seconds)

    def advance(self):  # 6.3 and 7: does what is due, writes what may be written, and leaves when it is time
        if self.late("leave"):
            wish, self.state = self.start + self.own["leave"], LEAVING
            self.due["refusal"], self.due["grace expired"] = wish + self.own["grace"], wish + self.own["hard"]
        if self.late("refusal"):
            self.past, self.queue = True, []  # what was queued is not sent
        if self.late("confirm"):
            self.write(CREDIT, self.handled, self.returnable)
            self.returnable = 0
        while self.queue and len(self.out) < 16384 and len(self.queue[0]) <= min(self.largest, self.window - self.outstanding - 64):  # 4
            text = self.queue.pop(0)
            self.begun, self.outstanding = self.begun + 1, self.outstanding + len(text) + 64
            if self.kind == ASK:
                self.pending[self.begun] = len(text) + 64
            for at in range(0, max(len(text), 1), 16384):  # 3: parts of at most 16 KiB
                self.write(self.kind if at == 0 else PART, flags=MORE if at + 16384 < len(text) else 0, payload=text[at:at + 16384])
        finished = not self.queue and not self.pending and not (self.part and self.part[0] == ANSWER)
        wishes = self.state != OPEN or self.kind == ASK or self.mode == "send" and self.delivered == self.begun
        if OPEN <= self.state <= DISMISSED and (finished and wishes or self.past) and not self.out:  # what is begun goes before Done
            self.done(1 if self.state == DISMISSED else 0)
        for end in filter(self.late, ("handshake overdue", "grace expired", "goodbye overdue", "silent", "stalled")):
            raise TimeoutError(end)

    def write(self, kind, *fields, flags=0, payload=b""):
        body = struct.pack(FIELDS[kind], *fields) + payload
        self.out += struct.pack(">BBH", kind, flags, len(body)) + body

    def done(self, reason, what=0):
        self.write(DONE, reason, what, 0, self.handled, self.asks, self.returnable)
        limits = self.hello or [0 if self.grace else self.own["grace"]] * 2  # 7, goodbye, patience and what is below the table
        self.silence, longest = (min(max(limit, self.grace), self.own["patience"]) + self.trips for limit in limits)
        self.state, self.returnable, now = WAITING, 0, time.monotonic()
        self.due = {"silent": now + self.silence, "goodbye overdue": now + longest}

    def require(self, kept, what):  # 8, and 2.1 for 12 and 13; nothing waits to be written here (see parse), so that it can be told
        if not kept:
            print("violation", what, file=sys.stderr)
            if what != 11 and self.state != WAITING:
                if what not in (12, 13):
                    self.done(6, what)
                self.due = {"discard": time.monotonic() + 0.25}  # so that the stayer can read it before the RST
                while not self.late("discard"):
                    self.transfer()
                    self.buf.clear()
            raise ConnectionError(f"violation {what}")

    def parse(self):  # only while nothing waits to be written: replies do not pile up, and what a reply may be about has been sent
        hello = b"\1\0\0".startswith(self.buf[:3]) and (len(self.buf) < 4 or self.buf[3] >= 28) and b"FRWL".startswith(self.buf[4:8])
        self.require(self.state != GREETING or hello or self.buf[0] == DISMISS, 11)  # 2.1, check 1
        while self.state != RELEASED and not self.out and len(self.buf) >= 4:
            kind, flags, length = struct.unpack_from(">BBH", self.buf)
            begun = self.part[0] if kind == PART and self.part else kind  # an ask of which only some parts came before Done is dropped
            ignored = kind >= 0x80 or self.state == WAITING and begun in (ASK, CANCEL, PING, DISMISS)  # 6.2
            if kind < 0x80:
                self.check(kind, flags, length, ignored)
            if len(self.buf) < 4 + length:
                return
            body = bytes(self.buf[4:4 + length])
            del self.buf[:4 + length]
            if kind in FLAGS or not ignored:
                fields, data = struct.unpack_from(FIELDS[kind], body), body[struct.calcsize(FIELDS[kind]):]
                self.settle(kind, fields)
                self.payload(kind, flags, fields, data, ignored) if kind in FLAGS else self.act(kind, fields)

    def check(self, kind, flags, length, ignored):  # in the order of section 8, as soon as the header has come
        self.require(kind != DONE and (kind != HELLO or self.state == GREETING) and (kind != GOODBYE or self.state == WAITING), 1)
        self.require(kind in FIELDS, 2)
        self.require(not flags & ~FLAGS.get(kind, 0), 4)
        size = length - struct.calcsize(FIELDS[kind])
        self.require(size >= (kind == PART or flags & MORE) and (kind in FLAGS or length <= 255), 3)
        self.require(self.part if kind == PART else not self.part or kind not in (MESSAGE, ASK, ANSWER, GOODBYE), 9)
        if kind in FLAGS and not ignored:
            first, free, data = self.part if kind == PART else (kind, flags & NESTED, b"")
            self.require(len(data) + size <= LARGEST, 5)
            self.require(first == ANSWER or free or self.returnable + len(data) + size + 64 <= WINDOW, 6)

    def settle(self, kind, fields):  # the counts and numbers of section 8
        if kind in (ANSWER, CREDIT, GOODBYE):
            last, self.delivered = self.delivered, fields[1] if kind == ANSWER else fields[0]
            self.require(last <= self.delivered <= (self.begun if self.kind == MESSAGE else 0), 7)
        if kind in (ANSWER, REFUSED):
            self.require(fields[0] in self.pending, 8)
            self.outstanding -= self.pending.pop(fields[0])
        self.require(kind != CANCEL or 1 <= fields[0] <= self.asks, 8)  # each ask is replied to at once: Cancel comes too late
        self.require(kind != PONG, 10)  # this leaver says no Ping

    def payload(self, kind, flags, fields, data, ignored):
        if kind != PART:
            self.part = [kind, fields[0] if kind == ANSWER else flags & NESTED, bytearray()]
        self.part[2] += b"" if ignored else data
        if flags & MORE:
            return
        (kind, detail, data), self.part = self.part, None
        if kind == ANSWER:
            say(f"answer {detail} ", data)
        elif kind == MESSAGE:
            say("message ", data)
            self.handled, self.returnable = self.handled + 1, self.returnable + len(data) + 64
            if self.state != WAITING:  # 6.3: there it can no longer be confirmed
                self.soon("confirm", 0.1 if self.returnable < WINDOW / 2 else 0)
        elif not ignored:  # 3: a nested ask is begun or refused as busy, here always; ending once we leave; else declined
            self.asks += 1
            self.write(REFUSED, self.asks, 1 if detail else 3 if self.state == OPEN else 2)

    def act(self, kind, fields):
        if kind == REFUSED:
            say(f"refused {fields[0]} reason {fields[1]}")
        elif kind == PING:
            self.write(PONG, fields[0], self.handled)
        elif kind == CREDIT:
            self.require(fields[1] <= self.outstanding - sum(self.pending.values()), 7)  # asks are returned by their replies alone
            self.outstanding -= fields[1]
        elif kind == HELLO:  # 2.1, checks 2 to 4
            _, low, high, role, _, grace, hard, largest, window = fields
            self.require(min(1, high) >= max(low, 1), 12)
            self.require(role != 1, 13)
            self.require(role == 0 and hard >= grace and 1 <= largest <= 2**30 - 64 and largest + 64 <= window <= 2**30, 14)
            self.hello, self.largest, self.window = (grace / 1000, hard / 1000), max(largest, 960), max(window, 1024)
            self.trips = max(1, 2 * (time.monotonic() - self.start))  # 5 and 7, goodbye
            self.queue = [text for text in self.queue if len(text) <= self.largest]  # the others can never be sent
            self.state, self.due = OPEN, {"leave": self.start + self.own["leave"]}
            say("hello")
        elif kind == DISMISS:
            say(f"dismissed reason {fields[0]} what {fields[1]} retry-after {fields[4]}")
            self.queue = [text for text in self.queue if len(text) <= self.largest and self.kind == MESSAGE]  # 6.3: asks are not sent
            self.state, self.grace = DISMISSED, fields[3] / 1000
            self.due["handshake overdue"] = self.due["leave"] = NEVER
            self.soon("refusal", 0.75 * min(self.grace, self.own["patience"]))  # 7: a further Dismiss can only bring them nearer
            self.soon("grace expired", min(self.grace, self.own["patience"]))
        elif kind == GOODBYE:
            self.state = RELEASED

if __name__ == "__main__":
    host, port, mode, *texts = sys.argv[1:]
    mode, *options = mode.split(",")  # such as ask,grace=5,leave=60
    limits = {**LIMITS, **{name: float(value) for name, value in (option.split("=") for option in options)}}
    sys.exit(Leaver((host, int(port)), mode, [os.fsencode(text) for text in texts], limits).run())
