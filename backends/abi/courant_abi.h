/* courant_abi.h - the one contract between generated code and its caller.
 *
 * A generated library exports
 *
 *     int courant_abi(void);                                the version below
 *     int courant_prepare(const struct courant_args *);     once per run
 *     int courant_run(const struct courant_args *);         steps first..last
 *
 * courant_run may be called again with later steps: all state is in the
 * arrays, and the buffer that holds time level t is a function of t alone: t
 * counts up for an operator that steps backward, too. Where rows of traces,
 * frames and numbers of series are counted by steps, they are its own steps.
 * Both return 0, COURANT_BAD_ABI when the versions differ, or
 * COURANT_NO_MEMORY when threads find none for what they keep.
 */
#ifndef COURANT_ABI_H
#define COURANT_ABI_H
#include <stdint.h>

#define COURANT_ABI_VERSION 7
#define COURANT_BAD_ABI 1
#define COURANT_NO_MEMORY 2

/* A grid array. data points at the interior's first element of buffer 0. The 64
 * bytes behind the last element of the last buffer can be read: the last vector of
 * a row may do so, and uses nothing of it. */
struct courant_array {
  void *data;
  int64_t buffer; /* elements from one time buffer, or frame, to the next */
  const int64_t *stride; /* per axis; 0 along an axis that it does not span */
  int64_t count;  /* time buffers, or frames */
  /* Of an array that courant_run finds in half precision, its values are the numbers
   * that are stored times this power of two. courant_prepare finds parameters, and
   * leaves what it computes, as real numbers without a unit: the caller converts
   * them in between, in the same layout. */
  double unit;
};

/* Sparse rows: row r reads the entries start[r] .. start[r+1]-1.
 *
 * To sample, a row is a point, and every entry is a grid node with a weight.
 * To inject, a row is a grid node (node[r*dim] ..), and every entry is a
 * point with a weight: no two rows write the same node, so rows may run in
 * parallel and the sum has one order.
 *
 * When points move, step t has the rows first[t] .. first[t+1]-1, and to
 * sample, row r is the point r - first[t]. */
struct courant_points {
  int64_t rows;
  const int64_t *first; /* per step, and one more; NULL when points rest */
  int64_t count;        /* points: the length of one row of traces */
  const int64_t *start; /* rows + 1 */
  const int64_t *node;  /* dim indices each: per entry (sample), per row (inject) */
  /* Of the same nodes: the element of arrays that have args->stride, counted from
   * the first interior one. 64 more follow, whose memory is asked for early. */
  const int64_t *place;
  /* Where samples are staged, the nodes of each step lie in the order of the axes,
   * the first axis first, as rows to inject do, and order[e] says which is that of
   * entry e, which others may have too; NULL where they are not. */
  const int64_t *order;
  /* Where points rest: the first node of each (x, y) of the first two axes, columns
   * along y, and one more; NULL lets a tile search for it. */
  const int64_t *column;
  int64_t columns;
  const int64_t *point; /* per entry (inject); NULL to sample */
  const double *weight; /* per entry */
  void *traces;         /* (steps, count), the kernel's real type */
  int64_t entries;      /* all there are: the length of weight */
  void *staged;         /* (steps of a tile, nodes): samples that are added up behind a tile; or NULL */
};

/* A series: one number per step. */
struct courant_series {
  double *values;
  double *partial; /* one per point of the first axis: what its points give */
};

/* Ranks that share a grid exchange halos. width0 points in front of the first
 * point of this rank's part along an axis, and width1 behind the last one, are
 * computed by its neighbours: to begin sends what neighbours need of time
 * buffer of an array, to wait receives. */
enum courant_phase { COURANT_BEGIN, COURANT_WAIT };
typedef void (*courant_exchange)(void *ranks, int64_t phase, int64_t array, int64_t buffer, int64_t axis, int64_t width0, int64_t width1);

struct courant_args {
  int64_t version;
  int64_t threads;
  int64_t first, last;   /* time steps, both included */
  int64_t end;           /* the last t of the whole run */
  int64_t mirror;        /* a backward operator's own step is mirror - t */
  const int64_t *size;   /* interior points, per axis */
  const int64_t *stride; /* of every array that spans all axes */
  /* A box, first and behind the last point of each axis, in which the coefficients
   * that the source names have their usual values; NULL for none. */
  const int64_t *usual;
  const int64_t *block;  /* block extent, per axis; parts of an axis have a least one, which the source names */
  const double *scalar;
  const struct courant_array *array;
  const struct courant_points *points;
  const struct courant_series *series;
  /* Of a grid that ranks share: the index of the first point of this rank's part
   * in the whole grid, the points of the whole, and what exchanges halos. NULL
   * for a rank alone. */
  const int64_t *origin;
  const int64_t *global;
  courant_exchange exchange;
  void *ranks;
};

/* A number in half precision, IEEE 754 binary16. The conversions are exact, but for
 * the rounding to the nearest number, to an even one between two; they depend on no
 * mode of the processor, and loops over them can be vectors. */
typedef uint16_t courant_half;
#if defined(__CUDACC__) || defined(__CUDA__)
#define COURANT_CONVERSION static __host__ __device__ inline
#else
#define COURANT_CONVERSION static inline
#endif

COURANT_CONVERSION float courant_widen(courant_half h)
{
  union { uint32_t bits; float value; } to;
  const uint32_t size = h & 0x7fffu;
  to.bits = (size << 13) + (size < 0x7c00u ? 0x38000000u : 0x70000000u); /* bias 127 in place of 15 */
  to.value = size < 0x400u ? (float)(int32_t)size * 0x1p-24f : to.value;
  to.bits |= (uint32_t)(h & 0x8000u) << 16;
  return to.value;
}

COURANT_CONVERSION courant_half courant_narrow(float v)
{
  union { uint32_t bits; float value; } from, small;
  from.value = v;
  const uint32_t sign = from.bits >> 16 & 0x8000u;
  from.bits &= 0x7fffffffu;
  small.value = from.value + 0.5f; /* whose last bit is 2^-24, that of the smallest numbers */
  uint32_t size = (from.bits - 0x38000000u + 0xfffu + (from.bits >> 13 & 1u)) >> 13;
  size = from.bits < 0x38800000u ? small.bits - 0x3f000000u : size;
  size = from.bits >= 0x477ff000u ? 0x7c00u : size; /* beyond the greatest number */
  size = from.bits > 0x7f800000u ? 0x7e00u : size;  /* not a number */
  return (courant_half)(size | sign);
}

/* Waves fade into denormal numbers, on which processors are many times
 * slower. They count as zero while a kernel runs: courant_flush_denormals sees
 * to that for the calling thread, courant_restore undoes it. */
typedef uint64_t courant_mode;
#if defined(__SSE__)
static inline courant_mode courant_flush_denormals(void)
{
  const unsigned mode = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(mode | 0x8040u);
  return mode;
}
static inline void courant_restore(courant_mode mode) { __builtin_ia32_ldmxcsr((unsigned)mode); }
#elif defined(__aarch64__)
static inline courant_mode courant_flush_denormals(void)
{
  courant_mode mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  __asm__ volatile("msr fpcr, %0" : : "r"(mode | (UINT64_C(1) << 24)));
  return mode;
}
static inline void courant_restore(courant_mode mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode)); }
#else
static inline courant_mode courant_flush_denormals(void) { return 0; }
static inline void courant_restore(courant_mode mode) { (void)mode; }
#endif

#endif
