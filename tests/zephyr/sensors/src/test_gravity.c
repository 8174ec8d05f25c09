/* SPDX-License-Identifier: Apache-2.0 */
/* At rest an accelerometer shows 1 g; at another range than was set it does not. */
#include <zephyr/ztest.h>

#include <pulse/hop.h>

#include "sensing/gravity.h"

ZTEST_SUITE(gravity, NULL, NULL, NULL, NULL, NULL);

/* @return whether rest at this level was found wrong */
static bool wrong(int16_t x, int16_t y, int16_t z)
{
	struct pulse_gravity gravity = {0};

	for (int i = 0; i < PULSE_GRAVITY_SAMPLES; i++) {
		const int16_t xyz[3] = {x + i % 3 * 10, y, z};

		zassert_equal(gravity.checked, 0);
		pulse_gravity_sample(&gravity, xyz);
	}
	zassert_equal(gravity.checked, 1);
	return gravity.wrong == 1;
}

ZTEST(gravity, test_one_g_in_any_direction)
{
	zassert_false(wrong(0, 0, PULSE_ACC_LSB_PER_G));
	zassert_false(wrong(0, -PULSE_ACC_LSB_PER_G, 0));
	zassert_false(wrong(2365, 2365, 2365));
	zassert_false(wrong(0, 0, PULSE_ACC_LSB_PER_G * 115 / 100));
}

ZTEST(gravity, test_another_range)
{
	zassert_true(wrong(0, 0, 4 * PULSE_ACC_LSB_PER_G)); /* +-2 g read as +-8 g */
	zassert_true(wrong(0, PULSE_ACC_LSB_PER_G / 2, 0)); /* +-16 g */
	zassert_true(wrong(0, 0, 0));
}

ZTEST(gravity, test_motion_is_not_judged)
{
	struct pulse_gravity gravity = {0};

	for (int i = 0; i < 1000; i++) {
		const int16_t xyz[3] = {i % 50 == 0 ? 3000 : 0, 0, 0};

		pulse_gravity_sample(&gravity, xyz);
	}
	zassert_equal(gravity.checked, 0);
}
