# SPDX-License-Identifier: Apache-2.0
# The hypervisor: one binary for every board, which runs wherever it is loaded.
#
# Uses BUILD, CROSS_COMPILE, LIBFDT_SRC, Q; gives $(BUILD)/hyp/floe.elf (symbols)
# and $(BUILD)/hyp/floe.bin (what firmware starts).

FLOE_VERSION := 0.1

HYP_OUT := $(BUILD)/hyp
HYP_SRC := $(sort $(wildcard hyp/*/*.c hyp/*/*.S))
# ASSUME_LATEST: version 17 of the format, which machine_read() makes sure of once.
HYP_FDT_ASSUME := -DFDT_ASSUME_MASK=4
HYP_FDT := fdt.c fdt_ro.c fdt_addresses.c
HYP_OBJ := $(HYP_SRC:hyp/%=$(HYP_OUT)/%.o) $(HYP_FDT:%=$(HYP_OUT)/libfdt/%.o) \
	$(HYP_OUT)/libfdt/fdt_next_tag.o

HYP_CC := $(CROSS_COMPILE)gcc --specs=picolibc.specs
# Constants, strings most of all, stand side by side, not each at a multiple of 8.
HYP_ARCH := -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -malign-data=natural
HYP_WARN := -Wall -Wextra -Wconversion -Wshadow -Wundef -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla -Wimplicit-fallthrough -Werror
# Small, and fast where every trap passes.
HYP_FAST := arch/exit.c arch/vcpu.c api/call.c arch/copy.c \
	$(patsubst %,core/%.c,sched thread timer turn vm)
# Without what makes gcc's small code larger, which of jump threading only that of gcc 12 does.
hyp_gcc := $(shell $(CROSS_COMPILE)gcc -dumpversion)
HYP_OPT := -Os -msave-restore -fno-caller-saves -fno-move-loop-invariants -fno-shrink-wrap \
	-fno-tree-tail-merge -fno-ssa-phiopt -fno-partial-inlining \
	$(if $(filter 12.%,$(hyp_gcc)),-fno-thread-jumps)
# Whole-program optimization for what is compiled to be small.
HYP_LTO := -flto
HYP_CFLAGS = $(if $(filter-out 0,$(ASSERT)),-DFLOE_ASSERT) -std=gnu11 $(HYP_OPT) -g -ffreestanding -fno-pic -fno-common -fno-strict-aliasing \
	-ffunction-sections -fdata-sections -fno-stack-protector -fno-jump-tables -fno-tree-loop-distribute-patterns \
	-ffixed-x4 -ffile-prefix-map=$(CURDIR)=. -DFLOE_VERSION='"$(FLOE_VERSION)"' -DFLOE_LINK_ADDRESS=$(HYP_LINK_ADDRESS)ul \
	-Ihyp -Ihyp/include -isystem $(LIBFDT_SRC)
# Where symbols say that it is. Not near 0, to which the linker would relax code to be relative.
HYP_LINK_ADDRESS := 0x40000000
HYP_LDFLAGS := -nostdlib -static -T hyp/floe.ld -flto-partition=one -Wl,--defsym=LINK_ADDRESS=$(HYP_LINK_ADDRESS) \
	-Wl,--emit-relocs,-z,max-page-size=4096,--gc-sections,--build-id=none,--no-warn-rwx-segments
# memcpy and its like, and the compiler's helpers.
HYP_LIBS = $(picolibc_dir)/lib/release/rv64imac/lp64/libc.a \
	$(shell $(CROSS_COMPILE)gcc -march=rv64imac -mabi=lp64 -print-libgcc-file-name)

