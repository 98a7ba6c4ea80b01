/* audit_log: what the commands of `inama audit` share: walking a log of the node, and the text of what is in it. */
#ifndef CLI_AUDIT_LOG_H
#define CLI_AUDIT_LOG_H

#include <jansson.h>
#include <stdbool.h>

#include "cli/client.h"
#include "core/journal.h"
#include "journal.pb-c.h"

/* Calls back with each record that the node gives, newest first, until the callback returns false. The record lives
 * until the callback returns. */
typedef bool audit_visit(void *context, const LogRecord *record);
enum exit_code audit_walk(struct client *client, LogRecords *words, audit_visit *visit, void *context);

/* Asks for a checkpoint of each log, signed now; *text is the node's, copied into the call's arena. */
enum exit_code audit_ask_point(struct client *client, const char **text);

#endif
