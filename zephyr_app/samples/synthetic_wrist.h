/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A wrist at rest for the samples: counts of a PPG at 64 Hz. 72 beats a minute, a few more and less
 * with each breath of 4 s and within 25 s: an exactly even rate is taken for a lamp.
 */
#ifndef SYNTHETIC_WRIST_H_
#define SYNTHETIC_WRIST_H_

#include <stdint.h>

#define WRIST_PPG_US 15625 /* 64 Hz */

/* One beat in 16 steps: a steep rise, a slow fall with its notch; counts above the level. */
static inline uint32_t wrist_ppg(int64_t t_us)
{
	static const uint16_t beat[17] = {0,   300, 900, 1400, 1500, 1350, 1100, 900, 800,
					  760, 640, 480, 340,  220,  130,  60,   0};
	static const uint16_t beat_ms[] = {
		833, 798, 809, 848, 855, 814, 788, 807, 846, 848, 809, 790, 817, 858, 854,
		814, 804, 838, 877, 860, 818, 818, 859, 885, 850, 813, 824, 865, 872, 827,
	};
	int64_t phase_us = t_us % (24998LL * 1000); /* their sum */
	int i = 0;

	while (phase_us >= beat_ms[i] * 1000LL) {
		phase_us -= beat_ms[i++] * 1000LL;
	}
	int64_t phase = phase_us * 16 * 256 / (beat_ms[i] * 1000LL);
	int32_t step = (int32_t)(phase / 256), part = (int32_t)(phase % 256);

	return 120000 + (uint32_t)((beat[step] * (256 - part) + beat[step + 1] * part) / 256);
}

#endif /* SYNTHETIC_WRIST_H_ */
