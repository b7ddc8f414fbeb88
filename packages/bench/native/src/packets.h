// W2 and W8: what a session does with packets, and what the driver brings and takes.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "motion.h"
#include "rings.h"
#include "session.h"

namespace botref {

inline constexpr uint16_t kInboundOpcode = 0x00B5, kOutboundOpcode = 0x00DD;
inline constexpr uint32_t kInboundWords = 8, kOutboundWords = 4;

inline uint8_t* inboundRing(const BotSession& s) { return s.rings; }
inline uint8_t* outboundRing(const BotSession& s) { return s.rings + ringBytes; }

template <class Real>
inline void drainInbound(BotSession& s, Body<Real>& body, double nowMs) {
  const uint8_t* const ring = inboundRing(s);
  const uint32_t head = s.inHead;
  uint32_t tail = s.inTail;
  while (tail != head) {
    uint32_t header;
    ringCopyOut(ring, tail, &header, 4);
    const uint32_t length = header >> 16;
    const uint32_t sum = ringByteSum(ring, tail + 4, length);
    body.hp = body.hp + Real(sum & 1023) * Real(1.0 / 1024.0);
    tail += 4 + ((length + 3) & ~3u);
    ++s.packetsIn;
    s.bytesIn += length;
    s.lastActivityMs = nowMs;
  }
  s.inTail = tail;
}

inline void emitOutbound(BotSession& s) {
  const std::array<uint32_t, kOutboundWords> payload{std::bit_cast<uint32_t>(s.x), std::bit_cast<uint32_t>(s.y),
                                                     s.accountId, s.updateCount};
  if (ringPush<kOutboundWords>(outboundRing(s), s.outHead, s.outTail, kOutboundOpcode, payload)) {
    ++s.packetsOut;
    s.bytesOut += 4 * kOutboundWords;
  } else {
    ++s.dropped;
  }
}

/// The driver's packet of a tick for a session that is awake.
inline void ingest(BotSession& s, uint32_t tick) {
  std::array<uint32_t, kInboundWords> payload;
  const uint32_t base = s.accountId * 0x9E3779B1u + tick * 0x85EBCA6Bu;
  for (uint32_t j = 0; j < kInboundWords; ++j) payload[j] = base + j * 0x27D4EB2Fu;
  if (!ringPush<kInboundWords>(inboundRing(s), s.inHead, s.inTail, kInboundOpcode, payload)) ++s.dropped;
}

/// What was taken from outbound rings: packets, and the sum of their payload words, modulo 2^32.
struct Egress {
  uint64_t packets = 0;
  uint32_t sum = 0;
};

/// Takes every outbound packet.
inline void egress(const std::vector<BotSession*>& sessions, Egress& taken) {
  uint64_t packets = 0;
  uint32_t sum = 0;
  for (BotSession* s : sessions) {
    const uint8_t* const ring = outboundRing(*s);
    uint32_t tail = s->outTail;
    while (tail != s->outHead) {
      uint32_t header;
      ringCopyOut(ring, tail, &header, 4);
      const uint32_t words = ((header >> 16) + 3) / 4;
      for (uint32_t w = 0; w < words; ++w) {
        uint32_t word;
        ringCopyOut(ring, tail + 4 + 4 * w, &word, 4);
        sum += word;
      }
      tail += 4 + 4 * words;
      ++packets;
    }
    s->outTail = tail;
  }
  taken.packets += packets;
  taken.sum += sum;
}

}  // namespace botref
