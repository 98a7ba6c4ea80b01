/* schema: the tables of the store, their keys and the layout of their records.
 *
 * All numbers are big-endian, so keys sort as numbers do. What stands here is what gets sealed; the sealing, with the
 * table and the key bound to it, is in records.c (docs/protocol.md, 9.4).
 *
 *   table      key                                       record
 *   format     u8 copy: 1, 2                             "INAMA.store" || u32 version (which stands unsealed in front,
 * too) feeds      u32 ordinal                               as struct store_feed: feed, author, key, number, head,
 * epoch, epoch started, epoch first, u8 frozen, u8 waits for, waiting, waiting bytes, outdated, sized audience, members
 *   entries    u64 arrival || u32 ordinal || u64 number  the entry
 *   epochs     u32 ordinal || u32 epoch                  key, 32
 *   alerts     u64 sequence                              u64 arrived || u32 ordinal || u64 number || disclosure
 *   readers    u32 reader                                member id, 32
 *   positions  u32 ordinal || u32 reader                 u64 number
 *   notes      u32 kind || u32 number                    the caller's
 *   told       u64 sequence || u32 ordinal               u64 number
 *   opened     u64 sequence || u32 reader, 0: here       u8 state || u64 heard || what was said, or is to be
 *   audit, disclosures   u64 number                      hashes, 32 each || salt, 16 || content; erased: the hashes
 *   checkpoints          u32 journal || u64 size         the text
 *
 * Readers are numbered because a key is not sealed: member ids in it would tell a thief who reads what.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "base/result.h"
#include "base/span.h"
#include "store/store.h"

enum {
    SCHEMA_FORMAT = 5,
    SCHEMA_FORMAT_OLDEST = 3, /* that is read: tables that it lacks are then made */
};

enum table {
    TABLE_FORMAT,
    TABLE_FEEDS,
    TABLE_ENTRIES,
    TABLE_EPOCHS,
    TABLE_ALERTS,
    TABLE_READERS,
    TABLE_POSITIONS,
    TABLE_NOTES,
    TABLE_TOLD,
    TABLE_AUDIT,
    TABLE_DISCLOSURES,
    TABLE_CHECKPOINTS,
    TABLE_OPENED,
    TABLE_COUNT
};

/* The first table that a store of this format does not have. */
enum table schema_tables_of(uint32_t format);

enum { RECORD_KEY_MAX = 20 };

/* Where a record is: its table and key, as numbers. */
struct place {
    enum table table;
    uint64_t first;
    uint64_t second;  /* 0 in tables whose key is one number */
    uint64_t arrival; /* of an entry: stands before the others in its key; else 0 */
};

const char *schema_table_name(enum table table);
/* Writes the key into out[RECORD_KEY_MAX] and returns its length. */
size_t schema_key(uint8_t out[static RECORD_KEY_MAX], const struct place *place);
/* Reads a key of the table; false if it is none. */
bool schema_place(struct place *out, enum table table, struct span key);

void schema_put_feed(struct buf *out, const struct store_feed *feed);
/* The ordinal is the key's and left alone. STORE_DAMAGED, NO_MEMORY; texts and members are copied into the arena. */
MUST_USE enum result schema_feed(struct store_feed *out, struct arena *arena, struct span record);

void schema_put_alert(struct buf *out, const struct store_alert *alert);
/* `disclosure` points into the record. STORE_DAMAGED. */
MUST_USE enum result schema_alert(struct store_alert *out, struct span record);

#endif
