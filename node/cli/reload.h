/* reload: a running node reads its roster and policy again. */
#ifndef CLI_RELOAD_H
#define CLI_RELOAD_H

#include "cli/command.h"
#include "core/config.h"

/* Tells the node, if one is running, and says what came of it. */
enum exit_code reload_node(struct call *call, const struct config *config);

#endif
