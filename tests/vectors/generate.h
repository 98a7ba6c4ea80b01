/* generate: one file of vectors, written. */
#ifndef TESTS_VECTORS_GENERATE_H
#define TESTS_VECTORS_GENERATE_H

#include <stdbool.h>

/* Lets `make` make its vectors and writes them, one a line, with `about` as it stands. False as fopen() and fclose().
 */
bool vectors_write(const char *path, const char *about, void (*make)(void));

#endif
