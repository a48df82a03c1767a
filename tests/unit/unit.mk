# SPDX-License-Identifier: Apache-2.0
#
# Unit tests: every tests/unit/NAME.c is a cmocka program on this machine, linked with
# the hypervisor's portable code, the fake architecture in fake/ and support/. In place of
# the guests' API the shell's fuzzer has hostile/.
#
# Uses BUILD, HOSTCC, HYP_FDT_*ASSUME, LIBFDT_SRC, Q; gives UNIT_TESTS, the programs.

unit_out := $(BUILD)/tests/unit
unit_hyp := $(wildcard hyp/core/*.c hyp/api/*.c hyp/lib/*.c) \
	$(filter-out hyp/console/device.c,$(wildcard hyp/console/*.c)) \
	$(addprefix hyp/arch/,pgtable.c pgtable_change.c vmid.c vcpu.c vcpu_state.c exit.c remote.c) $(addprefix hyp/boot/,init.c machine.c tree.c)
unit_inspect := $(wildcard guest/inspect/*.c)
unit_init := guest/sdk/lib/elf_reader.c $(addprefix guest/init/,cpu_place.c cpu_time.c manifest.c property.c reader.c schedule.c tree.c)
unit_support := $(wildcard tests/unit/fake/*.c tests/unit/support/*.c)
unit_fdt := fdt.c fdt_ro.c fdt_sw.c fdt_strerror.c
unit_objects := $(patsubst %.c,$(unit_out)/%.o,$(unit_hyp) $(unit_init) $(unit_inspect) \
	$(unit_support)) \
	$(unit_fdt:%.c=$(unit_out)/libfdt/%.o)

# The shell, all but its main(), and a part of init, for tests that stand in for the API.
unit_shell := $(filter-out guest/shell/main.c,$(wildcard guest/shell/*.c)) guest/init/descendants.c \
	guest/sdk/lib/elf_reader.c
unit_shell_objects := $(unit_shell:%.c=$(unit_out)/%.o)
unit_hostile_objects := $(patsubst %.c,$(unit_out)/%.o,$(wildcard tests/unit/hostile/*.c))
unit_shell_tests := $(addprefix $(unit_out)/,shell_editor shell_fuzz descendants)

UNIT_TESTS := $(patsubst tests/unit/%.c,$(unit_out)/%,$(wildcard tests/unit/*.c))

# fake/ comes first: its files stand in for those of the same name. The C library of
# this machine has a backtrace() of its own.
unit_sanitize := -fsanitize=address,undefined -fno-sanitize-recover=all
unit_cc := $(HOSTCC) -std=gnu11 -O1 -g -fno-strict-aliasing -fno-omit-frame-pointer $(unit_sanitize) \
	-MMD -MP -DFLOE_VERSION='"test"' -Dbacktrace=hyp_backtrace -Itests/unit/fake -Itests/unit -Ihyp -Ihyp/include \
	-Iguest/init -Iguest -isystem $(LIBFDT_SRC)
unit_warnings := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes

# Allocations from other files can be made to fail (support/memory.h).
comma := ,
unit_wrap := $(patsubst %,-Wl$(comma)--wrap=%,page_alloc page_alloc_zero mem_alloc)

$(unit_out)/libfdt/fdt.o: HYP_FDT_ASSUME := $(HYP_FDT_TAGS_ASSUME)

# With the hypervisor's assumptions, so that what a damaged tree does to it is seen here.
$(unit_out)/libfdt/%.o: $(LIBFDT_SRC)/%.c tests/unit/unit.mk hyp/hyp.mk
	@mkdir -p $(@D)
	$(Q)$(unit_cc) $(HYP_FDT_ASSUME) -w -c $< -o $@

$(unit_out)/%.o: %.c tests/unit/unit.mk
	@mkdir -p $(@D)
	$(call say,HOSTCC,$@)
	$(Q)$(unit_cc) $(unit_warnings) -c $< -o $@

$(unit_out)/libfloe.a: $(unit_objects)
	$(Q)rm -f $@ && ar rcs $@ $^

$(unit_out)/libshell.a: $(unit_shell_objects)
	$(Q)rm -f $@ && ar rcs $@ $^

$(unit_shell_tests): $(unit_out)/libshell.a
$(unit_out)/shell_fuzz: $(unit_hostile_objects)
$(unit_shell_objects) $(unit_hostile_objects) \
$(unit_shell_tests:$(unit_out)/%=$(unit_out)/tests/unit/%.o): \
	unit_cc += -Iguest/sdk/include -Iguest/shell -Iguest -Iguest/sdk/lib

$(UNIT_TESTS): $(unit_out)/%: $(unit_out)/tests/unit/%.o $(unit_out)/libfloe.a
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(unit_sanitize) $(unit_wrap) -Wl,--start-group $^ -Wl,--end-group -lcmocka -o $@

# The frozen process that tests/inspect shows to the real tools.
INSPECT_HOST := $(unit_out)/inspect-host
inspect_host_objects := $(addprefix $(unit_out)/tests/inspect/,host.o process.o)
$(INSPECT_HOST): $(inspect_host_objects) $(unit_out)/libfloe.a
	$(call say,HOSTLD,$@)
	$(Q)$(HOSTCC) $(unit_sanitize) $^ -o $@

# Intermediate files that make would remove otherwise.
.SECONDARY: $(UNIT_TESTS:$(unit_out)/%=$(unit_out)/tests/unit/%.o)

-include $(unit_objects:.o=.d) $(unit_shell_objects:.o=.d) $(unit_hostile_objects:.o=.d) \
	$(inspect_host_objects:.o=.d) $(UNIT_TESTS:$(unit_out)/%=$(unit_out)/tests/unit/%.d)
