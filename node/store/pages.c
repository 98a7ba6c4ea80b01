#include "store/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

/* What LMDB 0.9 writes (mdb.c). Structs are copied out of the page, never laid over it: nothing there is aligned. */
enum {
    META_VERSION = 1,
    PAGE_HEADER_SIZE = 16,
    PAGE_SIZE_MIN = 512,
    PAGE_SIZE_MAX = 32768,
    PAGE_BRANCH = 1,
    PAGE_LEAF = 2,
    PAGE_OVERFLOW = 4,
    PAGE_META = 8,
    NODE_BIG = 1,   /* the value is on overflow pages, the node holds their number */
    NODE_TABLE = 2, /* the value is a struct tree */
    TREE_INTEGER_KEYS = 8,
    KEY_SIZE_MAX = 511,
    DEPTH_MAX = 12, /* of a tree whose branches have two children and more: far beyond any store of ours */
    TABLES_MAX = 16,
    UNWRITTEN_MAX = 65536, /* pages that a change took and gave back: counted, but never written */
};

static const uint32_t meta_magic = 0xBEEFC0DE;
static const uint64_t page_none = UINT64_MAX;

struct page_header {
    uint64_t number;
    uint16_t pad;
    uint16_t flags;
    uint16_t lower; /* of a branch or leaf: where the free space begins and ends */
    uint16_t upper;
};

struct tree {
    uint32_t pad;
    uint16_t flags;
    uint16_t depth;
    uint64_t branches;
    uint64_t leaves;
    uint64_t overflows;
    uint64_t entries;
    uint64_t root;
};

struct meta {
    uint32_t magic;
    uint32_t version;
    uint64_t address;
    uint64_t map_size;
    struct tree free_pages;
    struct tree main;
    uint64_t last_page;
    uint64_t transaction;
};

struct node {
    uint16_t low; /* size of the value; with `high` and `flags` the child's number in a branch */
    uint16_t high;
    uint16_t flags;
    uint16_t key_size;
};

_Static_assert(sizeof(struct page_header) == PAGE_HEADER_SIZE, "as on disk");
_Static_assert(sizeof(struct tree) == 48 && sizeof(struct meta) == 136 && sizeof(struct node) == 8, "as on disk");

enum kind { KIND_FREE, KIND_MAIN, KIND_TABLE };

struct walk {
    int file;
    uint32_t page_size;
    uint64_t pages; /* in the file */
    uint64_t last_page;
    uint8_t *seen;   /* a bit per page of the file */
    uint8_t *levels; /* a page for each level of the tree being walked, one for overflow pages */
    struct tree tables[TABLES_MAX];
    size_t table_count;
    const char *complaint;

    /* the tree being walked */
    enum kind kind;
    struct tree expected;
    struct tree found;
    uint8_t key[KEY_SIZE_MAX]; /* the last one passed: the next is greater, or equal after a branch's */
    size_t key_size;
    bool key_may_repeat;
    bool key_known;
};

static enum result damaged(struct walk *walk, const char *complaint) {
    walk->complaint = complaint;
    return RESULT_STORE_DAMAGED;
}

static enum result read_at(const struct walk *walk, uint64_t offset, void *out, size_t len) {
    ssize_t got;
    do
        got = pread(walk->file, out, len, (off_t)offset);
    while (got < 0 && errno == EINTR);
    if (got >= 0 && (size_t)got != len)
        errno = EIO;
    return got == (ssize_t)len ? RESULT_OK : RESULT_IO;
}

/* Marks pages [first, first + count) as in use, each once. */
static enum result take_pages(struct walk *walk, uint64_t first, uint64_t count) {
    if (first < 2 || first >= walk->pages || count > walk->pages - first || first + count - 1 > walk->last_page)
        return damaged(walk, _("a page number points out of the file"));
    for (uint64_t page = first; page < first + count; page++) {
        uint8_t bit = (uint8_t)(1 << page % 8);
        if (walk->seen[page / 8] & bit)
            return damaged(walk, _("a page is used twice"));
        walk->seen[page / 8] |= bit;
    }
    return RESULT_OK;
}

static enum result load_page(struct walk *walk, uint64_t number, uint8_t *page, struct page_header *header) {
    TRY(read_at(walk, number * walk->page_size, page, walk->page_size));
    memcpy(header, page, sizeof *header);
    return header->number == number ? RESULT_OK : damaged(walk, _("a page is not where it belongs"));
}

