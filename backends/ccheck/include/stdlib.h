#ifndef CCHECK_STDLIB_H
#define CCHECK_STDLIB_H
#include <stddef.h>
void *malloc(size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void free(void *memory);
#endif
