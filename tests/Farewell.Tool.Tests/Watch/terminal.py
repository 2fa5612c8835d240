"""Runs a command on a terminal of its own, as a person would: waits for a text, presses keys, and so on.

terminal.py COLUMNS ROWS STEPS COMMAND...   STEPS is JSON: [[text to wait for, keys to press, or [columns, rows], or null to take the
terminal away from a command that ignores SIGHUP], ...]
Prints JSON: the exit code, whether the terminal is as it was before, and the last of what was written.
"""
import fcntl, json, os, pty, select, signal, struct, subprocess, sys, termios, time

LIMIT = 60
columns, rows, steps, command = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4:]


def resize(size):
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))


def begin():
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    if [step for step in steps if step[1] is None]:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def take(wait):
    if ours < 0:
        time.sleep(wait)
        return b""
    if select.select([ours], [], [], wait)[0]:
        return os.read(ours, 65536)
    return b""


ours, theirs = pty.openpty()
resize((columns, rows))
before = termios.tcgetattr(theirs)
process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True, preexec_fn=begin)
try:
    written, ends = b"", time.monotonic() + LIMIT
    for text, keys in steps:
        # Only what comes after the last step counts.
        since = len(written)
        while text.encode() not in written[since:]:
            written += take(0.1)
            if time.monotonic() > ends:
                sys.exit(f"waited {LIMIT} s for {text!r}; last written: {written[-2000:]!r}")
        if isinstance(keys, list):
            resize(keys)
        elif keys is None:
            os.close(theirs)
            os.close(ours)
            ours = -1
        else:
            os.write(ours, keys.encode())
    while process.poll() is None and time.monotonic() < ends:
        written += take(0.05)
    while more := take(0.05):
        written += more
finally:
    if process.poll() is None:
        process.kill()
    process.wait()
print(json.dumps({"exitCode": process.returncode, "asBefore": ours >= 0 and termios.tcgetattr(theirs) == before, "last": written[-200:].decode(errors="replace")}))
