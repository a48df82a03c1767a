# SPDX-License-Identifier: Apache-2.0
#
# The guest side: the SDK in $(BUILD)/sdk, which stands on its own but for the
# compiler and picolibc, and the programs that come with Floe, built with it
# like any other, in $(BUILD)/images.
# Targets: sdk, guests. GUEST_IMAGES names the programs' files.

sdk_dir := $(abspath $(BUILD))/sdk
guest_obj := $(BUILD)/guest

guest_cc := $(CROSS_COMPILE)gcc
guest_ar := $(CROSS_COMPILE)ar
guest_warnings := -Wall -Wextra -Wconversion -Wshadow -Werror -Wstrict-prototypes \
	-Wmissing-prototypes
guest_cflags := -std=gnu11 -O2 -g $(guest_warnings) -MD -MP \
	$(foreach map,$(CURDIR)=. $(abspath $(BUILD))=build $(LIBFDT_SRC)=libfdt,-ffile-prefix-map=$(map))

# Where the compiler has its picolibc and, for each ABI, its own library.
multilib_lp64d := -march=rv64gc -mabi=lp64d
multilib_lp64 := -march=rv64imac -mabi=lp64
picolibc_dir := $(patsubst %/include/picolibc.h,%,$(firstword $(wildcard \
	$(addsuffix /include/picolibc.h,/usr/lib/picolibc/riscv64-unknown-elf \
	$(shell $(guest_cc) -print-sysroot 2>/dev/null)))))
libraries = $(firstword $(wildcard $(addprefix $(picolibc_dir)/lib/, \
	$(addsuffix /libc.a,$(shell $(guest_cc) $(multilib_$(1)) -print-multi-directory) .)))) \
	$(shell $(guest_cc) $(multilib_$(1)) -print-libgcc-file-name)
library_options = $(patsubst %/,-L%,$(dir $(call libraries,$(1))))

# Of the toolchain's C++ library, where it has one: it has what cxx.c has, and headers.
cxx_library := $(filter /%,$(shell $(guest_cc) -print-file-name=libstdc++.a)) \
	$(shell find '$(picolibc_dir)/' -name libstdc++.a -print -quit 2>/dev/null)

# Most bare-metal linkers cannot make position-independent programs; the one for
# Linux, of the same binutils, can.
makes_pie = $(filter elf64lriscv,$(shell $(1) -pie --version >/dev/null 2>&1 && $(1) -V))
guest_ld := $(firstword $(foreach ld,$(CROSS_COMPILE)ld riscv64-linux-gnu-ld, \
	$(if $(call makes_pie,$(ld)),$(shell command -v $(ld)))))

# --- The SDK ----------------------------------------------------------------

