# SPDX-License-Identifier: Apache-2.0
"""Finds what is wrong with the nodes and properties of a manifest.

Which properties there are and of which type, the binding says; what it cannot
say, such as names, stands here.
"""

from . import cpu_time
from .errors import nearest

NAME_MAX = 1023  # bytes of a partition's name and class
ENV_MAX = 131072 - 24  # bytes of name, arguments and environment together: behind the page's header
ADDRESS_END = 1 << 39
HIGHEST_PRIORITY = {"standard": 15, "fifo": 31, "rr": 31}
NODES = "partitions", "schedule"  # of the root
IGNORED = ("phandle", "linux,phandle")  # dtc's own, where a label is referred to

# Kind of a property -> its description, and how an example is written.
KINDS = {
    "flag": ("a property without a value", "{};"),
    "string": ("one string", '{} = "...";'),
    "strings": ("a list of strings", '{} = "...", "...";'),
    "number": ("one number (a cell)", "{} = <{}>;"),
    "numbers": ("a list of numbers (cells)", "{} = <1 2>;"),
    "pair": ("two numbers (cells)", "{} = <2000 10000>;"),
    "size": ("one number of bytes (one or two cells)", "{} = <0x10000>;"),
}


def example(name, prop):
    """How the property may be written; a number is one that may be."""
    return KINDS[prop.kind][1].format(name, prop.minimum)


def decode(kind, data):
    """The value, or None where the bytes are not of this kind. A flag gives True."""
    if kind == "flag":
        return None if data else True
    if kind in ("string", "strings"):
        return decode_strings(kind, data)
    if kind == "size" and len(data) in (4, 8):
        return int.from_bytes(data, "big")
    if kind == "number" and len(data) == 4:
        return int.from_bytes(data, "big")
    if kind == "pair" and len(data) != 8:
        return None
    if kind in ("numbers", "pair") and data and len(data) % 4 == 0:
        return [int.from_bytes(data[i : i + 4], "big") for i in range(0, len(data), 4)]
    return None


def decode_strings(kind, data):
    if not data.endswith(b"\0"):
        return None
    values = [v.decode("utf-8", "surrogateescape") for v in data[:-1].split(b"\0")]
    if kind == "strings":
        return values
    return values[0] if len(values) == 1 else None


def size_of(text):
    return len(text.encode("utf-8", "surrogateescape"))


