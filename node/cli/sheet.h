/* sheet: the content of an alert as a page: class by class, each field with its value and what its code means. */
#ifndef CLI_SHEET_H
#define CLI_SHEET_H

#include "alert.pb-c.h"
#include "base/arena.h"

/* Prints all fields of the dictionary; those without a value are named in one line per class. */
void sheet_print(struct arena *arena, const Alert *content);

#endif
