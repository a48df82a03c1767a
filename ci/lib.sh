# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What ci/qemu, ci/shell, ci/debug and ci/image share: variables from the command line,
# building, packing, and QEMU's command line. Sourced by bash scripts that have set `me` to their name.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() {
	echo "$me: $*" >&2
}

die() {
	say "$*"
	exit 1
}

# The variables of a run with their defaults; all but ROMFS are make's too.
PLATFORM=qemu-virt
SYSTEM=             # the manifest; empty: dts/demo.dts
IMAGES=             # more folders to look images up in
SYSTEM_CHECK=1      # 0: pack a wrong manifest as it is (for tests of init only)
ROMFS=              # a packed image; then nothing is built and SYSTEM is not used
BUILD=build
SMP=4
MEM=256M
TIMEOUT=0           # seconds; 0: none
ICOUNT=0
QEMU=qemu-system-riscv64
QEMU_ARGS=
OPENSBI=            # empty: the platform chooses
CROSS_COMPILE=      # these two are only handed on to make
LIBFDT_SRC=
V=0
SHELL_PARTITION=0   # 1: the manifest gets the inspection shell; ci/shell's, not a variable

variables=(PLATFORM SYSTEM IMAGES SYSTEM_CHECK ROMFS BUILD SMP MEM TIMEOUT ICOUNT QEMU QEMU_ARGS
	OPENSBI CROSS_COMPILE LIBFDT_SRC V)

# Takes VAR=value arguments; a value that cannot be meant ends the script with a sentence.
parse_variables() {
	local argument name
	for argument in "$@"; do
		name=${argument%%=*}
		if [[ $argument != *=* || " ${variables[*]} " != *" $name "* ]]; then
			die "\"$argument\" is not understood; it takes ${variables[*]} as VAR=value"
		fi
		printf -v "$name" '%s' "${argument#*=}"
	done
	[[ $SMP =~ ^[1-9][0-9]{0,2}$ ]] || die "SMP=$SMP: write a number of harts, 1 to 999"
	[[ $MEM =~ ^[1-9][0-9]*[KMGkmg]?$ ]] || die "MEM=$MEM: write a size such as 256M or 2G"
	[[ $TIMEOUT =~ ^[0-9]{1,9}$ ]] || die "TIMEOUT=$TIMEOUT: write whole seconds, 0 for none"
	[[ $ICOUNT =~ ^[01]$ ]] || die "ICOUNT=$ICOUNT: write 1 or 0"
	if [[ $PLATFORM == */* || ! -f $root/platform/$PLATFORM/platform.sh ]]; then
		die "PLATFORM=$PLATFORM does not exist; there is: $(cd "$root/platform" && echo *)"
	fi
	[[ -z $OPENSBI || -f $OPENSBI ]] || die "OPENSBI=$OPENSBI: no such file"
	if [[ -z $SYSTEM ]]; then
		SYSTEM=$root/dts/demo.dts
	fi
	[[ -n $ROMFS || -f $SYSTEM ]] || die "SYSTEM=$SYSTEM: no such file; name a manifest (device tree source)"
	[[ -z $ROMFS || -f $ROMFS ]] || die "ROMFS=$ROMFS: no such file"
	build_folder=$BUILD # as make is to see it, so that a relative one stays relative
	[[ $BUILD == /* ]] || BUILD=$root/$BUILD
	# shellcheck disable=SC1090 # one file per platform
	. "$root/platform/$PLATFORM/platform.sh"
}

# Makes hypervisor and programs, and packs the system into $ROMFS.
build_system() {
	if [[ -n $ROMFS ]]; then
		[[ -f $BUILD/hyp/floe.bin ]] || die "$BUILD/hyp/floe.bin is not built; ROMFS= builds nothing"
		return
	fi
	local arguments=("PLATFORM=$PLATFORM" "BUILD=$build_folder" "QEMU=$QEMU" "OPENSBI=$OPENSBI" "V=$V")
	[[ -z $CROSS_COMPILE ]] || arguments+=("CROSS_COMPILE=$CROSS_COMPILE")
	[[ -z $LIBFDT_SRC ]] || arguments+=("LIBFDT_SRC=$LIBFDT_SRC")
	"${MAKE:-make}" -C "$root" --no-print-directory programs "${arguments[@]}" >&2 ||
		die "the build failed"
	pack_system || exit 1
}

pack_system() {
	local arguments=(--build "$BUILD" --images "$IMAGES" --memory "$MEM")
	[[ $SYSTEM_CHECK != 0 ]] || arguments+=(--no-check)
	[[ $SHELL_PARTITION == 0 ]] || arguments+=(--shell)
	ROMFS=$("$root/ci/pack" "${arguments[@]}" "$SYSTEM")
}

require_program() { # VARIABLE PROGRAM
	command -v "$2" >/dev/null || die "$1=$2: no such program"
}

# Splits a variable at blanks, quotes respected, into the array `words`.
split_words() { # VARIABLE VALUE
	local quoted
	quoted=$(xargs -r printf '%q ' <<<"$2" 2>/dev/null) || die "$1=$2: a quote is not closed"
	eval "words=($quoted)"
}

show_command() {
	[[ $V == 0 ]] || { printf '%q ' "${command[@]}" && echo; } >&2
}

# Before a command: should this script be killed without a chance to clean up,
# the kernel ends the command.
guard=()
if setpriv --pdeathsig TERM true 2>/dev/null; then
	guard=(setpriv --pdeathsig TERM --)
fi
