/* SPDX-License-Identifier: Apache-2.0 */
/* The reader on a file of a few bytes; damaged files: tests/python/core/test_replay.py. */
#include <string.h>

#include <pulse/replay.h>

#include "check.h"

struct file {
	const uint8_t *bytes;
	size_t size;
};

static size_t read_file(void *context, void *buffer, size_t size)
{
	struct file *file = context;
	size_t have = size < file->size ? size : file->size;

	memcpy(buffer, file->bytes, have);
	file->bytes += have;
	file->size -= have;
	return have;
}

/* One chunk: PPG 7 and 8 from 1000 us every 10.5 us, ACC (1, -1, 2) at 1010 us. */
static uint8_t content[32 + 24 + 8 + 8] = {
	'P',  'U', 'L', 'S', 'E', 'R', 'E', 'C', 1,    0, 32, 0, 0x04, 0x29, 0,    0, 0, 0, 1, 0, 0,
	0x10, 0,   0,   1,   0,   0,   0,   0,   0,    0, 0, /* CRC-32: below */
	0xe8, 3,   0,   0,   0,   0,   0,   0,   0xf2, 3, 0,  0, 0,    0,    0,    0, 2, 0, 1, 0, 0,
	0,    0,   0,   7,   0,   0,   0,   8,   0,    0, 0,  1, 0,    0xff, 0xff, 2, 0, 0, 0,
};

static struct pulse_replay replay;

static void samples_come_in_order_and_the_checksum_last(void)
{
	struct file file = {content, sizeof(content)};
	struct pulse_replay_sample sample;

	CHECK(pulse_replay_open(&replay, read_file, &file) == 0);
	CHECK(pulse_replay_next(&replay, &sample) == 1);
	CHECK(sample.is_ppg && sample.t_us == 1000 && sample.ppg[0] == 7);
	/* 1010 us: PPG (1010.5, cut off) before ACC when equal */
	CHECK(pulse_replay_next(&replay, &sample) == 1);
	CHECK(sample.is_ppg && sample.t_us == 1010 && sample.ppg[0] == 8);
	CHECK(pulse_replay_next(&replay, &sample) == 1);
	CHECK(!sample.is_ppg && sample.t_us == 1010);
	CHECK(sample.acc[0] == 1 && sample.acc[1] == -1 && sample.acc[2] == 2);
	CHECK(pulse_replay_next(&replay, &sample) == -1);
	CHECK(strcmp(replay.error.field, "crc32") == 0 && replay.error.expected == 0);
	memcpy(content + 28, &replay.error.found, 4);
}

static void a_sound_file_ends_in_zero(void)
{
	struct file file = {content, sizeof(content)};
	struct pulse_replay_sample sample;

	CHECK(pulse_replay_open(&replay, read_file, &file) == 0);
	for (int i = 0; i < 3; i++) {
		CHECK(pulse_replay_next(&replay, &sample) == 1);
	}
	CHECK(pulse_replay_next(&replay, &sample) == 0);
}

int main(void)
{
	samples_come_in_order_and_the_checksum_last();
	a_sound_file_ends_in_zero();
	return CHECK_STATUS();
}
