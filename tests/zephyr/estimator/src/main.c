/* SPDX-License-Identifier: Apache-2.0 */
/* The network that ships and the estimator around it, as Zephyr builds them. */
#include <zephyr/ztest.h>

#include <pulse/estimator.h>

#include "pulse_model_golden.h"

ZTEST_SUITE(estimator, NULL, NULL, NULL, NULL, NULL);

ZTEST(estimator, test_golden_vectors)
{
	static uint64_t arena[(PULSE_MODEL_ARENA_SIZE + 7) / 8];
	static int8_t output[PULSE_MODEL_OUTPUT_SIZE];

	for (int i = 0; i < PULSE_MODEL_GOLDEN_COUNT; i++) {
		pulse_model_run(pulse_model_golden_input[i], output, arena);
		zassert_mem_equal(output, pulse_model_golden_output[i], sizeof(output), "vector %d",
				  i);
	}
}

ZTEST(estimator, test_states_of_a_sensor_that_is_put_on_and_taken_off)
{
	static struct pulse_estimator estimator;
	static struct pulse_hop hop;
	struct pulse_result result;

	pulse_estimator_init(&estimator);
	hop.samples = PULSE_HOP_FRAMES;
	for (int i = 0; i < PULSE_HOP_FRAMES; i++) {
		hop.ppg[i] = 100000 << PULSE_PPG_FRACTION;
		hop.acc[i][2] = PULSE_ACC_LSB_PER_G;
	}
	for (int n = 0; n < 6; n++) {
		hop.end_us = (int64_t)(n + 1) * PULSE_HOP_US;
		hop.dark = n == 5 ? hop.samples : 0;
		pulse_estimator_hop(&estimator, &hop, &result);
		zassert_equal(result.hop, n);
		zassert_equal(result.time_us, hop.end_us);
		zassert_equal(result.state == PULSE_ACQUIRING, n < PULSE_WINDOW_HOPS - 1);
		zassert_equal(result.state == PULSE_NO_CONTACT, n == 5);
	}
	zassert_equal(result.bpm_q8, 0);
	zassert_equal(result.gaps, 0);
}
