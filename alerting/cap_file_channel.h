#pragma once

#include <filesystem>

#include "alerting/cap.h"
#include "alerting/channel.h"

namespace tocsin {

// Writes CAP messages as files <root>/<target>/<identifier>.xml, where `target` is the address's
// directory below the root (made when it is missing). A file is complete and synced, with its
// directory, before the attempt says kAccepted; readers never see half a file. A file that is
// already there with the same content counts as accepted. One with other content is kRefused: what
// was published under an identifier stays as it is. A target that leaves the root is kRefused, too.
class CapFileChannel : public DeliveryChannel {
 public:
  CapFileChannel(std::filesystem::path root, CapOptions options);
  DeliveryResult attempt(const PendingDispatch& pending, const Catalogue& catalogue,
                         const Deadline& deadline) override;

 private:
  std::filesystem::path root_;
  CapOptions options_;
};

}  // namespace tocsin
