/* SPDX-License-Identifier: Apache-2.0 */
/* What the estimator's stand-in saw of its hops. */
#ifndef HOPS_H_
#define HOPS_H_

#include <stdint.h>

extern struct hops {
	int all;
	int restarts; /* discontinuous */
	int dark;     /* with a sample that is */
	int uneven;   /* with other light at the end than at the beginning */
	int32_t ppg;  /* counts of the last frame */
} hops;

#endif /* HOPS_H_ */
