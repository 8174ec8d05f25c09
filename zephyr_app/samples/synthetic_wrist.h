/* SPDX-License-Identifier: Apache-2.0 */
/* A wrist at rest with 72 beats a minute, for the samples: counts of a PPG at 64 Hz. */
#ifndef SYNTHETIC_WRIST_H_
#define SYNTHETIC_WRIST_H_

#include <stdint.h>

#define WRIST_PPG_US  15625  /* 64 Hz */
#define WRIST_BEAT_US 833333 /* 72 BPM */

/* One beat in 16 steps: a steep rise, a slow fall with its notch; counts above the level. */
static inline uint32_t wrist_ppg(int64_t t_us)
{
	static const uint16_t beat[17] = {0,   300, 900, 1400, 1500, 1350, 1100, 900, 800,
					  760, 640, 480, 340,  220,  130,  60,   0};
	int64_t phase = t_us % WRIST_BEAT_US * 16 * 256 / WRIST_BEAT_US;
	int32_t step = (int32_t)(phase / 256), part = (int32_t)(phase % 256);

	return 120000 + (uint32_t)((beat[step] * (256 - part) + beat[step + 1] * part) / 256);
}

#endif /* SYNTHETIC_WRIST_H_ */
