/* SPDX-License-Identifier: Apache-2.0 */
/* Results of the API: Retcode, rcOk and the errors. */
#ifndef RTL_RETCODE_H
#define RTL_RETCODE_H

#include <floe/retcode.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The name of a result ("rcOutOfMemory"), "unknown retcode" for any other number. */
const char *RtlRetcodeName(Retcode rc);

#ifdef __cplusplus
}
#endif

#endif
