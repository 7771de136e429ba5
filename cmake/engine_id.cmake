# cmake -DOUT=FILE -DSOURCE=DIR -P engine_id.cmake: writes the C++ file that defines kEngineId
# (daemon/engine_id.h).
cmake_minimum_required(VERSION 3.25)
file(GLOB sources RELATIVE ${SOURCE} ${SOURCE}/model/*.h ${SOURCE}/model/*.cc ${SOURCE}/rules/*.h ${SOURCE}/rules/*.cc)
list(SORT sources)
set(all "")
foreach(source ${sources})
  file(SHA256 ${SOURCE}/${source} hash)
  string(APPEND all "${source} ${hash}\n")
endforeach()
string(SHA256 id "${all}")
file(CONFIGURE OUTPUT ${OUT} CONTENT "#include \"daemon/engine_id.h\"

namespace tocsin {

const std::string_view kEngineId = \"@id@\";

}  // namespace tocsin
" @ONLY)
