// The design's index by account. Stands in for phmap::parallel_flat_hash_map, which Debian does not package.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <vector>

#include "session.h"

namespace botref {

/// 2^LOG2 submaps, each one mutex and one flat table: linear probing, at most half full, deletion by shifting back, so
/// no tombstones. All calls from any thread; what is found is not kept alive.
template <unsigned LOG2, class Mutex>
class ShardedIndex {
 public:
  /// Room for so many without growing.
  void reserve(size_t sessions) {
    size_t capacity = kLeastSlots;
    while (capacity < 2 * sessions / submaps_.size() + kLeastSlots) capacity *= 2;
    for (Submap& m : submaps_) {
      std::unique_lock lock(m.mutex);
      if (capacity > m.slots.size()) rehash(m, capacity);
    }
  }

  /// False, and nothing changed, where the key is there already.
  bool insert(uint32_t key, BotSession* value) {
    const uint64_t h = mix(key);
    Submap& m = submapOf(h);
    std::unique_lock lock(m.mutex);
    for (size_t i = home(h, m.mask); m.slots[i].value; i = (i + 1) & m.mask)
      if (m.slots[i].key == key) return false;
    if (2 * (m.count + 1) > m.slots.size()) rehash(m, 2 * m.slots.size());
    place(m, key, value);
    ++m.count;
    return true;
  }

  /// Null where there is none.
  BotSession* find(uint32_t key) const {
    const uint64_t h = mix(key);
    const Submap& m = submapOf(h);
    std::shared_lock lock(m.mutex);
    for (size_t i = home(h, m.mask); m.slots[i].value; i = (i + 1) & m.mask)
      if (m.slots[i].key == key) return m.slots[i].value;
    return nullptr;
  }

  /// What was there, or null.
  BotSession* erase(uint32_t key) {
    const uint64_t h = mix(key);
    Submap& m = submapOf(h);
    std::unique_lock lock(m.mutex);
    size_t i = home(h, m.mask);
    while (m.slots[i].value && m.slots[i].key != key) i = (i + 1) & m.mask;
    BotSession* const found = m.slots[i].value;
    if (!found) return nullptr;
    for (size_t j = i;;) {
      j = (j + 1) & m.mask;
      if (!m.slots[j].value) break;
      const size_t want = home(mix(m.slots[j].key), m.mask);
      if (((j - want) & m.mask) >= ((j - i) & m.mask)) {
        m.slots[i] = m.slots[j];
        i = j;
      }
    }
    m.slots[i] = {0, nullptr};
    --m.count;
    return found;
  }

  /// In the order of the hashes.
  template <class Visit>
  void forEach(Visit&& visit) const {
    for (const Submap& m : submaps_) {
      std::shared_lock lock(m.mutex);
      for (const Slot& slot : m.slots)
        if (slot.value) visit(slot.value);
    }
  }

 private:
  static constexpr size_t kLeastSlots = 16;
  struct Slot {
    uint32_t key;
    BotSession* value;
  };
  struct alignas(64) Submap {
    mutable Mutex mutex;
    std::vector<Slot> slots = std::vector<Slot>(kLeastSlots, Slot{0, nullptr});
    size_t mask = kLeastSlots - 1, count = 0;
  };

  static uint64_t mix(uint32_t key) { return (uint64_t(key) + 1) * 0x9E3779B97F4A7C15ull; }
  static size_t home(uint64_t h, size_t mask) { return (h >> 20) & mask; }
  Submap& submapOf(uint64_t h) { return submaps_[h >> (64 - LOG2)]; }
  const Submap& submapOf(uint64_t h) const { return submaps_[h >> (64 - LOG2)]; }

  static void place(Submap& m, uint32_t key, BotSession* value) {
    size_t i = home(mix(key), m.mask);
    while (m.slots[i].value) i = (i + 1) & m.mask;
    m.slots[i] = {key, value};
  }
  static void rehash(Submap& m, size_t capacity) {
    std::vector<Slot> old(capacity, Slot{0, nullptr});
    old.swap(m.slots);
    m.mask = capacity - 1;
    for (const Slot& slot : old)
      if (slot.value) place(m, slot.key, slot.value);
  }

  std::array<Submap, size_t(1) << LOG2> submaps_;
};

using AccountIndex = ShardedIndex<3, std::shared_mutex>;

}  // namespace botref
