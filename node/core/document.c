#include "core/document.h"

#include <string.h>

#include "base/text.h"
#include "core/alert.h"
#include "core/alert_internal.h"
#include "core/disclosure.h"

/* ---- what can be asked for ---- */

/* clang-format off */
#define ENVELOPE(name_, type_, ...) {.path = (name_), .name = (name_), .type = FIELD_##type_, .label = __VA_ARGS__}
static const struct field envelope[SLOT_COUNT - FIELD_SLOTS] = {
    [SLOT_KIND - FIELD_SLOTS] = ENVELOPE("kind", CODE, N_("Kind of alert"), .list = CODES_KIND),
    [SLOT_URGENCY - FIELD_SLOTS] = ENVELOPE("urgency", CODE, N_("Urgency"), .list = CODES_URGENCY),
    [SLOT_LANGUAGE - FIELD_SLOTS] = ENVELOPE("language", CODE, N_("Language"), .list = CODES_LANGUAGE),
    [SLOT_OPERATION - FIELD_SLOTS] = ENVELOPE("operation", TEXT, N_("Operation"), .form = FORM_NAME),
    [SLOT_TLP - FIELD_SLOTS] = ENVELOPE("tlp", CODE, N_("Traffic Light Protocol"), .list = CODES_TLP),
    [SLOT_HANDLING - FIELD_SLOTS] = ENVELOPE("handling", CODE, N_("Handling code"), .list = CODES_HANDLING),
    [SLOT_ONWARD - FIELD_SLOTS] = ENVELOPE("onward", CODE, N_("Rule for passing it on"), .list = CODES_ONWARD),
    [SLOT_CAVEAT - FIELD_SLOTS] = ENVELOPE("caveat", TEXT, N_("Caveat")),
    [SLOT_CREATED - FIELD_SLOTS] = ENVELOPE("created", TIME, N_("When it was made")),
    [SLOT_EXPIRES - FIELD_SLOTS] = ENVELOPE("expires", TIME, N_("When it expires")),
    [SLOT_VERSION - FIELD_SLOTS] = ENVELOPE("version", NUMBER, N_("Version")),
    [SLOT_ORIGINATOR - FIELD_SLOTS] = ENVELOPE("originator", TEXT, N_("Originator: a member, or a country")),
    [SLOT_REPLY - FIELD_SLOTS] = ENVELOPE("in_reply_to", TEXT, N_("Id of the alert that it answers"), .form = FORM_IDENTIFIER),
    [SLOT_DATE - FIELD_SLOTS] = ENVELOPE("date", DATE, N_("Date of the incident")),
};
/* clang-format on */

const struct field *document_field(size_t slot) {
    if (slot < FIELD_SLOTS)
        return field_at(slot);
    return slot < SLOT_COUNT ? &envelope[slot - FIELD_SLOTS] : NULL;
}

static enum comparison compares_text(enum field_form form) {
    switch (form) {
    case FORM_PROSE:
        return COMPARE_PROSE;
    case FORM_NAME:
        return COMPARE_NAME;
    case FORM_IDENTIFIER:
    case FORM_PHONE:
    case FORM_SHIP:
        break;
    }
    return COMPARE_IDENTIFIER;
}

enum comparison document_compares(size_t slot) {
    const struct field *field = document_field(slot);
    if (slot == SLOT_ORIGINATOR)
        return COMPARE_MEMBER;
    switch (field->type) {
    case FIELD_TEXT:
        return compares_text(field->form);
    case FIELD_TAXON:
        return COMPARE_TAXON;
    case FIELD_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_DATE:
    case FIELD_TIME:
        return COMPARE_ORDER;
    case FIELD_CODE:
    case FIELD_PLACE:
    case FIELD_FLAG:
    case FIELD_BLOB:
        break;
    }
    return COMPARE_CODE;
}

bool document_is_searched(size_t slot) {
    const struct field *field = document_field(slot);
    return slot != SLOT_ORIGINATOR && slot != SLOT_REPLY &&
           (field->type == FIELD_TEXT || field->type == FIELD_TAXON || field->type == FIELD_PLACE);
}

/* ---- words and identifiers ---- */

/* Bytes of other scripts count as letters; their punctuation is rare enough. */
static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

bool document_next_word(const char **text, struct span *word) {
    const char *begin = *text;
    while (*begin && !is_word_byte(*begin))
        begin++;
    const char *end = begin;
    while (is_word_byte(*end))
        end++;
    *text = end;
    *word = span_of(begin, (size_t)(end - begin));
    return word->len > 0;
}

static const char *without(const char *text, const char *front) {
    size_t len = strlen(front);
    return strncmp(text, front, len) == 0 && text[len] ? text + len : text;
}

const char *document_strip(const char *identifier, enum field_form form) {
    if (form == FORM_PHONE)
        return without(identifier, "00");
    return form == FORM_SHIP ? without(identifier, "imo") : identifier;
}

const char *document_identifier(struct arena *arena, const char *text, enum field_form form) {
    char *folded = (char *)(uintptr_t)text_fold(arena, text);
    if (!*folded)
        return *text ? NULL : "";
    char *end = folded;
    for (const char *c = folded; *c; c++)
        if (is_word_byte(*c))
            *end++ = *c;
    *end = '\0';
    return document_strip(folded, form);
}

/* ---- order ---- */

static double number_of_date(const struct date *date) {
    return date->year * 10000.0 + date->month * 100.0 + date->day;
}

