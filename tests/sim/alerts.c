#include "tests/sim/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { TOKEN_SIZE = 14, FILLER_MAX = 24 * 1024 };

static const char mark[] = "qzjx";

struct alert alerts[ALERTS_MAX];
size_t alert_count;

/* ---- making ---- */

static const char *one_of(const char *const *words, size_t count) {
    return words[pick(count)];
}

size_t alert_make(int author) {
    static const char *const tlps[] = {"CLEAR", "GREEN", "GREEN", "AMBER", "AMBER", "AMBER+STRICT", "RED"};
    static const char *const handlings[] = {"", "", "", "H0", "H1", "H2"};
    static const char *const onwards[] = {"", "", "", "NONE", "NATIONAL", "COMMUNITY"};
    struct alert *alert = &alerts[alert_count];
    *alert = (struct alert){.author = author,
                            .tlp = one_of(tlps, 7),
                            .handling = one_of(handlings, 6),
                            .onward = one_of(onwards, 6),
                            .is_urgent = pick_one_in(5),
                            .filler = pick_one_in(6) ? pick(FILLER_MAX) : pick(100)};
    return alert_count++;
}

bool alert_is_token(size_t slot) {
    const struct field *field = field_at(slot);
    return field && field->type == FIELD_TEXT && field->class != CLASS_REQUESTS && /* that is the filler's */
           strcmp(field->path, "exhibits.sha256") != 0;                            /* of a form of its own */
}

/* What a group needs besides its texts. */
static const char *fixed_members(const char *group) {
    static const char *const rows[][2] = {
        {"incident", "\"date\":\"2024-02-05\",\"country\":\"CD\""},
        {"specimens", "\"taxon\":\"Manis tricuspis\",\"term\":\"SCA\",\"quantity\":\"750\",\"unit\":\"KIL\""},
        {"legs", "\"role\":\"ORIGIN\",\"country\":\"CD\""},
        {"persons", "\"role\":\"SUSPECT\""},
        {"companies", "\"role\":\"EXPORTER\""},
        {"documents", "\"type\":\"CITES_EXPORT_PERMIT\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i][0], group) == 0)
            return rows[i][1];
    return "";
}

static void put_text(struct buf *out, const char *text) {
    buf_put(out, text, strlen(text));
}

static void put_member(struct buf *out, const struct field *field, size_t number, const char **comma) {
    char text[200];
    snprintf(text, sizeof text, "%s\"%s\":%s\"%s%04zu%03u.%02d\"%s", *comma, field->name, field->repeats ? "[" : "",
             mark, number, field->slot, alerts[number].author, field->repeats ? "]" : "");
    put_text(out, text);
    *comma = ",";
}

static void put_group(struct buf *out, const struct field *first, size_t number) {
    const char *fixed = fixed_members(first->group), *comma = *fixed ? "," : "";
    put_text(out, ",\"");
    put_text(out, first->group);
    put_text(out, first->group_repeats ? "\":[{" : "\":{");
    put_text(out, fixed);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (alert_is_token(slot) && strcmp(field_at(slot)->group, first->group) == 0)
            put_member(out, field_at(slot), number, &comma);
    put_text(out, first->group_repeats ? "}]" : "}");
}

static bool is_first_of_group(size_t slot) {
    for (size_t before = 0; before < slot; before++)
        if (alert_is_token(before) && strcmp(field_at(before)->group, field_at(slot)->group) == 0)
            return false;
    return true;
}

static void put_envelope(struct buf *out, struct arena *arena, size_t number) {
    const struct alert *alert = &alerts[number];
    put_text(out, text_format(arena, "{\"kind\":\"SEIZURE\",\"alert\":\"%032zx\"%s,\"marking\":{\"tlp\":\"%s\"",
                              number + 1, alert->is_urgent ? ",\"urgency\":\"URGENT\"" : "", alert->tlp));
    if (*alert->handling)
        put_text(out, text_format(arena, ",\"handling\":[\"%s\"]", alert->handling));
    if (*alert->onward)
        put_text(out, text_format(arena, ",\"onward\":\"%s\"", alert->onward));
    put_text(out, "}");
}

static void put_filler(struct buf *out, size_t len) {
    static const char words[] = "scales ivory rosewood teeth horn ";
    put_text(out, ",\"requests\":[{\"type\":\"CHECK_COMPANY\",\"question\":\"");
    for (size_t i = 0; i < len; i++)
        buf_put_u8(out, (uint8_t)words[i % (sizeof words - 1)]);
    put_text(out, ".\"}]");
}

const char *alert_json(struct arena *arena, size_t number) {
    struct buf out;
    buf_init(&out, arena);
    put_envelope(&out, arena, number);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (alert_is_token(slot) && is_first_of_group(slot))
            put_group(&out, field_at(slot), number);
    put_filler(&out, alerts[number].filler);
    buf_put(&out, "}", 2);
    return (const char *)out.data;
}

const char *alert_recall_json(struct arena *arena, size_t number) {
    return text_format(arena,
                       "{\"kind\":\"RECALL\",\"alert\":\"%032zx\",\"version\":2,"
                       "\"marking\":{\"tlp\":\"%s\",\"caveat\":\"alert %zu\"}}",
                       number + 1, alerts[number].tlp, number);
}

bool alert_of_id(struct span id, size_t *number) {
    size_t found = 0;
    for (size_t i = 0; i < id.len; i++)
        found = found << 8 | id.data[i];
    *number = found - 1;
    return found > 0 && found <= alert_count;
}

/* ---- who may see what ---- */

/* The classes of a view, by the policies of world.c; "all" but those behind a "!". */
static const char *view_of(int author, int reader) {
    static const char *const views[NODES_MAX][NODES_MAX] = {
        [KE_CUSTOMS] = {[CD_CUSTOMS] = "incident specimens route narrative documents",
                        [UG_CUSTOMS] = "incident specimens route narrative documents",
                        [KE_POLICE] = "!tearline !source !operational",
                        [SECRETARIAT] = "incident specimens"},
        [CD_CUSTOMS] = {[KE_CUSTOMS] = "incident specimens persons narrative tearline conveyance",
                        [UG_CUSTOMS] = "incident specimens persons narrative tearline conveyance",
                        [SECRETARIAT] = "incident"},
        [KE_POLICE] = {[KE_CUSTOMS] = "!source !persons"},
        [SECRETARIAT] = {[KE_CUSTOMS] = "incident narrative",
                         [CD_CUSTOMS] = "incident narrative",
                         [UG_CUSTOMS] = "incident narrative"},
        [UG_CUSTOMS] = {[KE_CUSTOMS] = "incident documents evidence",
                        [CD_CUSTOMS] = "incident documents evidence"}, /* the secretariat takes nothing of this */
    };
    const char *view = views[author][reader];
    return view ? view : "";
}

static bool has_word(const char *words, const char *word) {
    size_t len = strlen(word);
    for (const char *at = strstr(words, word); at; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == 0))
            return true;
    return false;
}

static bool has_slot(const char *view, size_t slot) {
    char class[40];
    snprintf(class, sizeof class, "!%s", field_class_name(field_at(slot)->class));
    return *view == '!' ? !has_word(view, class) : has_word(view, class + 1);
}

/* Kenya's customs pass on to Kenya's police what comes from customs, as far as the marking lets them. */
bool alert_is_passed_on(const struct alert *alert, int reader) {
    bool from_abroad = alert->author == CD_CUSTOMS || alert->author == UG_CUSTOMS;
    return reader == KE_POLICE && from_abroad && strcmp(alert->tlp, "AMBER+STRICT") != 0 &&
           strcmp(alert->handling, "H2") != 0 && strcmp(alert->onward, "NONE") != 0;
}

struct field_set alert_may_see(const struct alert *alert, int reader) {
    struct field_set fields = {0};
    bool passed_on = alert_is_passed_on(alert, reader);
    int first = passed_on ? KE_CUSTOMS : reader;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        bool shown = alert_is_token(slot);
        if (reader != alert->author)
            shown = shown && strcmp(alert->tlp, "RED") != 0 && has_slot(view_of(alert->author, first), slot);
        if (passed_on)
            shown = shown && has_slot(view_of(KE_CUSTOMS, reader), slot);
        if (shown)
            field_set_add(&fields, slot);
    }
    return fields;
}

