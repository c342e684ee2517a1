"""A process that works for another one does not outlive it."""

import socket
import subprocess
import sys

_PARENT = """
import multiprocessing, sys, time
from SAMSegmenterLib.core.parent_process import end_with_parent

def child(port):
    import socket
    end_with_parent()
    held = socket.create_connection(("127.0.0.1", port))
    held.sendall(b"here")
    time.sleep(600)

if __name__ == "__main__":
    end_with_parent()  # nobody began this one by multiprocessing: it goes on
    multiprocessing.get_context("spawn").Process(target=child, args=(int(sys.argv[1]),)).start()
    time.sleep(600)
"""


def test_a_child_ends_when_its_parent_is_killed(tmp_path):
    script = tmp_path / "parent.py"
    script.write_text(_PARENT, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(120)
        parent = subprocess.Popen([sys.executable, str(script), str(server.getsockname()[1])])
        try:
            held, _address = server.accept()
            held.settimeout(120)
            assert held.recv(4) == b"here"
        finally:
            parent.kill()
            parent.wait()
        with held:
            assert held.recv(1) == b"", "its connection is closed by the system when it has ended"
