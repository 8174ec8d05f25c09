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

/** State of a hop that has an estimate. valid_q15: least of a valid one; acc_root: struct
 * pulse_moments. */
enum pulse_state pulse_quality_state(uint16_t confidence_q15, uint16_t valid_q15,
				     uint32_t acc_root);

#endif /* PULSE_QUALITY_H_ */