# fdt_next_tag() goes over each tag and each letter of a node's name: most of the boot, so it
# is compiled once more, with all that it calls in it. And it may take for granted that input is valid
# (ASSUME_VALID_INPUT): what is then left out is to find in the whole tree what was found in
# its structure block, of which the header's check says that it lies in the tree.
HYP_FDT_TAGS_ASSUME := -DFDT_ASSUME_MASK=6
fdt_object := $(HYP_OUT)/libfdt/fdt.c.o
fdt_tags := $(HYP_OUT)/libfdt/fdt_next_tag.o
$(fdt_object) $(fdt_tags): HYP_FDT_ASSUME := $(HYP_FDT_TAGS_ASSUME)
$(fdt_tags): HYP_OPT := -Os -finline-functions --param max-inline-insns-size=60

fast_objects := $(HYP_FAST:%=$(HYP_OUT)/%.o)
quick_objects := $(patsubst %,$(HYP_OUT)/%.c.o,arch/pgtable core/page)
$(fast_objects): HYP_OPT := -O2 -fno-move-loop-invariants
$(quick_objects): HYP_OPT := -Os
# Whether registers are saved by calls is one choice for all that is optimized as a whole.
$(fdt_object) $(fdt_tags) $(fast_objects) $(quick_objects): HYP_LTO :=
$(HYP_OUT)/%.c.o: hyp/%.c hyp/hyp.mk
	@mkdir -p $(@D)
	$(Q)$(HYP_CC) $(HYP_ARCH) $(HYP_CFLAGS) $(HYP_LTO) $(HYP_WARN) -MMD -MP -c $< -o $@

# f registers are saved and restored, never used: this one file knows them.
$(HYP_OUT)/arch/fp.S.o: HYP_ARCH := -march=rv64imafdc_zicsr_zifencei -mabi=lp64
$(HYP_OUT)/%.S.o: hyp/%.S hyp/hyp.mk
	@mkdir -p $(@D)
	$(Q)$(HYP_CC) $(HYP_ARCH) $(HYP_CFLAGS) -MMD -MP -c $< -o $@

$(HYP_OUT)/libfdt/%.c.o: $(LIBFDT_SRC)/%.c hyp/hyp.mk
	@mkdir -p $(@D)
	$(Q)$(HYP_CC) $(HYP_ARCH) $(HYP_CFLAGS) $(HYP_LTO) $(HYP_FDT_ASSUME) -MMD -MP -w -c $< -o $@
	$(Q)$(HYP_AFTER)

# The linker takes this one's function instead of fdt.c's, and nothing else of it.
$(fdt_object): HYP_AFTER = $(CROSS_COMPILE)objcopy --weaken-symbol=fdt_next_tag $@
$(fdt_tags): $(LIBFDT_SRC)/fdt.c hyp/hyp.mk
	@mkdir -p $(@D)
	$(Q)$(HYP_CC) $(HYP_ARCH) $(HYP_CFLAGS) $(HYP_FDT_ASSUME) -w -c $< -o $@
	$(Q)$(CROSS_COMPILE)objcopy --keep-global-symbol=fdt_next_tag $@

# The places of pointers in data go into the section that is kept for them.
$(HYP_OUT)/floe.elf: $(HYP_OBJ) hyp/floe.ld hyp/relocations.awk
	$(Q)$(CROSS_COMPILE)gcc $(HYP_ARCH) $(HYP_CFLAGS) $(HYP_LTO) $(HYP_LDFLAGS) $(HYP_OBJ) $(HYP_LIBS) -o $@.linked
	$(Q)$(CROSS_COMPILE)readelf -rW $@.linked | awk -v base=$(HYP_LINK_ADDRESS) -f hyp/relocations.awk >$@.s
	$(Q)$(CROSS_COMPILE)as $@.s -o $@.o
	$(Q)$(CROSS_COMPILE)objcopy -O binary -j .data $@.o $@.places
	$(Q)$(CROSS_COMPILE)objcopy --remove-relocations='*' --update-section .relocations=$@.places \
		$@.linked $@

$(HYP_OUT)/floe.bin: $(HYP_OUT)/floe.elf
	$(Q)$(CROSS_COMPILE)objcopy -O binary $< $@

-include $(HYP_OBJ:.o=.d)
