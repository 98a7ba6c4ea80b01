#include "core/summary.h"

#include <string.h>

#include "base/span.h"
#include "core/document.h"

/* The first failure is remembered: one question at the end. */
struct summing {
    struct arena *arena;
    bool failed;
};

static const char *keep(struct summing *summing, const char *text) {
    const char *copy = text ? arena_text(summing->arena, text, strlen(text)) : "";
    summing->failed |= !copy;
    return copy;
}

static const char *keep_line(struct summing *summing, struct buf *line) {
    buf_put_u8(line, 0);
    summing->failed |= line->failed;
    return (const char *)line->data;
}

static void add(struct buf *line, const char *between, const char *text) {
    if (line->len && *text)
        buf_put(line, between, strlen(between));
    buf_put(line, text, strlen(text));
}

static const char *text_or_none(const char *text) {
    return text ? text : "";
}

/* "750 KIL SCA", of what is known. */
static const char *keep_quantity(struct summing *summing, const Alert *content) {
    const AlertSpecimen *first = content->n_specimens ? content->specimens[0] : NULL;
    struct buf line;
    if (!first)
        return "";
    const char *amount = text_or_none(first->quantity);
    buf_init(&line, summing->arena);
    add(&line, " ", amount);
    add(&line, " ", *amount ? text_or_none(first->unit) : "");
    add(&line, " ", text_or_none(first->term));
    return keep_line(summing, &line);
}

static bool was_named(const Alert *content, size_t specimen) {
    for (size_t i = 0; i < specimen; i++)
        if (strcmp(text_or_none(content->specimens[i]->taxon), content->specimens[specimen]->taxon) == 0)
            return true;
    return false;
}

static const char *keep_taxa(struct summing *summing, const Alert *content) {
    struct buf line;
    buf_init(&line, summing->arena);
    for (size_t i = 0; i < content->n_specimens; i++)
        if (content->specimens[i]->taxon && !was_named(content, i))
            add(&line, ", ", content->specimens[i]->taxon);
    return keep_line(summing, &line);
}

static const char *keep_place(struct summing *summing, const AlertIncident *incident) {
    if (!incident)
        return "";
    return keep(summing, incident->place && *incident->place ? incident->place : incident->place_text);
}

enum result summary_make(struct summary *out, struct arena *arena, const AlertHeader *header, const Alert *content) {
    static const Alert nothing = ALERT__INIT;
    if (!content)
        content = &nothing;
    struct summing summing = {.arena = arena};
    const struct summary summary = {
        .kind = keep(&summing, header->kind),
        .tlp = keep(&summing, header->tlp),
        .date = document_date(content),
        .country = keep(&summing, content->incident ? content->incident->country : NULL),
        .place = keep_place(&summing, content->incident),
        .quantity = keep_quantity(&summing, content),
        .taxa = keep_taxa(&summing, content),
    };
    if (summing.failed)
        return RESULT_NO_MEMORY;
    *out = summary;
    return RESULT_OK;
}
