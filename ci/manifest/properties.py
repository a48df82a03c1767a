# SPDX-License-Identifier: Apache-2.0
"""The properties that a manifest has, and what is wrong with those of one manifest.

One table says what each property is; dts/bindings/floe,system.yaml says the
same for other tools.
"""

from .errors import nearest

NAME_MAX = 1023  # bytes of a partition's name and class
ENV_MAX = 131072  # bytes of arguments and environment together
ADDRESS_END = 1 << 39

POLICIES = {"standard": 15, "fifo": 31, "rr": 31}  # with the highest priority of each
ON_EXCEPTION = ("terminate", "freeze", "restart")

# Property -> kind, example for a sentence. Kinds: see decode().
PARTITION = {
    "image": ("string", 'image = "sensor.elf"'),
    "class": ("string", 'class = "demo.Sensor"'),
    "args": ("strings", 'args = "-v", "fast"'),
    "env": ("strings", 'env = "MODE=test"'),
    "policy": ("string", 'policy = "fifo"'),
    "priority": ("number", "priority = <10>"),
    "cpus": ("numbers", "cpus = <0 1>"),
    "stack-size": ("size", "stack-size = <0x10000>"),
    "memory-limit": ("size", "memory-limit = <0x200000>"),
    "on-exception": ("string", 'on-exception = "freeze"'),
    "max-restarts": ("number", "max-restarts = <3>"),
    "may-create": ("number", "may-create = <8>"),
    "may-fail": ("flag", "may-fail"),
    "allow-rwx": ("flag", "allow-rwx"),
    "inspect": ("flag", "inspect"),
}
ROOT = {
    "compatible": ("strings", 'compatible = "floe,system"'),
    "files": ("strings", 'files = "data.bin"'),
}
PARTITIONS = {}
IGNORED = ("phandle", "linux,phandle")  # dtc's own, where a label is referred to


def decode(kind, data):
    """The value, or None where the bytes are not of this kind. A flag gives True."""
    if kind == "flag":
        return True if not data else None
    if kind in ("string", "strings"):
        if not data.endswith(b"\0"):
            return None
        values = [v.decode("utf-8", "surrogateescape") for v in data[:-1].split(b"\0")]
        if kind == "strings":
            return values
        return values[0] if len(values) == 1 else None
    if kind == "size" and len(data) in (4, 8):
        return int.from_bytes(data, "big")
    if kind == "number" and len(data) == 4:
        return int.from_bytes(data, "big")
    if kind == "numbers" and data and len(data) % 4 == 0:
        return [int.from_bytes(data[i : i + 4], "big") for i in range(0, len(data), 4)]
    return None


WHAT = {
    "flag": "a property without a value",
    "string": "one string",
    "strings": "a list of strings",
    "number": "one number (a cell)",
    "numbers": "a list of numbers (cells)",
    "size": "one number of bytes (one or two cells)",
}


def values(node, table, mistakes):
    """The node's known properties as a dict; the others are mistakes."""
    result = {}
    for name, data in node.properties.items():
        where = f"{node.path.rstrip('/')}/{name}"
        if name in IGNORED:
            continue
        if name not in table:
            meant = nearest(name, table)
            hint = f"; did you mean {meant}?" if meant else known(table)
            mistakes.add("unknown-property", where, f"there is no such property{hint}")
            continue
        kind, example = table[name]
        value = decode(kind, data)
        if value is None:
            mistakes.add("wrong-type", where, f"write {WHAT[kind]}, for example {example};")
        else:
            result[name] = value
    return result


def known(table):
    return f"; there are {', '.join(sorted(table))}" if table else " here; remove it"


