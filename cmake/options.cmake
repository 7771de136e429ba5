# One interface target carries every compiler option of the project.
add_library(tocsin_options INTERFACE)
target_include_directories(tocsin_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(tocsin_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch -Werror
  # Incremental must equal recomputed to the bit (docs/SEMANTICS.md section 1).
  -ffp-contract=off)
if(TOCSIN_SANITIZE)
  target_compile_options(tocsin_options INTERFACE
    -fsanitize=${TOCSIN_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(tocsin_options INTERFACE -fsanitize=${TOCSIN_SANITIZE})
endif()
if(TOCSIN_FUZZ)
  target_compile_options(tocsin_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_program(MOLD mold)
if(MOLD)
  target_link_options(tocsin_options INTERFACE -fuse-ld=mold)
endif()

# tocsin_library(NAME SOURCES... [PUBLIC libs...] [PRIVATE libs...]): one target a folder.
function(tocsin_library name)
  cmake_parse_arguments(arg "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC tocsin_options ${arg_PUBLIC} PRIVATE ${arg_PRIVATE})
endfunction()
