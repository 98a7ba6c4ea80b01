#include "base/result.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

struct result_row {
    const char *name;
    const char *text;
};

static const struct result_row rows[RESULT_COUNT] = {
#define RESULT_ROW(code, name, text) [RESULT_##code] = {name, text},
    RESULT_TABLE(RESULT_ROW)
#undef RESULT_ROW
};

const char *result_name(enum result result) {
    assert(result < RESULT_COUNT);
    return rows[result].name;
}

const char *result_text(enum result result) {
    assert(result < RESULT_COUNT);
    return _(rows[result].text);
}

const char *result_text_of(const char *name) {
    for (size_t i = 0; i < RESULT_COUNT; i++)
        if (strcmp(rows[i].name, name) == 0)
            return _(rows[i].text);
    return name;
}
