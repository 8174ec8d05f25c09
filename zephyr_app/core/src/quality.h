/* SPDX-License-Identifier: Apache-2.0 */
/* Whether there is anything to measure, and whether the answer can be shown (section 8); private.
 */
#ifndef PULSE_QUALITY_H_
#define PULSE_QUALITY_H_

#include <stdbool.h>
#include <stdint.h>

#include <pulse/hop.h>
#include <pulse/result.h>

/** Light comes back from skin: at most a quarter of the hop's raw samples are dark. */
bool pulse_quality_contact(const struct pulse_hop *hop);

/** Confidence from which a valid value stays so, Q15, of that to become so. */
uint16_t pulse_quality_stays(uint16_t valid_q15);

/** Confidence from which an estimate is valid, Q15, of that to become so.
 * before: the estimate before it, valid or not. */
uint16_t pulse_quality_threshold(uint16_t valid_q15, int32_t bpm_q8, int32_t before_q8,
				 bool before_valid);

/** State of an estimate that is not valid. gathered: struct pulse_estimate. */
enum pulse_state pulse_quality_unsure(bool at_rest, bool doubted, bool gathered);

#endif /* PULSE_QUALITY_H_ */