static int compare_keys(enum kind kind, const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size) {
    if (kind == KIND_FREE) {
        uint64_t x, y;
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x < y ? -1 : x > y;
    }
    int order = memcmp(a, b, a_size < b_size ? a_size : b_size);
    return order ? order : a_size < b_size ? -1 : a_size > b_size;
}

/* Keys ascend through all leaves; what a branch says of a child's first key is no greater than it. */
static enum result pass_key(struct walk *walk, const uint8_t *key, size_t size, bool of_branch) {
    if (size == 0 || size > KEY_SIZE_MAX || (walk->kind == KIND_FREE && size != sizeof(uint64_t)))
        return damaged(walk, _("a key has an impossible size"));
    int order = walk->key_known ? compare_keys(walk->kind, key, size, walk->key, walk->key_size) : 1;
    if (order < 0 || (order == 0 && !walk->key_may_repeat))
        return damaged(walk, _("keys are out of order"));
    memcpy(walk->key, key, size);
    walk->key_size = size;
    walk->key_known = true;
    walk->key_may_repeat = of_branch;
    return RESULT_OK;
}

/* Bytes that a node takes after its head and key. */
static size_t value_size(const struct page_header *header, const struct node *node) {
    if (header->flags == PAGE_BRANCH)
        return 0;
    return node->flags & NODE_BIG ? sizeof(uint64_t) : node->low | (size_t)node->high << 16;
}

/* Finds node i of a page; its key and what follows lie inside the page. */
static enum result find_node(struct walk *walk, const uint8_t *page, const struct page_header *header, size_t i,
                             struct node *node, const uint8_t **key) {
    uint16_t offset;
    memcpy(&offset, page + PAGE_HEADER_SIZE + 2 * i, sizeof offset);
    if (offset < header->upper || offset % 2 || offset + sizeof *node > walk->page_size)
        return damaged(walk, _("a record lies outside of its page"));
    memcpy(node, page + offset, sizeof *node);
    size_t room = walk->page_size - offset - sizeof *node;
    if (node->key_size > room || value_size(header, node) > room - node->key_size)
        return damaged(walk, _("a record lies outside of its page"));
    *key = page + offset + sizeof *node;
    return RESULT_OK;
}

/* The nodes of a page fill its end without a gap and without sharing a byte. */
static enum result check_nodes(struct walk *walk, const uint8_t *page, const struct page_header *header, size_t count) {
    uint8_t taken[PAGE_SIZE_MAX / 2]; /* nodes begin at even offsets */
    size_t total = 0;
    memset(taken, 0, walk->page_size / 2);
    for (size_t i = 0; i < count; i++) {
        struct node node;
        const uint8_t *key;
        TRY(find_node(walk, page, header, i, &node, &key));
        size_t begin = (size_t)(key - page) - sizeof node;
        size_t size = (sizeof node + node.key_size + value_size(header, &node) + 1) / 2;
        for (size_t j = begin / 2; j < begin / 2 + size; j++)
            if (taken[j]++)
                return damaged(walk, _("two records lie on each other"));
        total += 2 * size;
    }
    return total == walk->page_size - header->upper ? RESULT_OK : damaged(walk, _("there is a gap between records"));
}

/* Where a value on overflow pages begins in the file. */
static enum result find_overflow(struct walk *walk, const uint8_t *in_node, size_t size, uint64_t *offset) {
    uint64_t first;
    uint32_t count;
    struct page_header header;
    uint8_t head[PAGE_HEADER_SIZE];
    memcpy(&first, in_node, sizeof first);
    if (first < 2 || first >= walk->pages)
        return damaged(walk, _("a page number points out of the file"));
    TRY(read_at(walk, first * walk->page_size, head, sizeof head));
    memcpy(&header, head, sizeof header);
    memcpy(&count, head + 12, sizeof count); /* stands where other pages have lower and upper */
    uint64_t needed = (PAGE_HEADER_SIZE - 1 + (uint64_t)size) / walk->page_size + 1;
    if (header.number != first || header.flags != PAGE_OVERFLOW || count < needed) /* more: the value shrank in place */
        return damaged(walk, _("an overflow page is not what it should be"));
    TRY(take_pages(walk, first, count));
    walk->found.overflows += count;
    *offset = first * walk->page_size + PAGE_HEADER_SIZE;
    return RESULT_OK;
}