sdk_headers := $(patsubst guest/sdk/include/%,%,$(wildcard $(addprefix guest/sdk/include/, \
	*/*.h */*/*.h)))
sdk_libc_headers := $(notdir $(wildcard guest/sdk/libc/*.h))
sdk_abi_headers := $(notdir $(wildcard hyp/include/floe/*.h))
sdk_sources := $(notdir $(wildcard guest/sdk/lib/*.c)) romfs.c text.c thread_entry.S
sdk_abis := lp64d lp64

sdk_files := $(addprefix $(sdk_dir)/include/,$(sdk_headers) $(sdk_libc_headers) $(addprefix floe/,$(sdk_abi_headers))) \
	$(sdk_dir)/lib/floe.ld $(sdk_dir)/floe.specs \
	$(foreach abi,$(sdk_abis),$(addprefix $(sdk_dir)/lib/$(abi)/,crt0.o libfloe.a)) \
	$(if $(strip $(cxx_library)),,$(sdk_dir)/lib/lp64d/libstdc++.a $(sdk_dir)/lib/lp64/libstdc++.a)

.PHONY: sdk guests
sdk: $(sdk_files)

$(sdk_dir)/include/%.h: guest/sdk/include/%.h
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(sdk_dir)/include/floe/%.h: hyp/include/floe/%.h
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(addprefix $(sdk_dir)/include/,$(sdk_libc_headers)): $(sdk_dir)/include/%.h: guest/sdk/libc/%.h
	@mkdir -p $(@D)
	$(Q)cp $< $@

$(sdk_dir)/lib/floe.ld: guest/sdk/floe.ld
	@mkdir -p $(@D)
	$(Q)cp $< $@

# Empty: g++ asks for one by name.
$(sdk_dir)/lib/%/libstdc++.a:
	@mkdir -p $(@D)
	$(Q)$(guest_ar) rcsD $@

$(sdk_dir)/floe.specs: guest/sdk/floe.specs.in guest/guest.mk
	@mkdir -p $(@D)
	$(Q)test -n '$(picolibc_dir)' || { echo 'picolibc for $(guest_cc) was not found' >&2; exit 1; }
	$(Q)test -n '$(guest_ld)' || { echo '$(CROSS_COMPILE)ld cannot link with -pie, and there is no' \
		'riscv64-linux-gnu-ld: install binutils-riscv64-linux-gnu' >&2; exit 1; }
	$(Q)sed -e 's|@LD@|$(guest_ld)|g' -e 's|@SDK@|$(sdk_dir)|g' -e 's|@PICOLIBC@|$(picolibc_dir)|g' \
		-e 's|@LIBS_LP64D@|$(call library_options,lp64d)|g' \
		-e 's|@LIBS_LP64@|$(call library_options,lp64)|g' $< > $@

# The library is built with the SDK's own specs, which need nothing of it yet.
sdk_cc = $(guest_cc) --specs=$(sdk_dir)/floe.specs $(multilib_$(1)) $(guest_cflags) \
	-fPIE -ffunction-sections -fdata-sections -Ihyp/lib

define sdk_library_rules
$(sdk_dir)/lib/$(1)/crt0.o: guest/sdk/lib/crt0.S $(sdk_dir)/floe.specs
	@mkdir -p $$(@D) $(guest_obj)/$(1)
	$$(Q)$$(call sdk_cc,$(1)) -MF $(guest_obj)/$(1)/crt0.d -c $$< -o $$@

$(guest_obj)/$(1)/%.o: guest/sdk/lib/%.c $(sdk_dir)/floe.specs | $(sdk_files_headers)
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(call sdk_cc,$(1)) -c $$< -o $$@

$(guest_obj)/$(1)/%.o: hyp/lib/%.c $(sdk_dir)/floe.specs | $(sdk_files_headers)
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(call sdk_cc,$(1)) -c $$< -o $$@

$(guest_obj)/$(1)/%.o: guest/sdk/lib/%.S $(sdk_dir)/floe.specs
	@mkdir -p $$(@D)
	$$(Q)$$(call sdk_cc,$(1)) -c $$< -o $$@

$(sdk_dir)/lib/$(1)/libfloe.a: $(addprefix $(guest_obj)/$(1)/,$(addsuffix .o,$(basename $(sdk_sources))))
	@mkdir -p $$(@D)
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $(guest_ar) rcsD $$@ $$^
endef
sdk_files_headers := $(filter %.h,$(sdk_files))
$(foreach abi,$(sdk_abis),$(eval $(call sdk_library_rules,$(abi))))

# --- Programs ---------------------------------------------------------------

# init stands on libfdt; every source in guest/demo and guest/trace is a program.
init_sources := $(wildcard guest/init/*.c)
init_objects := $(init_sources:guest/%.c=$(guest_obj)/%.o) \
	$(addprefix $(guest_obj)/libfdt/,fdt.o fdt_ro.o fdt_strerror.o)

# The shell knows ELF files, and how init is asked for something.
shell_objects := $(patsubst guest/%.c,$(guest_obj)/%.o,$(wildcard guest/shell/*.c))
one_file_programs := $(patsubst guest/%.c,%,$(wildcard guest/demo/*.c guest/trace/*.c))

GUEST_IMAGES := $(patsubst %,$(BUILD)/images/%.elf,init shell $(notdir $(one_file_programs)))
guests: $(GUEST_IMAGES)

# What looks into frozen processes, for the programs that do: -Iguest, and this library.
inspect_library := $(guest_obj)/libinspect.a
inspect_objects := $(patsubst guest/%.c,$(guest_obj)/%.o,$(wildcard guest/inspect/*.c))
guests: $(inspect_library)

program_cc := $(guest_cc) --specs=$(sdk_dir)/floe.specs $(guest_cflags)
# init, shell and tracer need no f registers, so that Floe runs on harts without.
system_cc := $(program_cc) $(multilib_lp64)

$(guest_obj)/init/%.o: guest/init/%.c $(sdk_dir)/floe.specs | $(sdk_files_headers)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(system_cc) -Iguest/sdk/lib -isystem $(LIBFDT_SRC) -c $< -o $@

$(guest_obj)/inspect/%.o: guest/inspect/%.c $(sdk_dir)/floe.specs | $(sdk_files_headers)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(system_cc) -Iguest -ffunction-sections -c $< -o $@

$(inspect_library): $(inspect_objects)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(guest_ar) rcsD $@ $^

# Not ours to warn about.
$(guest_obj)/libfdt/%.o: $(LIBFDT_SRC)/%.c $(sdk_dir)/floe.specs
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(system_cc) -w -ffunction-sections -I$(LIBFDT_SRC) -c $< -o $@

$(BUILD)/images/init.elf: $(init_objects) $(sdk_files)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(system_cc) $(init_objects) -o $@

$(guest_obj)/shell/%.o: guest/shell/%.c $(sdk_dir)/floe.specs | $(sdk_files_headers)
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(system_cc) -Iguest/sdk/lib -Iguest -Iguest/init -c $< -o $@

$(BUILD)/images/shell.elf: $(shell_objects) $(inspect_library) $(sdk_files)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(system_cc) $(shell_objects) $(inspect_library) -o $@

define one_file_program_rules
$(guest_obj)/$(1).o: guest/$(1).c $(sdk_dir)/floe.specs | $(sdk_files_headers)
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$(if $(filter trace/%,$(1)),$$(system_cc),$$(program_cc)) -c $$< -o $$@

$(BUILD)/images/$(notdir $(1)).elf: $(guest_obj)/$(1).o $(sdk_files)
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$(if $(filter trace/%,$(1)),$$(system_cc),$$(program_cc)) $$< -o $$@
endef
$(foreach program,$(one_file_programs),$(eval $(call one_file_program_rules,$(program))))

-include $(wildcard $(guest_obj)/*/*.d)
