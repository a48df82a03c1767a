# SPDX-License-Identifier: Apache-2.0
"""Reads the system-test cases: cases/NAME.toml, each with its variants.

The fields are described in tests/README.md.
"""

import dataclasses
import os
import tomllib


@dataclasses.dataclass
class Case:
    name: str
    about: str = ""
    manifest: str = ""  # a path, from the case's folder
    partitions: str = ""  # instead: what stands in partitions { }
    root: str = ""  # more properties of an inline manifest's root
    check: bool = True  # False: packed with its mistakes, for init to find
    pack: list = dataclasses.field(default_factory=list)
    command: list = dataclasses.field(default_factory=list)
    smp: int = 2
    mem: str = "128M"
    qemu_args: str = ""
    icount: bool = False
    input: str = ""  # typed into the inspection shell, which is then added to the system
    timeout: int = 150
    exit: int = 0
    expect: list = dataclasses.field(default_factory=list)
    expect_any: list = dataclasses.field(default_factory=list)
    forbid: list = dataclasses.field(default_factory=list)
    differ: list = dataclasses.field(default_factory=list)
    same: list = dataclasses.field(default_factory=list)


FIELDS = {f.name: f.type for f in dataclasses.fields(Case)} | {"variants": dict}


def load(folder):
    """All cases in the order of their names. A mistake in one ends the run."""
    result = []
    for file in sorted(os.listdir(folder)):
        if file.endswith(".toml"):
            result += load_file(os.path.join(folder, file))
    return result


def load_file(path):
    name = os.path.splitext(os.path.basename(path))[0]
    with open(path, "rb") as file:
        table = tomllib.load(file)
    check_fields(path, table)
    variants = table.pop("variants", None)
    if variants is None:
        return [make(path, name, table)]
    for variant in variants.values():
        check_fields(path, variant)
    return [make(path, f"{name}.{key}", table | own) for key, own in variants.items()]


def check_fields(path, table):
    for key, value in table.items():
        if key not in FIELDS or key == "name":
            raise SystemExit(f"{path}: there is no field {key}; see tests/README.md")
        if type(value) is not FIELDS[key]:
            raise SystemExit(f"{path}: {key} is to be of type {FIELDS[key].__name__}")


def make(path, name, table):
    case = Case(name=name, **table)
    if case.manifest:
        case.manifest = os.path.join(os.path.dirname(path), case.manifest)
    if bool(case.manifest) + bool(case.partitions or case.root) + bool(case.command) != 1:
        raise SystemExit(f"{path}: {name} needs one of manifest, partitions, command")
    if not (case.expect or case.expect_any or case.pack or case.command or case.differ or case.same):
        raise SystemExit(f"{path}: {name} expects nothing, so it cannot fail")
    return case
