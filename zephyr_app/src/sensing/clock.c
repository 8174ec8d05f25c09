/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"

static int64_t epoch_us;

int64_t pulse_clock_from_uptime_us(int64_t uptime_us)
{
	return uptime_us + epoch_us;
}

int64_t pulse_clock_to_uptime_us(int64_t t_us)
{
	return t_us - epoch_us;
}

void pulse_clock_set(int64_t t_us, int64_t uptime_us)
{
	epoch_us = t_us - uptime_us;
}
