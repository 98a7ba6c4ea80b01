#include "core/evidence_report.h"

#include <string.h>

#include "base/text.h"
#include "core/alert.h"

struct report_text {
    struct buf *out;
    struct arena *arena;
    const struct evidence *evidence;
    const struct evidence_trust *trust;
};

size_t evidence_confirmed(const struct evidence *evidence, const struct evidence_trust *trust) {
    size_t count = 0;
    for (size_t i = 0; i < trust->count; i++) {
        bool is_twice = false;
        for (size_t k = 0; k < i; k++)
            is_twice |= memcmp(trust->roots[k], trust->roots[i], SIGN_PUBLIC_SIZE) == 0;
        count += !is_twice && evidence_root_has_signed(evidence, trust->roots[i]);
    }
    return count;
}

bool evidence_is_trusted(const struct evidence *evidence, const struct evidence_trust *trust) {
    return evidence_confirmed(evidence, trust) >= evidence->roster->threshold;
}

/* ---- words ---- */

static void put(struct buf *out, const char *text) {
    buf_put(out, text, strlen(text));
}

static void put_line(struct report_text *text, const char *line) {
    put(text->out, line);
    put(text->out, "\n");
}

static void put_heading(struct report_text *text, const char *line) {
    put(text->out, "\n");
    put_line(text, line);
}

/* One thing that is proven, or is not. */
static void say(struct report_text *text, const char *line) {
    put(text->out, "  - ");
    put_line(text, line);
}

static const char *time_text(struct arena *arena, uint64_t unix_ms) {
    char time[25];
    text_time(time, unix_ms);
    return text_format(arena, "%.10s %.5s UTC", time, time + 11);
}

static const char *hex_text(struct arena *arena, const uint8_t *bytes, size_t len) {
    char digits[2 * SIGNATURE_SIZE + 1];
    text_hex(digits, bytes, len);
    return text_format(arena, "%s", digits);
}

/* "ke-customs (Kenya Revenue Authority, Customs)" */
static const char *member_text(struct arena *arena, const struct member *member) {
    return text_format(arena, "%s (%s)", member->name, text_escape(arena, member->label));
}

static uint64_t first_seen(const struct evidence *evidence) {
    uint64_t first = UINT64_MAX;
    for (size_t i = 0; i < evidence->witness_count; i++)
        if (evidence->witnesses[i].time < first)
            first = evidence->witnesses[i].time;
    return first;
}

/* ---- the alert ---- */

static void put_value(void *context, const struct field *field, size_t element, const char *value) {
    struct report_text *text = context;
    const char *place =
        field->group_repeats ? text_format(text->arena, "%s %zu", field->group, element + 1) : field->group;
    put_line(text, text_format(text->arena, "  %s, %s: %s", place, _(field->label), text_escape(text->arena, value)));
}

/* "AMBER, H2, A1" */
static const char *marking_text(struct arena *arena, const AlertHeader *header) {
    const char *text = text_escape(arena, header->tlp);
    for (size_t i = 0; i < header->n_handling; i++)
        text = text_format(arena, "%s, %s", text, text_escape(arena, header->handling[i]));
    return text;
}

static void put_alert(struct report_text *text) {
    const AlertHeader *header = text->evidence->disclosure.header;
    put_heading(text, _("THE ALERT, AS FAR AS IT IS SHOWN"));
    put_line(text,
             text_format(text->arena, _("  kind %s, version %u, marked TLP:%s"), text_escape(text->arena, header->kind),
                         header->version, marking_text(text->arena, header)));
    alert_each(text->evidence->content, put_value, text);
}

/* ---- what is proven ---- */

/* A field that is shown and has no value is proven to have none. */
static void say_fields(struct report_text *text) {
    const struct disclosure *disclosure = &text->evidence->disclosure;
    const struct field_set present = alert_present(disclosure->opening.values);
    size_t shown = 0, values = 0;
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        bool is_shown = field_at(slot) && field_set_has(&disclosure->shown, slot);
        shown += is_shown;
        values += is_shown && field_set_has(&present, slot);
    }
    say(text,
        text_format(text->arena,
                    _("Of the %zu kinds of fields that an alert may have %zu are shown. It filled in %zu of these, and "
                      "left the others empty."),
                    field_count(), shown, values));
}

static void say_originator(struct report_text *text) {
    const struct evidence *evidence = text->evidence;
    say(text, text_format(text->arena, _("%s signed this alert. Nothing that is shown of it was changed since."),
                          member_text(text->arena, evidence->originator)));
    say(text,
        text_format(text->arena, _("It gave the time as %s, by its own clock. The number of the signed alert is %s."),
                    time_text(text->arena, evidence->disclosure.header->created),
                    hex_text(text->arena, evidence->disclosure.object, OBJECT_ID_SIZE)));
    say_fields(text);
    if (evidence->ending)
        say(text, text_format(text->arena,
                              _("The key that signed it is not in use any more, since %s; the alert counts all the "
                                "same by the rules of "
                                "the network."),
                              time_text(text->arena, evidence->ending->at)));
}

