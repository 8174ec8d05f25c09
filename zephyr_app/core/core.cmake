# SPDX-License-Identifier: Apache-2.0
# The core's files, for any CMake project: include() this, then add PULSE_CORE_SOURCES and
# PULSE_CORE_INCLUDES to a target, with a model directory (pulse_model.c, pulse_model.h, pulse_config.h).
set(PULSE_CORE_DIR ${CMAKE_CURRENT_LIST_DIR})
set(PULSE_CORE_INCLUDES ${PULSE_CORE_DIR}/include ${PULSE_CORE_DIR}/nn)
file(GLOB PULSE_CORE_SOURCES CONFIGURE_DEPENDS ${PULSE_CORE_DIR}/src/*.c ${PULSE_CORE_DIR}/nn/*.c)
