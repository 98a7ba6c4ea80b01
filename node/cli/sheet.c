#include "cli/sheet.h"

#include <string.h>

#include "base/text.h"
#include "cli/print.h"
#include "core/alert.h"
#include "core/codes.h"
#include "core/fields.h"
#include "core/places.h"
#include "core/taxa.h"

/* How many elements have a value, per slot. */
struct extent {
    size_t elements[FIELD_SLOTS];
};

static void measure(void *context, const struct field *field, size_t element, const char *value) {
    struct extent *extent = context;
    (void)value;
    if (element + 1 > extent->elements[field->slot])
        extent->elements[field->slot] = element + 1;
}

static const char *class_title(enum field_class class) {
    static const char *const titles[CLASS_COUNT] = {
        [CLASS_INCIDENT] = N_("Incident"),
        [CLASS_DETECTION] = N_("Detection"),
        [CLASS_CONCEALMENT] = N_("Concealment"),
        [CLASS_SPECIMENS] = N_("Goods"),
        [CLASS_MARKS] = N_("Marks"),
        [CLASS_ROUTE] = N_("Route"),
        [CLASS_CONVEYANCE] = N_("Conveyance"),
        [CLASS_NARRATIVE] = N_("Narrative"),
        [CLASS_TEARLINE] = N_("Tear line"),
        [CLASS_DOCUMENTS] = N_("Documents"),
        [CLASS_PERSONS] = N_("Persons"),
        [CLASS_COMPANIES] = N_("Companies"),
        [CLASS_EVALUATION] = N_("Evaluation"),
        [CLASS_SOURCE] = N_("Source"),
        [CLASS_EVIDENCE] = N_("Exhibits"),
        [CLASS_CUSTODY] = N_("Custody"),
        [CLASS_LABORATORY] = N_("Laboratory"),
        [CLASS_LEGAL] = N_("Legal"),
        [CLASS_VALUE] = N_("Value"),
        [CLASS_OPERATIONAL] = N_("Operation"),
        [CLASS_REQUESTS] = N_("Requests"),
    };
    return _(titles[class]);
}

enum { SHORT_CODE_MAX = 4 };

/* "CD, Congo (Kinshasa)", each of a list; a code that is a word of its own says no more than its label. */
static const char *with_labels(struct arena *arena, enum code_list list, const char *value) {
    const char *out = "";
    char *rest = arena_text(arena, value, strlen(value));
    while (rest && *rest) {
        char *end = strstr(rest, "; ");
        if (end)
            *end = '\0';
        const struct code *code = codes_find(list, rest);
        const char *shown = rest;
        if (code && strlen(rest) <= SHORT_CODE_MAX)
            shown = text_format(arena, "%s, %s", rest, codes_label(code));
        else if (code)
            shown = codes_label(code);
        out = text_format(arena, "%s%s%s", out, *out ? "; " : "", shown);
        rest = end ? end + 2 : NULL;
    }
    return out;
}

static const char *with_name(struct arena *arena, const char *value, const char *name) {
    return name && *name ? text_format(arena, "%s, %s", value, name) : value;
}

static const char *explained(struct arena *arena, const struct field *field, const char *value) {
    const struct taxon *taxon;
    const struct place *place;
    switch (field->type) {
    case FIELD_CODE:
        return with_labels(arena, field->list, value);
    case FIELD_TAXON:
        taxon = taxa_find(taxa_built_in(), value);
        return taxon ? with_name(arena, value, taxon->en) : value;
    case FIELD_PLACE:
        place = places_find(places_built_in(), value);
        return place ? with_name(arena, value, place->name) : value;
    case FIELD_FLAG:
        return strcmp(value, "yes") == 0 ? _("yes") : _("no");
    case FIELD_BLOB: /* what opens it is no business of who looks over the shoulder */
        return _("there is one; --save writes it to a file");
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_DATE:
    case FIELD_TIME:
        break;
    }
    return value;
}

struct sheet {
    struct arena *arena;
    struct table *table;
    const Alert *content;
    struct extent extent;
    const char *title;  /* of the next row; "" once it stands */
    const char *absent; /* labels of the fields without a value */
};

static void put(struct sheet *sheet, const char *label, enum print_colour colour, const char *value) {
    table_cell_in(sheet->table, PRINT_BOLD, sheet->title);
    table_cell(sheet->table, label);
    table_cell_in(sheet->table, colour, value);
    sheet->title = "";
}

static void put_field(struct sheet *sheet, const struct field *field, size_t element) {
    const char *value = alert_text(sheet->arena, sheet->content, field->path, element);
    if (*value)
        put(sheet, _(field->label), PRINT_PLAIN, explained(sheet->arena, field, value));
}

static bool is_of(const struct field *field, enum field_class class, const char *group) {
    return field && field->class == class && strcmp(field->group, group) == 0;
}

static size_t elements_of(const struct sheet *sheet, enum field_class class, const char *group) {
    size_t most = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (is_of(field_at(slot), class, group) && sheet->extent.elements[slot] > most)
            most = sheet->extent.elements[slot];
    return most;
}

/* The fields of one group that belong to the class, element by element. */
static void put_group(struct sheet *sheet, enum field_class class, const char *group) {
    size_t count = elements_of(sheet, class, group);
    for (size_t element = 0; element < count; element++) {
        if (count > 1)
            sheet->title = text_format(sheet->arena, "%s %zu", class_title(class), element + 1);
        for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
            if (is_of(field_at(slot), class, group))
                put_field(sheet, field_at(slot), element);
    }
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (is_of(field_at(slot), class, group) && sheet->extent.elements[slot] == 0)
            sheet->absent = text_format(sheet->arena, "%s%s%s", sheet->absent, *sheet->absent ? ", " : "",
                                        _(field_at(slot)->label));
}

static void put_class(struct sheet *sheet, enum field_class class) {
    const char *group = "";
    sheet->title = class_title(class);
    sheet->absent = "";
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (!field || field->class != class || strcmp(field->group, group) == 0)
            continue;
        group = field->group;
        put_group(sheet, class, group);
    }
    if (*sheet->absent)
        put(sheet, "-", PRINT_DIM, sheet->absent);
}

void sheet_print(struct arena *arena, const Alert *content) {
    static const struct column columns[] = {{"", COLUMN_KEEP}, {"", COLUMN_WRAP}, {"", COLUMN_WRAP}};
    struct sheet sheet = {.arena = arena, .content = content};
    alert_each(content, measure, &sheet.extent);
    sheet.table = table_new(arena, columns, 3);
    for (int class = 0; class < CLASS_COUNT; class ++)
        put_class(&sheet, (enum field_class) class);
    table_print(sheet.table);
    print_blank();
    print_line("%s", _("Behind \"-\": fields that are empty or not for this node; the two cannot be told apart."));
}
