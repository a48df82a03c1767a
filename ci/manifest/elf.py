# SPDX-License-Identifier: Apache-2.0
"""What makes an ELF file unfit to be a partition; the same rules as guest/sdk/lib/elf_reader.c."""

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
        raise truncated(data, "its ELF header")
    check_identity(data)
    kind, phoff, shoff, phentsize, phnum, shentsize, shnum = header(data)
    if (phnum and phentsize != 56) or (shnum and shentsize != 64):
        raise BadElf("bad-elf", "has header tables that are not those of a 64-bit ELF file")
    if phoff + phnum * 56 > len(data) or shoff + shnum * 64 > len(data):
        raise truncated(data, "its header tables")
    return check_segments(data, kind, phoff, phnum, allow_rwx)


def truncated(data, what):
    sentence = f"ends after {len(data)} bytes, before {what} does; copy the whole file"
    return BadElf("truncated-elf", sentence)


def check_identity(data):
    machine = struct.unpack_from("<H", data, 18)[0]
    if data[4] != 2 or data[5] != 1:
        sentence = "is not a 64-bit little-endian program; build it for riscv64"
        raise BadElf("wrong-architecture", sentence)
    if machine != EM_RISCV:
        sentence = f"is for ELF machine {machine}, not RISC-V (243); build it for riscv64"
        raise BadElf("wrong-architecture", sentence)


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
        segment = struct.unpack_from("<2I6Q", data, phoff + i * 56)
        what, flags, offset, address, _, filesz, memsz, _ = segment
        if what == PT_INTERP:
            sentence = "needs a dynamic loader, and there is none; link it with -static-pie"
            raise BadElf("dynamic-elf", sentence)
        if what != PT_LOAD or memsz == 0:
            continue
        count += 1
        check_segment(data, kind, i, flags, offset, address, filesz, memsz, allow_rwx)
        first, last = address // PAGE, (address + memsz + PAGE - 1) // PAGE
        if count > 1 and first < end_of_last:
            sentence = (
                f"has a segment {i} that shares a page with the one before it or lies below it; "
                "segments must ascend on pages of their own (-z max-page-size=4096)"
            )
            raise BadElf("overlapping-segments", sentence)
        end_of_last = last
        if flags & WRITE:
            writable += (last - first) * PAGE
    if count == 0:
        raise BadElf("bad-elf", "has no segment to load; link it")
    return writable


def check_segment(data, kind, i, flags, offset, address, filesz, memsz, allow_rwx):
    if offset + filesz > len(data):
        raise truncated(data, f"its segment {i}")
    if filesz > memsz or address + memsz > ADDRESS_END:
        sentence = (
            f"has an impossible segment {i}, {filesz} bytes of file for {memsz} bytes of memory "
            f"at {address:#x}; link it again, below 2^39"
        )
        raise BadElf("bad-elf", sentence)
    if kind == ET_EXEC and address < PAGE:
        sentence = f"has segment {i} in page 0, which is never mapped; link it at 0x10000 or above"
        raise BadElf("bad-elf", sentence)
    if flags & WRITE and flags & EXECUTE and not allow_rwx:
        sentence = (
            f"has a segment {i} that is writable and executable; "
            "separate code from data, or write allow-rwx; in this partition"
        )
        raise BadElf("writable-executable-segment", sentence)