static void say_hop(struct report_text *text, const struct evidence_hop *hop) {
    if (!hop->is_there)
        return;
    say(text, text_format(text->arena,
                          _("%s signed entry %llu of what it tells \"%s\", and gave the time as %s, by its own clock."),
                          member_text(text->arena, hop->author), (unsigned long long)hop->entry.number,
                          text_escape(text->arena, hop->audience), time_text(text->arena, hop->entry.created)));
    if (hop->is_opened)
        say(text, _("That entry was opened here: it held this very alert."));
}

static void say_witnesses(struct report_text *text) {
    const struct evidence *evidence = text->evidence;
    for (size_t i = 0; i < evidence->witness_count; i++)
        say(text,
            text_format(text->arena, _("%s says that it saw the log at %s, by its own clock, with this record in it."),
                        member_text(text->arena, evidence->witnesses[i].member),
                        time_text(text->arena, evidence->witnesses[i].time * 1000)));
    if (evidence->witness_count)
        say(text, text_format(text->arena,
                              ngettext("So the alert existed before %s: that is the word of %zu other member.",
                                       "So the alert existed before %s: the first of %zu other members says so.",
                                       evidence->witness_count),
                              time_text(text->arena, first_seen(evidence) * 1000), evidence->witness_count));
}

static void say_log(struct report_text *text) {
    const struct evidence *evidence = text->evidence;
    if (!evidence->has_log)
        return;
    say(text,
        text_format(
            text->arena,
            _("The same entry stands as record %llu in the log in which %s keeps whom it told what, in a tree of %llu "
              "records that it signed at %s."),
            (unsigned long long)evidence->number, evidence->maker->name, (unsigned long long)evidence->checkpoint.size,
            time_text(text->arena, evidence->checkpoint.time * 1000)));
    say_witnesses(text);
}

static void say_roster(struct report_text *text) {
    const struct evidence *evidence = text->evidence;
    const struct roster *roster = evidence->roster;
    say(text, text_format(text->arena, _("The roster was made at %s and holds until %s."),
                          time_text(text->arena, roster->created), time_text(text->arena, roster->expires)));
    say(text, text_format(text->arena,
                          _("All these keys are those of version %u of the roster. At least %zu of these root keys "
                            "have signed it:"),
                          roster->version, roster->threshold));
    for (size_t i = 0; i < roster->root_count; i++)
        put_line(text, text_format(text->arena, "      %s%s", hex_text(text->arena, roster->roots[i], SIGN_PUBLIC_SIZE),
                                   evidence_root_has_signed(evidence, roster->roots[i]) ? _("  has signed") : ""));
    if (evidence_is_trusted(evidence, text->trust))
        say(text, text_format(text->arena, _("%zu of them are the ones that you named as trusted: that is enough."),
                              evidence_confirmed(evidence, text->trust)));
}

static void put_proven(struct report_text *text) {
    put_heading(text, _("WHAT IS PROVEN"));
    say_originator(text);
    say_hop(text, &text->evidence->told);
    say_hop(text, &text->evidence->passed);
    say_log(text);
    say(text,
        text_format(text->arena,
                    _("%s made this file at %s, by its own clock, and answers for it with its signature: nothing in it "
                      "was taken "
                      "out or changed since."),
                    member_text(text->arena, text->evidence->maker), time_text(text->arena, text->evidence->made)));
    say_roster(text);
}

/* ---- what is not ---- */

static void deny_hop(struct report_text *text, const struct evidence_hop *hop) {
    if (hop->is_there && !hop->is_opened)
        say(text, text_format(text->arena,
                              _("That entry %llu of %s held this alert: opening it would show more than you may see. "
                                "%s alone says so."),
                              (unsigned long long)hop->entry.number, hop->author->name, text->evidence->maker->name));
}

static void deny_time(struct report_text *text) {
    const struct evidence *evidence = text->evidence;
    if (!evidence->has_log)
        say(text, _("When it was: every time in it is the word of who gave it. No log and no witness stands for one."));
    else if (evidence->witness_count == 0)
        say(text, _("When it was: no other member has seen the log yet. Ask for the file again in an hour or later."));
    else
        say(text, _("The exact times: each is the word of the member that gave it, by its own clock."));
}

