// W5: objects of the standard library, as who measures has them: nothing is allocated that an update does not need.
#pragma once

#include <charconv>
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

/// Keys by kind: none is made anew in an update. Short enough to lie in the string itself, so that a copy allocates nothing.
inline const std::string kItemKeys[kItemKinds] = {
    "item-0", "item-1", "item-2",  "item-3",  "item-4",  "item-5",  "item-6",  "item-7",
    "item-8", "item-9", "item-10", "item-11", "item-12", "item-13", "item-14", "item-15",
};

inline const std::string& itemKey(uint32_t kind) { return kItemKeys[kind]; }

inline void appendNumber(std::string& text, uint32_t number) {
  char digits[10];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  text.append(digits, size_t(end - digits));
}

/// One change of the map, the list and the title; `updateCount` is the new one already.
inline void changeBelongings(BotSession& s) {
  Belongings& b = *s.belongings;
  s.rng = xorshift32(s.rng);
  const std::string& key = itemKey(s.rng & (kItemKinds - 1));
  const auto item = b.inventory.try_emplace(key, 0).first;
  uint32_t count = item->second + 1 + ((s.rng >> 8) & 3);
  if (count > kMostCarried) {
    b.inventory.erase(item);
    count = 0;
  } else {
    item->second = count;
  }
  b.journal.push_back({s.updateCount, key});
  std::string& note = b.journal.back().note;
  note += 'x';
  appendNumber(note, count);
  if (b.journal.size() > kJournalEntries) b.journal.pop_front();
  // What it has of memory it keeps.
  b.title.assign("bot ");
  appendNumber(b.title, s.accountId);
  b.title.append(" carries ");
  appendNumber(b.title, uint32_t(b.inventory.size()));
  b.title.append(", last ");
  b.title.append(key);
}

}  // namespace botref
