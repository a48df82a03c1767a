# SPDX-License-Identifier: Apache-2.0
"""What the binding says about the properties of a manifest.

dts/bindings/floe,system.yaml is a binding as dt-schema knows them; here only
what it uses of that language is read, so that each mistake can be named.
"""

import dataclasses

import yaml

# The types of dt-schema that the binding uses -> kinds, see properties.decode().
KINDS = {
    "flag": "flag",
    "string": "string",
    "string-array": "strings",
    "uint32": "number",
    "uint32-array": "numbers",
}


@dataclasses.dataclass
class Property:
    kind: str
    choices: list  # of strings; empty: any
    minimum: int
    maximum: int


class Binding:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            root = yaml.load(file, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        (partition,) = root["properties"]["partitions"]["patternProperties"].values()
        self.root = properties(root)
        self.root["compatible"] = Property("strings", [], 0, 0)
        self.partition = properties(partition)
        self.required = required(partition)
        schedule = root["properties"]["schedule"]
        (window,) = schedule["patternProperties"].values()
        self.schedule, self.schedule_required = properties(schedule), required(schedule)
        self.window, self.window_required = properties(window), required(window)


def required(node):
    """Name -> Property of those that a node must have."""
    known = properties(node)
    return {name: known[name] for name in node["required"]}


def properties(node):
    """Name -> Property of a node's schema; its child nodes are left out."""
    return {
        name: Property(kind(schema), schema.get("enum", []), *limits(schema.get("items", schema)))
        for name, schema in node["properties"].items()
        if schema.get("type") != "object"
    }


def kind(schema):
    if schema.get("maxItems") == 2:
        return "pair"
    # One or two cells, written as a choice of both types: a number of bytes.
    if "oneOf" in schema:
        return "size"
    # dt-schema knows the type of what ends with a unit, such as -us.
    return KINDS[schema["$ref"].split("/")[-1]] if "$ref" in schema else "number"


def limits(schema):
    return schema.get("minimum", 0), schema.get("maximum", 0xFFFFFFFF)
