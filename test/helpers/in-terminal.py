# Runs a program in a new terminal, and closes the terminal once its output matches.
# in-terminal.py PATTERN SECONDS PROGRAM ARGUMENT... -> {"exitCode", "survived", "output"}; what is alive after SECONDS gets SIGTERM
import json, os, pty, re, select, signal, sys, time

pattern, seconds, program = re.compile(sys.argv[1].encode()), float(sys.argv[2]), sys.argv[3:]
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(program[0], program)
output = b''
while not pattern.search(output):
    select.select([terminal], [], [])
    try:
        output += os.read(terminal, 65536)
    except OSError:  # the program has ended
        break
os.close(terminal)
status = None


def is_alive():  # the program, or what a shell has started
    global status
    if status is None:
        ended, found = os.waitpid(pid, os.WNOHANG)
        status = found if ended else None
    try:
        os.killpg(pid, 0)
        return True
    except ProcessLookupError:
        return False


closed = time.time()
while is_alive() and time.time() - closed < seconds:
    time.sleep(0.05)
survived = is_alive()
if survived:
    os.killpg(pid, signal.SIGTERM)
    while is_alive():
        time.sleep(0.05)
answer = {'exitCode': os.waitstatus_to_exitcode(status), 'survived': survived, 'output': output.decode(errors='replace')}
print(json.dumps(answer))
