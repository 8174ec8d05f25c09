/* SPDX-License-Identifier: Apache-2.0 */
/*
 * int8 kernels that generated models call. Activations are row-major (height, width, channels);
 * arithmetic is TFLite's integer reference, bit for bit. All descriptions are constant; nothing is
 * kept between calls; any thread may call with its own arena.
 */
#ifndef PULSE_NN_H_
#define PULSE_NN_H_

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Number of the layout of weights and descriptions; a model generated for another one does not
 * compile. Stated once more, for the generator, in python_tools/wristpulse_tools/codegen/pack.py.
 */
#define PULSE_NN_ABI 2

/** Output positions that a convolution computes at a time. */
#define PULSE_NN_TILE 4

/** Called after each layer; a benchmark defines it to read a counter. */
#ifndef PULSE_NN_AFTER_LAYER
#define PULSE_NN_AFTER_LAYER(index) ((void)0)
#endif

/** A real factor: multiplier * 2^(shift - 31), left shift if positive. */
struct pulse_nn_scale {
	int32_t multiplier;
	int32_t shift;
};

/**
 * Constants of one output channel. The output is acc * multiplier / 2^31 / 2^e + zero, rounded
 * twice; round = (2 * zero + 1) << (e - 1) holds the second rounding, the zero point and, in its
 * trailing zeros, e - 1. Convolutions marked wide keep TFLite's shift in its place.
 */
struct pulse_nn_channel {
	int32_t bias; /* of a convolution: less the input's zero point times the sum of weights */
	int32_t multiplier;
	int32_t round;
};

/** A convolution with groups; weights in the order of
 * python_tools/wristpulse_tools/codegen/pack.py. */
struct pulse_nn_conv {
	const int8_t *weights;
	const struct pulse_nn_channel *channels;
	uint16_t in_h, in_w, in_c;
	uint16_t out_h, out_w, out_c;
	uint16_t kernel_h, kernel_w;
	uint16_t stride_h, stride_w;
	uint16_t dilation_h, dilation_w;
	uint16_t pad_h, pad_w; /* rows above, columns before */
	uint16_t groups;
	uint16_t strip; /* tiles gathered at a time, where the DSP extension is used; of a depthwise
			 * convolution: positions, 0 if it has no such kernel */
	int8_t in_zero, out_zero;
	int8_t low, high; /* clamp of the activation */
	bool wide;
	bool planes; /* the input is (groups, in_h, in_w, in_c / groups) */
};

/** Average or largest element of a window. */
struct pulse_nn_pool {
	uint16_t in_h, in_w, channels;
	uint16_t out_h, out_w;
	uint16_t kernel_h, kernel_w;
	uint16_t stride_h, stride_w;
	uint16_t pad_h, pad_w;
	int8_t low, high;
};

/** Two operands; the second repeats every `period` elements. */
struct pulse_nn_elementwise {
	uint32_t size, period;
	int8_t zero_a, zero_b, zero_out;
	int8_t low, high;
	struct pulse_nn_scale a, b, out; /* a product uses only out; maximum and minimum none */
};

/** Mean of `count` rows of `channels`. */
struct pulse_nn_mean {
	uint32_t count, channels;
	struct pulse_nn_scale scale;
	int8_t in_zero, out_zero;
};

struct pulse_nn_softmax {
	uint32_t rows, depth;
	struct pulse_nn_scale scale; /* to Q5.26 */
	int32_t smallest;            /* differences below it count as exp(x) = 0 */
};

/** Strided copy; strides in bytes. */
struct pulse_nn_copy {
	int32_t size[4];
	int32_t from[4];
	int32_t to[4];
};

/**
 * Convolve. `tile`: 4-byte aligned scratch, see scratch_bytes in
 * python_tools/wristpulse_tools/codegen/pack.py. `out` may overlap `in` where the generator has
 * proved that no byte is overwritten before its last use.
 */
void pulse_nn_conv(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out, int16_t *tile);

/**
 * Convolve and add the input: a residual branch, whose own result is never whole. `add`: `a` is the
 * input. `rows`: scratch for a strip of results, see scratch_bytes; others as of pulse_nn_conv.
 */
void pulse_nn_conv_add(const struct pulse_nn_conv *conv, const struct pulse_nn_elementwise *add,
		       const int8_t *in, int8_t *out, int16_t *tile, int8_t *rows);

/** Convolve each channel by its own filters; weights (kernel_h, kernel_w, out_c). `scratch` and
 * `out` as of pulse_nn_conv. */
void pulse_nn_depthwise(const struct pulse_nn_conv *conv, const int8_t *in, int8_t *out,
			int16_t *scratch);

void pulse_nn_average_pool(const struct pulse_nn_pool *pool, const int8_t *in, int8_t *out);
void pulse_nn_max_pool(const struct pulse_nn_pool *pool, const int8_t *in, int8_t *out);
void pulse_nn_add(const struct pulse_nn_elementwise *add, const int8_t *a, const int8_t *b,
		  int8_t *out);
void pulse_nn_sub(const struct pulse_nn_elementwise *sub, const int8_t *a, const int8_t *b,
		  int8_t *out);
void pulse_nn_maximum(const struct pulse_nn_elementwise *of, const int8_t *a, const int8_t *b,
		      int8_t *out);
void pulse_nn_minimum(const struct pulse_nn_elementwise *of, const int8_t *a, const int8_t *b,
		      int8_t *out);
void pulse_nn_mul(const struct pulse_nn_elementwise *mul, const int8_t *a, const int8_t *b,
		  int8_t *out);
void pulse_nn_mean(const struct pulse_nn_mean *mean, const int8_t *in, int8_t *out);
void pulse_nn_softmax(const struct pulse_nn_softmax *softmax, const int8_t *in, int8_t *out);
void pulse_nn_copy(const struct pulse_nn_copy *copy, const int8_t *in, int8_t *out);

/** out[i] = table[in[i] + 128]. */
void pulse_nn_lookup(const int8_t table[256], const int8_t *in, int8_t *out, uint32_t size);

/** memset for int8_t, for the border of a padded tensor. */
void pulse_nn_fill(int8_t *out, int8_t value, uint32_t size);

#ifdef __cplusplus
}
#endif

#endif /* PULSE_NN_H_ */
