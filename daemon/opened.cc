#include "daemon/opened.h"

namespace tocsin {

Result<std::unique_ptr<Store>> open_to_read(const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  options.access = Access::kReadOnly;
  options.if_missing = IfMissing::kFail;
  return Store::open(std::move(options));
}

Result<Loaded> load_with(const Contents& contents, const Store& store) {
  Numbering numbering;
  auto entries = store.numbering();
  if (!entries) return tl::unexpected(entries.error());
  for (const Numbering::Entry& entry : *entries) numbering.restore(entry);
  return load_contents(contents, numbering);
}

Result<std::string> store_path(const std::string& config_directory) {
  auto contents = read_contents(config_directory);
  if (!contents) return tl::unexpected(contents.error());
  Numbering numbering;
  auto loaded = load_contents(*contents, numbering);
  if (!loaded) return tl::unexpected(loaded.error());
  resolve_paths(loaded->settings, config_directory);
  return loaded->settings.store.path;
}

Result<Opened> open_configuration(const std::string& config_directory) {
  auto contents = read_contents(config_directory);
  if (!contents) return tl::unexpected(contents.error());
  auto path = store_path(config_directory);
  if (!path) return tl::unexpected(path.error());
  Opened opened;
  auto store = open_to_read(*path);
  if (!store) return tl::unexpected(store.error());
  opened.store = std::move(*store);
  auto loaded = load_with(*contents, *opened.store);
  if (!loaded) return tl::unexpected(loaded.error());
  opened.settings = loaded->settings;
  auto pipeline = Pipeline::open(*opened.store, std::move(*loaded));
  if (!pipeline) return tl::unexpected(pipeline.error());
  opened.pipeline = std::move(*pipeline);
  return opened;
}

}  // namespace tocsin
