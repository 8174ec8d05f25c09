/* SPDX-License-Identifier: Apache-2.0 */
#include <pulse/result.h>
#include <pulse/text.h>

struct pulse_text pulse_text_in(char *buffer, size_t size)
{
	buffer[0] = '\0';
	return (struct pulse_text){buffer, size, 0};
}

void pulse_text_add(struct pulse_text *text, const char *string)
{
	while (*string != '\0' && text->length + 1 < text->size) {
		text->buffer[text->length++] = *string++;
	}
	text->buffer[text->length] = '\0';
}

void pulse_text_int(struct pulse_text *text, int64_t value)
{
	char digits[21]; /* -2^63 and a zero */
	char *p = digits + sizeof(digits) - 1;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	*p = '\0';
	do {
		*--p = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest != 0);
	if (value < 0) {
		*--p = '-';
	}
	pulse_text_add(text, p);
}

void pulse_result_text(const struct pulse_result *result, char buffer[PULSE_RESULT_TEXT])
{
	struct pulse_text text = pulse_text_in(buffer, PULSE_RESULT_TEXT);

	pulse_text_add(&text, "HOP ");
	pulse_text_int(&text, result->hop);
	pulse_text_add(&text, " t_us=");
	pulse_text_int(&text, result->time_us);
	pulse_text_add(&text, " bpm_q8=");
	pulse_text_int(&text, result->bpm_q8);
	pulse_text_add(&text, " conf_q15=");
	pulse_text_int(&text, result->confidence_q15);
	pulse_text_add(&text, " state=");
	pulse_text_add(&text, pulse_state_name(result->state));
	pulse_text_add(&text, " gaps=");
	pulse_text_int(&text, result->gaps);
}
