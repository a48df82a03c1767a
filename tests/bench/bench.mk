# SPDX-License-Identifier: Apache-2.0
#
# The benchmark's guests, built as a user builds programs, in $(BUILD)/bench/images,
# and $(BUILD)/bench/entry.bin, which tells when it was started. BENCH_IMAGES names all.

bench_out := $(BUILD)/bench
bench_images := $(bench_out)/images
bench_guests := $(patsubst tests/bench/guests/%.c,%,$(wildcard tests/bench/guests/*.c))
bench_bare_guests := $(patsubst tests/bench/guests/%.bare.S,%,$(wildcard tests/bench/guests/*.bare.S))

BENCH_IMAGES := $(patsubst %,$(bench_images)/%.elf,$(bench_guests) $(bench_bare_guests)) $(bench_out)/entry.bin

$(bench_guests:%=$(bench_images)/%.elf): $(bench_images)/%.elf: tests/bench/guests/%.c \
		tests/bench/guests/bench.h $(wildcard tests/system/guests/*.h) tests/bench/bench.mk $(sdk_files)
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(CROSS_COMPILE)gcc --specs=$(BUILD)/sdk/floe.specs -O2 -g $(test_warnings) \
		-Itests/system/guests $< -o $@

$(bench_bare_guests:%=$(bench_images)/%.elf): $(bench_images)/%.elf: tests/bench/guests/%.bare.S \
		tests/bench/guests/print.inc tests/bench/bench.mk
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(bare_guest_cc) $< -o $@

$(bench_out)/entry.bin: tests/bench/guests/entry.S tests/bench/guests/print.inc tests/bench/bench.mk
	@mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)gcc -march=rv64imac_zicsr -mabi=lp64 -nostdlib -static \
		-Wl,--build-id=none,-Ttext=0 $< -o $(@:.bin=.elf)
	$(Q)$(CROSS_COMPILE)objcopy -O binary $(@:.bin=.elf) $@
