// W5: objects of the standard library, as C++ that nobody tunes has them.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "session.h"

namespace botref {

struct JournalEntry {
  uint32_t at;
  std::string note;
};

struct Belongings {
  std::string title;
  std::unordered_map<std::string, uint32_t> inventory;
  std::deque<JournalEntry> journal;
};

inline constexpr uint32_t kItemKinds = 16, kMostCarried = 20;
inline constexpr size_t kJournalEntries = 16;

inline std::string itemKey(uint32_t kind) { return "item-" + std::to_string(kind); }

/// One change of the map, the list and the title; `updateCount` is the new one already.
inline void changeBelongings(BotSession& s) {
  Belongings& b = *s.belongings;
  s.rng = xorshift32(s.rng);
  const std::string key = itemKey(s.rng & (kItemKinds - 1));
  const auto item = b.inventory.try_emplace(key, 0).first;
  uint32_t count = item->second + 1 + ((s.rng >> 8) & 3);
  if (count > kMostCarried) {
    b.inventory.erase(item);
    count = 0;
  } else {
    item->second = count;
  }
  b.journal.push_back({s.updateCount, key + "x" + std::to_string(count)});
  if (b.journal.size() > kJournalEntries) b.journal.pop_front();
  b.title = "bot " + std::to_string(s.accountId) + " carries " + std::to_string(b.inventory.size()) + ", last " + key;
}

}  // namespace botref
