# fold - letters that have no decomposition to a Latin one, from unicode_fold.csv, as rows of domain/fold.c.
# Run by the build: cmake -D FROM=<unicode_fold.csv> -D TO=<fold.inc> -P fold.cmake

file(STRINGS "${FROM}" lines)
list(POP_FRONT lines)
set(rows "")
foreach(line IN LISTS lines)
  # A quoted cell is a quotation mark or a comma: punctuation, which the code knows by its kind.
  if(line MATCHES "^([0-9A-F]+),([A-Za-z]*),")
    string(APPEND rows "\t{0x${CMAKE_MATCH_1}, \"${CMAKE_MATCH_2}\"},\n")
  endif()
endforeach()
file(WRITE "${TO}" "${rows}")
