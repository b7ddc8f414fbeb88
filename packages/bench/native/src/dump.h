// Every session as it is after the last tick, in a file: what has been computed is judged by whoever reads it.
#pragma once

#include <string>
#include <vector>

#include "session.h"

namespace botref {

/// For each session, in the order of the list, little-endian: x, y, vx, vy, hp, targetX, targetY (f32) and rng; then
/// updateCount, packetsIn, packetsOut, bytesIn, bytesOut, dropped; then 1 where it has belongings, else 0, all u32. What it
/// has are its title; how many items, and of each its key and count; how many entries, and of each its time and note. A
/// string is its length, u32, and its bytes. A file that cannot be written ends the process with exit code 2.
void dumpSessions(const std::string& path, const std::vector<BotSession*>& sessions);

}  // namespace botref
