#include "daemon/opened.h"

namespace tocsin {

Result<std::unique_ptr<Store>> open_to_read(const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  options.access = Access::kReadOnly;
  options.if_missing = IfMissing::kFail;
  return Store::open(std::move(options));
}

Result<ReadStore> open_store_of(const std::string& config_directory) {
  auto contents = read_contents(config_directory);
  if (!contents) return tl::unexpected(contents.error());
  if (!contents->settings) {
    Numbering none;
    const auto loaded = load_contents(*contents, none);
    require(!loaded, "settings that can't be read are an error of the contents");
    return tl::unexpected(loaded.error());
  }
  auto store = open_to_read(contents->settings->store.path);
  if (!store) return tl::unexpected(store.error());
  return ReadStore{*std::move(contents), *std::move(store)};
}

Result<Opened> open_configuration(const std::string& config_directory) {
  auto read = open_store_of(config_directory);
  if (!read) return tl::unexpected(read.error());
  auto loaded = load_contents(read->contents, *read->store);
  if (!loaded) return tl::unexpected(loaded.error());
  auto pipeline = Pipeline::open(*read->store, std::move(*loaded));
  if (!pipeline) return tl::unexpected(pipeline.error());
  return Opened{std::move(read->store), *std::move(pipeline)};
}

}  // namespace tocsin
