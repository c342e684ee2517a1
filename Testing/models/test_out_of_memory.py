"""A lack of memory is told from other failures."""

import pytest
import torch

from SAMSegmenterLib.models.out_of_memory import free_memory, is_out_of_memory


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried ..."),
        RuntimeError("[enforce fail at alloc_cpu.cpp:117] data. DefaultCPUAllocator: not enough memory: you tried ..."),
        RuntimeError("MPS backend out of memory"),
        RuntimeError("std::bad_alloc"),
    ],
)
def test_a_lack_of_memory_is_recognised(error):
    assert is_out_of_memory(error)


@pytest.mark.parametrize("error", [RuntimeError("shapes do not match"), ValueError("out of memory"), KeyError("a")])
def test_other_failures_are_not_taken_for_it(error):
    assert not is_out_of_memory(error)


def test_freeing_memory_works_without_a_graphics_card():
    free_memory()
