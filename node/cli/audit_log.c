#include "cli/audit_log.h"

#include <string.h>

enum exit_code audit_walk(struct client *client, LogRecords *words, audit_visit *visit, void *context) {
    Request request = REQUEST__INIT;
    request.log_records = words;
    for (;;) {
        const Reply *reply;
        enum exit_code code = client_ask(client, &request, &reply);
        if (code)
            return code;
        for (size_t i = 0; i < reply->log_page->n_records; i++)
            if (!visit(context, reply->log_page->records[i]))
                return EXIT_DONE;
        if (reply->log_page->next == 0)
            return EXIT_DONE;
        words->has_before = true;
        words->before = reply->log_page->next + 1;
    }
}

enum exit_code audit_ask_point(struct client *client, const char **text) {
    Request request = REQUEST__INIT;
    LogPoint words = LOG_POINT__INIT;
    const Reply *reply;
    request.log_point = &words;
    enum exit_code code = client_ask(client, &request, &reply);
    if (!code)
        *text = arena_text(client->call->arena, reply->log_point, strlen(reply->log_point));
    return code;
}
