// `Columns::update`. Without AVX2 there is none, and `--layout soa` is refused.
#pragma once

#include "columns.h"

#ifdef __AVX2__
#include <immintrin.h>

namespace botref {

inline __m256i xorshift32x8(__m256i r) {
  r = _mm256_xor_si256(r, _mm256_slli_epi32(r, 13));
  r = _mm256_xor_si256(r, _mm256_srli_epi32(r, 17));
  return _mm256_xor_si256(r, _mm256_slli_epi32(r, 5));
}

inline __m256 arenax8(__m256i r) {
  return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32(r, 8)), _mm256_set1_ps(1.0f / 131072.0f));
}

/// `Body<float>` of eight sessions.
struct Body8 {
  __m256 x, y, vx, vy, hp, targetX, targetY;
  __m256i rng;

  [[gnu::always_inline]] inline void step(__m256 dt, __m256 steer, __m256 regen) {
    const __m256 one = _mm256_set1_ps(1.0f), speed = _mm256_set1_ps(7.0f), eps = _mm256_set1_ps(0.001f),
                 full = _mm256_set1_ps(100.0f);
    __m256 dx = _mm256_sub_ps(targetX, x), dy = _mm256_sub_ps(targetY, y);
    __m256 d2 = _mm256_add_ps(_mm256_mul_ps(dx, dx), _mm256_mul_ps(dy, dy));
    const __m256 near = _mm256_cmp_ps(d2, one, _CMP_LT_OQ);
    if (_mm256_movemask_ps(near)) {
      const __m256i r1 = xorshift32x8(rng), r2 = xorshift32x8(r1);
      targetX = _mm256_blendv_ps(targetX, arenax8(r1), near);
      targetY = _mm256_blendv_ps(targetY, arenax8(r2), near);
      rng = _mm256_blendv_epi8(rng, r2, _mm256_castps_si256(near));
      dx = _mm256_sub_ps(targetX, x);
      dy = _mm256_sub_ps(targetY, y);
      d2 = _mm256_add_ps(_mm256_mul_ps(dx, dx), _mm256_mul_ps(dy, dy));
    }
    const __m256 inv = _mm256_div_ps(speed, _mm256_add_ps(_mm256_sqrt_ps(d2), eps));
    const __m256 ex = _mm256_sub_ps(_mm256_mul_ps(dx, inv), vx);
    const __m256 ey = _mm256_sub_ps(_mm256_mul_ps(dy, inv), vy);
    vx = _mm256_add_ps(vx, _mm256_mul_ps(ex, steer));
    vy = _mm256_add_ps(vy, _mm256_mul_ps(ey, steer));
    x = _mm256_add_ps(x, _mm256_mul_ps(vx, dt));
    y = _mm256_add_ps(y, _mm256_mul_ps(vy, dt));
    const __m256 v2 = _mm256_add_ps(_mm256_mul_ps(vx, vx), _mm256_mul_ps(vy, vy));
    hp = _mm256_add_ps(hp, _mm256_mul_ps(_mm256_sub_ps(full, hp), regen));
    hp = _mm256_sub_ps(hp, _mm256_mul_ps(v2, eps));
  }
};

/// All bits of the lanes of those of eight sessions that are active.
inline __m256i liveLanes(const SessionState* state) {
  const __m128i states = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(state));
  return _mm256_cmpeq_epi32(_mm256_cvtepu8_epi32(states), _mm256_set1_epi32(int(SessionState::active)));
}

inline void Columns::update(uint32_t from, uint32_t to, Workload workload, const Tick<float>& t) {
  const SessionState* const state = state_.data();
  double* const lastUpdateMs = lastUpdateMs_.data();
  const __m256d nowMs = _mm256_set1_pd(t.nowMs);
  for (uint32_t i = from; i < to; i += 8) {
    const __m256i live = liveLanes(state + i);
    // A lane that is live is -1.
    __m256i* const counts = reinterpret_cast<__m256i*>(updateCount_ + i);
    _mm256_store_si256(counts, _mm256_sub_epi32(_mm256_load_si256(counts), live));
    const __m256i low = _mm256_cvtepi32_epi64(_mm256_castsi256_si128(live));
    const __m256i high = _mm256_cvtepi32_epi64(_mm256_extracti128_si256(live, 1));
    double* const times = lastUpdateMs + i;
    _mm256_storeu_pd(times, _mm256_blendv_pd(_mm256_loadu_pd(times), nowMs, _mm256_castsi256_pd(low)));
    _mm256_storeu_pd(times + 4, _mm256_blendv_pd(_mm256_loadu_pd(times + 4), nowMs, _mm256_castsi256_pd(high)));
  }
  if (workload == Workload::W0) return;
  const __m256 dt = _mm256_set1_ps(t.dt), steer = _mm256_set1_ps(t.steer), regen = _mm256_set1_ps(t.regen);
  for (uint32_t i = from; i < to; i += 8) {
    const __m256i live = liveLanes(state + i);
    Body8 b{_mm256_load_ps(x_ + i),       _mm256_load_ps(y_ + i),
            _mm256_load_ps(vx_ + i),      _mm256_load_ps(vy_ + i),
            _mm256_load_ps(hp_ + i),      _mm256_load_ps(targetX_ + i),
            _mm256_load_ps(targetY_ + i), _mm256_load_si256(reinterpret_cast<const __m256i*>(rng_ + i))};
    for (uint32_t k = repeat_[i]; k > 0; --k) b.step(dt, steer, regen);
    if (_mm256_movemask_epi8(live) == -1) {
      _mm256_store_ps(x_ + i, b.x);
      _mm256_store_ps(y_ + i, b.y);
      _mm256_store_ps(vx_ + i, b.vx);
      _mm256_store_ps(vy_ + i, b.vy);
      _mm256_store_ps(hp_ + i, b.hp);
      _mm256_store_ps(targetX_ + i, b.targetX);
      _mm256_store_ps(targetY_ + i, b.targetY);
      _mm256_store_si256(reinterpret_cast<__m256i*>(rng_ + i), b.rng);
    } else {  // Masked stores are slow on some CPUs, so only here.
      _mm256_maskstore_ps(x_ + i, live, b.x);
      _mm256_maskstore_ps(y_ + i, live, b.y);
      _mm256_maskstore_ps(vx_ + i, live, b.vx);
      _mm256_maskstore_ps(vy_ + i, live, b.vy);
      _mm256_maskstore_ps(hp_ + i, live, b.hp);
      _mm256_maskstore_ps(targetX_ + i, live, b.targetX);
      _mm256_maskstore_ps(targetY_ + i, live, b.targetY);
      _mm256_maskstore_epi32(reinterpret_cast<int*>(rng_ + i), live, b.rng);
    }
  }
}

}  // namespace botref

#else

namespace botref {

inline void Columns::update(uint32_t, uint32_t, Workload, const Tick<float>&) { std::abort(); }

}  // namespace botref

#endif
