/* SPDX-License-Identifier: Apache-2.0 */
#include "stream_frame.h"

#include <zephyr/sys/crc.h>

#define RECORD 2 /* where it begins in a frame: after the zero and the first COBS code */

void pulse_frame_begin(struct pulse_frame *frame, enum pulse_frame_type type)
{
	frame->length = 0;
	pulse_frame_add(frame, type, 1);
	pulse_frame_add(frame, frame->sequence, 2);
}

void pulse_frame_add(struct pulse_frame *frame, uint64_t value, size_t bytes)
{
	while (bytes-- > 0) {
		frame->bytes[RECORD + frame->length++] = (uint8_t)value;
		value >>= 8;
	}
}

size_t pulse_frame_end(struct pulse_frame *frame)
{
	uint8_t *code = &frame->bytes[RECORD - 1];

	pulse_frame_add(frame, crc32_ieee(&frame->bytes[RECORD], frame->length), PULSE_FRAME_CRC);
	frame->sequence++;

	uint8_t *end = &frame->bytes[RECORD + frame->length];

	/* Consistent Overhead Byte Stuffing: a zero becomes the distance to the next one. */
	*end = 0;
	for (uint8_t *byte = code + 1; byte <= end; byte++) {
		if (*byte == 0) {
			*code = (uint8_t)(byte - code);
			code = byte;
		}
	}
	frame->bytes[0] = 0;
	return end + 1 - frame->bytes;
}
