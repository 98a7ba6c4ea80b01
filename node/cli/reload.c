#include "cli/reload.h"

#include "base/text.h"
#include "cli/client.h"
#include "cli/home.h"
#include "cli/print.h"

enum exit_code reload_node(struct call *call, const struct config *config) {
    struct client client;
    const Reply *reply;
    Request request = REQUEST__INIT;
    Reload words = RELOAD__INIT;
    request.reload = &words;
    enum exit_code code = client_open_at(&client, call, config, true);
    if (code) {
        print_line(_("No node is running here; it will read roster and policy when it starts: inamad --home %s"),
                   text_escape(call->arena, config->folder));
        client_close(&client);
        return EXIT_DONE;
    }
    code = client_ask(&client, &request, &reply);
    client_close(&client);
    if (!code)
        print_line(_("The running node has taken it."));
    return code;
}

static const struct option reload_options[] = {OPTION_HOME, OPTIONS_END};

static enum exit_code run_reload(struct call *call) {
    struct config config;
    enum exit_code code = home_read(&config, call);
    return code ? code : reload_node(call, &config);
}

const struct command command_reload = {
    .name = "reload",
    .takes = "",
    .summary = N_("let the running node read its policy, limits and roster again"),
    .options = reload_options,
    .examples = N_("  inama policy check && inama reload\n"),
    .run = run_reload,
};