class Checker:
    """Checks nodes and gives their values; one that is wrong is left out."""

    def __init__(self, binding, mistakes):
        self.binding = binding
        self.mistakes = mistakes

    def root(self, root):
        found = self.values(root, self.binding.root)
        if "compatible" not in root.properties:
            sentence = 'write compatible = "floe,system"; at the top'
            self.mistakes.add("missing-property", "/compatible", sentence)
        elif found.get("compatible", ["floe,system"]) != ["floe,system"]:
            self.mistakes.add("bad-value", "/compatible", 'write compatible = "floe,system";')
        if "" in found.get("files", ()):
            self.mistakes.add("bad-value", "/files", "an empty file name; remove it")
        for child in root.children:
            if child.name not in NODES and not child.name.startswith("__"):
                meant = nearest(child.name, NODES)
                advice = f"; did you mean {meant}?" if meant else ""
                sentence = f"only partitions {{ }} and schedule {{ }} stand here{advice}"
                self.mistakes.add("unknown-node", child.path, sentence)
        partitions = root.child("partitions")
        if partitions:
            self.values(partitions, {})
            self.one_shell(partitions)
        if not partitions or not partitions.children:
            sentence = 'there is none; write partitions { NAME { image = "FILE.elf"; }; };'
            self.mistakes.add("no-partitions", "/partitions", sentence)
        return found

    def partition(self, node):
        found = self.values(node, self.binding.partition)
        self.name(node)
        self.required(node, self.binding.required, "every partition")
        self.no_children(node, "a partition")
        for name in ("image", "class"):
            if name in found and not 1 <= size_of(found[name]) <= NAME_MAX:
                sentence = f"it has {size_of(found.pop(name))} bytes; write 1 to {NAME_MAX}"
                self.mistakes.add("bad-value", f"{node.path}/{name}", sentence)
        self.priority(node, found)
        self.restarts(node, found)
        self.cpus(node, found)
        if "cpu-budget" in found:
            cpu_time.check_budget(f"{node.path}/cpu-budget", found, self.mistakes)
        self.sizes(node, found)
        self.environment(node, found)
        return found

    def required(self, node, names, what):
        for name, prop in names.items():
            if name not in node.properties:
                sentence = f"{what} needs it; write {example(name, prop)}"
                self.mistakes.add("missing-property", f"{node.path}/{name}", sentence)

    def no_children(self, node, what):
        for child in node.children:
            sentence = f"{what} has properties only; move it out or remove it"
            self.mistakes.add("unknown-node", child.path, sentence)

    def values(self, node, table):
        """The node's values by name; unknown and wrong properties are mistakes."""
        found = {}
        for name, data in node.properties.items():
            where = f"{node.path.rstrip('/')}/{name}"
            if name in IGNORED:
                continue
            if name not in table:
                sentence = f"there is no such property{hint(name, table)}"
                self.mistakes.add("unknown-property", where, sentence)
                continue
            described = KINDS[table[name].kind][0]
            value = decode(table[name].kind, data)
            if value is None:
                sentence = f"write {described}, for example {example(name, table[name])}"
                self.mistakes.add("wrong-type", where, sentence)
            elif name == "priority" or self.allowed(where, table[name], value):
                found[name] = value
        return found

    def allowed(self, where, prop, value):
        """Whether a value of the right type is one that the binding allows."""
        if prop.choices and value not in prop.choices:
            meant = nearest(value, prop.choices)
            choices = ", ".join(prop.choices)
            advice = f"did you mean {meant}?" if meant else f"write one of {choices}"
            self.mistakes.add("bad-value", where, f'"{value}" is unknown; {advice}')
            return False
        if prop.kind in ("number", "numbers", "pair"):
            for number in [value] if prop.kind == "number" else value:
                if not prop.minimum <= number <= prop.maximum:
                    minus = f" (or {signed(number)})" if signed(number) < 0 else ""
                    sentence = f"{number}{minus} is out of range; write {prop.minimum} to {prop.maximum}"
                    self.mistakes.add("bad-value", where, sentence)
                    return False
        return True

    # --- What the binding cannot say

    def name(self, node):
        if node.name == "init":
            sentence = "init is the name of Floe's first process; choose another"
            self.mistakes.add("duplicate-name", node.path, sentence)
        self.unit_address(node)
        if size_of(node.name) > NAME_MAX:
            sentence = f"the name has {size_of(node.name)} bytes; {NAME_MAX} is the most"
            self.mistakes.add("bad-value", node.path[:60] + "...", sentence)

    def unit_address(self, node):
        if "@" in node.name:
            sentence = f"a name has no unit address here; write {node.name.replace('@', '')}"
            self.mistakes.add("bad-value", node.path, sentence)

    def priority(self, node, found):
        policy = found.get("policy", None if "policy" in node.properties else "standard")
        highest = HIGHEST_PRIORITY.get(policy, 31)  # a wrong policy has its own mistake
        if found.get("priority", 0) > highest:
            more = "" if highest == 31 else ', or policy = "fifo"; for up to 31'
            number = signed(found["priority"])
            wrong = "below 0, the lowest there is" if number < 0 else "too high for this policy"
            sentence = f"{number} is {wrong}; write 0 to {highest}{more}"
            self.mistakes.add("priority-out-of-range", f"{node.path}/priority", sentence)

    def restarts(self, node, found):
        wrong = "on-exception" in node.properties and "on-exception" not in found
        if "max-restarts" in found and found.get("on-exception") != "restart" and not wrong:
            sentence = 'nothing restarts it; write on-exception = "restart"; as well, or remove this'
            self.mistakes.add("never-restarts", f"{node.path}/max-restarts", sentence)

    def cpus(self, node, found):
        cpus = found.get("cpus", [])
        for cpu in sorted({cpu for cpu in cpus if cpus.count(cpu) > 1}):
            sentence = f"CPU {cpu} stands there more than once; keep one"
            self.mistakes.add("duplicate-cpu", f"{node.path}/cpus", sentence)

    def one_shell(self, partitions):
        first, *others = [node for node in partitions.children if "shell" in node.properties] or [None]
        for node in others:
            sentence = f"{first.name} has it already, and a system has one operator; remove it here"
            self.mistakes.add("bad-value", f"{node.path}/shell", sentence)

    def sizes(self, node, found):
        for name in ("stack-size", "memory-limit"):
            if name in found and not 0 < found[name] < ADDRESS_END:
                advice = "write a size below 2^39, or leave it out for the default"
                sentence = f"{found.pop(name):#x} bytes cannot be; {advice}"
                self.mistakes.add("bad-value", f"{node.path}/{name}", sentence)

    def environment(self, node, found):
        for entry in found.get("env", ()):
            if entry.find("=") < 1:
                sentence = f'"{entry}" sets nothing; write NAME=value'
                self.mistakes.add("bad-value", f"{node.path}/env", sentence)
        size = sum(len(node.properties.get(name, b"")) for name in ("args", "env"))
        most = ENV_MAX - size_of(node.name) - 1
        if size > most:
            sentence = f"args and env have {size} bytes together; {most} is the most"
            self.mistakes.add("bad-value", f"{node.path}/args", sentence)


def signed(cell):
    """A cell as it was written where that was with a minus: dtc makes it 2^32 more."""
    return cell - (1 << 32) if cell >> 31 else cell


def hint(word, table):
    meant = nearest(word, table)
    if meant:
        return f"; did you mean {meant}?"
    return f"; there are {', '.join(sorted(table))}" if table else " here; remove it"
