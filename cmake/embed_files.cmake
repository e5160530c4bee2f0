# embed_files(TARGET ROOT FILE...): puts files into the program, read through base/embedded.h.
# A file of the repository is known by its path from the top; "NAME=PATH" gives another name.
function(embed_files target)
  set(list_lines "")
  set(paths "")
  foreach(entry IN LISTS ARGN)
    if(entry MATCHES "^([^=]+)=(.+)$")
      set(name "${CMAKE_MATCH_1}")
      set(path "${CMAKE_MATCH_2}")
    else()
      set(path "${entry}")
      file(RELATIVE_PATH name "${PROJECT_SOURCE_DIR}" "${path}")
    endif()
    list(APPEND list_lines "${name}=${path}")
    list(APPEND paths "${path}")
  endforeach()
  list(SORT list_lines) # embedded_find() searches by halves

  set(folder "${CMAKE_BINARY_DIR}/embedded")
  string(JOIN "\n" list_text ${list_lines})
  file(CONFIGURE OUTPUT "${folder}/files.txt" CONTENT "${list_text}\n" @ONLY)
  add_custom_command(
    OUTPUT "${folder}/embedded_bytes.S" "${folder}/embedded_table.c"
    COMMAND "${CMAKE_COMMAND}" "-DFOLDER=${folder}"
            -P "${PROJECT_SOURCE_DIR}/cmake/write_embedded.cmake"
    DEPENDS "${folder}/files.txt" "${PROJECT_SOURCE_DIR}/cmake/write_embedded.cmake" ${paths}
    COMMENT "Embedding files"
    VERBATIM)
  add_library(${target} STATIC "${folder}/embedded_bytes.S" "${folder}/embedded_table.c")
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/server")
  target_link_libraries(${target} PRIVATE chef_options)
endfunction()
