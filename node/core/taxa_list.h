/* taxa_list: what the reader (taxa.c) and the writer (taxa_import.c) of a list of taxa share; see taxa.h. */
#ifndef CORE_TAXA_LIST_H
#define CORE_TAXA_LIST_H

#define TAXA_LIST_HEAD "inama-taxa 1\n"

#endif
