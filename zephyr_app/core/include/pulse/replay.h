/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reader of `.pulse` replay files: a recording as the sensors' counts, each with its time. Bytes
 * come through a callback, so that it serves semihosting, a flash partition or a host file alike.
 *
 * File, little-endian: header of 32 bytes = "PULSEREC", u16 version 1, u16 header size 32, u32 PPG
 * period (ns), u32 ACC period (ns), u32 ACC LSB per g, u32 number of chunks, u32 CRC-32 of all
 * after the header. Chunk = i64 time of its first PPG sample (us), i64 of its first ACC sample, u16
 * PPG samples, u16 ACC samples, u32 0, u32 ppg[][leds], i16 acc[][3], zeros up to a multiple of 4.
 * Sample i of a chunk lies at its first time + i * period / 1000.
 * training/wristpulse/core/replay.py writes it. Version 1 has one LED. Version 2 has 2 to 4: its
 * header is 36 bytes, the last of them u32 LEDs.
 */
#ifndef PULSE_REPLAY_H_
#define PULSE_REPLAY_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Largest body of a chunk: a second of both channels at 256 Hz. */
#define PULSE_REPLAY_BODY 2560

#define PULSE_REPLAY_LEDS 4 /* at most in a file, whatever PULSE_LEDS is */

/** Read up to size bytes; fewer only at the end of the file or on an error. */
typedef size_t (*pulse_replay_read)(void *context, void *buffer, size_t size);

struct pulse_replay_sample {
	int64_t t_us;
	bool is_ppg;
	uint32_t ppg[PULSE_REPLAY_LEDS]; /* counts, if is_ppg; 0 for LEDs that the file lacks */
	int16_t acc[3];                  /* PULSE_ACC_LSB_PER_G, if not */
};

/* What is wrong with a file: "<field>: expected <expected>, found <found>". */
struct pulse_replay_error {
	const char *field;
	uint32_t expected;
	uint32_t found;
	uint32_t chunk; /* number of the chunk, from 0, where reading stopped */
};

/* Caller-owned, about 3 kB. Fields other than error and leds are private to replay.c. */
struct pulse_replay {
	pulse_replay_read read;
	void *context;
	uint32_t leds;         /* in the file, 1 to PULSE_REPLAY_LEDS */
	uint32_t period_ns[2]; /* PPG, ACC */
	uint32_t chunks;
	uint32_t chunk;
	uint32_t crc;
	uint32_t crc_expected;
	int64_t t_us[2];
	uint16_t count[2];
	uint16_t next[2];
	uint8_t body[PULSE_REPLAY_BODY];
	struct pulse_replay_error error;
};

/**
 * Read and check the header. Keeps read and context.
 * @return 0, or -1 with replay->error filled in
 */
int pulse_replay_open(struct pulse_replay *replay, pulse_replay_read read, void *context);

/**
 * The next sample of either channel, in the order of time within a chunk, PPG first when equal.
 * The checksum is judged at the end: samples have gone out by then, trust them only after the 0.
 * @return 1 with *sample filled in; 0 at the end of a sound file; -1 with replay->error filled in
 */
int pulse_replay_next(struct pulse_replay *replay, struct pulse_replay_sample *sample);

#ifdef __cplusplus
}
#endif
#endif /* PULSE_REPLAY_H_ */
