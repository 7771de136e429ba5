#include <fmt/format.h>

#include <system_error>

#include "daemon/config/configuration.h"
#include "daemon/config/read_file.h"

namespace tocsin {
namespace {

bool is_configuration_file(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  return !path.filename().string().starts_with('.') &&
         (extension == ".yaml" || extension == ".yml" || extension == ".geojson");
}

Result<std::string> read_within_limit(const std::filesystem::path& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > kConfigurationFileBytesMax) {
    return fail(ErrorCode::kLimit, fmt::format("{} has {} bytes; allowed are {}", path.string(),
                                               size, kConfigurationFileBytesMax));
  }
  if (error) return fail(ErrorCode::kIo, fmt::format("can't read {}", path.string()));
  return read_file(path);
}

}  // namespace

Result<ConfigurationFiles> read_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::directory_iterator entries(directory, error);
  if (error) {
    return fail(ErrorCode::kNotFound, fmt::format("can't read the configuration directory {}: {}",
                                                  directory.string(), error.message()));
  }
  ConfigurationFiles files;
  for (const auto& entry : entries) {
    if (!is_configuration_file(entry.path()) || !entry.is_regular_file(error)) continue;
    auto content = read_within_limit(entry.path());
    if (!content) return tl::unexpected(content.error());
    files.emplace(entry.path().filename().string(), std::move(*content));
  }
  return files;
}

void resolve_paths(Settings& settings, const std::filesystem::path& directory) {
  const auto base = std::filesystem::absolute(directory);
  const auto resolve = [&](std::string& path) {
    if (!path.empty()) path = (base / path).lexically_normal().string();
  };
  for (std::string& pack : settings.packs) resolve(pack);
  resolve(settings.store.path);
  resolve(settings.ingest.secret_key_file);
  resolve(settings.admin.certificate_file);
  resolve(settings.admin.key_file);
  resolve(settings.admin.tokens_file);
  resolve(settings.smtp.ca_file);
  resolve(settings.smtp.credentials_file);
  resolve(settings.cap.directory);
}

std::string render(const Diagnostics& diagnostics, const ConfigurationFiles& files) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    const auto file = files.find(diagnostic.file);
    text += render(diagnostic, file == files.end() ? std::string_view() : file->second);
  }
  return text;
}

}  // namespace tocsin