def check_root(root, mistakes):
    """The root's values."""
    found = values(root, ROOT, mistakes)
    if "compatible" not in root.properties:
        mistakes.add("missing-property", "/compatible", 'write compatible = "floe,system"; at the top')
    elif "floe,system" not in found.get("compatible", ["floe,system"]):
        mistakes.add("bad-value", "/compatible", 'write compatible = "floe,system";')
    for name in found.get("files", ()):
        if not name:
            mistakes.add("bad-value", "/files", "an empty file name; remove it")
    for child in root.children:
        if child.name != "partitions" and not child.name.startswith("__"):
            hint = "; did you mean partitions?" if nearest(child.name, ["partitions"]) else ""
            mistakes.add("unknown-node", child.path, f"only partitions {{ }} stands here{hint}")
    partitions = root.child("partitions")
    if partitions is None or not partitions.children:
        mistakes.add("no-partitions", "/partitions", 'there is no partition; write partitions { NAME { image = "FILE.elf"; }; };')
    else:
        values(partitions, PARTITIONS, mistakes)
    return found


def check_partition(node, mistakes):
    """The partition's values; those that are wrong are left out."""
    found = values(node, PARTITION, mistakes)
    check_name(node, mistakes)
    if "image" not in node.properties:
        mistakes.add("missing-property", f"{node.path}/image", 'name the program, for example image = "sensor.elf";')
    for child in node.children:
        mistakes.add("unknown-node", child.path, "a partition has properties only; move it out or remove it")
    for name in ("image", "class"):
        check_length(node, name, found, mistakes)
    check_choice(node, "policy", POLICIES, found, mistakes)
    check_choice(node, "on-exception", ON_EXCEPTION, found, mistakes)
    check_priority(node, found, mistakes)
    check_numbers(node, found, mistakes)
    check_environment(node, found, mistakes)
    return found


def check_name(node, mistakes):
    if node.name == "init":
        mistakes.add("duplicate-name", node.path, "init is the name of Floe's first process; choose another")
    if "@" in node.name:
        mistakes.add("bad-value", node.path, f"a partition's name has no unit address; write {node.name.replace('@', '')}")
    if len(node.name.encode("utf-8", "surrogateescape")) > NAME_MAX:
        mistakes.add("bad-value", node.path[:60] + "...", f"the name is longer than {NAME_MAX} bytes; choose a shorter one")


def check_length(node, name, found, mistakes):
    size = len(found.get(name, "-").encode("utf-8", "surrogateescape"))
    if not 1 <= size <= NAME_MAX:
        mistakes.add("bad-value", f"{node.path}/{name}", f"it has {size} bytes; write 1 to {NAME_MAX}")
        del found[name]


def check_choice(node, name, choices, found, mistakes):
    if name in found and found[name] not in choices:
        meant = nearest(found[name], choices)
        hint = f"did you mean {meant}?" if meant else f"write one of {', '.join(choices)}"
        mistakes.add("bad-value", f"{node.path}/{name}", f'"{found[name]}" is unknown; {hint}')
        del found[name]


def check_priority(node, found, mistakes):
    policy = found.get("policy", "standard")
    if "policy" in node.properties and "policy" not in found:
        return  # wrong itself: the range is unknown
    highest = POLICIES[policy]
    if found.get("priority", 0) > highest:
        advice = "" if highest == 31 else ', or policy = "fifo"; for up to 31'
        mistakes.add("priority-out-of-range", f"{node.path}/priority", f"{found['priority']} is above what policy {policy} has; write 0 to {highest}{advice}")


def check_numbers(node, found, mistakes):
    for cpu in found.get("cpus", ()):
        if cpu > 63:
            mistakes.add("bad-value", f"{node.path}/cpus", f"{cpu} is no index of a CPU; write 0 to 63")
    for name in ("stack-size", "memory-limit"):
        if name in found and not 0 < found[name] < ADDRESS_END:
            mistakes.add("bad-value", f"{node.path}/{name}", f"{found[name]:#x} bytes cannot be; write a size below 2^39, or leave it out for the default")
            del found[name]


def check_environment(node, found, mistakes):
    for entry in found.get("env", ()):
        if entry.find("=") < 1:
            mistakes.add("bad-value", f"{node.path}/env", f'"{entry}" sets nothing; write NAME=value')
    size = sum(len(node.properties.get(name, b"")) for name in ("args", "env"))
    if size > ENV_MAX:
        mistakes.add("bad-value", f"{node.path}/args", f"args and env have {size} bytes together; {ENV_MAX} is the most")
