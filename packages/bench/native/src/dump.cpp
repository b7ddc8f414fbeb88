#include "dump.h"

#include <bit>
#include <cstdio>

#include "belongings.h"
#include "options.h"

namespace botref {

static_assert(std::endian::native == std::endian::little);

namespace {

void add(std::string& out, const void* bytes, size_t count) { out.append(static_cast<const char*>(bytes), count); }

void add(std::string& out, uint32_t word) { add(out, &word, sizeof word); }

void add(std::string& out, const std::string& text) {
  add(out, uint32_t(text.size()));
  out += text;
}

void add(std::string& out, const Belongings& b) {
  add(out, b.title);
  add(out, uint32_t(b.inventory.size()));
  for (const auto& [key, count] : b.inventory) {
    add(out, key);
    add(out, count);
  }
  add(out, uint32_t(b.journal.size()));
  for (const JournalEntry& entry : b.journal) {
    add(out, entry.at);
    add(out, entry.note);
  }
}

}  // namespace

void dumpSessions(const std::string& path, const std::vector<BotSession*>& sessions) {
  constexpr size_t checkedBytes = offsetof(BotSession, rng) + sizeof(BotSession::rng) - offsetof(BotSession, x);
  std::string out;
  for (const BotSession* s : sessions) {
    add(out, &s->x, checkedBytes);
    for (uint32_t word : {s->updateCount, s->packetsIn, s->packetsOut, s->bytesIn, s->bytesOut, s->dropped}) add(out, word);
    add(out, s->belongings ? 1u : 0u);
    if (s->belongings) add(out, *s->belongings);
  }
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  const bool isWhole = file && std::fwrite(out.data(), 1, out.size(), file) == out.size();
  if (!file || std::fclose(file) != 0 || !isWhole) fail("--dump must be a file that can be written: got " + path);
}

}  // namespace botref
