# SPDX-License-Identifier: Apache-2.0
#
# The guests of the system tests, built as a user builds programs: with the SDK's
# specs and nothing else of this tree. Every file in tests/system/guests is one:
#
#   NAME.c        a program of the SDK           -> $(BUILD)/tests/images/NAME.elf
#   NAME.cc       the same in C++, without exceptions and RTTI
#   NAME.bare.S   a bare guest, one assembly file, linked at 0x80000000
#
# Linker options of one guest: guest_ldflags_NAME. SYSTEM_TEST_IMAGES names all.

test_images := $(BUILD)/tests/images
test_guests := $(patsubst tests/system/guests/%.c,%,$(wildcard tests/system/guests/*.c))
test_cxx_guests := $(patsubst tests/system/guests/%.cc,%,$(wildcard tests/system/guests/*.cc))
test_bare_guests := $(patsubst tests/system/guests/%.bare.S,%,$(wildcard tests/system/guests/*.bare.S))

test_warnings := -Wall -Wextra -Wconversion -Wshadow -Werror -Wstrict-prototypes -Wmissing-prototypes

# Guests without the SDK, the benchmark's as well.
bare_guest_cc := $(CROSS_COMPILE)gcc -march=rv64imac_zicsr_zifencei -mabi=lp64 -nostdlib -static -g \
	-Wl,--build-id=none,-z,max-page-size=4096,-Ttext=0x80000000

guest_ldflags_stripped := -s
guest_ldflags_fixed := -static -no-pie

SYSTEM_TEST_IMAGES := $(patsubst %,$(test_images)/%.elf,$(test_guests) $(test_cxx_guests) $(test_bare_guests))

$(test_guests:%=$(test_images)/%.elf): $(test_images)/%.elf: tests/system/guests/%.c \
		$(wildcard tests/system/guests/*.h) tests/system/system.mk $(sdk_files)
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(CROSS_COMPILE)gcc --specs=$(BUILD)/sdk/floe.specs -O2 -g $(test_warnings) $< -o $@ \
		$(guest_ldflags_$*)

$(test_cxx_guests:%=$(test_images)/%.elf): $(test_images)/%.elf: tests/system/guests/%.cc \
		$(wildcard tests/system/guests/*.h) tests/system/system.mk $(sdk_files)
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(CROSS_COMPILE)g++ --specs=$(BUILD)/sdk/floe.specs -O2 -g -fno-exceptions -fno-rtti \
		-Wall -Wextra -Wshadow -Werror $< -o $@

$(test_bare_guests:%=$(test_images)/%.elf): $(test_images)/%.elf: tests/system/guests/%.bare.S \
		$(wildcard tests/system/guests/*.inc) tests/system/system.mk
	@mkdir -p $(@D)
	$(call say,GUEST,$@)
	$(Q)$(bare_guest_cc) $< -o $@ $(guest_ldflags_$*)

# Programs with one fault each, for the tests of the packer and of init.
test_faults := truncated truncated-header not-elf wrong-architecture wrong-class object-file \
	dynamic rwx overlapping impossible-size beyond-address-space odd-entry no-segments
SYSTEM_TEST_IMAGES += $(test_faults:%=$(test_images)/%.elf)

$(test_faults:%=$(test_images)/%.elf): $(test_images)/%.elf: $(test_images)/exit.elf \
		tests/system/scripts/break-elf
	$(Q)tests/system/scripts/break-elf $* $< $@
