/* SPDX-License-Identifier: Apache-2.0 */
/* Integer types of the API (rtl_size_t, rtl_uint32_t, ...), RtlTimeSpec and the null pointer. */
#ifndef RTL_STDDEF_H
#define RTL_STDDEF_H

#include <floe/types.h>

#define RTL_NULL ((void *)0)

#endif
