/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OCAP_*, the rights that a handle carries, a general part and one for its type: they stand in
 * <floe/types.h>, which the hypervisor shares.
 */
#ifndef SERVICES_OCAP_H
#define SERVICES_OCAP_H

#include <floe/types.h>

#endif
