# SPDX-License-Identifier: Apache-2.0
# The application, after project().

# Without the sensors' aliases one message, and not an error for each use.
foreach(alias pulse-ppg pulse-accel)
  dt_alias(pulse_node PROPERTY ${alias})
  if(NOT pulse_node)
    message(FATAL_ERROR "devicetree: aliases: expected ${alias}, found none: docs/wiring.md")
  endif()
endforeach()

# Kconfig drops LTO without what it depends on, and its warning is easily missed.
foreach(file IN LISTS merge_config_files)
  file(STRINGS ${file} pulse_lto REGEX "^CONFIG_LTO=y")
  if(pulse_lto AND NOT CONFIG_LTO)
    message(FATAL_ERROR "CONFIG_LTO: expected CONFIG_ISR_TABLES_LOCAL_DECLARATION=y beside it, found n")
  endif()
endforeach()

add_subdirectory(${PULSE_APP}/src ${CMAKE_BINARY_DIR}/pulse/src)
if(CONFIG_PULSE_REPLAY OR CONFIG_PULSE_REPLAY_SERIAL)
  target_include_directories(app PRIVATE ${PULSE_APP})
  add_subdirectory(${PULSE_APP}/replay ${CMAKE_BINARY_DIR}/pulse/replay)
endif()
