#include "storage/recent.h"

#include <algorithm>

#include "storage/bytes.h"
#include "storage/codec.h"

namespace tocsin {
namespace {

constexpr std::uint8_t kBlockVersion = 1;
constexpr std::size_t kFirstSlots = 1024;

// Calls visit(identity, value) for each revision of a block.
template <class Visit>
Result<void> read_block(std::string_view block, Visit visit) {
  ByteReader in(block);
  in.version(kBlockVersion);
  while (in.ok() && in.remaining() > 0) {
    Identity identity;
    identity.source = SourceId(in.u16());
    identity.hash = in.hash();
    const std::string_view value = in.raw(in.u32());
    if (in.ok()) visit(identity, value);
  }
  return in.finish("block of revisions");
}

}  // namespace

std::string encode_block(std::span<const LatestRevision> revisions) {
  constexpr std::size_t kUsual = 80;  // bytes a revision
  std::string block;
  block.reserve(1 + kUsual * revisions.size());
  ByteWriter out(block);
  out.u8(kBlockVersion);
  for (const LatestRevision& revision : revisions) {
    out.u16(revision.source.number());
    out.hash(revision.identity);
    const std::size_t length_at = block.size();
    out.u32(0);
    const std::size_t begin = block.size();
    encode(revision, block);
    std::string length;
    ByteWriter(length).u32(static_cast<std::uint32_t>(block.size() - begin));
    block.replace(length_at, length.size(), length);
  }
  return block;
}

Result<void> RecentRevisions::add(std::string block, std::uint64_t sequence) {
  blocks_.push_back(std::move(block));
  read_.clear();
  const auto whole =
      read_block(blocks_.back(), [&](const Identity& identity, std::string_view value) {
        expect(identity);
        read_.push_back({identity.hash, value.data(), static_cast<std::uint32_t>(value.size()),
                         identity.source});
      });
  if (!whole) {
    blocks_.pop_back();
    return whole;
  }
  last_sequence_ = sequence;
  for (const Slot& revision : read_) {
    if (8 * (size_ + 1) > 5 * slots_.size()) grow();
    Slot& slot = slots_[slot_of({revision.source, revision.hash})];
    if (slot.bytes == nullptr) ++size_;
    slot = revision;
  }
  return {};
}

void RecentRevisions::expect(const Identity& identity) const {
  if (size_ > 0) __builtin_prefetch(&slots_[identity.hash.prefix() & (slots_.size() - 1)]);
}

std::optional<std::string_view> RecentRevisions::find(const Identity& identity) const {
  if (size_ == 0) return std::nullopt;
  const Slot& slot = slots_[slot_of(identity)];
  if (slot.bytes == nullptr) return std::nullopt;
  return std::string_view(slot.bytes, slot.size);
}

std::vector<std::pair<RecordKey, std::string_view>> RecentRevisions::sorted() const {
  std::vector<std::pair<RecordKey, std::string_view>> all;
  all.reserve(size_);
  for (const Slot& slot : slots_)
    if (slot.bytes != nullptr)
      all.emplace_back(record_key({slot.source, slot.hash}),
                       std::string_view(slot.bytes, slot.size));
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    return std::string_view(a.first.data(), a.first.size()) <
           std::string_view(b.first.data(), b.first.size());
  });
  return all;
}

// Identities are hashes already: their bytes spread.
std::size_t RecentRevisions::slot_of(const Identity& identity) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = identity.hash.prefix() & mask;; at = (at + 1) & mask) {
    const Slot& slot = slots_[at];
    if (slot.bytes == nullptr || (slot.hash == identity.hash && slot.source == identity.source))
      return at;
  }
}

void RecentRevisions::grow() {
  std::vector<Slot> before(std::max(kFirstSlots, 2 * slots_.size()));
  before.swap(slots_);
  for (const Slot& slot : before)
    if (slot.bytes != nullptr) slots_[slot_of({slot.source, slot.hash})] = slot;
}

}  // namespace tocsin
