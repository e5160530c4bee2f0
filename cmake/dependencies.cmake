# The libraries of the system that the program and its tests stand on (docs/architecture.md says why).
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(ZLIB REQUIRED IMPORTED_TARGET zlib)
pkg_check_modules(ARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(QRENCODE REQUIRED IMPORTED_TARGET libqrencode)

# Debian's CMake file of civetweb also wants its program, which is another package; so look here.
find_library(CIVETWEB_LIBRARY civetweb REQUIRED)
find_path(CIVETWEB_INCLUDE civetweb.h REQUIRED)
add_library(civetweb::civetweb UNKNOWN IMPORTED)
set_target_properties(civetweb::civetweb PROPERTIES
  IMPORTED_LOCATION "${CIVETWEB_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${CIVETWEB_INCLUDE}")

# Served as /vendor/chart.js.
find_path(CHARTJS_DIR chart.min.js PATHS /usr/share/javascript/chart.js REQUIRED
  DOC "Folder of Chart.js (package libjs-chart.js)")

if(CHEF_TESTS)
  pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
  pkg_check_modules(WEBSOCKETS REQUIRED IMPORTED_TARGET libwebsockets)
endif()
