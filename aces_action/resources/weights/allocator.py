"""A hint to the C library's allocator: blocks of a megabyte come and go thousands of times here, so keep them."""

from __future__ import annotations

from functools import cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
_KEPT = 32 << 20


@cache
def keep_freed_blocks() -> None:
    """From now on up to 32 MiB that are freed stay with the process. Without it the kernel takes each block back, and hands out
    zeroed pages for the next: a fifth of the time that packing takes. Does nothing where the C library is not glibc.
    """
    import ctypes  # only for large archives: 4 ms

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_M_MMAP_THRESHOLD, _KEPT)
    mallopt(_M_TRIM_THRESHOLD, _KEPT)
