#include "core/alert.h"

#include "base/text.h"
#include "core/alert_internal.h"

#define REQUIRED(object, name, type, list, size, member)                                                               \
    { object, name, ENVELOPE_##type, CODES_##list, size, offsetof(AlertHeader, member), 0 }
#define OPTIONAL(object, name, type, list, size, member)                                                               \
    {                                                                                                                  \
        object, name, ENVELOPE_##type, CODES_##list, size, offsetof(AlertHeader, member),                              \
            offsetof(AlertHeader, has_##member)                                                                        \
    }
#define SEVERAL(object, name, list, member)                                                                            \
    { object, name, ENVELOPE_TEXTS, CODES_##list, 0, offsetof(AlertHeader, member), offsetof(AlertHeader, n_##member) }
/* protobuf-c has no has_… for a text: NULL says it. */
#define TEXT(object, name, list, member) REQUIRED(object, name, TEXT, list, 0, member)

/* Suite, schema and root are not here: they say nothing to a person, and only the node that signs can set them. */
const struct envelope_member envelope_members[] = {
    TEXT(NULL, "kind", KIND, kind),
    TEXT(NULL, "urgency", URGENCY, urgency),
    REQUIRED(NULL, "alert", ID, NONE, 16, alert),
    REQUIRED(NULL, "version", NUMBER, NONE, 0, version),
    OPTIONAL(NULL, "supersedes", ID, NONE, 32, supersedes),
    OPTIONAL(NULL, "in_reply_to", ID, NONE, 32, in_reply_to),
    REQUIRED(NULL, "originator", ID, NONE, 32, originator),
    REQUIRED(NULL, "created", TIME, NONE, 0, created),
    OPTIONAL(NULL, "expires", TIME, NONE, 0, expires),
    TEXT(NULL, "language", LANGUAGE, language),
    TEXT(NULL, "operation", NONE, operation),
    TEXT("grading", "scheme", GRADING_SCHEME, grading_scheme),
    TEXT("grading", "source", NONE, source_grade),
    TEXT("grading", "information", NONE, information_grade),
    TEXT("marking", "tlp", TLP, tlp),
    SEVERAL("marking", "handling", HANDLING, handling),
    TEXT("marking", "caveat", NONE, caveat),
    TEXT("marking", "onward", ONWARD, onward),
    SEVERAL("marking", "onward_roles", ROLE, onward_roles),
    SEVERAL("marking", "onward_countries", COUNTRY, onward_countries),
    OPTIONAL("marking", "onward_hops", NUMBER, NONE, 0, onward_hops),
    OPTIONAL("marking", "embargo_until", TIME, NONE, 0, embargo_until),
    SEVERAL("marking", "purposes", NONE, purposes),
    OPTIONAL("marking", "share_with_iccwc", FLAG, NONE, 0, share_with_iccwc),
    TEXT("marking", "retention_until", NONE, retention_until),
    TEXT("marking", "national_marking", NONE, national_marking),
};

const size_t envelope_member_count = sizeof envelope_members / sizeof *envelope_members;

const char *envelope_path(struct arena *arena, const struct envelope_member *member) {
    return member->object ? text_format(arena, "%s.%s", member->object, member->name) : member->name;
}

size_t envelope_texts(const AlertHeader *header, const struct envelope_member *member, char *const **texts) {
    void *place = envelope_at(header, member->offset);
    if (member->type == ENVELOPE_TEXTS) {
        *texts = *(char **const *)place;
        return *(const size_t *)envelope_at(header, member->quantifier);
    }
    *texts = place;
    return member->type == ENVELOPE_TEXT && **texts != NULL;
}

bool alert_header_is_text(const AlertHeader *header) {
    for (size_t i = 0; i < envelope_member_count; i++) {
        char *const *texts;
        size_t count = envelope_texts(header, &envelope_members[i], &texts);
        for (size_t j = 0; j < count; j++)
            if (!text_is_utf8(span_of_text(texts[j])))
                return false;
    }
    return true;
}
