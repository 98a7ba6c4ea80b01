/* disk: what of a node's writes is still there after it has crashed.
 *
 * This program has its own pwrite(), writev(), fdatasync(), fsync() and rename(), which LMDB and node/base/file.c call.
 * What a node at work writes to its store goes to the file, and is remembered until it is synced. Syncing costs
 * nothing. After a loss of power the file holds what was synced and, of what was not, whichever sectors reached the
 * disk; a name that was changed and not synced may be the one before.
 */
#ifndef SIM_DISK_H
#define SIM_DISK_H

#include <stdbool.h>
#include <stddef.h>

/* The folder of a node; its store is below it. */
void disk_of(int node, const char *folder);

/* After so many more calls that reach the disk, the node stops in the middle of one: from then on what it does changes
 * nothing. */
void disk_arm(int node, size_t calls);
/* Has it? */
bool disk_has_stopped(int node);
/* It stops now, between two calls. */
void disk_stop(int node);
/* The disk as the next start finds it, once the node has been released. Without power, what was not synced is lost, or
 * torn. */
void disk_recover(int node, bool without_power);
/* ENOSPC from now on, until it is taken back. */
void disk_fill(int node, bool full);
/* Another file takes the place of the store's, while the node is down. */
void disk_replace(int node, const void *bytes, size_t len);
/* Changes a bit of the store's file; disk_mend() takes back all such changes. */
void disk_flip(int node);
void disk_mend(int node);

#endif
