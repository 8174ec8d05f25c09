/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One record of the raw data stream (docs/stream.md): type, sequence number, payload and CRC-32,
 * framed by zeros and free of them in between (COBS). Little-endian.
 */
#ifndef PULSE_STREAM_FRAME_H_
#define PULSE_STREAM_FRAME_H_

#include <stddef.h>
#include <stdint.h>

#define PULSE_FRAME_RECORD  254 /* at most, CRC included: one COBS block */
#define PULSE_FRAME_HEADER  3   /* type, sequence number */
#define PULSE_FRAME_CRC     4
#define PULSE_FRAME_PAYLOAD (PULSE_FRAME_RECORD - PULSE_FRAME_HEADER - PULSE_FRAME_CRC)

enum pulse_frame_type {
	PULSE_FRAME_PPG = 1,
	PULSE_FRAME_ACC = 2,
	PULSE_FRAME_RESULT = 3,
	PULSE_FRAME_COUNTERS = 4,
	PULSE_FRAME_PPG_2 = 5, /* the second channel of the PPG; the third and fourth follow */
};

struct pulse_frame {
	uint16_t sequence; /* of the record being built; counts those of its type, wraps */
	uint16_t length;   /* bytes of the record so far */
	uint8_t bytes[2 + PULSE_FRAME_RECORD + 1]; /* zero, COBS code, record, zero */
};

/** Begin a record. */
void pulse_frame_begin(struct pulse_frame *frame, enum pulse_frame_type type);

/** Append the low `bytes` (1 to 8) bytes of a value; the caller keeps within the payload. */
void pulse_frame_add(struct pulse_frame *frame, uint64_t value, size_t bytes);

/** Close the record: frame->bytes is to be sent. @return its length */
size_t pulse_frame_end(struct pulse_frame *frame);

#endif /* PULSE_STREAM_FRAME_H_ */
