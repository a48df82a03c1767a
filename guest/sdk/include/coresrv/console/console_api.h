/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The console for processes that talk with somebody: those with `inspect` in
 * their manifest, which also get its input. Floe's own addition to the API. The
 * standard streams work with it: printf() writes in the mode that was set.
 */
#ifndef CORESRV_CONSOLE_CONSOLE_API_H
#define CORESRV_CONSOLE_CONSOLE_API_H

#include <floe/inspect.h>
#include <rtl/retcode.h>
#include <rtl/stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * How the console treats what the caller writes:
 *
 * ConsoleModeLine       as anybody's: whole lines behind its name. The mode of a
 *                       process that has set none.
 * ConsoleModeRaw        byte by byte and as they are, at once. Lines of others
 *                       come in between on lines of their own: where an
 *                       unfinished line of the caller stands, it is broken off,
 *                       and what stood there since the last LF or CR (at most
 *                       1024 bytes) is written again behind theirs.
 * ConsoleModeExclusive  as raw, and nobody else writes: for protocols that own
 *                       the line. Meanwhile partitions that print wait, and so
 *                       do the hypervisor's reports; the caller starts no
 *                       process. Where the device tree has a second 16550,
 *                       the caller reads and writes that one instead, and
 *                       nobody waits.
 *
 * One process has the console raw at a time. Its end or freeze gives it back.
 *
 * rcInvalidArgument: no such mode. rcSecurityDisallow: the caller may not
 * inspect. rcBusy: another process has the console raw.
 */
Retcode KnConsoleSetMode(ConsoleMode mode);

/*
 * Reads what has been typed: at least one byte and at most `size`, waiting for
 * the first up to `msDelay` milliseconds; 0 only looks, INFINITE_TIMEOUT waits
 * for ever. The device is looked at every millisecond shortly after input, else
 * every 10 milliseconds; in between the caller sleeps.
 *
 * rcInvalidArgument: a null pointer, size 0. rcSecurityDisallow: the caller may
 * not inspect. rcTimeout: nothing in that time; count is 0. rcTargetFault.
 */
Retcode KnConsoleRead(void *buf, rtl_size_t size, rtl_uint32_t msDelay, rtl_size_t *count);

/*
 * Writes all bytes, past the standard streams' buffer; waits where the console
 * has no room. rcInvalidArgument: a null pointer. rcSourceFault: no memory of
 * the caller's.
 */
Retcode KnConsoleWrite(const void *data, rtl_size_t size);

#ifdef __cplusplus
}
#endif

#endif
