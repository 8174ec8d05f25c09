/* SPDX-License-Identifier: Apache-2.0 */
#include "conv_parts.h"

void pulse_nn_begin(const struct pulse_nn_conv *conv, const int16_t *tile,
		    struct pulse_nn_walk *walk)
{
	uint32_t in_group = conv->in_c / conv->groups;
	uint32_t pitch = conv->planes ? in_group : conv->in_c;

	*walk = (struct pulse_nn_walk){
		.conv = conv,
		.width = conv->out_h * conv->out_w < PULSE_NN_TILE ? 1 : PULSE_NN_TILE,
		.strip = PULSE_NN_DSP && !conv->wide ? conv->strip : 1,
		.in_group = in_group,
		.out_group = conv->out_c / conv->groups,
		.pitch = pitch,
		.next_group =
			conv->planes ? (uint32_t)conv->in_h * conv->in_w * in_group : in_group,
		.column = conv->stride_w * pitch,
		.tap = conv->dilation_w * pitch,
		.row = conv->dilation_h * conv->in_w * pitch,
		.runs = conv->kernel_w,
	};

	walk->run = in_group;
	if (walk->tap == in_group) {
		walk->run *= walk->runs;
		walk->runs = 1;
	}
	if (conv->kernel_h == 1 && conv->stride_w == 1 && PULSE_NN_TILE % conv->dilation_w == 0 &&
	    conv->kernel_w * conv->dilation_w >= PULSE_NN_TILE &&
	    (in_group % 4 == 0 || walk->tap == in_group)) {
		walk->shift = PULSE_NN_TILE / conv->dilation_w;
	}
	walk->quads = ((uint32_t)conv->kernel_h * conv->kernel_w * in_group + 3) / 4;
	walk->block.tile_end = tile + walk->quads * 4 * PULSE_NN_TILE;
	walk->block.quads = walk->quads;
	walk->block.stride = conv->out_c;
	walk->block.rectified = conv->low == conv->out_zero;
	walk->block.step = (walk->shift > 0 ? walk->shift * in_group : walk->quads * 4) *
			   PULSE_NN_TILE * sizeof(int16_t);
}

/** Begin a strip at an output position, as long as all its taps lie inside the input. */
static void move_to(struct pulse_nn_walk *walk, uint32_t first)
{
	const struct pulse_nn_conv *conv = walk->conv;
	uint32_t y = first / conv->out_w, x = first - y * conv->out_w;
	int32_t columns = conv->in_w - (conv->kernel_w - 1) * conv->dilation_w - 1;

	walk->first = first;
	walk->top = (int32_t)(y * conv->stride_h) - conv->pad_h;
	walk->left = (int32_t)(x * conv->stride_w) - conv->pad_w;
	walk->inside = walk->top >= 0 && walk->left >= 0 &&
		       walk->top + (conv->kernel_h - 1) * conv->dilation_h < conv->in_h;
	if (walk->run % 4 != 0) { /* read in whole words, up to 3 bytes beyond the last */
		columns -= 3;
	}
	columns -= walk->left;
	columns = columns < 0 ? 0 : columns / conv->stride_w + 1;
	columns = columns < (int32_t)(conv->out_w - x) ? columns : (int32_t)(conv->out_w - x);
	walk->inside = walk->inside && columns >= (int32_t)walk->width;
	walk->block.tiles = 1;
	if (walk->inside && walk->strip > 1) {
		uint32_t tiles = (uint32_t)columns / PULSE_NN_TILE;

		walk->block.tiles = tiles < walk->strip ? tiles : walk->strip;
	}
}

bool pulse_nn_next(struct pulse_nn_walk *walk)
{
	uint32_t positions = (uint32_t)walk->conv->out_h * walk->conv->out_w;
	uint32_t next = walk->next;

	if (next >= positions) {
		return false;
	}
	/* The last tile may cover positions of the one before it once more. */
	move_to(walk, next + walk->width > positions ? positions - walk->width : next);
	walk->next = next + walk->block.tiles * walk->width;
	return true;
}
