/* SPDX-License-Identifier: Apache-2.0 */
/* A crash ends the emulation, and its status says so. */
#include "health/reset_record.h"
#include "host.h"

void pulse_crash_end(unsigned int reason)
{
	(void)reason;
	pulse_host_exit(1);
}
