# SPDX-License-Identifier: Apache-2.0
"""What makes an ELF file unfit to be a partition; the same rules as hyp/lib/elf.c."""

import struct

PAGE = 4096
ADDRESS_END = 1 << 39
ET_EXEC, ET_DYN, EM_RISCV = 2, 3, 243
PT_LOAD, PT_INTERP = 1, 3
EXECUTE, WRITE = 1, 2


class BadElf(Exception):
    """name: of the mistake; the message follows the file's name in a sentence."""

    def __init__(self, name, sentence):
        super().__init__(sentence)
        self.name = name


def check(data, allow_rwx):
    """The bytes of memory that the program's writable pages take. Raises BadElf."""
    if data[:4] != b"\x7fELF":
        raise BadElf("not-elf", "is no ELF file; build it with the SDK (build/sdk/floe.specs)")
    if len(data) < 64:
        raise BadElf("truncated-elf", "ends within the ELF header; copy the whole file")
    check_identity(data)
    kind, phoff, shoff, phentsize, phnum, shentsize, shnum = header(data)
    if (phnum and phentsize != 56) or (shnum and shentsize != 64):
        raise BadElf("bad-elf", "has header tables that are not those of a 64-bit ELF file")
    if phoff + phnum * 56 > len(data) or shoff + shnum * 64 > len(data):
        raise BadElf("truncated-elf", f"ends after {len(data)} bytes, before its header tables do; copy the whole file")
    return check_segments(data, kind, phoff, phnum, allow_rwx)


def check_identity(data):
    machine = struct.unpack_from("<H", data, 18)[0]
    if data[4] != 2 or data[5] != 1:
        raise BadElf("wrong-architecture", "is not a 64-bit little-endian program; build it for riscv64")
    if machine != EM_RISCV:
        raise BadElf("wrong-architecture", f"is for ELF machine {machine}, not RISC-V (243); build it with riscv64-unknown-elf-gcc")


def header(data):
    kind = struct.unpack_from("<H", data, 16)[0]
    entry, phoff, shoff = struct.unpack_from("<3Q", data, 24)
    phentsize, phnum, shentsize, shnum = struct.unpack_from("<4H", data, 54)
    if kind not in (ET_EXEC, ET_DYN):
        raise BadElf("bad-elf", f"is of ELF type {kind}, not a program; link it")
    if entry & 1:
        raise BadElf("bad-elf", f"has the odd entry address {entry:#x}")
    return kind, phoff, shoff, phentsize, phnum, shentsize, shnum


def check_segments(data, kind, phoff, phnum, allow_rwx):
    end_of_last = writable = count = 0
    for i in range(phnum):
        what, flags, offset, address, _, filesz, memsz, _ = struct.unpack_from("<2I6Q", data, phoff + i * 56)
        if what == PT_INTERP:
            raise BadElf("dynamic-elf", "needs a dynamic loader, and there is none; link it with -static or -static-pie")
        if what != PT_LOAD or memsz == 0:
            continue
        count += 1
        check_segment(data, kind, i, flags, offset, address, filesz, memsz, allow_rwx)
        first, last = address // PAGE, (address + memsz + PAGE - 1) // PAGE
        if count > 1 and first < end_of_last:
            raise BadElf("overlapping-segments", f"has a segment {i} that shares a page with the one before it or lies below it; segments must ascend on pages of their own")
        end_of_last = last
        if flags & WRITE:
            writable += (last - first) * PAGE
    if count == 0:
        raise BadElf("bad-elf", "has no segment to load; link it")
    return writable


def check_segment(data, kind, i, flags, offset, address, filesz, memsz, allow_rwx):
    if offset + filesz > len(data):
        raise BadElf("truncated-elf", f"ends after {len(data)} bytes, before its segment {i} does; copy the whole file")
    if filesz > memsz or address + memsz > ADDRESS_END:
        raise BadElf("bad-elf", f"has an impossible segment {i}: {filesz} bytes of file for {memsz} bytes of memory at {address:#x}")
    if kind == ET_EXEC and address < PAGE:
        raise BadElf("bad-elf", f"has segment {i} at {address:#x}, in page 0, which is never mapped; link it at 0x10000 or above")
    if flags & WRITE and flags & EXECUTE and not allow_rwx:
        raise BadElf("writable-executable-segment", f"has a segment {i} that is writable and executable; separate code from data, or write allow-rwx; in this partition")
