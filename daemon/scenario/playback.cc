#include "daemon/scenario/playback.h"

#include <fmt/format.h>

#include <utility>

namespace tocsin {

Result<Playback> Playback::start(const Catalogue& catalogue, std::vector<Pack> packs,
                                 PlaybackOptions options) {
  const Producer* producer = catalogue.find_producer(options.producer);
  if (producer == nullptr)
    return fail(ErrorCode::kNotFound,
                fmt::format("the configuration has no producer \"{}\"", options.producer));
  Playback playback(catalogue, std::move(packs), options);
  playback.producer_ = producer;
  return playback;
}

Playback::Playback(const Catalogue& catalogue, std::vector<Pack> packs,
                   const PlaybackOptions& options)
    : catalogue_(catalogue),
      policy_(options.gate),
      engine_(catalogue, std::move(packs), options.engine) {}

Statements Playback::commit(std::string_view payload, ProcessingTime now) {
  take(*producer_, payload, now);
  return state(now);
}

void Playback::take(const Producer& producer, std::string_view payload, ProcessingTime now) {
  refusals_.clear();
  parser_.for_each_record(payload, [&](std::size_t index, std::string_view, ParsedRecord&& record) {
    take_record(producer, index, std::move(record), now);
  });
}

Statements Playback::state(ProcessingTime now) {
  ++commits_;
  return engine_.state(now);
}

void Playback::take_record(const Producer& producer, std::size_t index, ParsedRecord&& record,
                           ProcessingTime now) {
  if (!record) {
    ++fates_[static_cast<std::size_t>(Fate::kQuarantined)];
    refusals_.push_back({index, std::move(record.error())});
    return;
  }
  const Hash128 identity = identity_hash(record->source, record->id);
  const auto known = latest_.find(identity);
  const Arrival arrival{producer, now, commits_ + 1, static_cast<std::uint32_t>(index)};
  Admission admission = admit(catalogue_, policy_, arrival, *record,
                              known == latest_.end() ? nullptr : &known->second);
  ++fates_[static_cast<std::size_t>(admission.fate)];
  if (admission.rejection) refusals_.push_back({index, std::move(*admission.rejection)});
  if (!admission.change) return;
  engine_.apply(*admission.change);
  latest_.insert_or_assign(identity, std::move(admission.change->after));
}

}  // namespace tocsin