/* A list of free pages: their count, then their numbers, descending. None is in use, none is free twice. */
static enum result pass_free_list(struct walk *walk, const uint8_t *list, size_t size) {
    uint64_t count = 0, last = page_none;
    if (size >= sizeof count)
        memcpy(&count, list, sizeof count);
    if (size < sizeof count || count > size / sizeof count - 1)
        return damaged(walk, _("a list of free pages has an impossible size"));
    for (uint64_t i = 1; i <= count; i++) {
        uint64_t page;
        memcpy(&page, list + i * sizeof page, sizeof page);
        if (page < 2 || page > walk->last_page || page >= last)
            return damaged(walk, _("a list of free pages holds an impossible page"));
        last = page;
        if (page < walk->pages)
            TRY(take_pages(walk, page, 1));
    }
    return RESULT_OK;
}

static enum result pass_big_value(struct walk *walk, const uint8_t *in_node, size_t size) {
    uint64_t offset = 0;
    TRY(find_overflow(walk, in_node, size, &offset));
    if (walk->kind != KIND_FREE)
        return RESULT_OK;
    uint8_t *list = malloc(size);
    if (!list)
        return RESULT_NO_MEMORY;
    enum result result = read_at(walk, offset, list, size);
    if (!result)
        result = pass_free_list(walk, list, size);
    free(list);
    return result;
}

static enum result pass_table(struct walk *walk, const struct node *node, const uint8_t *value, size_t size) {
    struct tree *table = &walk->tables[walk->table_count];
    if (node->flags != NODE_TABLE || size != sizeof *table || walk->table_count == TABLES_MAX)
        return damaged(walk, _("the list of tables is not what it should be"));
    memcpy(table, value, sizeof *table);
    walk->table_count++;
    return RESULT_OK;
}

static enum result walk_leaf(struct walk *walk, const uint8_t *page, const struct page_header *header, size_t count) {
    walk->found.leaves++;
    walk->found.entries += count;
    for (size_t i = 0; i < count; i++) {
        struct node node;
        const uint8_t *key;
        TRY(find_node(walk, page, header, i, &node, &key));
        TRY(pass_key(walk, key, node.key_size, false));
        const uint8_t *value = key + node.key_size;
        size_t size = node.low | (size_t)node.high << 16;
        if (walk->kind == KIND_MAIN)
            TRY(pass_table(walk, &node, value, size));
        else if (node.flags == NODE_BIG)
            TRY(pass_big_value(walk, value, size));
        else if (node.flags != 0)
            return damaged(walk, _("a record is of an impossible kind"));
        else if (walk->kind == KIND_FREE)
            TRY(pass_free_list(walk, value, size));
    }
    return RESULT_OK;
}

static enum result walk_page(struct walk *walk, uint64_t number, unsigned level);

static enum result walk_branch(struct walk *walk, const uint8_t *page, const struct page_header *header, size_t count,
                               unsigned level) {
    walk->found.branches++;
    if (count < 2 && walk->kind != KIND_FREE)
        return damaged(walk, _("a page has too few records"));
    for (size_t i = 0; i < count; i++) {
        struct node node;
        const uint8_t *key;
        TRY(find_node(walk, page, header, i, &node, &key));
        if (i > 0) /* the first child takes whatever is smaller */
            TRY(pass_key(walk, key, node.key_size, true));
        TRY(walk_page(walk, node.low | (uint64_t)node.high << 16 | (uint64_t)node.flags << 32, level + 1));
    }
    return RESULT_OK;
}

static enum result walk_page(struct walk *walk, uint64_t number, unsigned level) {
    struct page_header header;
    uint8_t *page = walk->levels + (size_t)level * walk->page_size;
    TRY(take_pages(walk, number, 1));
    TRY(load_page(walk, number, page, &header));
    if (header.lower < PAGE_HEADER_SIZE || header.lower > header.upper || header.upper > walk->page_size ||
        header.lower % 2)
        return damaged(walk, _("a page says impossible things about its space"));
    size_t count = (header.lower - PAGE_HEADER_SIZE) / 2u;
    if (count == 0)
        return damaged(walk, _("a page has too few records"));
    bool bottom = level + 1 == walk->expected.depth;
    if (header.flags != (bottom ? PAGE_LEAF : PAGE_BRANCH))
        return damaged(walk, _("a page is of the wrong kind"));
    TRY(check_nodes(walk, page, &header, count));
    return bottom ? walk_leaf(walk, page, &header, count) : walk_branch(walk, page, &header, count, level);
}

