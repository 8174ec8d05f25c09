/* SPDX-License-Identifier: Apache-2.0 */
/* Enough for the aligner; the test brings its own estimator. */
#ifndef PULSE_CONFIG_H_
#define PULSE_CONFIG_H_

#define PULSE_FRONT_END_WINDOW 1
#define PULSE_CONFIDENCE_VALID 26214

#endif /* PULSE_CONFIG_H_ */
