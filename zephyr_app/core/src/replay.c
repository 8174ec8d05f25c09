/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include <pulse/hop.h>
#include <pulse/replay.h>

#define VERSION      1 /* one LED */
#define VERSION_LEDS 2 /* several */
#define HEADER_SIZE  32
#define HEADER_LEDS  4 /* bytes more in the second version */
#define CHUNK_SIZE   24

enum {
	PPG,
	ACC
};
#define COUNT_SIZE 4

static uint32_t sample_size(const struct pulse_replay *replay, int channel)
{
	return channel == PPG ? COUNT_SIZE * replay->leds : 6;
}

static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

static int64_t le64(const uint8_t *p)
{
	return (int64_t)(le32(p) | (uint64_t)le32(p + 4) << 32);
}

/* CRC-32 of IEEE 802.3, four bits at a time. */
static uint32_t crc32(uint32_t crc, const uint8_t *p, size_t size)
{
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	crc = ~crc;
	while (size-- > 0) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

static int fail(struct pulse_replay *replay, const char *field, uint32_t expected, uint32_t found)
{
	replay->error = (struct pulse_replay_error){field, expected, found, .chunk = replay->chunk};
	return -1;
}

static int read_exactly(struct pulse_replay *replay, const char *field, uint8_t *buffer,
			size_t size)
{
	size_t found = replay->read(replay->context, buffer, size);

	return found == size ? 0 : fail(replay, field, (uint32_t)size, (uint32_t)found);
}

/* The version, and by it the header's size and the number of LEDs. */
static int read_version(struct pulse_replay *replay, const uint8_t header[HEADER_SIZE])
{
	uint8_t leds[HEADER_LEDS];
	uint16_t version = le16(header + 8);
	uint16_t size = HEADER_SIZE;

	if (version != VERSION && version != VERSION_LEDS) {
		return fail(replay, "version", VERSION, version);
	}
	size += version == VERSION_LEDS ? HEADER_LEDS : 0;
	if (le16(header + 10) != size) {
		return fail(replay, "header size", size, le16(header + 10));
	}
	replay->leds = 1;
	if (version == VERSION_LEDS) {
		if (read_exactly(replay, "bytes of header", leds, sizeof(leds)) != 0) {
			return -1;
		}
		replay->leds = le32(leds);
	}
	if (replay->leds < 1 || replay->leds > PULSE_REPLAY_LEDS) {
		return fail(replay, "most LEDs", PULSE_REPLAY_LEDS, replay->leds);
	}
	return 0;
}

int pulse_replay_open(struct pulse_replay *replay, pulse_replay_read read, void *context)
{
	uint8_t header[HEADER_SIZE];

	memset(replay, 0, sizeof(*replay));
	replay->read = read;
	replay->context = context;
	if (read_exactly(replay, "bytes of header", header, sizeof(header)) != 0) {
		return -1;
	}
	if (memcmp(header, "PULSEREC", 8) != 0) {
		return fail(replay, "magic", 0x534c5550, le32(header)); /* "PULS" */
	}
	if (read_version(replay, header) != 0) {
		return -1;
	}
	if (le32(header + 20) != PULSE_ACC_LSB_PER_G) {
		return fail(replay, "acc_lsb_per_g", PULSE_ACC_LSB_PER_G, le32(header + 20));
	}
	replay->period_ns[PPG] = le32(header + 12);
	replay->period_ns[ACC] = le32(header + 16);
	replay->chunks = le32(header + 24);
	replay->crc_expected = le32(header + 28);
	return 0;
}

static int load_chunk(struct pulse_replay *replay)
{
	uint8_t head[CHUNK_SIZE];

	if (read_exactly(replay, "bytes of chunk header", head, sizeof(head)) != 0) {
		return -1;
	}
	for (int channel = PPG; channel <= ACC; channel++) {
		replay->t_us[channel] = le64(head + 8 * channel);
		replay->count[channel] = le16(head + 16 + 2 * channel);
		replay->next[channel] = 0;
	}
	uint32_t size = (uint32_t)replay->count[PPG] * sample_size(replay, PPG) +
			(uint32_t)replay->count[ACC] * sample_size(replay, ACC);

	size = (size + 3) & ~UINT32_C(3);
	if (size > PULSE_REPLAY_BODY) {
		return fail(replay, "most bytes of samples in a chunk", PULSE_REPLAY_BODY, size);
	}
	if (read_exactly(replay, "bytes of samples", replay->body, size) != 0) {
		return -1;
	}
	replay->crc = crc32(crc32(replay->crc, head, sizeof(head)), replay->body, size);
	replay->chunk++;
	return 0;
}

/* Nothing may follow the last chunk, and the whole must have arrived as it was written. */
static int finish(struct pulse_replay *replay)
{
	uint8_t extra;

	if (replay->read(replay->context, &extra, 1) != 0) {
		return fail(replay, "bytes after the last chunk", 0, 1);
	}
	if (replay->crc != replay->crc_expected) {
		return fail(replay, "crc32", replay->crc_expected, replay->crc);
	}
	return 0;
}

static bool has(const struct pulse_replay *replay, int channel)
{
	return replay->next[channel] < replay->count[channel];
}

static int64_t due(const struct pulse_replay *replay, int channel)
{
	uint64_t ns = (uint64_t)replay->next[channel] * replay->period_ns[channel];

	return (int64_t)((uint64_t)replay->t_us[channel] + ns / 1000);
}

int pulse_replay_next(struct pulse_replay *replay, struct pulse_replay_sample *sample)
{
	while (!has(replay, PPG) && !has(replay, ACC)) {
		if (replay->chunk == replay->chunks) {
			return finish(replay);
		}
		if (load_chunk(replay) != 0) {
			return -1;
		}
	}
	bool is_ppg =
		has(replay, PPG) && (!has(replay, ACC) || due(replay, PPG) <= due(replay, ACC));
	int channel = is_ppg ? PPG : ACC;
	const uint8_t *p = replay->body +
			   (is_ppg ? 0 : replay->count[PPG] * sample_size(replay, PPG)) +
			   replay->next[channel] * sample_size(replay, channel);

	*sample = (struct pulse_replay_sample){.t_us = due(replay, channel), .is_ppg = is_ppg};
	if (is_ppg) {
		for (uint32_t led = 0; led < replay->leds; led++) {
			sample->ppg[led] = le32(p + COUNT_SIZE * led);
		}
	} else {
		for (int axis = 0; axis < 3; axis++) {
			sample->acc[axis] = (int16_t)le16(p + 2 * axis);
		}
	}
	replay->next[channel]++;
	return 1;
}
