# SPDX-License-Identifier: Apache-2.0
"""Packs files into a romfs image with genromfs, the same bytes on every machine.

genromfs takes the files in the order in which the file system lists them, which
differs from machine to machine, so the files are put in the order of their names
afterwards: each has its header, padded so that the content begins on a page.
"""

import os
import shutil
import struct
import subprocess
import tempfile

PAGE = 4096
LOW_BITS = 15  # the bits of a header's first word that are not the next header's position
KIND_MASK = 7  # of these, what kind of file it is
REGULAR = 2
END_OF_CHECKSUM = 512


def pack(files, output):
    """files: name in ROMFS -> path."""
    with tempfile.TemporaryDirectory() as work:
        folder, image = os.path.join(work, "root"), os.path.join(work, "image")
        os.mkdir(folder)
        for name, path in files.items():
            copy = os.path.join(folder, name)
            shutil.copyfile(path, copy)
            os.chmod(copy, 0o644)
        command = ["genromfs", "-V", "floe", "-a", str(PAGE), "-d", folder, "-f", image]
        subprocess.run(command, check=True)
        with open(image, "rb") as file:
            data = in_order(file.read())
    with open(output + ".new", "wb") as file:
        file.write(data)
    os.replace(output + ".new", output)


def text_end(image, position):
    """Where the padded text at `position` ends."""
    return (image.index(b"\0", position) + 16) & ~15


def in_order(image):
    """The image with its files in the order of their names, padded to a page."""
    position = text_end(image, 16)
    head, files = [], []
    while position:
        next_and_kind, _, size, _ = struct.unpack_from(">4I", image, position)
        content = text_end(image, position + 16)
        name = image[position + 16 : content].rstrip(b"\0")
        item = (name, image[position:content], image[content : content + size])
        (files if next_and_kind & KIND_MASK == REGULAR else head).append(item)
        position = next_and_kind & ~LOW_BITS
    result = bytearray(image[: text_end(image, 16)])
    last = None
    for _, header, data in head + sorted(files):
        start = len(result)
        if data:
            start = -(-(start + len(header)) // PAGE) * PAGE - len(header)
        result.extend(bytes(start - len(result)))
        if last is not None:
            link(result, last, start)
        last = start
        result += header + data + bytes(-len(data) % 16)
    link(result, last, 0)
    struct.pack_into(">I", result, 8, len(result))
    set_checksum(result, 0, min(len(result), END_OF_CHECKSUM))
    return bytes(result) + bytes(-len(result) % PAGE)


def link(image, header, following):
    """Points a file's header at the following one, which changes its checksum."""
    (word,) = struct.unpack_from(">I", image, header)
    struct.pack_into(">I", image, header, following | word & LOW_BITS)
    set_checksum(image, header, text_end(image, header + 16) - header)


def set_checksum(image, start, size):
    """The words of a header add up to 0."""
    struct.pack_into(">I", image, start + 12, 0)
    words = struct.unpack_from(f">{size // 4}I", image, start)
    struct.pack_into(">I", image, start + 12, -sum(words) & 0xFFFFFFFF)