static void put_not_proven(struct report_text *text) {
    const struct evidence *evidence = text->evidence;
    put_heading(text, _("WHAT IS NOT PROVEN"));
    if (!evidence_is_trusted(evidence, text->trust))
        say(text, text_format(text->arena,
                              _("That the root keys are the right ones (%zu of %zu confirmed). Anybody can make root "
                                "keys. Get them from "
                                "somebody you trust, in person or by telephone, compare, and name them: --root KEY."),
                              evidence_confirmed(evidence, text->trust), evidence->roster->threshold));
    say(text,
        text_format(text->arena,
                    _("That this roster was in force when the alert was signed: it is the one that %s went by when it "
                      "made the file."),
                    evidence->maker->name));
    say(text, _("That what the alert says is true: only who said it."));
    say(text,
        _("That it is all there was: fields may be withheld. Whether, and which, cannot be told from this file; what "
          "is withheld looks like what was never filled in."));
    say(text, _("That it is the last word: a newer version or a recall may exist."));
    deny_hop(text, &evidence->told);
    deny_hop(text, &evidence->passed);
    if (evidence->told.is_there && evidence->told.author != evidence->originator)
        say(text,
            text_format(text->arena, _("How it came from %s to %s: of members between them nothing is in this file."),
                        evidence->originator->name, evidence->told.author->name));
    deny_time(text);
}

void evidence_report(struct buf *out, struct arena *arena, const struct evidence *evidence,
                     const struct evidence_trust *trust) {
    struct report_text text = {out, arena, evidence, trust};
    put_line(&text, evidence_is_trusted(evidence, trust)
                        ? _("GOOD: every signature and hash in this file is right.")
                        : _("CONSISTENT: every signature and hash in this file is right, under root keys that you have "
                            "yet to compare."));
    put_proven(&text);
    put_not_proven(&text);
    put_alert(&text);
}

/* ---- for programs ---- */

static json_t *text_json(struct arena *arena, const char *text) {
    return json_string(text_escape(arena, text));
}

static json_t *member_json(struct arena *arena, const struct member *member) {
    return json_pack("{s:s, s:s, s:s, s:o, s:s}", "id", hex_text(arena, member->id, MEMBER_ID_SIZE), "name",
                     member->name, "country", member->country, "label", text_json(arena, member->label), "role",
                     member->role);
}

static json_t *hop_json(struct arena *arena, const struct evidence_hop *hop) {
    if (!hop->is_there)
        return json_null();
    return json_pack("{s:o, s:o, s:I, s:I, s:b}", "author", member_json(arena, hop->author), "audience",
                     text_json(arena, hop->audience), "number", (json_int_t)hop->entry.number, "created",
                     (json_int_t)hop->entry.created, "opened", hop->is_opened);
}

static json_t *log_json(struct arena *arena, const struct evidence *evidence) {
    json_t *witnesses = json_array();
    if (!evidence->has_log) {
        json_decref(witnesses);
        return json_null();
    }
    for (size_t i = 0; i < evidence->witness_count; i++)
        json_array_append_new(witnesses,
                              json_pack("{s:o, s:I}", "member", member_json(arena, evidence->witnesses[i].member),
                                        "time", (json_int_t)evidence->witnesses[i].time * 1000));
    return json_pack("{s:I, s:I, s:I, s:I, s:o}", "number", (json_int_t)evidence->number, "time",
                     (json_int_t)evidence->record_time, "size", (json_int_t)evidence->checkpoint.size, "signed",
                     (json_int_t)evidence->checkpoint.time * 1000, "witnesses", witnesses);
}

static json_t *roster_json(struct arena *arena, const struct evidence *evidence, const struct evidence_trust *trust) {
    json_t *roots = json_array();
    for (size_t i = 0; i < evidence->roster->root_count; i++)
        json_array_append_new(roots, json_pack("{s:s, s:b}", "key",
                                               hex_text(arena, evidence->roster->roots[i], SIGN_PUBLIC_SIZE), "signed",
                                               evidence_root_has_signed(evidence, evidence->roster->roots[i])));
    return json_pack("{s:I, s:I, s:I, s:o}", "version", (json_int_t)evidence->roster->version, "threshold",
                     (json_int_t)evidence->roster->threshold, "confirmed",
                     (json_int_t)evidence_confirmed(evidence, trust), "roots", roots);
}

static json_t *alert_json(struct arena *arena, const struct evidence *evidence) {
    struct buf line;
    buf_init(&line, arena);
    if (alert_to_json(arena, evidence->disclosure.header, evidence->content, &line))
        return NULL;
    return json_loadb((const char *)line.data, line.len, 0, NULL);
}

json_t *evidence_report_json(struct arena *arena, const struct evidence *evidence, const struct evidence_trust *trust) {
    json_t *fields = json_array();
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (field_at(slot) && field_set_has(&evidence->disclosure.shown, slot))
            json_array_append_new(fields, json_string(field_at(slot)->path));
    return json_pack("{s:b, s:b, s:s, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "verified", 1, "trusted",
                     evidence_is_trusted(evidence, trust), "object",
                     hex_text(arena, evidence->disclosure.object, OBJECT_ID_SIZE), "originator",
                     member_json(arena, evidence->originator), "maker", member_json(arena, evidence->maker), "made",
                     (json_int_t)evidence->made, "told", hop_json(arena, &evidence->told), "passed",
                     hop_json(arena, &evidence->passed), "log", log_json(arena, evidence), "roster",
                     roster_json(arena, evidence, trust), "fields", fields, "alert", alert_json(arena, evidence));
}
