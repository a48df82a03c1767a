# SPDX-License-Identifier: Apache-2.0
#
# All of Floe's commands; `make help` lists them. What is built lies in build/.
# Fragments, each beside what it builds: hyp/hyp.mk, guest/guest.mk,
# tests/unit/unit.mk, tests/system/system.mk, tests/bench/bench.mk. How a platform is started and what it
# boots stands in platform/<board>/platform.sh.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-builtin-variables
.DEFAULT_GOAL := help

BUILD := build
PLATFORM := qemu-virt
SYSTEM :=
IMAGES :=
SYSTEM_CHECK := 1
SMP := 4
MEM := 256M
TIMEOUT := 0
ICOUNT := 0
QEMU := qemu-system-riscv64
QEMU_ARGS :=
OPENSBI :=
GDB := gdb-multiarch
GDB_ARGS :=
PARTITION :=
T :=
V := 0
CROSS_COMPILE := riscv64-unknown-elf-
HOSTCC := gcc
cache := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)
LIBFDT_SRC := $(cache)/floe/libfdt

# V=1 prints every command; else a rule begins with the line $(call say,CC,$@) instead.
Q := $(if $(filter-out 0,$(V)),,@)
say = $(if $(Q),@printf '  %-7s %s\n' $(1) $(patsubst $(CURDIR)/%,%,$(2)))

# All cores, and the output of parallel jobs in one piece; -j of your own wins.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc) --output-sync=target
endif

# What each command needs, as groups of ci/setup.
commands := run shell gdb test test-unit test-system stress bench sdk image check debug trace
group_run := run
group_shell := shell
group_gdb := debug
group_image := run
group_test := test
group_test-unit := test
group_test-system := test
group_stress := test
group_bench := bench
group_check := test check
group_debug := debug
group_trace := trace
group_format := check
group_programs := build
group_sdk := build
goals := $(or $(MAKECMDGOALS),help)
groups := $(sort $(foreach goal,$(filter-out help clean,$(goals)),$(or $(group_$(goal)),build)))

# Before anything is read that asks the tools about themselves.
ifneq ($(groups),)
setup := CROSS_COMPILE='$(CROSS_COMPILE)' QEMU='$(QEMU)' OPENSBI='$(OPENSBI)' \
	LIBFDT_SRC='$(if $(filter file,$(origin LIBFDT_SRC)),,$(LIBFDT_SRC))' ci/setup
$(shell $(setup) $(groups) 1>&2)
ifneq ($(.SHELLSTATUS),0)
$(error what is needed is not there, see above)
endif
include hyp/hyp.mk
include guest/guest.mk
include tests/unit/unit.mk
include tests/system/system.mk
include tests/bench/bench.mk
endif

# VAR=value arguments for the scripts of ci/, quoted for the shell.
quote = '$(subst ','\'',$(1))'
arguments = $(foreach v,$(1),$(call quote,$(v)=$($(v))))
system_variables := PLATFORM SYSTEM IMAGES SYSTEM_CHECK BUILD MEM V OPENSBI QEMU CROSS_COMPILE \
	$(if $(filter file,$(origin LIBFDT_SRC)),,LIBFDT_SRC)
run_variables := $(system_variables) SMP TIMEOUT ICOUNT QEMU_ARGS

.PHONY: $(commands) programs format help clean

# The hypervisor and every program that comes with Floe.
programs: $(BUILD)/hyp/floe.bin guests
	@:

# These build in a make of their own, through the script, so that the script
# alone does the same. `+` lets it share the jobs, and the console be seen live.
run:
	+$(Q)ci/qemu $(call arguments,$(run_variables))

# A terminal, or a script, talks with it: --output-sync would keep its output.
shell:
	+$(Q)ci/shell $(call arguments,$(run_variables))

gdb:
	+$(Q)ci/gdb $(call arguments,$(run_variables) PARTITION GDB GDB_ARGS)

debug:
	+$(Q)ci/debug $(call arguments,$(run_variables) GDB GDB_ARGS)

trace:
	+$(Q)ci/trace $(call arguments,$(run_variables))

image:
	+$(Q)ci/image $(call arguments,$(system_variables))

# unit.mk names its test programs in UNIT_TESTS and a helper of the system tests in
# INSPECT_HOST, system.mk its guests in SYSTEM_TEST_IMAGES.
test_variables := $(foreach v,QEMU OPENSBI QEMU_ARGS,$(if $(filter file,$(origin $(v))),,$(v)))
run_tests = +$(Q)tests/run --build $(call quote,$(BUILD)) --only $(call quote,$(T)) \
	$(foreach v,$(test_variables),--set $(call quote,$(v)=$($(v))))

test: programs $(UNIT_TESTS) $(INSPECT_HOST) $(SYSTEM_TEST_IMAGES)
	$(run_tests) --system --unit $(UNIT_TESTS)

test-unit: $(UNIT_TESTS)
	$(run_tests) --unit $(UNIT_TESTS)

test-system: programs $(INSPECT_HOST) $(SYSTEM_TEST_IMAGES)
	$(run_tests) --system

stress: programs $(test_images)/stress.elf
	$(run_tests) --system --cases long

# What is measured, and its limits, stand in tests/bench/bench.toml.
bench: programs $(BENCH_IMAGES)
	+$(Q)tests/bench/run --build $(call quote,$(BUILD)) --cross $(call quote,$(CROSS_COMPILE)) \
		--only $(call quote,$(T)) \
		$(foreach v,$(test_variables),--set $(call quote,$(v)=$($(v))))

check: programs $(UNIT_TESTS) $(SYSTEM_TEST_IMAGES)
	$(Q)ci/check $(call quote,$(BUILD)) $(call quote,$(CROSS_COMPILE))

# Lays out all C as make check wants it, with clang-format 14.
format:
	$(Q)find hyp guest tests -name '*.[ch]' -exec clang-format -i {} +

define help_text
Commands:
  make run         builds everything and runs the demo system in QEMU
  make shell       the same with the inspection shell on the console
  make gdb         runs it until PARTITION= is frozen, and opens gdb on that
  make debug       the same under gdb, halted before the first instruction
  make trace       runs it too, and saves who ran when, in $(BUILD)/traces
  make test        all tests; make test-unit and make test-system are its parts
  make stress      a long test: 100,000 operations on each number of harts
  make bench       measures, prints a table, writes $(BUILD)/bench.json
  make check       format, static analysis, sizes; make format lays out the C files
  make sdk         the SDK for programs of your own, in $(BUILD)/sdk
  make image       the files that a board boots, in $(BUILD)/$(PLATFORM)
  make clean       removes $(BUILD)

Variables, with their defaults:
  SYSTEM=dts/demo.dts   the manifest of the system to run
  IMAGES=               more folders to look its images up in
  PLATFORM=$(PLATFORM)    SMP=$(SMP) harts    MEM=$(MEM)
  TIMEOUT=$(TIMEOUT)             seconds after which a run ends with status 124; 0: never
  ICOUNT=$(ICOUNT)              1: QEMU counts instructions, and every run with -seed is the same; with
                        several harts before QEMU 8.1 one that never sleeps stops later ones
  PARTITION=            for make gdb: a name, or a process id
  QEMU_ARGS=            appended to QEMU's command line
  T=                    one test, by its name
  V=$(V)                   1: shows the commands
  QEMU= OPENSBI= CROSS_COMPILE= LIBFDT_SRC= GDB= GDB_ARGS=  tools of your own
endef

help:
	@: $(info $(help_text))

clean:
	rm -rf $(call quote,$(BUILD))
