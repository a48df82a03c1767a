/* SPDX-License-Identifier: Apache-2.0 */
/* Results of the API: Retcode, rcOk and the errors. */
#ifndef RTL_RETCODE_H
#define RTL_RETCODE_H

#include <floe/retcode.h>

/* The name of a result ("rcOutOfMemory"), "unknown retcode" for any other number. */
const char *RtlRetcodeName(Retcode rc);

#endif
