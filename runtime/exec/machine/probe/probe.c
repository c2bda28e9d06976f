/* What the machine can do: memory bandwidth in two patterns, and arithmetic.
 * Each entry point repeats its loop and gives the best rate. */
#define _GNU_SOURCE
#include "courant_abi.h"
#include <stddef.h>
#include <sys/mman.h>
#include <time.h>

/* probe matches its Go counterpart. */
struct probe {
  int64_t threads;
  int64_t elements; /* of each of the three float arrays */
  int64_t rounds;   /* over the arrays, in one repetition */
  int64_t repetitions;
  double rate;  /* result: bytes, in place, or operations per second */
  double triad; /* result: bytes per second of triad */
};

enum { out_of_memory = 1 };

int courant_abi(void) { return COURANT_ABI_VERSION; }

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void best(double *rate, double amount, double start) {
  double now = amount / (seconds() - start);
  if (now > *rate) *rate = now;
}

static float *take(int64_t elements) {
  size_t bytes = (size_t)elements * sizeof(float);
  void *a = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (a == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
  madvise(a, bytes, MADV_HUGEPAGE);
#endif
  return a;
}

static void give_back(float *a, int64_t elements) {
  if (a) munmap(a, (size_t)elements * sizeof(float));
}

/* Three arrays, each part first touched by the thread that will use it. */
static int take_three(const struct probe *p, float **a, float **b, float **c) {
  int64_t n = p->elements;
  float *restrict x = *a = take(n), *restrict y = *b = take(n), *restrict z = *c = take(n);
  if (!x || !y || !z) return 0;
#pragma omp parallel for schedule(static) num_threads(p->threads)
  for (int64_t i = 0; i < n; i++) x[i] = 1, y[i] = 2, z[i] = 3;
  return 1;
}

/* The best rates of both patterns, over the same arrays: taking memory takes longer than
 * going over it.
 * a = b + s c: two arrays read, one written, counted as 12 bytes an element.
 * a = b + s c - a: the traffic of a time step that overwrites the oldest level. Three
 * arrays read, one of them written: 16 bytes an element. Arrays that fit a cache are gone
 * over in rounds, in which each thread has its own part and waits for no other. */
int probe_memory(struct probe *p) {
  float *a, *b, *c;
  int64_t n = p->elements;
  int ok = take_three(p, &a, &b, &c);
  for (int64_t r = 0; ok && r < p->repetitions; r++) {
    double start = seconds();
    float *restrict x = a;
    const float *restrict y = b, *restrict z = c;
    float s = 0.5f;
#pragma omp parallel for schedule(static) num_threads(p->threads)
    for (int64_t i = 0; i < n; i++) x[i] = y[i] + s * z[i];
    best(&p->triad, 12.0 * (double)n, start);
  }
  for (int64_t r = 0; ok && r < p->repetitions; r++) {
    double start = seconds();
#pragma omp parallel num_threads(p->threads)
    for (int64_t round = 0; round < p->rounds; round++) {
      float *restrict x = a;
      const float *restrict y = b, *restrict z = c;
      float s = 0.5f;
#pragma omp for schedule(static) nowait
      for (int64_t i = 0; i < n; i++) x[i] = y[i] + s * z[i] - x[i];
      __asm__ volatile("" ::: "memory"); /* rounds are not joined to one */
    }
    best(&p->rate, 16.0 * (double)n * (double)p->rounds, start);
  }
  give_back(a, n), give_back(b, n), give_back(c, n);
  return ok ? 0 : out_of_memory;
}

#if defined(__AVX512F__)
#define VECTOR 64
#elif defined(__AVX__)
#define VECTOR 32
#else
#define VECTOR 16
#endif

/* Chains of dependent multiply-adds: enough to hide the latency, and few
 * enough that all stay in registers. */
#define CHAINS 10
#define ROUNDS 2000000

#define FMA_PEAK(name, real)                                                   \
  typedef real name##_vector __attribute__((vector_size(VECTOR)));             \
  static double name##_rounds(real seed) {                                     \
    name##_vector a[CHAINS], x, y;                                             \
    for (int l = 0; l < VECTOR / (int)sizeof(real); l++) {                     \
      x[l] = (real)0.5 + seed, y[l] = (real)0.25 + seed;                       \
      for (int k = 0; k < CHAINS; k++) a[k][l] = (real)k + seed;               \
    }                                                                          \
    for (int64_t r = 0; r < ROUNDS; r++)                                       \
      for (int k = 0; k < CHAINS; k++) a[k] = a[k] * x + y;                    \
    for (int k = 1; k < CHAINS; k++) a[0] += a[k];                             \
    return (double)a[0][0];                                                    \
  }                                                                            \
  int name(struct probe *p) {                                                  \
    volatile real seed = 0;                                                    \
    double sum = 0;                                                            \
    for (int64_t r = 0; r < p->repetitions; r++) {                             \
      double start = seconds();                                                \
      _Pragma("omp parallel for num_threads(p->threads) reduction(+ : sum)")   \
      for (int64_t t = 0; t < p->threads; t++) sum += name##_rounds(seed);     \
      best(&p->rate, 2.0 * CHAINS * ROUNDS * (VECTOR / sizeof(real)) *                \
                  (double)p->threads, start);                                  \
    }                                                                          \
    return sum == 12345; /* never, but the compiler cannot know */             \
  }

FMA_PEAK(probe_fma32, float)
FMA_PEAK(probe_fma64, double)
