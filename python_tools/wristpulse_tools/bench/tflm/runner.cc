/* SPDX-License-Identifier: Apache-2.0 */
/* pulse_model_run by TFLite Micro, for python_tools/wristpulse_tools/bench/program.c; set-up is not counted. */
#include <cstring>
#include <new>

#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

extern "C" {
#include "platform.h"
#include "program.h"
#include "pulse_model_golden.h"
}

namespace
{

alignas(16) const unsigned char model[] = {
#include "model.inc"
};

constexpr unsigned kMostOperators = 24;
alignas(8) unsigned char resolver_memory[sizeof(tflite::MicroMutableOpResolver<kMostOperators>)];
alignas(8) unsigned char interpreter_memory[sizeof(tflite::MicroInterpreter)];
tflite::MicroInterpreter *interpreter;

} // namespace

/* @return bytes of the arena in use, 0 if the interpreter refuses the model */
extern "C" uint32_t bench_prepare(void *arena, uint32_t size)
{
	auto &resolver =
		*new (resolver_memory) tflite::MicroMutableOpResolver<kMostOperators>();

#include "operators.inc"
	interpreter = new (interpreter_memory) tflite::MicroInterpreter(
		tflite::GetModel(model), resolver, static_cast<uint8_t *>(arena), size);
	if (interpreter->AllocateTensors() != kTfLiteOk) {
		return 0;
	}
	return static_cast<uint32_t>(interpreter->arena_used_bytes());
}

extern "C" void pulse_model_run(const int8_t *input, int8_t *output, void *)
{
	std::memcpy(interpreter->input(0)->data.int8, input, PULSE_MODEL_INPUT_SIZE);
	interpreter->Invoke();
	std::memcpy(output, interpreter->output(0)->data.int8, PULSE_MODEL_OUTPUT_SIZE);
}

extern "C" void DebugLog(const char *, va_list)
{
}
