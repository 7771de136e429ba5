#pragma once

#include <filesystem>

#include "alerting/cap.h"
#include "alerting/channel.h"

namespace tocsin {

// Writes CAP messages as files <root>/<target>/<identifier>.xml, where `target` is the address's
// directory below the root (made when it is missing). A file is complete and synced, with its
// directory, before the attempt says kAccepted; readers never see half a file. What was
// published under an identifier stays as it is: a file that is already there counts as accepted
// when it is the same revision (identifier and time sent), even in other words, as after a crash
// before the result was kept and a restart with another name of the region or contact; the answer
// then says so. Any other file of the name is kRefused. A target that leaves the root is kRefused,
// too.
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
