#include "store/records.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "keys/seal.h"
#include "store/pages.h"

enum {
    PATH_SIZE = 4096,
    MAP_STEP = 64 * 1024, /* whole pages on every machine */
    COMPLAINT_SIZE = 512,
    MAP_MIN = 256 * 1024,        /* a smaller map does not hold the empty tables */
    LOCK_FILE_BYTES = 16 * 1024, /* LMDB needs half of it for its 126 readers */
    FORMAT_COPIES = 2,           /* if one opens and the other does not, the file is damaged and the key is right */
    BINDING_MAX = 16 + RECORD_KEY_MAX,
};

static const char format_mark[] = "INAMA.store";

struct records {
    MDB_env *env;
    MDB_txn *change; /* NULL: none is open */
    MDB_txn *reader; /* reset between calls */
    MDB_dbi tables[TABLE_COUNT];
    int folder;         /* holds the lock as long as it is open */
    bool unsynced;      /* a commit failed to reach the disk */
    enum result doomed; /* why the open change cannot be committed any more */
    uint64_t size_max;
    const uint8_t *key;
    const struct random *random;
    char complaint[COMPLAINT_SIZE];
};

/* ---- complaints ---- */

const char *records_complaint(const struct records *records) {
    return records->complaint;
}

static enum result complain(struct records *records, enum result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum result complain(struct records *records, enum result result, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(records->complaint, sizeof records->complaint, format, arguments);
    va_end(arguments);
    return result;
}

enum result records_complain(struct records *records, enum result result, const struct place *place,
                             const char *cause) {
    const char *table = schema_table_name(place->table);
    if (place->second)
        return complain(records, result, _("store: table \"%s\", record %llu/%llu: %s"), table,
                        (unsigned long long)place->first, (unsigned long long)place->second, cause);
    return complain(records, result, _("store: table \"%s\", record %llu: %s"), table, (unsigned long long)place->first,
                    cause);
}

static enum result result_of(int code) {
    switch (code) {
    case MDB_SUCCESS:
        return RESULT_OK;
    case MDB_NOTFOUND:
        return RESULT_NOT_FOUND;
    case MDB_MAP_FULL:
        return RESULT_STORE_FULL;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return RESULT_DISK_FULL;
    case ENOMEM:
    case MDB_TXN_FULL: /* the change holds more pages than LMDB keeps in memory */
        return RESULT_NO_MEMORY;
    case EACCES:
    case EPERM:
        return RESULT_NOT_ALLOWED;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
    case MDB_BAD_VALSIZE:
        return RESULT_STORE_DAMAGED;
    default:
        return RESULT_IO;
    }
}

/* What LMDB returned, as a result and with its own words as the cause. */
static enum result outcome(struct records *records, int code, const char *doing) {
    enum result result = result_of(code);
    if (result && result != RESULT_NOT_FOUND)
        complain(records, result, _("store: %s: %s"), doing, mdb_strerror(code));
    return result;
}

/* ---- sealing ---- */

/* What a record is bound to: table name || 0 || key (docs/protocol.md, 9.4). */
struct binding {
    uint8_t bytes[BINDING_MAX];
    size_t len;
    MDB_val key; /* the part that is the key */
};

static void bind(struct binding *out, const struct place *place) {
    const char *table = schema_table_name(place->table);
    size_t prefix = strlen(table) + 1;
    memcpy(out->bytes, table, prefix);
    out->key = (MDB_val){schema_key(out->bytes + prefix, place), out->bytes + prefix};
    out->len = prefix + out->key.mv_size;
}

enum result records_open_sealed(struct records *records, struct arena *arena, const struct place *place,
                                struct span sealed, struct span *record) {
    struct binding binding;
    bind(&binding, place);
    enum result result = seal_open_record(arena, record, records->key, span_of(binding.bytes, binding.len), sealed);
    return result ? records_complain(records, result, place, result_text(result)) : RESULT_OK;
}

/* ---- reading ---- */

static enum result begin_read(struct records *records, MDB_txn **txn) {
    *txn = records->change ? records->change : records->reader;
    int code = records->change ? 0 : mdb_txn_renew(records->reader);
    return outcome(records, code, _("reading"));
}

static void end_read(struct records *records, MDB_txn *txn) {
    if (txn == records->reader)
        mdb_txn_reset(txn);
}

enum result records_get(struct records *records, struct arena *arena, const struct place *place, size_t bytes_max,
                        struct span *record) {
    MDB_txn *txn;
    MDB_val value;
    struct binding binding;
    bind(&binding, place);
    TRY(begin_read(records, &txn));
    int code = mdb_get(txn, records->tables[place->table], &binding.key, &value);
    enum result result = outcome(records, code, _("reading"));
    if (!result && value.mv_size > SEAL_RECORD_OVERHEAD && value.mv_size - SEAL_RECORD_OVERHEAD > bytes_max)
        result = RESULT_TOO_LARGE;
    if (!result)
        result = records_open_sealed(records, arena, place, span_of(value.mv_data, value.mv_size), record);
    end_read(records, txn);
    return result;
}

static struct place place_of(enum table table, const MDB_val *key) {
    struct place place;
    return schema_place(&place, table, span_of(key->mv_data, key->mv_size)) ? place : (struct place){.table = table};
}

enum result records_last(struct records *records, enum table table, struct place *out) {
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, value;
    TRY(begin_read(records, &txn));
    int code = mdb_cursor_open(txn, records->tables[table], &cursor);
    if (!code) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_LAST);
        if (!code)
            *out = place_of(table, &key);
        mdb_cursor_close(cursor);
    }
    end_read(records, txn);
    return outcome(records, code, _("reading"));
}

