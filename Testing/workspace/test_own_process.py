"""What would hold up the workspace is done by another process, which does not outlive it."""

import os
import threading

from SAMSegmenterLib.workspace.own_process import own_process


def test_another_process_works_and_watches_its_parent():
    with own_process() as other:
        assert other.submit(os.getpid).result() != os.getpid()
        assert other.submit(threading.active_count).result() == 2, "one works, one waits for the end of the parent"
