// The checksum of docs/workloads.md.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "belongings.h"
#include "session.h"

namespace botref {

/// FNV-1a, 32 bits.
class Fnv {
 public:
  void add(const void* bytes, size_t count) {
    const auto* p = static_cast<const uint8_t*>(bytes);
    for (size_t i = 0; i < count; ++i) hash_ = (hash_ ^ p[i]) * 16777619u;
  }
  void add(const std::string& text) { add(text.data(), text.size()); }
  uint32_t value() const { return hash_; }

 private:
  uint32_t hash_ = 2166136261u;
};

inline void addBelongings(Fnv& fnv, const Belongings& b) {
  fnv.add(b.title + "\n");
  for (uint32_t kind = 0; kind < kItemKinds; ++kind) {
    const std::string key = itemKey(kind);
    if (const auto item = b.inventory.find(key); item != b.inventory.end())
      fnv.add(key + "=" + std::to_string(item->second) + ";");
  }
  fnv.add("\n");
  for (const JournalEntry& entry : b.journal) fnv.add(std::to_string(entry.at) + ":" + entry.note + ";");
  fnv.add("\n");
}

/// Of sessions by ascending account id.
inline uint32_t checksumOf(const std::vector<BotSession*>& sessions) {
  constexpr size_t bytes = offsetof(BotSession, rng) + sizeof(BotSession::rng) - offsetof(BotSession, x);
  static_assert(bytes == 32);
  Fnv fnv;
  for (const BotSession* s : sessions) {
    fnv.add(&s->x, bytes);
    if (s->belongings) addBelongings(fnv, *s->belongings);
  }
  return fnv.value();
}

}  // namespace botref