static enum result walk(struct records *records, MDB_cursor *cursor, const struct place *from, records_visit *visit,
                        void *context) {
    uint8_t bytes[RECORD_KEY_MAX];
    MDB_val value, key = {schema_key(bytes, from), bytes};
    int code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    while (!code) {
        struct place place = place_of(from->table, &key);
        if (!visit(context, &place, span_of(value.mv_data, value.mv_size)))
            return RESULT_OK;
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    return code == MDB_NOTFOUND ? RESULT_OK : outcome(records, code, _("reading"));
}

enum result records_walk(struct records *records, const struct place *from, records_visit *visit, void *context) {
    MDB_txn *txn;
    MDB_cursor *cursor;
    TRY(begin_read(records, &txn));
    int code = mdb_cursor_open(txn, records->tables[from->table], &cursor);
    enum result result = outcome(records, code, _("reading"));
    if (!result) {
        result = walk(records, cursor, from, visit, context);
        mdb_cursor_close(cursor);
    }
    end_read(records, txn);
    return result;
}

/* ---- changing ---- */

enum result records_begin(struct records *records) {
    assert(!records->change);
    if (records->unsynced)
        return complain(records, RESULT_IO,
                        _("store: an earlier change did not reach the disk; check the disk, restart"));
    records->doomed = RESULT_OK;
    return outcome(records, mdb_txn_begin(records->env, NULL, 0, &records->change), _("beginning a change"));
}

enum result records_put(struct records *records, const struct place *place, struct span record) {
    assert(records->change);
    if (records->doomed)
        return records->doomed;
    struct binding binding;
    bind(&binding, place);
    MDB_dbi table = records->tables[place->table];
    MDB_val value = {record.len + SEAL_RECORD_OVERHEAD, NULL};
    int code = mdb_put(records->change, table, &binding.key, &value, MDB_RESERVE | MDB_APPEND);
    if (code == MDB_KEYEXIST) /* it does not belong behind all others */
        code = mdb_put(records->change, table, &binding.key, &value, MDB_RESERVE);
    if (code)
        return records_doom(records, outcome(records, code, _("adding a record")));
    seal_record(value.mv_data, records->key, span_of(binding.bytes, binding.len), record, records->random);
    return RESULT_OK;
}

enum result records_doom(struct records *records, enum result why) {
    records->doomed = why;
    return why;
}

/* When the head of the file could not be written, LMDB refuses everything from then on. */
static bool has_given_up(struct records *records) {
    int code = mdb_txn_renew(records->reader);
    if (!code)
        mdb_txn_reset(records->reader);
    return code != 0;
}

enum result records_commit(struct records *records) {
    assert(records->change);
    if (records->doomed) {
        records_abort(records);
        return records->doomed;
    }
    int code = mdb_txn_commit(records->change);
    records->change = NULL;
    enum result result = outcome(records, code, _("writing to the disk"));
    if (result == RESULT_DISK_FULL && has_given_up(records))
        result = RESULT_IO;
    records->unsynced = result == RESULT_IO;
    return result;
}

void records_abort(struct records *records) {
    if (records->change)
        mdb_txn_abort(records->change);
    records->change = NULL;
}

bool records_is_open(const struct records *records) {
    return records->change != NULL;
}

void records_usage(struct records *records, uint64_t *used, uint64_t *size_max) {
    MDB_envinfo info;
    MDB_stat stat;
    mdb_env_info(records->env, &info);
    mdb_env_stat(records->env, &stat);
    *used = (uint64_t)(info.me_last_pgno + 1) * stat.ms_psize;
    *size_max = info.me_mapsize;
}

/* ---- opening ---- */

/* The version stands in front, readable without the key, and once more inside. */
static enum result put_format(struct records *records, uint8_t copy) {
    struct place place = {.table = TABLE_FORMAT, .first = copy};
    struct binding binding;
    uint8_t plain[sizeof format_mark + 4], value[4 + SEAL_RECORD_OVERHEAD + sizeof plain];
    memcpy(plain, format_mark, sizeof format_mark);
    put_u32(plain + sizeof format_mark, SCHEMA_FORMAT);
    put_u32(value, SCHEMA_FORMAT);
    bind(&binding, &place);
    seal_record(value + 4, records->key, span_of(binding.bytes, binding.len), SPAN_OF_ARRAY(plain), records->random);
    MDB_val content = {sizeof value, value};
    int code = mdb_put(records->change, records->tables[TABLE_FORMAT], &binding.key, &content, 0);
    return outcome(records, code, _("making the store"));
}

/* WRONG_KEY if this copy does not open. */
static enum result check_format(struct records *records, struct arena *arena, uint8_t copy, uint32_t *format) {
    struct place place = {.table = TABLE_FORMAT, .first = copy};
    struct binding binding;
    MDB_val value;
    uint32_t version = 0, sealed_version = 0;
    uint8_t mark[sizeof format_mark]; /* what opens has been sealed by us: only its length is in question */
    bind(&binding, &place);
    int code = mdb_get(records->change, records->tables[TABLE_FORMAT], &binding.key, &value);
    if (code)
        return code == MDB_NOTFOUND ? RESULT_WRONG_KEY : outcome(records, code, _("reading"));
    struct span sealed = span_of(value.mv_data, value.mv_size), plain = {0};
    if (!span_u32(&sealed, &version))
        return RESULT_STORE_DAMAGED;
    struct span place_bytes = span_of(binding.bytes, binding.len);
    if (seal_open_record(arena, &plain, records->key, place_bytes, sealed) != RESULT_OK)
        return version > SCHEMA_FORMAT ? RESULT_UNKNOWN_SCHEMA : RESULT_WRONG_KEY;
    if (!span_copy(&plain, mark, sizeof mark) || !span_u32(&plain, &sealed_version) || version != sealed_version)
        return RESULT_STORE_DAMAGED;
    *format = version;
    return version >= SCHEMA_FORMAT_OLDEST && version <= SCHEMA_FORMAT ? RESULT_OK : RESULT_UNKNOWN_SCHEMA;
}

static enum result check_formats(struct records *records, uint32_t *format) {
    uint32_t again = 0;
    struct arena arena;
    arena_init(&arena, 1024);
    *format = 0;
    enum result first = check_format(records, &arena, 1, format);
    enum result second = check_format(records, &arena, 2, &again);
    arena_release(&arena);
    if (first != second || first == RESULT_STORE_DAMAGED || (!first && *format != again))
        return complain(records, RESULT_STORE_DAMAGED, _("store: the record of its format is damaged"));
    if (first == RESULT_UNKNOWN_SCHEMA)
        complain(records, first, _("store: another version of this program made it; this one reads format %d"),
                 SCHEMA_FORMAT);
    if (first == RESULT_WRONG_KEY)
        complain(records, first, _("store: it was made under another key"));
    return first;
}

static int open_table(struct records *records, enum table table, bool is_new) {
    return mdb_dbi_open(records->change, schema_table_name(table), is_new ? MDB_CREATE : 0, &records->tables[table]);
}

static enum result opened(struct records *records, int code) {
    if (code == MDB_NOTFOUND)
        return complain(records, RESULT_STORE_DAMAGED, _("store: a table is missing"));
    return outcome(records, code, _("opening the tables"));
}

static enum result put_formats(struct records *records) {
    for (unsigned copy = 1; copy <= FORMAT_COPIES; copy++)
        TRY(put_format(records, (uint8_t)copy));
    return RESULT_OK;
}

/* In the change that is open. A store that has any table has all those of its format. */
static enum result open_tables(struct records *records) {
    MDB_dbi main;
    MDB_stat stat;
    uint32_t format = 0;
    int code = mdb_dbi_open(records->change, NULL, 0, &main);
    if (!code)
        code = mdb_stat(records->change, main, &stat);
    bool is_new = !code && stat.ms_entries == 0;
    if (!code)
        code = open_table(records, TABLE_FORMAT, is_new);
    TRY(opened(records, code));
    if (is_new)
        TRY(put_formats(records));
    TRY(check_formats(records, &format)); /* it says which tables there must be */
    for (unsigned i = TABLE_FORMAT + 1; !code && i < TABLE_COUNT; i++)
        code = open_table(records, i, is_new || i >= schema_tables_of(format));
    TRY(opened(records, code));
    return format < SCHEMA_FORMAT ? put_formats(records) : RESULT_OK;
}

/* LMDB maps its lock file and writes to the map; without blocks under it, a full disk would end the process. */
static int reserve_lock_file(struct records *records) {
    int file = openat(records->folder, "lock.mdb", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
        return errno;
    int code = posix_fallocate(file, 0, LOCK_FILE_BYTES);
    close(file);
    return code;
}

static enum result open_environment(struct records *records, const char *folder) {
    int stale;
    int code = reserve_lock_file(records);
    if (!code)
        code = mdb_env_create(&records->env);
    if (!code)
        code = mdb_env_set_mapsize(records->env, records->size_max);
    if (!code)
        code = mdb_env_set_maxdbs(records->env, TABLE_COUNT);
    if (!code) /* without thread-local storage the store may be handed to another thread */
        code = mdb_env_open(records->env, folder, MDB_NOTLS, 0600);
    if (!code)
        code = mdb_reader_check(records->env, &stale);
    if (!code)
        code = mdb_txn_begin(records->env, NULL, MDB_RDONLY, &records->reader);
    if (!code)
        mdb_txn_reset(records->reader);
    return outcome(records, code, _("opening"));
}

static enum result lock_folder(struct records *records, const char *folder) {
    enum result result = file_make_private_folder(folder);
    if (!result && (records->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        result = RESULT_IO;
    if (result)
        return complain(records, result, _("store: %s: %s"), folder, result_text(result));
    if (flock(records->folder, LOCK_EX | LOCK_NB) == 0)
        return RESULT_OK;
    if (errno == EWOULDBLOCK)
        return complain(records, RESULT_EXISTS, _("store: %s: another process has it open"), folder);
    return outcome(records, errno, _("locking the folder"));
}

static enum result check_pages(struct records *records, const char *folder) {
    char path[PATH_SIZE];
    const char *cause = NULL;
    if ((size_t)snprintf(path, sizeof path, "%s/data.mdb", folder) >= sizeof path)
        return outcome(records, ENAMETOOLONG, _("opening"));
    enum result result = pages_check(path, &cause);
    if (result)
        complain(records, result, _("store: %s: %s"), path, cause ? cause : result_text(result));
    return result;
}

static enum result open_all(struct records *records, const char *folder) {
    TRY(lock_folder(records, folder));
    TRY(check_pages(records, folder));
    TRY(open_environment(records, folder));
    TRY(records_begin(records));
    TRY(open_tables(records));
    TRY(records_commit(records));
    /* LMDB syncs its file, but not the name of a file that it has just made */
    return outcome(records, fsync(records->folder) ? errno : 0, _("writing to the disk"));
}

enum result records_open(struct records **out, const struct store_options *options) {
    struct records *records = calloc(1, sizeof *records);
    if (!records)
        return RESULT_NO_MEMORY;
    records->folder = -1;
    records->size_max = (options->size_max < MAP_MIN ? MAP_MIN : options->size_max) / MAP_STEP * MAP_STEP;
    records->key = options->key;
    records->random = options->random;
    enum result result = open_all(records, options->folder);
    if (result) {
        if (options->report)
            report_add(options->report, SEVERITY_ERROR, NULL, "%s", records->complaint);
        records_close(records);
        return result;
    }
    *out = records;
    return RESULT_OK;
}

void records_close(struct records *records) {
    if (!records)
        return;
    records_abort(records);
    if (records->reader)
        mdb_txn_abort(records->reader);
    if (records->env)
        mdb_env_close(records->env);
    if (records->folder >= 0)
        close(records->folder);
    free(records);
}
