/* SPDX-License-Identifier: Apache-2.0 */
#include "gravity.h"

#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include <pulse/hop.h>

LOG_MODULE_REGISTER(gravity, CONFIG_PULSE_LOG_LEVEL);

#define REST (PULSE_ACC_LSB_PER_G / 10) /* range of an axis that is at rest */
#define LOW  (PULSE_ACC_LSB_PER_G * 8LL / 10)
#define HIGH (PULSE_ACC_LSB_PER_G * 12LL / 10)

static void restart(struct pulse_gravity *gravity, const int16_t xyz[3])
{
	for (int axis = 0; axis < 3; axis++) {
		gravity->low[axis] = xyz[axis];
		gravity->high[axis] = xyz[axis];
		gravity->sum[axis] = xyz[axis];
	}
	gravity->count = 1;
}

static bool is_one_g(const struct pulse_gravity *gravity)
{
	int64_t square = 0;

	for (int axis = 0; axis < 3; axis++) {
		int64_t mean = gravity->sum[axis] / PULSE_GRAVITY_SAMPLES;

		square += mean * mean;
	}
	return IN_RANGE(square, LOW * LOW, HIGH * HIGH);
}

void pulse_gravity_sample(struct pulse_gravity *gravity, const int16_t xyz[3])
{
	if (gravity->count == 0) {
		restart(gravity, xyz);
		return;
	}
	for (int axis = 0; axis < 3; axis++) {
		gravity->low[axis] = MIN(gravity->low[axis], xyz[axis]);
		gravity->high[axis] = MAX(gravity->high[axis], xyz[axis]);
		gravity->sum[axis] += xyz[axis];
		if (gravity->high[axis] - gravity->low[axis] > REST) {
			restart(gravity, xyz);
			return;
		}
	}
	if (++gravity->count == PULSE_GRAVITY_SAMPLES) {
		bool right = is_one_g(gravity);

		gravity->checked++;
		gravity->count = 0;
		if (!right && gravity->wrong++ == 0) {
			LOG_WRN("accelerometer: at rest expected 1 g, found another: wrong range?");
		}
	}
}
