/* pages: is the data file sound enough to be mapped into memory?
 *
 * LMDB trusts its file: a damaged page makes it follow a pointer out of the file, which ends the process by a signal,
 * or lets it take pages for free that are in use, which destroys what they hold. So the file is walked once before it
 * is mapped: both meta pages, every branch and leaf page of every table, the heads of the overflow pages, the list of
 * free pages; page numbers, sizes, the order of the keys and all counts. The values themselves need no look: they are
 * sealed.
 *
 * The walk knows the format of LMDB 0.9 on 64-bit little-endian machines; elsewhere it finds nothing.
 */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include "base/result.h"

/* Walks the file. An absent or empty one is sound: it is yet to be made. STORE_DAMAGED, with what is wrong in
 * *complaint (constant text, translated); NO_MEMORY; IO, NOT_ALLOWED with errno. */
MUST_USE enum result pages_check(const char *path, const char **complaint);

#endif
