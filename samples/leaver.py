#!/usr/bin/env python3
"""A leaver of the Farewell protocol in plain Python, written from docs/protocol.md alone.

    leaver.py HOST PORT ask TEXT...        sends each TEXT as an ask, prints the answers, leaves
    leaver.py HOST PORT send TEXT...       sends each TEXT as a message, leaves once all are delivered
    leaver.py HOST PORT stay [TEXT...]     sends, then stays until it is dismissed

Prints one line per event; exits 0 if it was released by Goodbye, 1 if not.
"""
import socket
import struct
import sys
import time

HELLO, MESSAGE, ASK, ANSWER, REFUSED, CANCEL, PING, PONG, CREDIT, PART, DISMISS, DONE, GOODBYE = range(1, 14)
MORE, NESTED = 1, 2
MAGIC, VERSION, STAYER, LEAVER = b"FRWL", 1, 0, 1
EARLY_LARGEST, EARLY_WINDOW, OVERHEAD = 960, 1024, 64
LARGEST, WINDOW, GRACE, HARD = 65536, 131072, 10_000, 30_000
DEFAULT_GRACE = GRACE / 1000


class Ended(Exception):
    """The session is over without Goodbye; the text says why."""


class Leaver:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        self.queue = []                       # (type, payload) waiting for credit
        self.peer_largest, self.peer_window = EARLY_LARGEST, EARLY_WINDOW
        self.outstanding = 0                  # cost of what the peer has not returned
        self.messages_sent = self.delivered = 0
        self.asks = {}                        # number -> cost, for asks without reply
        self.asks_sent = self.asks_received = 0
        self.handled = 0                      # messages of the stayer that we have handled
        self.returnable = 0                   # their cost, not yet returned by Credit
        self.parts = None                     # (type, number, payload) begun by a frame with More
        self.greeted = self.dismissed = self.done = self.released = False
        self.grace, self.hard, self.deadline = DEFAULT_GRACE, HARD / 1000, None
        self.write(HELLO, MAGIC + struct.pack(">BBBBIIIII", VERSION, VERSION, LEAVER, 0, 0, GRACE, HARD, LARGEST, WINDOW))

    # -- writing

    def write(self, kind, body=b"", flags=0):
        self.socket.sendall(struct.pack(">BBH", kind, flags, len(body)) + body)

    def put(self, kind, payload):
        self.queue.append((kind, payload))
        self.flush()

    def flush(self):
        """Writes what is queued, as far as the stayer's credit goes."""
        while self.queue and not self.done:
            kind, payload = self.queue[0]
            cost = len(payload) + OVERHEAD
            if len(payload) > self.peer_largest:
                if not self.greeted:
                    return
                raise Ended(f"{len(payload)} bytes are more than the stayer accepts")
            if self.outstanding + cost > self.peer_window:
                return
            self.queue.pop(0)
            self.outstanding += cost
            if kind == ASK:
                self.asks_sent += 1
                self.asks[self.asks_sent] = cost
            else:
                self.messages_sent += 1
            chunks = [payload[i:i + 16384] for i in range(0, len(payload), 16384)] if len(payload) > 65535 else [payload]
            for i, chunk in enumerate(chunks):
                self.write(kind if i == 0 else PART, chunk, MORE if i + 1 < len(chunks) else 0)

    def say_done(self):
        self.write(DONE, struct.pack(">BBHIII", 1 if self.dismissed else 0, 0, 0, self.handled, self.asks_received, self.returnable))
        self.returnable, self.done = 0, True
        self.deadline = time.monotonic() + self.grace + 1

    # -- reading

    def frame(self):
        """The next whole frame, or None if the time is up first."""
        while True:
            if len(self.received) >= 4:
                kind, flags, length = struct.unpack_from(">BBH", self.received)
                if len(self.received) >= 4 + length:
                    body = bytes(self.received[4:4 + length])
                    del self.received[:4 + length]
                    return kind, flags, body
            left = 60 if self.deadline is None else self.deadline - time.monotonic()
            if left <= 0:
                return None
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65536)
            except socket.timeout:
                continue
            except ConnectionError:
                raise Ended("peer reset") from None
            if not data:
                raise Ended("truncated: the stream ended before Goodbye")
            self.received += data
            if self.done:                     # the goodbye deadline begins again with every byte
                self.deadline = time.monotonic() + self.grace + 1

    def violation(self, what, name):
        if not self.done:
            self.write(DONE, struct.pack(">BBHIII", 6, what, 0, self.handled, self.asks_received, 0))
        raise Ended(f"violation: {name}")

    def take(self, kind, flags, body):
        if kind >= 0x80:
            return                            # reserved: skipped
        if not self.greeted and not self.dismissed and kind not in (HELLO, DISMISS):
            raise Ended("violation: foreign")
        if kind == HELLO and not self.greeted and not self.dismissed:
            self.hello(body)
        elif kind in (MESSAGE, ASK, ANSWER, PART):
            self.payload(kind, flags, body)
        elif kind == REFUSED:
            number, reason = struct.unpack_from(">IB", body)
            self.settle(number)
            print(f"refused {number} reason {reason}")
        elif kind == CANCEL or kind == PONG:
            pass                              # we refuse asks at once, and never ping
        elif kind == PING and not self.done:
            self.write(PONG, body[:4] + struct.pack(">I", self.handled))
        elif kind == CREDIT:
            handled, returned = struct.unpack_from(">II", body)
            self.confirm(handled)
            self.outstanding -= returned
        elif kind == DISMISS and not self.done:
            self.dismiss(body)
        elif kind == GOODBYE and self.done:
            self.confirm(struct.unpack_from(">I", body)[0])
            self.released = True
        elif not (self.done and kind in (PING, DISMISS)):
            self.violation(1, "unexpected frame")

    def hello(self, body):
        if body[:4] != MAGIC:
            raise Ended("violation: foreign")
        low, high, role, _, _, grace, hard, largest, window = struct.unpack_from(">BBBBIIIII", body, 4)
        if min(high, VERSION) < max(low, VERSION):
            raise Ended("violation: no common version")
        if role != STAYER:
            raise Ended("violation: equal roles")
        if hard < grace or not 0 < largest <= 2**30 - OVERHEAD or not largest + OVERHEAD <= window <= 2**30:
            self.violation(14, "bad Hello")
        self.greeted, self.grace, self.hard = True, grace / 1000, hard / 1000
        self.peer_largest, self.peer_window = max(largest, EARLY_LARGEST), max(window, EARLY_WINDOW)
        print("hello")

    def dismiss(self, body):
        reason, what, _, grace, retry_after = struct.unpack_from(">BBHII", body)
        self.dismissed, self.grace = True, max(self.grace, grace / 1000) if self.greeted else grace / 1000
        self.deadline = time.monotonic() + grace / 1000 * 0.75
        self.queue = [item for item in self.queue if item[0] != ASK]
        print(f"dismissed reason {reason} what {what} retry-after {retry_after}")

    def payload(self, kind, flags, body):
        if (kind == PART) != (self.parts is not None):
            self.violation(9, "bad part")
        number = 0
        if kind == ANSWER:
            number, handled = struct.unpack_from(">II", body)
            body = body[8:]
            self.confirm(handled)
            self.settle(number)
        if kind == PART:
            kind, number, before = self.parts
            body = before + body
        if len(body) > LARGEST:
            self.violation(5, "too large")
        self.parts = (kind, number, body) if flags & MORE else None
        if self.parts is None:
            self.whole(kind, number, body)

    def whole(self, kind, number, body):
        if kind == ANSWER:
            print(f"answer {number} {body.decode()}")
        elif kind == MESSAGE:
            print(f"message {body.decode()}")
            self.handled += 1
            self.returnable += len(body) + OVERHEAD
            if not self.done:
                self.write(CREDIT, struct.pack(">II", self.handled, self.returnable))
                self.returnable = 0
        elif not self.done:                   # an ask: this leaver has no handler for asks
            self.asks_received += 1
            self.write(REFUSED, struct.pack(">IB", self.asks_received, 3))

    def settle(self, number):
        if number not in self.asks:
            self.violation(8, "unknown ask")
        self.outstanding -= self.asks.pop(number)

    def confirm(self, handled):
        if not self.delivered <= handled <= self.messages_sent:
            self.violation(7, "bad count")
        self.delivered = handled

    # -- the whole session

    def run(self, stay):
        """Reads until Goodbye; says Done as soon as nothing is owed (and, with stay, not before Dismiss)."""
        while not self.released:
            self.flush()
            wants = self.dismissed or not stay
            finished = not self.queue and not self.asks and self.delivered == self.messages_sent and (self.greeted or self.dismissed)
            if wants and finished and not self.done and self.parts is None:
                self.say_done()
            frame = self.frame()
            if frame is not None:
                self.take(*frame)
            elif self.done:
                raise Ended("goodbye overdue")
            else:
                self.queue.clear()            # the refusal point: what is not sent stays so
                self.say_done()
        self.socket.close()                   # departure by FIN: everything has been read


def main():
    host, port, verb, *texts = sys.argv[1:]
    try:
        leaver = Leaver(host, int(port))
        for text in texts:
            leaver.put(ASK if verb == "ask" else MESSAGE, text.encode())
        leaver.run(stay=verb == "stay")
        print(f"released delivered {leaver.delivered} unanswered {len(leaver.asks)}")
    except Ended as ended:
        print(ended)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
