# SPDX-License-Identifier: Apache-2.0
"""What ci/pack consists of: reading, checking and packing a system's manifest."""
