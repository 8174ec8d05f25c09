# SPDX-License-Identifier: Apache-2.0
# What an image of this repository needs said before find_package(Zephyr): its boards, its module
# and a toolchain. What the user says in the environment or on the command line goes first.
include_guard(GLOBAL)

get_filename_component(PULSE_ROOT ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
set(PULSE_APP ${PULSE_ROOT}/zephyr_app)

list(APPEND BOARD_ROOT ${PULSE_ROOT})
list(APPEND SOC_ROOT ${PULSE_ROOT}/boards)
list(APPEND SNIPPET_ROOT ${PULSE_APP})
list(APPEND EXTRA_ZEPHYR_MODULES ${PULSE_ROOT})
# Zephyr takes the list of modules from one place only: the command line, else the environment, else
# from here. Each of them keeps what the user named, and has this module too.
foreach(name EXTRA_ZEPHYR_MODULES ZEPHYR_EXTRA_MODULES)
  if(DEFINED CACHE{${name}})
    set(pulse_modules $CACHE{${name}} ${PULSE_ROOT})
    list(REMOVE_DUPLICATES pulse_modules)
    set(${name} "${pulse_modules}" CACHE STRING "Modules beside the workspace's" FORCE)
  elseif(DEFINED ENV{${name}})
    set(pulse_modules $ENV{${name}} ${PULSE_ROOT})
    list(REMOVE_DUPLICATES pulse_modules)
    set(ENV{${name}} "${pulse_modules}")
  endif()
endforeach()
# Sysbuild hands its images a board whose alias is resolved.
if(NOT SYSBUILD AND NOT DEFINED ZEPHYR_BOARD_ALIASES AND NOT DEFINED ENV{ZEPHYR_BOARD_ALIASES})
  set(ZEPHYR_BOARD_ALIASES ${PULSE_ROOT}/boards/aliases.cmake)
endif()

# The Zephyr SDK where there is one; else the host's compiler for native_sim, and for the rest the
# arm-none-eabi GCC of the distribution.
if(NOT DEFINED ZEPHYR_TOOLCHAIN_VARIANT AND NOT DEFINED ENV{ZEPHYR_TOOLCHAIN_VARIANT}
   AND NOT DEFINED ZEPHYR_SDK_INSTALL_DIR AND NOT DEFINED ENV{ZEPHYR_SDK_INSTALL_DIR})
  # Where the SDK's own set-up registers or leaves it.
  file(GLOB pulse_sdks $ENV{HOME}/.cmake/packages/Zephyr-sdk/* $ENV{HOME}/zephyr-sdk-*
       $ENV{HOME}/.local/zephyr-sdk-* $ENV{HOME}/.local/opt/zephyr-sdk-* $ENV{HOME}/bin/zephyr-sdk-*
       /opt/zephyr-sdk-* /usr/local/zephyr-sdk-*)
  if(NOT pulse_sdks)
    if("${BOARD}$ENV{BOARD}" MATCHES "^(native_sim|native_posix|unit_testing)")
      set(ZEPHYR_TOOLCHAIN_VARIANT host)
    else()
      find_program(PULSE_ARM_GCC arm-none-eabi-gcc)
      if(NOT PULSE_ARM_GCC)
        message(FATAL_ERROR "toolchain: expected a Zephyr SDK or arm-none-eabi-gcc in PATH, found "
                            "neither (Debian: apt-get install gcc-arm-none-eabi)")
      endif()
      get_filename_component(pulse_toolchain ${PULSE_ARM_GCC} DIRECTORY)
      get_filename_component(pulse_toolchain ${pulse_toolchain} DIRECTORY)
      set(GNUARMEMB_TOOLCHAIN_PATH ${pulse_toolchain} CACHE PATH "Folder of bin/arm-none-eabi-gcc")
      set(ZEPHYR_TOOLCHAIN_VARIANT gnuarmemb)
    endif()
  endif()
endif()
