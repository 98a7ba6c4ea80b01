#include "cli/batch.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "cli/print.h"
#include "core/alert.h"

enum exit_code batch_open(struct batch *batch, struct call *call, const struct batch_options *options) {
    *batch = (struct batch){.options = *options};
    batch->alerts = arena_array(call->arena, options->size, sizeof *batch->alerts);
    batch->names = arena_array(call->arena, options->size, sizeof *batch->names);
    if (batch->alerts && batch->names)
        return client_open(&batch->client, call);
    print_error("%s", result_text(RESULT_NO_MEMORY));
    return EXIT_REFUSED;
}

static void take_answer(struct batch *batch, const char *name, const Published *published) {
    if (strcmp(published->result, "ok") == 0)
        batch->published++;
    else
        batch->refused++;
    for (size_t i = 0; i < published->n_findings; i++)
        batch->warnings += !published->findings[i]->error;
    batch->options.answered(batch->options.context, name, published);
}

enum exit_code batch_flush(struct batch *batch) {
    const Reply *reply;
    Request request = REQUEST__INIT;
    Publish publish = PUBLISH__INIT;
    if (batch->count == 0)
        return EXIT_DONE;
    publish.alerts = batch->alerts;
    publish.n_alerts = batch->count;
    publish.has_dry_run = publish.dry_run = batch->options.dry_run;
    request.publish = &publish;
    enum exit_code code = client_ask(&batch->client, &request, &reply);
    if (!code && reply->n_published != batch->count) {
        print_error(_("the node answered %zu of %zu alerts"), reply->n_published, batch->count);
        code = EXIT_NO_NODE;
    }
    for (size_t i = 0; !code && i < batch->count; i++)
        take_answer(batch, batch->names[i], reply->published[i]);
    batch->count = batch->bytes = 0;
    return code;
}

enum exit_code batch_add(struct batch *batch, const char *name, struct span json) {
    if (json.len > ALERT_JSON_BYTES_MAX) {
        print_error(_("%s: has %zu bytes; an alert may have %d"), name, json.len, ALERT_JSON_BYTES_MAX);
        return EXIT_REFUSED;
    }
    if (batch->bytes + json.len > CONTROL_BYTES_MAX / 2) {
        enum exit_code code = batch_flush(batch);
        if (code)
            return code;
    }
    batch->names[batch->count] = name;
    batch->alerts[batch->count++] = proto_bytes(json.data, json.len);
    batch->bytes += json.len;
    return batch->count == batch->options.size ? batch_flush(batch) : EXIT_DONE;
}

void batch_close(struct batch *batch) {
    client_close(&batch->client);
}

void batch_print_findings(struct arena *arena, const char *name, const Published *published) {
    for (size_t i = 0; i < published->n_findings; i++) {
        Finding finding = *published->findings[i];
        finding.file = (char *)(uintptr_t)name;
        Finding *one = &finding;
        print_findings(arena, &one, 1);
    }
}

bool batch_present(struct arena *arena, const Published *published, struct field_set *present) {
    struct span values[FIELD_SLOTS];
    Alert *content;
    if (proto_decode(arena, &alert__descriptor, proto_span(published->content), &content) ||
        alert_split(arena, content, values))
        return false;
    *present = alert_present(values);
    return true;
}

bool batch_shows(const Reader *reader, size_t slot) {
    return reader->shown.len == FIELD_SLOTS / 8 && (reader->shown.data[slot / 8] >> (slot % 8) & 1);
}
