"""Whether the owner of a file lives is seen by others, in this process and in another."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from SAMSegmenterLib.session import owner_lock
from SAMSegmenterLib.session.owner_lock import OwnerLock, is_held

OWNER = """
import os, sys
from pathlib import Path
from SAMSegmenterLib.session.owner_lock import OwnerLock
lock = OwnerLock(Path(sys.argv[1]))
lock.acquire()
print("locked", flush=True)
sys.stdin.readline()
os._exit(3)
"""

ASKER = """
import sys
from pathlib import Path
from SAMSegmenterLib.session.owner_lock import is_held
print(is_held(Path(sys.argv[1])))
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "owner.lock"


def asked_elsewhere(path):
    done = subprocess.run([sys.executable, "-c", ASKER, str(path)], capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_a_lock_is_held_from_acquiring_to_releasing(path):
    lock = OwnerLock(path)
    assert not is_held(path)
    lock.acquire()
    lock.acquire()
    assert is_held(path) and path.exists()
    lock.release()
    lock.release()
    assert not is_held(path) and not path.exists()


def test_another_process_sees_it_and_asking_does_not_let_go_of_it(path):
    lock = OwnerLock(path)
    lock.acquire()
    for _ in range(2):
        assert is_held(path)
        assert asked_elsewhere(path)
    lock.release()
    assert not asked_elsewhere(path)


def test_the_end_of_a_process_lets_go_of_its_lock(path):
    command = [sys.executable, "-c", OWNER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout.readline() == "locked\n"
        assert is_held(path) and is_held(path)
        owner.stdin.write("end\n")
        owner.stdin.close()
        assert owner.wait() == 3
    assert path.exists() and not is_held(path)


def test_an_owner_that_nobody_refers_to_any_more_is_gone(path):
    lock = OwnerLock(path)
    lock.acquire()
    del lock
    gc.collect()
    assert not is_held(path)


def test_where_disks_cannot_lock_everybody_else_seems_dead(path, monkeypatch):
    def refused(file, wanted):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(owner_lock, "_system_lock", refused)
    lock = OwnerLock(path)
    lock.acquire()
    assert is_held(path), "this process knows its own"
    path.with_name("other.lock").touch()
    assert not is_held(path.with_name("other.lock"))
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no file that is open")
def test_a_lock_whose_file_is_removed_in_the_same_moment_is_taken_anew(path, monkeypatch):
    as_ever, removed = owner_lock._try_lock, []

    def removing(file):
        locked = as_ever(file)
        if not removed:
            removed.append(path)
            path.unlink()  # by the one who held it until now
        return locked

    monkeypatch.setattr(owner_lock, "_try_lock", removing)
    lock = OwnerLock(path)
    assert lock.acquire() and removed
    assert path.exists() and asked_elsewhere(path)
    lock.release()


def test_a_lock_that_could_not_be_had_is_free_when_the_other_ends(path):
    lock = OwnerLock(path)
    command = [sys.executable, "-c", OWNER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout.readline() == "locked\n"
        assert not lock.acquire()
        owner.communicate("end\n", timeout=60)
    assert not is_held(path)
    assert lock.acquire() and asked_elsewhere(path)
    lock.release()
