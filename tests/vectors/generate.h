/* generate: one file of vectors, written. */
#ifndef TESTS_VECTORS_GENERATE_H
#define TESTS_VECTORS_GENERATE_H

#include <stdio.h>

/* Lets `make` make its vectors and writes them, one a line. */
void vectors_write(FILE *file, const char *about, void (*make)(void));

#endif
