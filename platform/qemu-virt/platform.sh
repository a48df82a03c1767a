# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# QEMU's `virt` machine: how ci/qemu and ci/debug start it. Sourced after the
# variables of ci/lib.sh are set.

# The firmware: OPENSBI where given, else the one that comes with the opensbi
# package, else the one inside QEMU. fw_dynamic takes the device tree from where
# QEMU put it; fw_jump moves it to a fixed address, which for 64 MB of memory is
# where QEMU puts the initial RAM disk.
platform_firmware() {
	local package=/usr/lib/riscv64-linux-gnu/opensbi/generic/fw_dynamic.bin
	if [[ -n $OPENSBI ]]; then
		echo "$OPENSBI"
	elif [[ -f $package ]]; then
		echo "$package"
	else
		echo default
	fi
}

# Fills the array `command` with QEMU's command line.
platform_command() {
	command=("$QEMU" -M virt -display none -monitor none -serial stdio
		-smp "$SMP" -m "$MEM" -bios "$(platform_firmware)"
		-kernel "$BUILD/hyp/floe.bin" -initrd "$ROMFS")
	if [[ $ICOUNT == 1 ]]; then
		command+=(-icount "shift=0,sleep=off")
	fi
}

# Puts the console where somebody types: on a `terminal`, all keys are the
# console's but Ctrl-] (x ends QEMU), or from a `stream`.
platform_console() {
	local i options=signal=off
	[[ $1 != terminal ]] || options+=,mux=on
	for i in "${!command[@]}"; do
		[[ ${command[i]} != stdio ]] || command[i]=chardev:console
	done
	command+=(-chardev "stdio,id=console,$options" -echr 0x1d)
}

# Where the machine puts floe.bin.
platform_load_address() {
	echo 0x80200000
}

# What QEMU boots beside floe.bin and romfs.img, into the folder $1.
platform_image() {
	local firmware bios=default
	firmware=$(platform_firmware)
	if [[ -f $firmware ]]; then
		bios=opensbi.bin
		cp "$firmware" "$1/$bios"
	fi
	cat >"$1/README" <<-END
		Boot these files, in this folder, with

		    qemu-system-riscv64 -M virt -nographic -smp $SMP -m $MEM \\
		        -bios $bios -kernel floe.bin -initrd romfs.img
	END
}
