/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two halves of a convolution, each portable or for the DSP extension (SMLAD). The tile holds
 * `width` output positions' taps as int16: word w of position p, at (w * width + p), carries taps
 * (0, 2) of its quad if w is even, (1, 3) if odd.
 */
#ifndef PULSE_NN_CONV_PARTS_H_
#define PULSE_NN_CONV_PARTS_H_

#include "dsp.h"
#include "pulse/nn.h"

/** What pulse_nn_multiply_4 reads besides its arguments; its assembler knows the order. */
struct pulse_nn_block {
	const int16_t *tile_end;
	uint32_t quads;
	int8_t *out;
	uint32_t stride; /* bytes from one output position to the next */
	const struct pulse_nn_channel *channels_end;
	uint32_t rectified; /* 1: results below the zero point are clamped to it */
	uint32_t step;      /* bytes from tile to tile */
	uint32_t tiles;     /* of the strip */
};

/** A walk over the output positions of a layer, in strips of tiles. */
struct pulse_nn_walk {
	const struct pulse_nn_conv *conv;
	uint32_t width;               /* columns of a tile: PULSE_NN_TILE or 1 */
	uint32_t strip;               /* most tiles of a strip */
	uint32_t quads;               /* of taps in a group's filter */
	uint32_t in_group, out_group; /* channels */
	uint32_t pitch, next_group;   /* bytes of the input from column to column, group to group */
	uint32_t column, tap, row;    /* steps in bytes: to the next column, tap, row of taps */
	uint32_t runs, run;           /* taps side by side make runs of so many bytes */
	uint32_t shift;    /* taps by which a tile's differ from the next one's, 0: all */
	uint32_t next;     /* output position of the next strip */
	uint32_t first;    /* output position of the strip */
	int32_t top, left; /* input row and column of its first tap; may lie outside */
	bool inside;       /* all taps of all columns are, and these in one row */
	struct pulse_nn_block block;
};

/** Before the first strip. */
void pulse_nn_begin(const struct pulse_nn_conv *conv, const int16_t *tile,
		    struct pulse_nn_walk *walk);

/** Go to the next strip; false behind the last. */
bool pulse_nn_next(struct pulse_nn_walk *walk);

/** Convolve a strip; `to` is where its first position goes. */
void pulse_nn_strip(struct pulse_nn_walk *walk, const int8_t *in, int8_t *to, int16_t *tile);

/**
 * Fill the strip's tiles; `in` points to the group in the input. Taps that fill up the last quad
 * are left as they are: their weights are 0. A tile may share its last taps with the next one's
 * first. Behind the tiles there is memory for python_tools/wristpulse_tools/codegen/pack.py:
 * scratch_bytes.
 */
void pulse_nn_gather(const struct pulse_nn_walk *walk, const int8_t *in, int16_t *tile);

/** Multiply the strip by a group's filters; `out` points to the group in the first position. */
void pulse_nn_multiply(struct pulse_nn_walk *walk, const int16_t *tile, const int8_t *weights,
		       const struct pulse_nn_channel *channels, int8_t *out);

/** pulse_nn_gather of one tile for any layer and any processor. */
void pulse_nn_gather_any(const struct pulse_nn_walk *walk, const int8_t *in, int16_t *tile);

/** pulse_nn_multiply of one tile for any layer and any processor. */
void pulse_nn_multiply_any(const struct pulse_nn_walk *walk, const int16_t *tile,
			   const int8_t *weights, const struct pulse_nn_channel *channels,
			   int8_t *out);

/** All tiles of a strip by all filters of a group, two at a time; clamps to int8 only. */
void pulse_nn_multiply_4(const int16_t *tile, const int8_t *weights,
			 const struct pulse_nn_channel *channels,
			 const struct pulse_nn_block *block);

/** One position by all filters of a group. */
void pulse_nn_multiply_1(const struct pulse_nn_walk *walk, const int16_t *tile,
			 const int8_t *weights, const struct pulse_nn_channel *channels,
			 int8_t *out);

#endif /* PULSE_NN_CONV_PARTS_H_ */