/* ---- tokens ---- */

static const uint8_t *next_mark(const uint8_t *at, const uint8_t *end) {
    return at < end ? memmem(at, (size_t)(end - at), mark, sizeof mark - 1) : NULL;
}

static bool is_number(const uint8_t *at, size_t digits) {
    for (size_t i = 0; i < digits; i++)
        if (at[i] < '0' || at[i] > '9')
            return false;
    return true;
}

/* The mark alone stands in some ciphertext of a thousand runs by chance. */
bool alert_shows(struct span bytes) {
    const uint8_t *end = bytes.data + bytes.len;
    for (const uint8_t *at = next_mark(bytes.data, end); at; at = next_mark(at + 1, end))
        if (end - at >= TOKEN_SIZE - 3 && is_number(at + 4, 7))
            return true;
    return false;
}

bool alert_find(struct span bytes, size_t *number, struct field_set *fields) {
    const uint8_t *end = bytes.data + bytes.len;
    bool found = false;
    *fields = (struct field_set){0};
    for (const uint8_t *at = next_mark(bytes.data, end); at; at = next_mark(at + 1, end)) {
        char text[TOKEN_SIZE + 1] = "";
        unsigned alert, slot;
        memcpy(text, at, (size_t)(end - at) < TOKEN_SIZE ? (size_t)(end - at) : TOKEN_SIZE);
        if (sscanf(text + sizeof mark - 1, "%4u%3u", &alert, &slot) != 2 || alert >= alert_count ||
            slot >= FIELD_SLOTS || (found && alert != *number)) {
            broken("a token is not whole, or two alerts in one: %s", text);
            return false;
        }
        *number = alert;
        field_set_add(fields, slot);
        found = true;
    }
    return found;
}