static double last_of_date(const struct date *date) {
    return number_of_date(date) + (date->month == 0 ? 9999 : date->day == 0 ? 99 : 0);
}

bool document_bounds(enum field_type type, const char *text, double *low, double *high) {
    struct date date;
    uint64_t ms;
    if (type == FIELD_DATE) {
        if (!date_parse(&date, text))
            return false;
        *low = number_of_date(&date);
        *high = last_of_date(&date);
        return true;
    }
    if (type == FIELD_TIME) {
        if (!text_parse_time(&ms, text))
            return false;
        *low = *high = (double)ms;
        return true;
    }
    if (!decimal_parse(low, text))
        return false;
    *high = *low;
    return true;
}

uint32_t document_date(const Alert *content) {
    const AlertIncident *incident = content ? content->incident : NULL;
    if (!incident || !incident->has_year || incident->year > 9999)
        return 0;
    uint32_t month = incident->has_month && incident->month <= 12 ? incident->month : 0;
    uint32_t day = month && incident->has_day && incident->day <= 31 ? incident->day : 0;
    return incident->year * 10000 + month * 100 + day;
}

/* ---- making one ---- */

struct making {
    struct document *document;
    struct arena *arena;
    size_t capacity;
    bool failed;
};

static struct value *add(struct making *making, size_t slot, size_t element) {
    struct document *document = making->document;
    if (document->count == making->capacity) {
        size_t capacity = making->capacity ? 2 * making->capacity : 64;
        struct value *values = arena_array(making->arena, capacity, sizeof *values);
        if (!values) {
            making->failed = true;
            return NULL;
        }
        if (document->count)
            memcpy(values, document->values, document->count * sizeof *values);
        document->values = values;
        making->capacity = capacity;
    }
    struct value *value = &document->values[document->count++];
    *value = (struct value){.slot = (uint16_t)slot, .element = (uint16_t)element};
    return value;
}

static const char *key_of(struct making *making, size_t slot, const char *text) {
    const char *key = text;
    switch (document_compares(slot)) {
    case COMPARE_CODE:
        key = arena_text(making->arena, text, strlen(text));
        making->failed |= !key;
        return key;
    case COMPARE_IDENTIFIER:
        key = document_identifier(making->arena, text, document_field(slot)->form);
        making->failed |= !key;
        return key;
    default:
        key = text_fold(making->arena, text);
        making->failed |= *text && !*key;
        return key;
    }
}

static void add_text(struct making *making, size_t slot, size_t element, const char *text) {
    double low, high;
    const struct field *field = document_field(slot);
    bool is_ordered = document_compares(slot) == COMPARE_ORDER;
    if (is_ordered && !document_bounds(field->type, text, &low, &high))
        return; /* a peer's text that is no number: nothing to compare */
    struct value *value = add(making, slot, element);
    if (!value)
        return;
    if (is_ordered) {
        value->low = low;
        value->high = high;
    } else {
        value->key = key_of(making, slot, text);
    }
}

static void add_number(struct making *making, size_t slot, double low, double high) {
    struct value *value = add(making, slot, 0);
    if (value) {
        value->low = low;
        value->high = high;
    }
}

static void collect(void *context, const struct field *field, size_t element, const char *value) {
    add_text(context, field->slot, element, value);
}

static void add_header(struct making *making, const AlertHeader *header) {
    const char *const texts[] = {header->kind, header->urgency, header->language, header->operation, header->tlp};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] && *texts[i])
            add_text(making, SLOT_KIND + i, 0, texts[i]);
    for (size_t i = 0; i < header->n_handling; i++)
        add_text(making, SLOT_HANDLING, i, header->handling[i]);
    if (header->onward && *header->onward)
        add_text(making, SLOT_ONWARD, 0, header->onward);
    if (header->caveat && *header->caveat)
        add_text(making, SLOT_CAVEAT, 0, header->caveat);
    if (header->has_in_reply_to && header->in_reply_to.len == OBJECT_ID_SIZE) {
        char reply[2 * OBJECT_ID_SIZE + 1];
        text_hex(reply, header->in_reply_to.data, OBJECT_ID_SIZE);
        add_text(making, SLOT_REPLY, 0, reply);
    }
    add_number(making, SLOT_CREATED, (double)header->created, (double)header->created);
    if (header->has_expires)
        add_number(making, SLOT_EXPIRES, (double)header->expires, (double)header->expires);
    add_number(making, SLOT_VERSION, header->version, header->version);
}

enum result document_make(struct document *out, struct arena *arena, const AlertHeader *header, const Alert *content) {
    struct document document = {
        .created = header->created, .originator = header->originator.data, .date = document_date(content)};
    struct making making = {.document = &document, .arena = arena};
    if (content)
        alert_each(content, collect, &making);
    add_header(&making, header);
    if (document.date) {
        uint32_t rest = document.date % 10000 == 0 ? 9999 : document.date % 100 == 0 ? 99 : 0;
        add_number(&making, SLOT_DATE, document.date, document.date + rest);
    }
    if (making.failed)
        return RESULT_NO_MEMORY;
    *out = document;
    return RESULT_OK;
}

size_t document_seek(const struct document *document, size_t from, size_t slot, size_t element) {
    size_t low = from, high = document->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct value *value = &document->values[middle];
        if (value->slot < slot || (value->slot == slot && value->element < element))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