static enum result walk_tree(struct walk *walk, const struct tree *tree, enum kind kind) {
    walk->kind = kind;
    walk->expected = *tree;
    walk->found = (struct tree){0};
    walk->key_known = false;
    if (tree->flags != (kind == KIND_FREE ? TREE_INTEGER_KEYS : 0) || tree->depth > DEPTH_MAX ||
        (tree->depth == 0) != (tree->root == page_none))
        return damaged(walk, _("a table says impossible things about itself"));
    if (tree->depth > 0)
        TRY(walk_page(walk, tree->root, 0));
    const struct tree *found = &walk->found;
    if (found->branches != tree->branches || found->leaves != tree->leaves || found->overflows != tree->overflows ||
        found->entries != tree->entries)
        return damaged(walk, _("a table does not hold as much as it should"));
    return RESULT_OK;
}

/* The two metas take turns, so their numbers are neighbours, even in the first and odd in the second. (A new file has
 * 0 in both.) The greater one counts. */
static enum result read_metas(struct walk *walk, struct meta *newest, uint64_t size) {
    struct meta metas[2];
    struct page_header header;
    uint32_t page_size = PAGE_SIZE_MIN;
    for (unsigned i = 0; i < 2; i++) {
        uint64_t offset = i * (uint64_t)page_size;
        if (size < offset + sizeof header + sizeof metas[i])
            return damaged(walk, _("the file is too short"));
        TRY(read_at(walk, offset, &header, sizeof header));
        TRY(read_at(walk, offset + sizeof header, &metas[i], sizeof metas[i]));
        if (header.flags != PAGE_META || metas[i].magic != meta_magic || metas[i].version != META_VERSION)
            return damaged(walk, _("the file does not begin as it should"));
        page_size = metas[i].free_pages.pad;
        if (page_size < PAGE_SIZE_MIN || page_size > PAGE_SIZE_MAX || (page_size & (page_size - 1)) ||
            page_size != metas[0].free_pages.pad)
            return damaged(walk, _("the page size is impossible"));
    }
    uint64_t first = metas[0].transaction, second = metas[1].transaction;
    bool take_turns = first % 2 == 0 && second % 2 == 1 && (first + 1 == second || second + 1 == first);
    if (!take_turns && (first || second))
        return damaged(walk, _("the two heads of the file do not belong together"));
    *newest = metas[first < second];
    walk->page_size = page_size;
    walk->pages = size / page_size;
    walk->last_page = newest->last_page;
    return newest->last_page >= 1 && newest->last_page < walk->pages + UNWRITTEN_MAX
               ? RESULT_OK
               : damaged(walk, _("the file is too short"));
}

static enum result walk_file(struct walk *walk, uint64_t size) {
    struct meta meta;
    TRY(read_metas(walk, &meta, size));
    walk->seen = calloc(walk->pages / 8 + 1, 1);
    walk->levels = malloc((size_t)walk->page_size * DEPTH_MAX);
    if (!walk->seen || !walk->levels)
        return RESULT_NO_MEMORY;
    TRY(walk_tree(walk, &meta.main, KIND_MAIN));
    for (size_t i = 0; i < walk->table_count; i++)
        TRY(walk_tree(walk, &walk->tables[i], KIND_TABLE));
    return walk_tree(walk, &meta.free_pages, KIND_FREE);
}

enum result pages_check(const char *path, const char **complaint) {
    if (sizeof(void *) != 8 || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
        return RESULT_OK;
    struct walk walk = {.file = open(path, O_RDONLY | O_CLOEXEC)};
    struct stat st;
    if (walk.file < 0)
        return errno == ENOENT ? RESULT_OK : errno == EACCES ? RESULT_NOT_ALLOWED : RESULT_IO;
    enum result result = RESULT_OK;
    if (fstat(walk.file, &st) != 0)
        result = RESULT_IO;
    else if (st.st_size > 0)
        result = walk_file(&walk, (uint64_t)st.st_size);
    int error = errno;
    free(walk.seen);
    free(walk.levels);
    close(walk.file);
    errno = error;
    if (result == RESULT_STORE_DAMAGED)
        *complaint = walk.complaint;
    return result;
}
