# The compiler's flags: one interface target that every room links.
set(CHEF_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, such as 'address,undefined' or 'thread'")
option(CHEF_FUZZ "Build the targets of tests/fuzz for libFuzzer (needs clang)" OFF)

add_library(chef_options INTERFACE)
target_compile_options(chef_options INTERFACE
  # The same sums on every machine: no fused multiply-add.
  $<$<COMPILE_LANGUAGE:C>:-ffp-contract=off>
  $<$<COMPILE_LANGUAGE:C>:-Wall;-Wextra;-Wpedantic;-Werror>
  $<$<COMPILE_LANGUAGE:C>:-Wconversion;-Wshadow;-Wstrict-prototypes;-Wmissing-prototypes;-Wvla>
  $<$<COMPILE_LANGUAGE:C>:-Wundef;-Wformat=2;-Wpointer-arith;-Wwrite-strings;-Wimplicit-fallthrough>)

if(CHEF_SANITIZE)
  target_compile_options(chef_options INTERFACE
    -fsanitize=${CHEF_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(chef_options INTERFACE -fsanitize=${CHEF_SANITIZE})
endif()
if(CHEF_FUZZ)
  # Coverage in all rooms; the driver itself is linked into the fuzz targets only.
  target_compile_options(chef_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(chef_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
